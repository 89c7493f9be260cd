"""Databases of generated desks on one server: kept between runs, made anew when the schema changes."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
from psycopg import conninfo, sql

from . import processes
from .machine import ROOT

MESSAGES_EACH = 10  # on average
COPY = "helpdesk_bench_copy"


@dataclass(frozen=True)
class Desks:
    """`server`: the URL of any database on the server, for a role that may create databases."""

    server: str
    redis: str
    directory: Path

    def of(self, conversations: int) -> str:
        """The URL of a desk of that size, made or completed if need be."""
        name, version = f"helpdesk_bench_{conversations}", _version()
        if _comment(self.server, name) != version:
            self._drop(name)
            self._run("CREATE DATABASE {}", name)
            self._run(f"COMMENT ON DATABASE {{}} IS '{version}'", name)
        url = self._url(name)
        processes.inside("generate", conversations, environment=self.environment(url))
        return url

    def copy(self, conversations: int) -> str:
        """The URL of a copy that may be written to; the one before it is gone."""
        self.of(conversations)
        self._drop(COPY)
        self._run(f"CREATE DATABASE {{}} TEMPLATE helpdesk_bench_{conversations}", COPY)
        return self._url(COPY)

    def clean(self) -> None:
        self._drop(COPY)

    def environment(self, url: str) -> dict[str, str]:
        return processes.environment(url, self.redis, self.directory)

    def _url(self, name: str) -> str:
        where = conninfo.conninfo_to_dict(self.server)
        user, password = quote(str(where.get("user", "")), ""), quote(str(where.get("password", "")), "")
        options = {key: where[key] for key in ("host", "port") if where.get(key)}
        return f"postgres://{user}:{password}@/{name}?{urlencode(options)}"

    def _drop(self, name: str) -> None:
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def _run(self, statement: str, name: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(sql.Identifier(name)))


def _comment(server: str, name: str) -> str:
    found = "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s"
    with psycopg.connect(server) as connection:
        row = connection.execute(found, [name]).fetchone()
    return str(row[0]) if row else ""


def _version() -> str:
    """Changes with the schema and with what is generated."""
    sources = [
        *sorted(ROOT.glob("*/migrations/*.py")),
        ROOT / "bench" / "generate.py",
        ROOT / "bench" / "shape.py",
    ]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sources)).hexdigest()[:16]
