"""Settings that would lose or leak messages are errors before the first request, each with its remedy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.sqlite3.base import DatabaseWrapper as SQLite

SECRET_LENGTH = 50  # characters
SQLITE_FULL = 2  # PRAGMA synchronous; 3 is EXTRA


@dataclass(frozen=True)
class Rule:
    """Something that must not hold in production."""

    level: type[Error] | type[Warning]
    id: str
    broken: Callable[[], bool]
    sentence: str
    hint: str


def _on(vendor: str) -> bool:
    return connections["default"].vendor == vendor


PRODUCTION_RULES = (
    Rule(
        Error,
        "E001",
        lambda: settings.DEBUG,
        "DEBUG is on in production.",
        "Remove DEBUG from the environment.",
    ),
    Rule(
        Error,
        "E002",
        lambda: (
            settings.SECRET_KEY == settings.DEVELOPMENT_SECRET or len(settings.SECRET_KEY) < SECRET_LENGTH
        ),
        f"SECRET_KEY is the development one or shorter than {SECRET_LENGTH} characters.",
        "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(50))'",
    ),
    Rule(
        Error,
        "E003",
        lambda: settings.SIMULATOR or "simulator" in settings.INSTALLED_APPS,
        "The simulator is on in production: anybody could write as any customer.",
        "Remove SIMULATOR from the environment.",
    ),
    Rule(
        Error,
        "E004",
        lambda: not settings.CREDENTIAL_KEYS or settings.DEVELOPMENT_SECRET in settings.CREDENTIAL_KEYS,
        "CREDENTIAL_KEYS is empty or holds the development key: channel credentials would not be protected.",
        "Set CREDENTIAL_KEYS to a secret of its own, made like SECRET_KEY. Losing it loses the credentials.",
    ),
    Rule(
        Error,
        "E005",
        lambda: not settings.ALLOWED_HOSTS or "*" in settings.ALLOWED_HOSTS,
        'ALLOWED_HOSTS is empty or "*".',
        "Set ALLOWED_HOSTS to the desk's own host names, separated by commas.",
    ),
    Rule(
        Error,
        "E006",
        lambda: not settings.PUBLIC_URL.startswith("https://"),
        "PUBLIC_URL does not begin with https://.",
        "Set PUBLIC_URL to the address providers and browsers use, such as https://desk.example.com.",
    ),
    Rule(
        Warning,
        "W001",
        lambda: settings.EMBEDDED_WORKER and _on("postgresql"),
        "The worker runs inside the web process although PostgreSQL allows a process of its own.",
        "Remove EMBEDDED_WORKER from the environment and run manage.py work.",
    ),
    Rule(
        Warning,
        "W002",
        lambda: _on("sqlite"),
        "SQLite serves one machine and one web process only.",
        "Set DATABASE_URL to a PostgreSQL database before starting a second process.",
    ),
)


@register(Tags.security)
def production_settings(app_configs: Sequence[AppConfig] | None, **kwargs: Any) -> list[CheckMessage]:
    if not settings.PRODUCTION:
        return []
    return [_message(rule) for rule in PRODUCTION_RULES if rule.broken()]


@register(Tags.database)
def durability(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """Whether a commit survives a crash. A database that does not answer is a warning: it may come back."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        try:
            found += _database(connections[alias])
        except DatabaseError as error:
            reason = type(error).__name__
            found.append(
                Warning(
                    f"The database could not be asked how safely it commits ({reason}).", id="helpdesk.W003"
                )
            )
    return found


def _message(rule: Rule) -> CheckMessage:
    return rule.level(rule.sentence, hint=rule.hint, id=f"helpdesk.{rule.id}")


def _database(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    if connection.vendor == "postgresql":
        return _postgresql(connection)
    if isinstance(connection, SQLite) and not connection.is_in_memory_db():
        return _sqlite(connection)
    return []


def _postgresql(connection: BaseDatabaseWrapper) -> list[CheckMessage]:
    unsafe = [name for name in ("synchronous_commit", "fsync") if _ask(connection, f"SHOW {name}") == "off"]
    sentence = "PostgreSQL forgets acknowledged messages in a crash: {} is off."
    hint = "Turn it on for the server, this database and this role."
    return [Error(sentence.format(name), hint=hint, id="helpdesk.E007") for name in unsafe]


def _sqlite(connection: SQLite) -> list[CheckMessage]:
    journal, synchronous = (_ask(connection, f"PRAGMA {name}") for name in ("journal_mode", "synchronous"))
    if journal == "wal" and int(synchronous) >= SQLITE_FULL:
        return []
    hint = "The file must be on a local disk, with journal_mode=WAL and synchronous=FULL."
    return [Error("SQLite forgets acknowledged messages in a crash.", hint=hint, id="helpdesk.E008")]


def _ask(connection: BaseDatabaseWrapper, question: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return str(cursor.fetchone()[0])
