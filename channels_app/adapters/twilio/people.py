"""Twilio's addresses: a channel prefix and a number, or a number alone for SMS."""

import re
from collections.abc import Mapping

from channels_app.events import Party

SMS, WHATSAPP = "", "whatsapp:"
E164 = re.compile(r"\+[1-9]\d{5,14}")


def address(value: str, prefix: str) -> str:
    """Without the prefix; "" when it is empty or belongs to another channel."""
    channel, colon, rest = value.rpartition(":")
    return rest if channel + colon == prefix else ""


def party(fields: Mapping[str, str], name: str, prefix: str) -> Party | None:
    """Who the field `name` says; None when that is nobody on this channel."""
    number = address(fields.get(name, ""), prefix)
    return Party(addresses=(number,), phone=_phone(number)) if number else None


def sender(fields: Mapping[str, str], prefix: str) -> Party | None:
    """Who wrote, under every address given; WhatsApp's own id first, for it survives a new number."""
    number = address(fields.get("From", ""), prefix)
    if not number:
        return None
    durable = fields.get("ExternalUserId", "").rpartition(":")[2]
    whatsapp_number = f"+{digits}" if (digits := fields.get("WaId", "")).isdecimal() else ""
    addresses = tuple(dict.fromkeys(form for form in (durable, number, whatsapp_number) if form))
    return Party(
        addresses=addresses,
        name=fields.get("ProfileName", ""),
        phone=_phone(number) or _phone(whatsapp_number),
    )


def _phone(number: str) -> str:
    """Short codes and ids are no phones."""
    return number if E164.fullmatch(number) else ""
