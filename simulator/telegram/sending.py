"""The send methods: checked as Telegram checks, then kept for the phone.

https://core.telegram.org/bots/api#available-methods
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from channels_app.models import Channel
from simulator import network, receipts
from simulator.models import Phone, PhoneMessage, ProviderFile

from . import objects
from .refusals import BLOCKED, NOT_STARTED, Refused, bad

JSON = dict[str, Any]

MAX_TEXT, MAX_CAPTION = 4096, 1024  # UTF-16 units
MAX_DATA = 64  # bytes of a button's payload
TYPING_SECONDS = 5


@dataclass
class Call:
    """One request: its parameters, whatever way they came, and its files."""

    channel: Channel
    fields: JSON
    files: "dict[str, UploadedFile[Any]]" = field(default_factory=dict)


def chat(call: Call) -> Phone:
    """The chat a request is for. Raises Refused."""
    found = network.phone(call.channel, str(call.fields.get("chat_id", "")))
    if found is None:
        raise bad("chat not found")
    if found.blocked:
        raise Refused(BLOCKED)
    if not found.messages.filter(from_customer=True).exists():
        raise Refused(NOT_STARTED)
    return found


def text(call: Call) -> JSON:
    said = str(call.fields.get("text", ""))
    if not said.strip():
        raise bad("message text is empty")
    if _units(said) > MAX_TEXT:
        raise bad("message is too long")
    return _take(call, "text", said, {"entities": call.fields.get("entities") or []})


def uploaded(name: str, kind: str) -> Callable[[Call], JSON]:
    """The method that sends a file given in the field `name`."""

    def send(call: Call) -> JSON:
        caption = str(call.fields.get("caption", ""))
        if _units(caption) > MAX_CAPTION:
            raise bad("message caption is too long")
        return _take(call, kind, caption, {}, [_file(call, name)])

    return send


def location(call: Call) -> JSON:
    return _take(call, "location", "", {"location": _point(call)})


def venue(call: Call) -> JSON:
    named = {"name": str(call.fields.get("title", "")), "address": str(call.fields.get("address", ""))}
    return _take(call, "location", "", {"location": _point(call) | named})


def contact(call: Call) -> JSON:
    fields = call.fields
    if not fields.get("phone_number") or not fields.get("first_name"):
        raise bad("phone number must be non-empty")
    name = f"{fields['first_name']} {fields.get('last_name', '')}".strip()
    return _take(call, "contacts", "", {"contact": {"name": name, "phone": str(fields["phone_number"])}})


def typing(call: Call) -> bool:
    network.show_typing(chat(call), TYPING_SECONDS)
    return True


def react(call: Call) -> bool:
    """A bot has one reaction per message; none removes it."""
    target = network.message(chat(call), str(call.fields.get("message_id", "")))
    if target is None:
        raise bad("message to react not found")
    given = call.fields.get("reaction") or [{}]
    target.business_reaction = str(given[0].get("emoji", ""))[:40]
    target.save(update_fields=["business_reaction"])
    return True


def answer_callback(call: Call) -> bool:
    pressed = PhoneMessage.objects.filter(
        phone__channel=call.channel,
        from_customer=True,
        kind="choice",
        provider_id=str(call.fields.get("callback_query_id", "")),
    ).first()
    if pressed is None:
        raise bad("query is too old and response timeout expired or query ID is invalid")
    network.mark_read(pressed)
    return True


def _take(call: Call, kind: str, said: str, payload: JSON, files: list[ProviderFile] | None = None) -> JSON:
    phone = chat(call)
    new = network.take(
        phone,
        from_customer=False,
        kind=kind,
        text=said,
        payload=payload | _keyboard(call.fields.get("reply_markup") or {}),
        files=files or [],
        reply_to=_answered(call, phone),
    )
    network.stop_typing(phone)
    receipts.follow(new)
    return objects.message(new)


def _answered(call: Call, phone: Phone) -> PhoneMessage | None:
    given = call.fields.get("reply_parameters") or {}
    if not given.get("message_id"):
        return None
    found = network.message(phone, str(given["message_id"]))
    if found is None and not given.get("allow_sending_without_reply"):
        raise bad("message to be replied not found")
    return found


def _keyboard(markup: JSON) -> JSON:
    rows = markup.get("inline_keyboard") or []
    buttons = [button for row in rows for button in row]
    if any(len(str(button.get("callback_data", "")).encode()) > MAX_DATA for button in buttons):
        raise bad("BUTTON_DATA_INVALID")
    shown = [
        {"title": button.get("text", ""), "id": button.get("callback_data", ""), "url": button.get("url", "")}
        for button in buttons
    ]
    return {"keyboard": markup, "buttons": shown} if shown else {}


def _file(call: Call, name: str) -> ProviderFile:
    """Uploaded under its own name or as attach://, or known by its id."""
    given = str(call.fields.get(name, ""))
    upload = call.files.get(given.removeprefix("attach://")) or call.files.get(name)
    if upload is not None:
        mime_type = upload.content_type or "application/octet-stream"
        return network.file(call.channel, upload.name or "file", mime_type, upload.read())
    found = ProviderFile.objects.filter(channel=call.channel, key=given).first()
    if found is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    return found


def _point(call: Call) -> JSON:
    try:
        return {name: float(call.fields[name]) for name in ("latitude", "longitude")}
    except (KeyError, TypeError, ValueError) as error:
        raise bad("wrong latitude or longitude") from error


def _units(said: str) -> int:
    return len(said.encode("utf-16-le", "surrogatepass")) // 2


SENDS: dict[str, Callable[[Call], Any]] = {
    "sendmessage": text,
    "sendphoto": uploaded("photo", "image"),
    "senddocument": uploaded("document", "document"),
    "sendanimation": uploaded("animation", "video"),
    "sendvideo": uploaded("video", "video"),
    "sendaudio": uploaded("audio", "audio"),
    "sendvoice": uploaded("voice", "voice"),
    "sendsticker": uploaded("sticker", "sticker"),
    "sendlocation": location,
    "sendvenue": venue,
    "sendcontact": contact,
    "setmessagereaction": react,
}
