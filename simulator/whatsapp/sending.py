"""POST /{phone}/messages: checked as Meta checks, then kept for the phone.

Follows "Messages" of the Cloud API.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels_app.models import Channel
from simulator import network, receipts
from simulator.models import Phone, PhoneMessage, ProviderFile

from . import interactive, templates
from .refusals import Refusal, Refused, invalid, missing
from .webhooks import new_id, user_id

JSON = dict[str, Any]

MAX_TEXT, MAX_CAPTION = 4096, 1024  # characters
TYPING_SECONDS = 25
NUMBER = re.compile(r"\+?[1-9]\d{4,14}")
WITHOUT_CAPTION = ("audio", "sticker")


@dataclass
class Parcel:
    """A checked message, in our own words."""

    kind: str
    text: str = ""
    payload: JSON = field(default_factory=dict)
    files: list[ProviderFile] = field(default_factory=list)


def create(channel: Channel, body: JSON) -> JSON:
    """Take a message. Raises Refused."""
    kind = body.get("type", "text")
    if kind == "reaction":
        return _reacted(channel, body)
    if kind not in READERS:
        raise invalid(f"Unsupported message type {kind}")
    phone = _recipient(channel, body)
    parcel = READERS[kind](channel, body)
    parcel.payload["reference"] = str(body.get("biz_opaque_callback_data", ""))[:512]
    quoted = network.message(phone, str(_object(body, "context").get("message_id", "")))
    message = network.take(
        phone,
        from_customer=False,
        provider_id=new_id(),
        kind=parcel.kind,
        text=parcel.text,
        payload=parcel.payload,
        files=parcel.files,
        reply_to=None if kind == "template" else quoted,
    )
    network.stop_typing(phone)
    receipts.follow(message)
    return _accepted(phone, body, message)


def mark(channel: Channel, body: JSON) -> JSON:
    """A read mark, perhaps with the typing indicator. Raises Refused."""
    found = PhoneMessage.objects.filter(
        phone__channel=channel, from_customer=True, provider_id=body.get("message_id", "")
    ).last()
    if found is None:
        raise invalid("Message id is not known")
    network.mark_read(found)
    if body.get("typing_indicator"):
        network.show_typing(found.phone, TYPING_SECONDS)
    return {"success": True}


def _recipient(channel: Channel, body: JSON) -> Phone:
    """`to` wins over `recipient`, the business-scoped id."""
    number = str(body.get("to", "")).removeprefix("+")
    if number and NUMBER.fullmatch(number):
        return network.reach(channel, number)
    if scoped := str(body.get("recipient", "")):
        for phone in Phone.objects.filter(channel=channel).select_related("channel"):
            if user_id(phone) == scoped:
                return phone
    if number or scoped:
        raise invalid("Recipient is not a valid phone number or user id")
    raise missing("to")


def _accepted(phone: Phone, body: JSON, message: PhoneMessage) -> JSON:
    given = {"wa_id": phone.address} if body.get("to") else {"user_id": user_id(phone)}
    sent: JSON = {"id": message.provider_id}
    if "template" in message.payload:
        sent["message_status"] = "accepted"
    contact = {"input": body.get("to") or body.get("recipient"), **given}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _reacted(channel: Channel, body: JSON) -> JSON:
    """A reaction changes the message it is for and has an id of its own, but no receipts."""
    reaction, phone = _object(body, "reaction"), _recipient(channel, body)
    target = network.message(phone, str(reaction.get("message_id", "")))
    if target is None:
        raise invalid("Message id of the reaction is not known")
    target.business_reaction = str(reaction.get("emoji", ""))[:40]
    target.save(update_fields=["business_reaction"])
    contact = {"input": body.get("to") or body.get("recipient"), "wa_id": phone.address}
    return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [{"id": new_id()}]}


def _text(channel: Channel, body: JSON) -> Parcel:
    text = _object(body, "text").get("body", "")
    if not text:
        raise missing("text['body']")
    if len(text) > MAX_TEXT:
        raise Refused(Refusal(100, f"Param text['body'] must be at most {MAX_TEXT} characters long."))
    return Parcel("text", text)


def _media(channel: Channel, body: JSON) -> Parcel:
    kind = str(body["type"])
    given = _object(body, kind)
    file = ProviderFile.objects.filter(channel=channel, key=str(given.get("id", ""))).first()
    if file is None:
        raise invalid(f"{kind}: media id is not known")
    caption = str(given.get("caption", ""))
    if (caption and kind in WITHOUT_CAPTION) or len(caption) > MAX_CAPTION:
        raise invalid(f"{kind}: caption is not allowed or too long")
    shown = "voice" if kind == "audio" and given.get("voice") else kind
    return Parcel(shown, caption, {}, [file])


def _location(channel: Channel, body: JSON) -> Parcel:
    place = _object(body, "location")
    if "latitude" not in place or "longitude" not in place:
        raise missing("location['latitude']")
    return Parcel("location", payload={"location": place})


def _contacts(channel: Channel, body: JSON) -> Parcel:
    cards = body.get("contacts") or []
    if not cards or "formatted_name" not in (cards[0].get("name") or {}):
        raise missing("contacts[0]['name']['formatted_name']")
    phones = cards[0].get("phones") or [{}]
    card = {"name": cards[0]["name"]["formatted_name"], "phone": phones[0].get("phone", "")}
    return Parcel("contacts", payload={"contact": card})


def _interactive(channel: Channel, body: JSON) -> Parcel:
    text, payload, media = interactive.read(_object(body, "interactive"))
    files = list(ProviderFile.objects.filter(channel=channel, key=media)) if media else []
    return Parcel("interactive", text, payload, files)


def _template(channel: Channel, body: JSON) -> Parcel:
    use = _object(body, "template")
    name, language = use.get("name", ""), _object(use, "language").get("code", "")
    template = templates.find(name, language)
    if template is None:
        details = f"template name ({name}) does not exist in {language}"
        raise Refused(Refusal(132001, "Template name does not exist in the translation", 404, details))
    if template["status"] == "PAUSED":
        raise Refused(Refusal(132015, "Template is paused"))
    values = interactive.values(use.get("components") or [])
    if len(values) != (wanted := templates.variables(template)):
        details = f"body: number of localizable_params ({len(values)}) does not match ({wanted})"
        raise Refused(Refusal(132000, "Number of parameters does not match", details=details))
    payload = interactive.template_payload(template, use.get("components") or [])
    return Parcel("template", templates.filled(template, values), payload)


def _object(body: JSON, name: str) -> JSON:
    found = body.get(name) or {}
    if not isinstance(found, dict):
        raise invalid(f"{name} must be an object")
    return found


READERS: dict[str, Callable[[Channel, JSON], Parcel]] = {
    **dict.fromkeys(("image", "video", "audio", "document", "sticker"), _media),
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "interactive": _interactive,
    "template": _template,
}
