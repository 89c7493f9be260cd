"""What a message holds, per type: text, structured content and files.

Follows "Webhooks, messages" of the Cloud API. A type nobody knows, and a known type without its content,
become a placeholder: the customer did write something.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from channels_app.content import ContactCard, Content, MessageKind, OrderItem, Phone
from channels_app.events import Media

from .reading import JSON, document, filled, first, items, mapping, number, sha256, text

UNSUPPORTED_WORDS = {
    "": "a message WhatsApp does not pass on",
    "edit": "a correction of an earlier message",
    "errors": "a message WhatsApp could not pass on",
    "gif": "an animated picture",
    "group_invite": "an invitation to a group",
    "hsm": "a template message",
    "image": "a picture WhatsApp does not pass on, such as one to be viewed once",
    "interactive": "an interactive message",
    "keep_in_chat": "a kept disappearing message",
    "link_preview": "a link preview",
    "list": "a list message",
    "location": "a live location",
    "media_placeholder": "a file that is not available yet",
    "order": "an order",
    "pin": "a pinned message",
    "poll_creation": "a poll",
    "poll_update": "a vote in a poll",
    "product": "a product",
    "reaction": "a reaction",
    "video": "a video WhatsApp does not pass on, such as one to be viewed once",
}
ERROR_WORDS = {
    131052: "a file that is too large or no longer there",
    131060: "a message that is not available yet",
}
MEDIA_KINDS = {
    "image": MessageKind.IMAGE,
    "video": MessageKind.VIDEO,
    "document": MessageKind.DOCUMENT,
    "sticker": MessageKind.STICKER,
    "audio": MessageKind.AUDIO,
    "voice": MessageKind.VOICE,
}


@dataclass(frozen=True)
class Body:
    """The readable part of one message."""

    kind: MessageKind
    text: str = ""
    content: Content = field(default_factory=lambda: Content())
    media: tuple[Media, ...] = ()


def body(raw: JSON) -> Body:
    """The body of a message object, a placeholder when there is nothing readable in it."""
    reader = READERS.get(text(raw.get("type")))
    return (reader(raw) if reader else None) or _placeholder(raw)


def _text(raw: JSON) -> Body | None:
    written = text(mapping(raw.get("text")).get("body"))
    return Body(MessageKind.TEXT, written) if written else None


def _media(raw: JSON) -> Body:
    name = text(raw.get("type"))
    file = mapping(raw.get(name))
    kind = MessageKind.VOICE if file.get("voice") is True else MEDIA_KINDS[name]
    caption = text(file.get("caption"))
    if not (reference := text(file.get("id"))):
        return Body(
            MessageKind.UNSUPPORTED, caption, Content(unsupported=f"a file ({name}) that cannot be fetched")
        )
    media = Media(
        reference=reference,
        kind=kind,
        mime_type=text(file.get("mime_type")),
        filename=text(file.get("filename")),
        sha256=sha256(file.get("sha256")),
        url=text(file.get("url")),
    )
    return Body(kind, caption, media=(media,))


def _location(raw: JSON) -> Body | None:
    place = mapping(raw.get("location"))
    latitude, longitude = number(place.get("latitude")), number(place.get("longitude"))
    if latitude is None or longitude is None:
        return None
    details = {name: text(place.get(name)) for name in ("name", "address", "url")}
    return Body(
        MessageKind.LOCATION,
        content=Content(location=filled(latitude=latitude, longitude=longitude, **details)),
    )


def _contacts(raw: JSON) -> Body | None:
    cards = [_card(card) for card in items(raw.get("contacts")) if isinstance(card, dict)]
    cards = [card for card in cards if card]
    return Body(MessageKind.CONTACTS, content=Content(contacts=cards)) if cards else None


def _card(card: JSON) -> ContactCard:
    own = card.get("origin") == "contact_request"
    phones = [phone for phone in items(card.get("phones")) if isinstance(phone, dict)]
    emails = [text(mapping(email).get("email")) for email in items(card.get("emails"))]
    found: ContactCard = filled(
        name=text(mapping(card.get("name")).get("formatted_name")),
        organisation=text(mapping(card.get("org")).get("company")),
        # Only the first number of a requested card is the sender's own.
        phones=[_phone(phone, own=own and index == 0) for index, phone in enumerate(phones)],
        emails=[email for email in emails if email],
        vcard=text(card.get("vcard")),
    )
    return found


def _phone(phone: JSON, *, own: bool) -> Phone:
    written = text(phone.get("phone")) or text(phone.get("wa_id"))
    found: Phone = filled(number=written, kind=text(phone.get("type")).lower(), own=own or None)
    return found


def _button(raw: JSON) -> Body | None:
    tapped = mapping(raw.get("button"))
    title = text(tapped.get("text"))
    chosen = filled(id=text(tapped.get("payload")) or title, title=title)
    return _choice(chosen, "template")


def _interactive(raw: JSON) -> Body | None:
    answer = mapping(raw.get("interactive"))
    for name, reader in INTERACTIVE.items():
        if found := mapping(answer.get(name)):
            return reader(found)
    return None


def _tapped(source: str) -> Callable[[JSON], Body | None]:
    def read(reply: JSON) -> Body | None:
        return _choice(
            filled(**{name: text(reply.get(name)) for name in ("id", "title", "description")}), source
        )

    return read


def _choice(chosen: JSON, source: str) -> Body | None:
    if not chosen:
        return None
    shown = chosen.get("title") or chosen.get("id") or ""
    return Body(MessageKind.CHOICE, shown, Content(choice=filled(**chosen, source=source)))


def _form(reply: JSON) -> Body | None:
    """A flow or address form. Answers that are not a JSON object stay as the text they came as."""
    written = text(reply.get("response_json"))
    answers = document(written)
    if answers is None:
        return Body(MessageKind.FORM, written) if written else None
    return Body(MessageKind.FORM, text(reply.get("body")), Content(form=answers))


def _call_permission(reply: JSON) -> Body:
    answer = text(reply.get("response")) or "unknown"
    words = f"an answer to a request for permission to call: {answer}"
    return Body(MessageKind.UNSUPPORTED, content=Content(unsupported=words))


def _order(raw: JSON) -> Body | None:
    order = mapping(raw.get("order"))
    lines = [_order_item(item) for item in items(order.get("product_items")) if isinstance(item, dict)]
    found = filled(catalog=text(order.get("catalog_id")), items=[line for line in lines if line])
    note = text(order.get("text"))
    return Body(MessageKind.ORDER, note, Content(order=found)) if found or note else None


def _order_item(item: JSON) -> OrderItem:
    found: OrderItem = filled(
        product=text(item.get("product_retailer_id")),
        quantity=number(item.get("quantity")),
        price=number(item.get("item_price")),
        currency=text(item.get("currency")),
    )
    return found


def _placeholder(raw: JSON) -> Body:
    return Body(MessageKind.UNSUPPORTED, content=Content(unsupported=_words(raw)))


def _words(raw: JSON) -> str:
    name = text(raw.get("type"))
    code = number(first(raw.get("errors")).get("code"))
    if code in ERROR_WORDS:
        return ERROR_WORDS[int(code)]
    if name == "unsupported":
        inner = text(mapping(raw.get("unsupported")).get("type"))
        return UNSUPPORTED_WORDS.get(inner, f"a message of the type “{inner}”")
    if name in READERS:
        return f"a message of the type “{name}” without its content"
    return f"a message of the type “{name}”" if name else "a message without a type"


INTERACTIVE: dict[str, Callable[[JSON], Body | None]] = {
    "button_reply": _tapped("button"),
    "list_reply": _tapped("list"),
    "nfm_reply": _form,
    "call_permission_reply": _call_permission,
}
READERS: dict[str, Callable[[JSON], Body | None]] = {
    **dict.fromkeys(MEDIA_KINDS, _media),
    "text": _text,
    "location": _location,
    "contacts": _contacts,
    "button": _button,
    "interactive": _interactive,
    "order": _order,
}
