"""What a message contains: text, file, place, card, poll. One reader per key of the update.

https://core.telegram.org/bots/api#message
"""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from channels_app.content import ContactCard, Content, Location, MessageKind, Phone
from channels_app.events import Media

from .fields import Fields, clean, count, loads, number, part, parts, size, whole, words
from .people import full_name, link
from .service import sentence

PHONE = re.compile(r"\+?([1-9]\d{5,14})", re.ASCII)
ENTITY_TEXTS = ("type", "url", "language", "custom_emoji_id")
FILES = {
    "voice": (MessageKind.VOICE, "audio/ogg"),
    "audio": (MessageKind.AUDIO, ""),
    "video": (MessageKind.VIDEO, ""),
    "video_note": (MessageKind.VIDEO, "video/mp4"),
    "animation": (MessageKind.VIDEO, "video/mp4"),
    "document": (MessageKind.DOCUMENT, ""),
}
ENVELOPE = {
    *("message_id", "from", "chat", "date", "edit_date", "sender_chat", "sender_tag", "sender_boost_count"),
    *("sender_business_bot", "business_connection_id", "author_signature", "via_bot", "reply_markup"),
    *("message_thread_id", "is_topic_message", "direct_messages_topic", "media_group_id", "effect_id"),
    *("reply_to_message", "reply_to_story", "reply_to_checklist_task_id", "external_reply", "quote"),
    *("forward_origin", "is_automatic_forward", "is_from_offline", "has_protected_content", "is_paid_post"),
    *("caption", "caption_entities", "show_caption_above_media", "has_media_spoiler", "entities"),
    *("link_preview_options", "paid_star_count", "forward_date", "forward_from", "forward_from_chat"),
    *("forward_from_message_id", "forward_sender_name", "forward_signature", "suggested_post_info"),
}


@dataclass(frozen=True)
class Substance:
    """`phone`: the sender's own number, vouched for by Telegram."""

    kind: MessageKind
    text: str = ""
    content: Content = field(default_factory=lambda: Content())
    media: tuple[Media, ...] = ()
    phone: str = ""


def read(message: Fields) -> Substance:
    """The message by its most specific key, as a plain sentence, or as what it is in words."""
    for key, reader in READERS.items():
        if key in message and (found := reader(message, key)):
            return found
    if text := sentence(message):
        return Substance(MessageKind.SYSTEM, text)
    unknown = [clean(key).replace("_", " ") for key in message if key not in ENVELOPE]
    return unsupported(message, ", ".join(unknown) or "an empty message")


def unsupported(message: Fields, what: str) -> Substance:
    return Substance(MessageKind.UNSUPPORTED, words(message, "caption"), Content(unsupported=what))


def entities(message: Fields, key: str) -> Content:
    """Rich text as {"entities": [{type, offset, length, url}]}; {} when the text is plain."""
    found = [_entity(item) for item in parts(message, key) if words(item, "type")]
    return Content(entities=found) if found else Content()


def _entity(item: Fields) -> dict[str, Any]:
    texts = {key: words(item, key) for key in ENTITY_TEXTS if words(item, key)}
    return {**texts, "offset": count(item, "offset") or 0, "length": count(item, "length") or 0}


def _text(message: Fields, key: str) -> Substance | None:
    text = words(message, key)
    return Substance(MessageKind.TEXT, text, entities(message, "entities")) if text else None


def _captioned(message: Fields, kind: MessageKind, *media: Media) -> Substance:
    return Substance(kind, words(message, "caption"), entities(message, "caption_entities"), media)


def _photo(message: Fields, key: str) -> Substance | None:
    """Telegram lists one picture in several sizes. A live photo brings its moving part along."""
    sizes = [item for item in parts(message, key) if words(item, "file_id")]
    if not sizes:
        return None
    largest = max(sizes, key=lambda item: (count(item, "width") or 0) * (count(item, "height") or 0))
    files = [_media(largest, MessageKind.IMAGE, "image/jpeg")]
    if words(live := part(message, "live_photo"), "file_id"):
        files.append(_media(live, MessageKind.VIDEO, "video/mp4"))
    return _captioned(message, MessageKind.IMAGE, *files)


def _file(message: Fields, key: str) -> Substance | None:
    kind, mime_type = FILES[key]
    file = part(message, key)
    return _captioned(message, kind, _media(file, kind, mime_type)) if words(file, "file_id") else None


def _sticker(message: Fields, key: str) -> Substance | None:
    sticker = part(message, key)
    mime_type = "video/webm" if sticker.get("is_video") is True else "image/webp"
    if sticker.get("is_animated") is True:
        mime_type = "application/x-tgsticker"
    if not words(sticker, "file_id"):
        return None
    media = (_media(sticker, MessageKind.STICKER, mime_type),)
    return Substance(MessageKind.STICKER, words(sticker, "emoji"), media=media)


