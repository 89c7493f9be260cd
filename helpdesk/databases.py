"""Database settings per engine, from one URL."""

from typing import Any

import environ
from django.core.exceptions import ImproperlyConfigured

# A crash loses nothing that was committed: WAL with a full sync, and writers queue instead of failing.
SQLITE_OPTIONS = {
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA temp_store=MEMORY;",
}
POSTGRESQL_OPTIONS = {"connect_timeout": 5, "options": "-c statement_timeout=30000 -c lock_timeout=10000"}


def from_url(url: str) -> dict[str, Any]:
    """Django's settings for a `sqlite:///…` or `postgres://…` URL. Anything else is refused."""
    config: dict[str, Any] = environ.Env.db_url_config(url)
    engine = config.get("ENGINE", "")
    if engine.endswith("sqlite3"):
        return config | {"OPTIONS": SQLITE_OPTIONS, "CONN_MAX_AGE": None, "ATOMIC_REQUESTS": False}
    if engine.endswith("postgresql"):
        options = POSTGRESQL_OPTIONS | config.get("OPTIONS", {})
        return config | {"OPTIONS": options, "CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}
    raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:/// or postgres://")
