"""The files and the structured part of a message: choices, places, forms, advertisements."""

import json
import math
import re
from collections.abc import Mapping
from typing import Any

from channels_app.content import Choice, Content, Location, MessageKind, Referral
from channels_app.events import Media

MEDIA_FIELD = re.compile(r"MediaUrl(\d{1,3})")
KINDS = {"image": MessageKind.IMAGE, "video": MessageKind.VIDEO, "audio": MessageKind.AUDIO}
WHATSAPP_KINDS = {"audio/ogg": MessageKind.VOICE, "image/webp": MessageKind.STICKER}
CARDS = {"text/vcard", "text/x-vcard", "text/directory"}
REFERRAL = {
    "ReferralSourceType": "source",
    "ReferralSourceId": "source_id",
    "ReferralSourceUrl": "url",
    "ReferralHeadline": "headline",
    "ReferralBody": "body",
    "ReferralCtwaClid": "click_id",
    "ReferralMediaUrl": "media_url",
}
METADATA = ("ProfileName", "WaId", "ButtonText", "ButtonPayload", "Forwarded", "FrequentlyForwarded")


def with_metadata(fields: Mapping[str, str]) -> dict[str, str]:
    """The fields, completed from the channel's own copy of some of them; a field on its own wins."""
    try:
        found = json.loads(fields.get("ChannelMetadata", ""))["data"]["context"]
        copies = {name: found[name] for name in METADATA if isinstance(found.get(name), str)}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        copies = {}
    return {**copies, **fields}


def media(fields: Mapping[str, str], whatsapp: bool) -> tuple[Media, ...]:
    """Every file that has an address, in Twilio's order, whatever the announced number."""
    numbers = sorted(int(found[1]) for name in fields if (found := MEDIA_FIELD.fullmatch(name)))
    return tuple(
        _file(fields[f"MediaUrl{number}"], fields.get(f"MediaContentType{number}", ""), whatsapp)
        for number in numbers
        if fields.get(f"MediaUrl{number}")
    )


def _file(url: str, content_type: str, whatsapp: bool) -> Media:
    mime = content_type.partition(";")[0].strip().lower()
    special = WHATSAPP_KINDS.get(mime) if whatsapp else None
    kind = special or KINDS.get(mime.partition("/")[0], MessageKind.DOCUMENT)
    return Media(reference=url, kind=kind, mime_type=mime)


def content(fields: Mapping[str, str], files: int) -> Content:
    """Only what is there. `files`: how many came with an address."""
    found: Content = {}
    if choice := _choice(fields):
        found["choice"] = choice
    if location := _location(fields):
        found["location"] = location
    if answers := _form(fields):
        found["form"] = answers
    if referral := _referral(fields):
        found["referral"] = referral
    if forwarded := _forwarded(fields):
        found["forwarded"] = forwarded
    if (announced := _number(fields.get("NumMedia", ""))) > files:
        found["unsupported"] = f"{announced - files} of {announced} files came without an address"
    return found


def kind(found: Content, files: tuple[Media, ...]) -> MessageKind:
    if "choice" in found:
        return MessageKind.CHOICE
    if "location" in found:
        return MessageKind.LOCATION
    if "form" in found:
        return MessageKind.FORM
    if files:
        return MessageKind.CONTACTS if files[0].mime_type in CARDS else files[0].kind
    return MessageKind.UNSUPPORTED if "unsupported" in found else MessageKind.TEXT


def _choice(fields: Mapping[str, str]) -> Choice:
    if fields.get("ListId"):
        row: Choice = {"id": fields["ListId"], "title": fields.get("ListTitle", ""), "source": "list"}
        return {**row, "description": described} if (described := fields.get("ListDescription")) else row
    title, payload = fields.get("ButtonText", ""), fields.get("ButtonPayload", "")
    if not (title or payload):
        return {}
    # WhatsApp calls the buttons of a template "button" and those of a session message "interactive".
    source = "template" if fields.get("MessageType") == "button" else "button"
    return {"id": payload or title, "title": title or payload, "source": source}


def _location(fields: Mapping[str, str]) -> Location:
    latitude, longitude = _degrees(fields, "Latitude", 90), _degrees(fields, "Longitude", 180)
    if latitude is None or longitude is None:
        return {}
    found: Location = {"latitude": latitude, "longitude": longitude}
    if name := fields.get("Label"):
        found["name"] = name
    if street := fields.get("Address"):
        found["address"] = street
    return found


def _degrees(fields: Mapping[str, str], name: str, limit: float) -> float | None:
    try:
        value = float(fields.get(name, ""))
    except ValueError:
        return None
    return value if math.isfinite(value) and abs(value) <= limit else None


def _form(fields: Mapping[str, str]) -> dict[str, Any]:
    """The answers of a WhatsApp flow; kept as one text when they are not a JSON object."""
    text = fields.get("FlowData") or fields.get("InteractiveData") or ""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if isinstance(value, dict):
        return value
    return {"answer": text} if text else {}


def _referral(fields: Mapping[str, str]) -> Referral:
    return {ours: fields[theirs] for theirs, ours in REFERRAL.items() if fields.get(theirs)}  # type: ignore[return-value]


def _forwarded(fields: Mapping[str, str]) -> str:
    if fields.get("FrequentlyForwarded") == "true":
        return "often"
    return "once" if fields.get("Forwarded") == "true" else ""


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 4 else 0
