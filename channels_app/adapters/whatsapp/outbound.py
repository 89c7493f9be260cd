"""Our messages in WhatsApp's form. Follows "Messages" and "Template messages" of the Cloud API."""

from collections.abc import Callable
from typing import Any

from channels_app.content import Button, ContactCard, MessageKind
from channels_app.errors import PermanentFailure, RecipientUnreachable
from channels_app.outbound import Outbound

from .people import PHONE, is_business_scoped
from .reading import JSON, filled

MEDIA_TYPES = {
    MessageKind.IMAGE: "image",
    MessageKind.VIDEO: "video",
    MessageKind.AUDIO: "audio",
    MessageKind.VOICE: "audio",
    MessageKind.DOCUMENT: "document",
    MessageKind.STICKER: "sticker",
}
WITHOUT_CAPTION = ("audio", "sticker")
HEADER_TYPES = ("image", "video", "document")
WITH_FILE = ("template", "buttons")
NEVER_QUOTING = ("reaction", "template")
DEFAULT_MENU_BUTTON = "Choose"


def request(message: Outbound, media_id: str) -> JSON:
    """The JSON that creates the message; `media_id` of its uploaded file, or ""."""
    kind, body = _body(message, media_id)
    found: JSON = {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        **_recipient(message),
        "type": kind,
        kind: body,
        "biz_opaque_callback_data": message.reference,
    }
    if message.reply_to and kind not in NEVER_QUOTING:
        found["context"] = {"message_id": message.reply_to}
    return found


def check(message: Outbound) -> None:
    """Raise the SendError of a message that cannot be sent, before anything is uploaded."""
    _recipient(message)
    if len(message.files) > 1:
        raise PermanentFailure("WhatsApp takes one file per message.")
    _body(message, "")


def _recipient(message: Outbound) -> JSON:
    address = _address(message)
    if is_business_scoped(address):
        return {"recipient": address}
    if PHONE.fullmatch(address):
        return {"to": f"+{address}"}
    raise RecipientUnreachable("The customer has no WhatsApp address.")


def _address(message: Outbound) -> str:
    """The best address. One-time codes are refused for business-scoped ids, so there a phone goes first."""
    known = [address.removeprefix("+") for address in message.to.addresses]
    if message.content.get("template", {}).get("category") == "authentication":
        known.sort(key=is_business_scoped)
    return known[0] if known else ""


def _body(message: Outbound, media_id: str) -> tuple[str, Any]:
    for key, builder in CONTENTS.items():
        if message.content.get(key):
            if message.files and key not in WITH_FILE:
                raise PermanentFailure("WhatsApp takes no file in this kind of message.")
            return builder(message, media_id)
    return _media(message, media_id) if message.files else _text(message)


def _text(message: Outbound) -> tuple[str, Any]:
    if not message.text:
        raise PermanentFailure("The message is empty.")
    linked = "https://" in message.text or "http://" in message.text
    return "text", {"body": message.text, "preview_url": linked}


def _media(message: Outbound, media_id: str) -> tuple[str, Any]:
    file = message.files[0]
    kind = MEDIA_TYPES.get(file.kind, "document")
    if message.text and kind in WITHOUT_CAPTION:
        raise PermanentFailure("WhatsApp shows no text beside a sound file or a sticker.")
    return kind, filled(
        id=media_id,
        caption=message.text,
        filename=file.name if kind == "document" else "",
        voice=True if file.kind is MessageKind.VOICE else None,
    )


def _reaction(message: Outbound, media_id: str) -> tuple[str, Any]:
    change = message.content["reaction"]
    return "reaction", {"message_id": change.get("target", ""), "emoji": change.get("emoji", "")}


def _template(message: Outbound, media_id: str) -> tuple[str, Any]:
    use = message.content["template"]
    components: list[JSON] = list(use.get("components", []))
    if message.files and not any(str(part.get("type", "")).lower() == "header" for part in components):
        components.insert(0, {"type": "header", "parameters": [_header_file(message, media_id)]})
    language = {"code": use.get("language", "").replace("-", "_")}
    return "template", {"name": use.get("name", ""), "language": language, **filled(components=components)}


def _location(message: Outbound, media_id: str) -> tuple[str, Any]:
    place = message.content["location"]
    return "location", filled(
        latitude=place.get("latitude"),
        longitude=place.get("longitude"),
        name=place.get("name"),
        address=place.get("address"),
    )


def _contacts(message: Outbound, media_id: str) -> tuple[str, Any]:
    return "contacts", [_card(card) for card in message.content["contacts"]]


def _card(card: ContactCard) -> JSON:
    name = card.get("name") or card.get("organisation", "")
    phones = [
        filled(phone=phone.get("number"), type=phone.get("kind", "").upper())
        for phone in card.get("phones", [])
    ]
    found: JSON = filled(
        # Beside the formatted name at least one part of it is required.
        name={"formatted_name": name, "first_name": name},
        org=filled(company=card.get("organisation")),
        phones=phones,
        emails=[{"email": email} for email in card.get("emails", [])],
    )
    return found


def _menu(message: Outbound, media_id: str) -> tuple[str, Any]:
    menu = message.content["menu"]
    sections = [
        filled(title=section.get("title"), rows=[filled(**row) for row in section.get("rows", [])])
        for section in menu.get("sections", [])
    ]
    action = {"button": menu.get("button") or DEFAULT_MENU_BUTTON, "sections": sections}
    return _interactive("list", message, "", action)


def _buttons(message: Outbound, media_id: str) -> tuple[str, Any]:
    buttons = message.content["buttons"]
    pages = [button for button in buttons if button.get("url")]
    if not pages:
        action: JSON = {"buttons": [_reply_button(button) for button in buttons]}
        return _interactive("button", message, media_id, action)
    if len(buttons) > 1:
        raise PermanentFailure("WhatsApp takes one button that opens a page, and no other beside it.")
    page = {"display_text": pages[0].get("title", ""), "url": pages[0].get("url", "")}
    return _interactive("cta_url", message, media_id, {"name": "cta_url", "parameters": page})


def _reply_button(button: Button) -> JSON:
    title = button.get("title", "")
    return {"type": "reply", "reply": {"id": button.get("id") or title, "title": title}}


def _interactive(kind: str, message: Outbound, media_id: str, action: JSON) -> tuple[str, Any]:
    written, footer = message.content.get("header"), message.content.get("footer")
    header = _header_file(message, media_id) if message.files else None
    return "interactive", filled(
        type=kind,
        header=header or ({"type": "text", "text": written} if written else None),
        body={"text": message.text},
        footer={"text": footer} if footer else None,
        action=action,
    )


def _header_file(message: Outbound, media_id: str) -> JSON:
    file = message.files[0]
    kind = MEDIA_TYPES.get(file.kind, "document")
    if kind not in HEADER_TYPES:
        raise PermanentFailure("WhatsApp shows only a picture, a video or a document above a message.")
    return {"type": kind, kind: filled(id=media_id, filename=file.name if kind == "document" else "")}


CONTENTS: dict[str, Callable[[Outbound, str], tuple[str, Any]]] = {
    "reaction": _reaction,
    "template": _template,
    "location": _location,
    "contacts": _contacts,
    "menu": _menu,
    "buttons": _buttons,
}
