"""What is sent, as a method with its fields.

https://core.telegram.org/bots/api#available-methods
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from channels_app.content import Button, Content, MessageKind, ReactionChange
from channels_app.errors import PermanentFailure, RecipientUnreachable
from channels_app.outbound import File, Outbound

from .people import Target, numbered, target

TOPIC = re.compile(r"\d{1,19}", re.ASCII)
UPLOADS = {
    MessageKind.IMAGE: ("sendPhoto", "photo"),
    MessageKind.VIDEO: ("sendVideo", "video"),
    MessageKind.AUDIO: ("sendAudio", "audio"),
    MessageKind.VOICE: ("sendVoice", "voice"),
    MessageKind.STICKER: ("sendSticker", "sticker"),
}
DOCUMENT = ("sendDocument", "document")
ANIMATION = ("sendAnimation", "animation")  # a GIF sent as a photo stands still


@dataclass(frozen=True)
class Call:
    """One request. `file` is uploaded under the name `upload`."""

    method: str
    fields: dict[str, Any]
    file: File | None = None
    upload: str = ""


def call(message: Outbound) -> Call:
    """The request a message becomes. Raises PermanentFailure for what Telegram has no method for."""
    where = destination(message.to.addresses, message.to.topic)
    if reaction := message.content.get("reaction"):
        return _reaction(reaction)
    builder = _file if message.files else BUILDERS.get(message.kind)
    if builder is None or message.content.get("menu"):
        raise PermanentFailure("Telegram bots cannot send this kind of message.", "kind")
    built = builder(message)
    fields = {**where, **built.fields, **_reply(message, where), **_keyboard(message.content)}
    return Call(built.method, fields, built.file, built.upload)


def destination(addresses: tuple[str, ...], topic: str = "") -> dict[str, Any]:
    """The fields that say where to. Raises RecipientUnreachable for an address of another kind."""
    found = target(addresses[0]) if addresses else None
    if found is None:
        raise RecipientUnreachable("This is not a Telegram address.", "address")
    fields: dict[str, Any] = {"chat_id": found.chat}
    if found.connection:
        fields["business_connection_id"] = found.connection
    if TOPIC.fullmatch(topic):
        fields["message_thread_id"] = int(topic)
    return fields


def _text(message: Outbound) -> Call:
    if not message.text:
        raise PermanentFailure("The message is empty.", "empty")
    header, footer = message.content.get("header", ""), message.content.get("footer", "")
    fields: dict[str, Any] = {"text": "\n\n".join(filter(None, (header, message.text, footer)))}
    if not header and (entities := message.content.get("entities")):
        fields["entities"] = entities
    return Call("sendMessage", fields)


def _file(message: Outbound) -> Call:
    if len(message.files) > 1:
        raise PermanentFailure("Telegram takes one file per message.", "files")
    file = message.files[0]
    method, name = UPLOADS.get(file.kind, DOCUMENT)
    if (file.kind, file.mime_type) == (MessageKind.IMAGE, "image/gif"):
        method, name = ANIMATION
    if file.kind is MessageKind.STICKER:
        _refuse_text(message)
    fields: dict[str, Any] = {"caption": message.text} if message.text else {}
    if message.text and (entities := message.content.get("entities")):
        fields["caption_entities"] = entities
    return Call(method, fields, file, name)


def _location(message: Outbound) -> Call:
    _refuse_text(message)
    place = message.content.get("location", {})
    if "latitude" not in place or "longitude" not in place:
        raise PermanentFailure("The location has no coordinates.", "location")
    fields = {"latitude": place["latitude"], "longitude": place["longitude"]}
    if place.get("name") and place.get("address"):
        return Call("sendVenue", {**fields, "title": place["name"], "address": place["address"]})
    if "accuracy" in place:
        fields["horizontal_accuracy"] = place["accuracy"]
    return Call("sendLocation", fields)


def _contact(message: Outbound) -> Call:
    _refuse_text(message)
    cards = message.content.get("contacts", [])
    if len(cards) != 1 or not cards[0].get("phones"):
        raise PermanentFailure("Telegram takes one contact with a phone number per message.", "contacts")
    number = cards[0]["phones"][0].get("number", "")
    fields = {"phone_number": number, "first_name": cards[0].get("name") or number}
    return Call("sendContact", {**fields, "vcard": cards[0]["vcard"]} if cards[0].get("vcard") else fields)


def _refuse_text(message: Outbound) -> None:
    if message.text:
        raise PermanentFailure("Telegram takes no text with this; send it as its own message.", "text")


def _reaction(reaction: ReactionChange) -> Call:
    """A bot has one reaction per message; an empty list removes it."""
    found = numbered(reaction.get("target", ""))
    where = target(found[0]) if found else None
    if found is None or where is None:
        raise PermanentFailure("There is no message to react to.", "target")
    if where.connection:
        raise PermanentFailure("Telegram takes no reactions in business chats.", "business")
    emoji = reaction.get("emoji", "")
    shown = [{"type": "emoji", "emoji": emoji}] if emoji else []
    return Call("setMessageReaction", {"chat_id": where.chat, "message_id": found[1], "reaction": shown})


def _reply(message: Outbound, where: dict[str, Any]) -> dict[str, Any]:
    """Numbers mean nothing in another chat, so an answer across chats is sent without the quote."""
    found = numbered(message.reply_to)
    here = Target(where["chat_id"], where.get("business_connection_id", ""))
    if found is None or target(found[0]) != here:
        return {}
    return {"reply_parameters": {"message_id": found[1], "allow_sending_without_reply": True}}


def _keyboard(content: Content) -> dict[str, Any]:
    """One button per row: titles are never cut."""
    rows = [[_button(button)] for button in content.get("buttons", [])]
    return {"reply_markup": {"inline_keyboard": rows}} if rows else {}


def _button(button: Button) -> dict[str, str]:
    title = button.get("title", "")
    if url := button.get("url"):
        return {"text": title, "url": url}
    return {"text": title, "callback_data": button.get("id") or title}


BUILDERS: dict[MessageKind, Callable[[Outbound], Call]] = {
    MessageKind.TEXT: _text,
    MessageKind.INTERACTIVE: _text,
    MessageKind.LOCATION: _location,
    MessageKind.CONTACTS: _contact,
}