def _media(file: Fields, kind: MessageKind, mime_type: str) -> Media:
    side = count(file, "length")  # video notes are square
    return Media(
        reference=words(file, "file_id"),
        kind=kind,
        mime_type=words(file, "mime_type") or mime_type,
        filename=words(file, "file_name"),
        size=size(file, "file_size"),
        width=count(file, "width") or side,
        height=count(file, "height") or side,
        duration=count(file, "duration"),
    )


def _venue(message: Fields, key: str) -> Substance | None:
    venue = part(message, key)
    found = _location(venue if part(venue, "location") else message, "location")
    if found is None:
        return None
    place = Location(name=words(venue, "title"), address=words(venue, "address"))
    return Substance(MessageKind.LOCATION, content=Content(location={**found.content["location"], **place}))


def _location(message: Fields, key: str) -> Substance | None:
    fields = part(message, key)
    latitude, longitude = number(fields, "latitude"), number(fields, "longitude")
    if latitude is None or longitude is None or abs(latitude) > 90 or abs(longitude) > 180:
        return None
    place = Location(latitude=latitude, longitude=longitude, live=bool(count(fields, "live_period")))
    if (accuracy := number(fields, "horizontal_accuracy")) is not None:
        place["accuracy"] = accuracy
    return Substance(MessageKind.LOCATION, content=Content(location=place))


def _contact(message: Fields, key: str) -> Substance | None:
    """A card. Only a card of the sender's own account proves their number."""
    fields = part(message, key)
    owner = whole(fields, "user_id")
    own = owner is not None and owner == whole(part(message, "from"), "id")
    phone = words(fields, "phone_number").replace(" ", "")
    found = PHONE.fullmatch(phone)
    phone = f"+{found[1]}" if found else phone
    card = ContactCard(name=full_name(fields), phones=[Phone(number=phone, own=own)] if phone else [])
    if vcard := words(fields, "vcard"):
        card["vcard"] = vcard
    content = Content(contacts=[card])
    return Substance(MessageKind.CONTACTS, content=content, phone=phone if own and found else "")


def _poll(message: Fields, key: str) -> Substance | None:
    poll = part(message, key)
    options = [
        {"text": words(item, "text"), "votes": count(item, "voter_count") or 0}
        for item in parts(poll, "options")
    ]
    content = Content(
        poll={
            "question": words(poll, "question"),
            "options": options,
            "quiz": words(poll, "type") == "quiz",
            "multiple": poll.get("allows_multiple_answers") is True,
            "anonymous": poll.get("is_anonymous") is True,
            "closed": poll.get("is_closed") is True,
        }
    )
    return Substance(MessageKind.POLL, words(poll, "question"), content) if poll else None


def _dice(message: Fields, key: str) -> Substance | None:
    dice = part(message, key)
    value = whole(dice, "value")
    return Substance(MessageKind.TEXT, f"{words(dice, 'emoji')} {value}") if value is not None else None


def _story(message: Fields, key: str) -> Substance:
    """A story cannot be fetched by a bot; a public one has an address."""
    story = part(message, key)
    url = link(part(story, "chat"), "s", str(count(story, "id") or ""))
    content = Content(unsupported="story", quoted={"kind": "story", "url": url})
    return Substance(MessageKind.UNSUPPORTED, content=content)


def _form(message: Fields, key: str) -> Substance:
    """What a mini app sent: any text at all, by convention a JSON object."""
    data = part(message, key)
    raw = words(data, "data")
    return Substance(MessageKind.FORM, words(data, "button_text"), Content(form=_answers(raw)))


def _answers(raw: str) -> dict[str, str]:
    """One text per field, nested values as JSON."""
    try:
        values = loads(raw)
        fields = values if isinstance(values, dict) else {"data": raw}
        return {clean(name): _answer(value) for name, value in fields.items()}
    except (ValueError, RecursionError):
        return {"data": raw}


def _answer(value: object) -> str:
    return clean(value) if isinstance(value, str) else json.dumps(value)


# The order matters: an animation also comes as a document, a venue also as a location.
READERS: dict[str, Callable[[Fields, str], Substance | None]] = {
    "text": _text,
    "photo": _photo,
    "animation": _file,
    "venue": _venue,
    "voice": _file,
    "audio": _file,
    "video": _file,
    "video_note": _file,
    "document": _file,
    "sticker": _sticker,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "dice": _dice,
    "story": _story,
    "web_app_data": _form,
}
