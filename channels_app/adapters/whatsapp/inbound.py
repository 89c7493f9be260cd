"""A webhook body as events: entries, changes, items. Follows "Webhooks" of the Cloud API.

A POST batches up to a thousand items. One that cannot be read becomes `Unsupported`; the others live.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels_app.adapter import ChannelConfig
from channels_app.errors import MalformedPayload
from channels_app.events import Event, Unsupported

from . import messages, notices, statuses
from .people import People
from .reading import JSON, ReadingError, document, mapping, moment, text

WHATSAPP = "whatsapp_business_account"


@dataclass(frozen=True)
class Change:
    """One change of one entry. `at`: the time of the entry, which only some fields carry."""

    field: str
    value: JSON
    account: str
    at: datetime | None


def events(body: bytes, channel: ChannelConfig) -> list[Event]:
    """Raises MalformedPayload unless the body is a WhatsApp envelope."""
    return [event for change in _changes(_envelope(body)) for event in _read(change, channel)]


def _envelope(body: bytes) -> list[Any]:
    try:
        payload = document(body.decode())
    except UnicodeDecodeError as error:
        raise MalformedPayload("The body is not UTF-8.") from error
    if payload is None or payload.get("object") != WHATSAPP or not isinstance(payload.get("entry"), list):
        raise MalformedPayload("The body is not a WhatsApp webhook.")
    entries: list[Any] = payload["entry"]
    return entries


def _changes(entries: list[Any]) -> Iterator[Change | Unsupported]:
    for entry in entries:
        changes = mapping(entry).get("changes")
        if not isinstance(changes, list):
            yield Unsupported(reason="WhatsApp sent an entry without changes", raw=_raw(entry))
            continue
        for change in changes:
            yield _change(mapping(entry), change)


def _change(entry: JSON, change: Any) -> Change | Unsupported:
    value = mapping(change).get("value")
    if not isinstance(value, dict):
        return Unsupported(reason="WhatsApp sent a change without a value", raw=_raw(change))
    return Change(
        field=text(change.get("field")),
        value=value,
        account=text(entry.get("id")),
        at=moment(entry.get("time")),
    )


def _read(change: Change | Unsupported, channel: ChannelConfig) -> Iterator[Event]:
    if isinstance(change, Unsupported):
        yield change
    elif reason := _foreign(change, channel):
        yield Unsupported(reason=reason, raw=change.value, at=change.at)
    elif keys := [key for key in ITEMS if isinstance(change.value.get(key), list)]:
        for key in keys:
            yield from _items(key, change)
    else:
        yield _notice(change)


def _foreign(change: Change, channel: ChannelConfig) -> str:
    """Why a change does not belong to this channel, or "". One app receives for all its numbers."""
    own_number = channel.credentials.get("phone_number_id", "")
    own_account = channel.credentials.get("waba_id", "")
    number = text(mapping(change.value.get("metadata")).get("phone_number_id")) or _alerted_number(
        change.value
    )
    if own_number and number:
        return "" if number == own_number else "meant for another phone number of the same app"
    if own_number and any(key in change.value for key in PER_NUMBER):
        return "WhatsApp did not say for which phone number this is"
    if own_account and change.account and change.account != own_account:
        return "meant for another WhatsApp account of the same app"
    return ""


def _alerted_number(value: JSON) -> str:
    return text(value.get("entity_id")) if value.get("entity_type") == "PHONE_NUMBER" else ""


def _items(key: str, change: Change) -> Iterator[Event]:
    people = People(change.value.get("contacts"))
    for item in change.value[key]:
        yield _item(key, item, people, change.at)


def _item(key: str, item: Any, people: People, at: datetime | None) -> Event:
    if not isinstance(item, dict):
        return Unsupported(reason=f"WhatsApp sent something unreadable among “{key}”", raw=_raw(item), at=at)
    try:
        return ITEMS[key](item, people, at)
    except ReadingError as error:
        return Unsupported(reason=str(error), raw=item, at=moment(item.get("timestamp")) or at)


def _notice(change: Change) -> Event:
    try:
        if change.field in notices.TEMPLATES:
            return notices.template(change.field, change.value, change.at)
        if change.field in notices.ALERTS:
            return notices.alert(change.field, change.value, change.at)
    except ReadingError as error:
        return Unsupported(reason=str(error), raw=change.value, at=change.at)
    reason = f"WhatsApp sent “{change.field}”, which is not shown here"
    return Unsupported(reason=reason, raw=change.value, at=change.at)


def _raw(value: Any) -> JSON:
    return value if isinstance(value, dict) else {"value": value}


def _message(raw: JSON, people: People, at: datetime | None) -> Event:
    return messages.event(messages.Item(raw, people, at))


def _echo(raw: JSON, people: People, at: datetime | None) -> Event:
    return messages.event(messages.Item(raw, people, at, outgoing=True))


ITEMS: dict[str, Callable[[JSON, People, datetime | None], Event]] = {
    "messages": _message,
    "statuses": statuses.event,
    "message_echoes": _echo,
    "user_preferences": notices.preference,
    "user_id_update": notices.changed_user_id,
    "errors": notices.number_error,
}
PER_NUMBER = ("messages", "statuses", "message_echoes")
