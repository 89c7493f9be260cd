"""The floors on PostgreSQL: what plain psycopg does with the same effects and nothing around them."""

import itertools
import os
import random
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier

import psycopg

from .http_load import Load

PATIENCE = 30.0  # seconds until all processes are connected
IDENTITIES = 1_000
BODY = os.urandom(1_000)
_together: Barrier  # where the processes of a run begin as one
SCHEMA = """
DROP SCHEMA IF EXISTS bare CASCADE;
CREATE SCHEMA bare;
CREATE TABLE bare.event (id bigserial PRIMARY KEY, key text UNIQUE, body bytea, at timestamptz DEFAULT now());
CREATE TABLE bare.identity (id bigserial PRIMARY KEY, address text UNIQUE, name text, seen timestamptz);
CREATE TABLE bare.conversation (id bigserial PRIMARY KEY, identity_id bigint UNIQUE REFERENCES bare.identity,
    preview text, unread int DEFAULT 0, last_message_at timestamptz, version bigint DEFAULT 1);
CREATE INDEX ON bare.conversation (last_message_at DESC, id DESC);
CREATE TABLE bare.message (id bigserial PRIMARY KEY, conversation_id bigint REFERENCES bare.conversation,
    provider_id text UNIQUE, text text, sent_at timestamptz);
CREATE INDEX ON bare.message (conversation_id, sent_at DESC, id DESC);
CREATE TABLE bare.outbox (id bigserial PRIMARY KEY, status text DEFAULT 'queued', text text);
CREATE INDEX ON bare.outbox (id) WHERE status = 'queued';
INSERT INTO bare.identity (address, name)
    SELECT i::text, 'Customer ' || i FROM generate_series(1, %(identities)s) i;
INSERT INTO bare.conversation (identity_id) SELECT id FROM bare.identity;
"""


def prepare(database: str) -> None:
    with psycopg.connect(database) as connection:
        connection.execute(SCHEMA % {"identities": IDENTITIES})


def ingest(database: str, processes: int, seconds: float) -> Load:
    """The five statements of an ingest, each a round trip; one connection per process."""
    context = get_context("spawn")
    together = context.Barrier(processes, timeout=PATIENCE)
    with ProcessPoolExecutor(processes, context, initializer=_join, initargs=(together,)) as pool:
        found = pool.map(_loop, [database] * processes, [seconds] * processes)
        latencies = list(itertools.chain.from_iterable(found))
    return Load(seconds, latencies, len(latencies))


def _join(together: Barrier) -> None:
    global _together
    _together = together


def _loop(database: str, seconds: float) -> list[float]:
    numbers, run = random.Random(os.getpid()), f"{os.getpid()}-{time.time_ns():x}"  # noqa: S311
    latencies: list[float] = []
    with psycopg.connect(database, autocommit=True, prepare_threshold=0) as connection:
        cursor = connection.cursor()
        _ingest(cursor, f"{run}-first", 1)
        _together.wait()
        stop = time.monotonic() + seconds
        for number in itertools.count():
            began = time.monotonic()
            if began > stop:
                return latencies
            _ingest(cursor, f"{run}-{number}", numbers.randint(1, IDENTITIES))
            latencies.append(time.monotonic() - began)
    return latencies


def _ingest(cursor: psycopg.Cursor, key: str, address: int) -> None:
    cursor.execute("BEGIN")
    cursor.execute(
        "INSERT INTO bare.event (key, body) VALUES (%s, %s) ON CONFLICT DO NOTHING RETURNING id", [key, BODY]
    )
    cursor.execute(
        "INSERT INTO bare.identity (address, seen) VALUES (%s, now()) ON CONFLICT (address)"
        " DO UPDATE SET seen = excluded.seen RETURNING id",
        [str(address)],
    )
    (identity,) = cursor.fetchone() or (0,)
    cursor.execute("SELECT id FROM bare.conversation WHERE identity_id = %s FOR UPDATE", [identity])
    (conversation,) = cursor.fetchone() or (0,)
    cursor.execute(
        "INSERT INTO bare.message (conversation_id, provider_id, text, sent_at) VALUES (%s, %s, %s, now())",
        [conversation, key, key],
    )
    cursor.execute(
        "UPDATE bare.conversation SET preview = %s, unread = unread + 1, last_message_at = now(),"
        " version = version + 1 WHERE id = %s",
        [key, conversation],
    )
    cursor.execute("COMMIT")


def claim_and_mark(database: str, count: int) -> float:
    """Messages per second: claim the oldest and commit, mark it as sent and commit, on one connection."""
    with psycopg.connect(database, autocommit=True, prepare_threshold=0) as connection:
        connection.execute("TRUNCATE bare.outbox")
        connection.execute(
            "INSERT INTO bare.outbox (text) SELECT 'Answer ' || i FROM generate_series(1, %s) i", [count]
        )
        connection.execute("ANALYZE bare.outbox")
        started = time.monotonic()
        for _ in range(count):
            _send(connection)
        return count / (time.monotonic() - started)


def _send(connection: psycopg.Connection) -> None:
    with connection.transaction():
        found = connection.execute(
            "SELECT id, text FROM bare.outbox WHERE status = 'queued'"
            " ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED"
        ).fetchone()
        if found is None:
            raise RuntimeError("the outbox ran empty")
        connection.execute("UPDATE bare.outbox SET status = 'sending' WHERE id = %s", [found[0]])
    with connection.transaction():
        connection.execute("UPDATE bare.outbox SET status = 'sent' WHERE id = %s", [found[0]])
