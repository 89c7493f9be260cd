"""Fill a migrated PostgreSQL database with a desk, by COPY, going on where an earlier run was cut off."""

import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone

from accounts.models import Agent
from channels_app.models import Channel
from conversations.models import Conversation, Message
from conversations.row import preview
from customers.models import Customer, Identity, IdentityAddress

from .shape import Shape
from .webhooks import SCOPES, address

BATCH = 100_000  # rows of one commit
CHUNK = 2_000  # rows of one write
Row = dict[str, Any]
PARKED = "bench_parked_index"


def load(shape: Shape) -> None:
    """All the rows that are not there yet. Channels, agents and teams exist already."""
    channels = dict(Channel.objects.values_list("kind", "pk"))
    agents = list(Agent.objects.order_by("pk").values_list("pk", flat=True))
    makers: list[tuple[type[Model], int, Callable[[int], Row]]] = [
        (Customer, shape.customers, customer),
        (Identity, shape.customers, identity),
        (IdentityAddress, shape.customers, lambda number: form(shape, number)),
        (Conversation, shape.conversations, lambda number: conversation(shape, number, channels, agents)),
        (Message, shape.messages, lambda number: message(shape, number, channels, agents)),
    ]
    if all(_highest(model) >= count for model, count, _ in makers) and not _parked():
        return
    _park_indexes()
    for model, count, make in makers:
        _fill(model, count, make)
    _bring_back_indexes()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")


def kind_of(customer: int) -> str:
    return "whatsapp" if customer % 2 else "telegram"


def customer(number: int) -> Row:
    return {"id": number, "name": f"Customer {number}"}


def identity(number: int) -> Row:
    kind = kind_of(number)
    return {
        "id": number,
        "customer_id": number,
        "kind": kind,
        "scope": SCOPES[kind],
        "address": address(number),
        "profile_name": f"Customer {number}",
        "phone": f"+{address(number)}" if kind == "whatsapp" else "",
    }


def form(shape: Shape, number: int) -> Row:
    kind = kind_of(number)
    return {
        "id": number,
        "identity_id": number,
        "kind": kind,
        "scope": SCOPES[kind],
        "address": address(number),
        "seen_at": shape.end,
    }


def conversation(shape: Shape, number: int, channels: dict[str, int], agents: list[int]) -> Row:
    """The row as its last message left it."""
    who, last = shape.customer(number), shape.last_messages[number]
    at, incoming, holder = shape.sent_at(last), shape.is_incoming(last), shape.assignee(number)
    return {
        "id": number,
        "channel_id": channels[kind_of(who)],
        "identity_id": who,
        "customer_id": who,
        "status": "open" if shape.is_open(number) else "resolved",
        "assignee_id": agents[holder - 1] if holder else None,
        "team_id": shape.team(number),
        "last_message_at": at,
        "preview": preview(Message(text=shape.text(last))),
        "preview_kind": "text",
        "preview_direction": "in" if incoming else "out",
        "preview_status": "" if incoming else "read",
        "unread_count": int(incoming),
        "waiting_since": at if incoming else None,
        "last_inbound_at": at,
        "resolved_at": None if shape.is_open(number) else at,
        "changed_at": at,
        "created_at": at,
    }


def message(shape: Shape, number: int, channels: dict[str, int], agents: list[int]) -> Row:
    owner, incoming, at = shape.owners[number], shape.is_incoming(number), shape.sent_at(number)
    who = shape.customer(owner)
    return {
        "id": number,
        "uid": UUID(int=number),
        "conversation_id": owner,
        "channel_id": channels[kind_of(who)],
        "direction": "in" if incoming else "out",
        "text": shape.text(number),
        "author_id": None if incoming else agents[owner % len(agents)],
        "sender_id": who if incoming else None,
        "provider_id": f"bench:{number:010}",
        "status": "" if incoming else "read",
        "sent_at": at,
        "created_at": at,
    }


def _fill(model: type[Model], count: int, make: Callable[[int], Row]) -> None:
    done, started = _highest(model), time.monotonic()
    first = done
    while done < count:
        numbers = range(done + 1, min(done + BATCH, count) + 1)
        _copy(model, map(make, numbers))
        done = numbers[-1]
        speed = (done - first) / (time.monotonic() - started)
        left = (count - done) / speed
        line = f"{model._meta.verbose_name_plural}: {done:,} of {count:,}, {speed:,.0f}/s, {left:.0f} s left"
        print(line, file=sys.stderr, flush=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence('{model._meta.db_table}', 'id'), {max(count, 1)})"
        )


def _copy(model: type[Model], rows: Iterator[Row]) -> None:
    """Columns a maker does not name get their model's defaults, so that a new column needs nothing here."""
    first = next(rows)
    rest = {
        field.column: _default(field) for field in model._meta.concrete_fields if field.column not in first
    }
    names = ", ".join(f'"{name}"' for name in [*first, *rest])
    tail = "".join(f"\t{_text(value)}" for value in rest.values()) + "\n"
    with _raw() as raw, raw.cursor().copy(f'COPY "{model._meta.db_table}" ({names}) FROM STDIN') as copy:
        copy.write(_line(first) + tail)
        while chunk := list(islice(rows, CHUNK)):
            copy.write("".join([_line(row) + tail for row in chunk]))


def _raw() -> psycopg.Connection:
    """A connection whose rows need no checks of foreign keys, where the role may switch them off."""
    connection.ensure_connection()
    raw = psycopg.connect(**connection.get_connection_params() | {"cursor_factory": psycopg.Cursor})
    role = raw.execute("SELECT current_setting('is_superuser')").fetchone()
    if role == ("on",):
        raw.execute("SET session_replication_role = replica")
    return raw


def _line(row: Row) -> str:
    return "\t".join([_text(value) for value in row.values()])


def _text(value: Any) -> str:
    """One value of COPY's text format; nothing generated here needs escaping."""
    return "\\N" if value is None else str(value)


def _default(field: "Field[Any, Any]") -> Any:
    if getattr(field, "auto_now_add", False) or getattr(field, "auto_now", False):
        return timezone.now()
    default = field.get_default()
    return json.dumps(default) if isinstance(default, dict | list) else default


def _highest(model: type[Model]) -> int:
    newest = model._default_manager.order_by("-pk").values_list("pk", flat=True).first()
    return int(newest or 0)


def _park_indexes() -> None:
    """Note how the tables are indexed and drop what no constraint needs: built at the end they cost less."""
    tables = [model._meta.db_table for model in (Conversation, Message)]
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE IF NOT EXISTS {PARKED} (name text PRIMARY KEY, definition text)")
        cursor.execute(
            f"INSERT INTO {PARKED} SELECT indexname, indexdef FROM pg_indexes WHERE tablename = ANY(%s) AND"
            " indexname NOT IN (SELECT conname FROM pg_constraint) ON CONFLICT DO NOTHING",
            [tables],
        )
        for name in _parked():
            cursor.execute(f'DROP INDEX IF EXISTS "{name}"')


def _bring_back_indexes() -> None:
    with connection.cursor() as cursor:
        for name, definition in _parked().items():
            print(f"index {name}", file=sys.stderr, flush=True)
            again = definition.replace("INDEX ", "INDEX IF NOT EXISTS ", 1)
            cursor.execute("SET statement_timeout = 0")
            cursor.execute(again)
        cursor.execute(f"DROP TABLE {PARKED}")


def _parked() -> dict[str, str]:
    """Definitions by name of the indexes to be built again."""
    if PARKED not in connection.introspection.table_names():
        return {}
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT name, definition FROM {PARKED}")
        return dict(cursor.fetchall())
