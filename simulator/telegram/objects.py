"""Telegram's objects of people, chats and messages. https://core.telegram.org/bots/api#available-types"""

import re
from collections.abc import Callable
from typing import Any

from PIL import Image, UnidentifiedImageError

from channels_app.models import Channel
from simulator.models import Phone, PhoneMessage, ProviderFile

JSON = dict[str, Any]

FOLDERS = {"image": "photos", "voice": "voice", "video": "videos", "audio": "music", "sticker": "stickers"}
VOICE_SECONDS, ROUND_SECONDS, ROUND_SIDE = 3, 2, 240


def bot(channel: Channel) -> JSON:
    number = channel.credentials.get("token", "").partition(":")[0]
    return {"id": int(number or 0), "is_bot": True, "first_name": channel.name, "username": username(channel)}


def username(channel: Channel) -> str:
    """Bots end in "bot", so the name a channel goes by can be made into one."""
    name = re.sub(r"[^a-z0-9]+", "_", channel.name.lower()).strip("_") or "desk"
    return name if name.endswith("bot") else f"{name}_bot"


def user(phone: Phone) -> JSON:
    return {"id": int(phone.address), "is_bot": False, **_names(phone), "language_code": "en"}


def chat(phone: Phone) -> JSON:
    return {"id": int(phone.address), **_names(phone), "type": "private"}


def message(row: PhoneMessage, *, quoting: bool = True) -> JSON:
    """A message object. Only one level of what it answers is shown, as at Telegram."""
    phone = row.phone
    found: JSON = {
        "message_id": number(row),
        "from": user(phone) if row.from_customer else bot(phone.channel),
        "chat": chat(phone),
        "date": int(row.at.timestamp()),
        **_content(row),
    }
    if quoting and row.reply_to is not None:
        found["reply_to_message"] = message(row.reply_to, quoting=False)
    if row.edited_at is not None:
        found["edit_date"] = int(row.edited_at.timestamp())
    if keyboard := row.payload.get("keyboard"):
        found["reply_markup"] = keyboard
    return found


def number(row: PhoneMessage) -> int:
    return int(row.provider_id) if row.provider_id.isdecimal() else row.pk


def path(file: ProviderFile, kind: str) -> str:
    return f"{FOLDERS.get(kind, 'documents')}/file_{file.key}"


def _names(phone: Phone) -> JSON:
    first, _, last = phone.name.partition(" ")
    return {"first_name": first, "last_name": last} if last else {"first_name": first}


def _content(row: PhoneMessage) -> JSON:
    if location := row.payload.get("location"):
        return _place(location)
    if contact := row.payload.get("contact"):
        return {"contact": _card(contact)}
    if file := row.files.first():
        caption = {"caption": row.text} if row.text else {}
        return FILES.get(row.kind, _document)(file) | caption
    entities = {"entities": found} if (found := row.payload.get("entities") or _command(row.text)) else {}
    return {"text": row.text, **entities}


def _command(text: str) -> list[JSON]:
    command = re.match(r"/\w+", text)
    return [{"type": "bot_command", "offset": 0, "length": command.end()}] if command else []


def _place(location: JSON) -> JSON:
    point = {"latitude": location["latitude"], "longitude": location["longitude"]}
    if not location.get("name"):
        return {"location": point}
    venue = {"location": point, "title": location["name"], "address": location.get("address", "")}
    return {"location": point, "venue": venue}


def _card(contact: JSON) -> JSON:
    """`own`: the customer shared their own number, which only Telegram can vouch for."""
    first, _, last = contact["name"].partition(" ")
    card: JSON = {"phone_number": contact["phone"].removeprefix("+"), "first_name": first}
    if last:
        card["last_name"] = last
    if contact.get("own"):
        card["user_id"] = contact["own"]
    return card


def _file(file: ProviderFile) -> JSON:
    return {"file_id": file.key, "file_unique_id": file.key[:16], "file_size": file.size}


def _photo(file: ProviderFile) -> JSON:
    width, height = _size(file)
    small = {**_file(file), "width": max(1, width // 8), "height": max(1, height // 8), "file_size": 1200}
    return {"photo": [small, {**_file(file), "width": width, "height": height}]}


def _size(file: ProviderFile) -> tuple[int, int]:
    try:
        with file.content.open() as content, Image.open(content) as picture:
            return picture.size
    except (UnidentifiedImageError, OSError):
        return (1, 1)


def _voice(file: ProviderFile) -> JSON:
    return {"voice": {**_file(file), "duration": VOICE_SECONDS, "mime_type": file.mime_type}}


def _round(file: ProviderFile) -> JSON:
    return {"video_note": {**_file(file), "length": ROUND_SIDE, "duration": ROUND_SECONDS}}


def _video(file: ProviderFile) -> JSON:
    named = {"file_name": file.name, "mime_type": file.mime_type}
    return {"video": {**_file(file), **named, "width": 640, "height": 360, "duration": 1}}


def _audio(file: ProviderFile) -> JSON:
    return {"audio": {**_file(file), "duration": 1, "file_name": file.name, "mime_type": file.mime_type}}


def _sticker(file: ProviderFile) -> JSON:
    looks = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return {"sticker": {**_file(file), **looks}}


def _document(file: ProviderFile) -> JSON:
    return {"document": {**_file(file), "file_name": file.name, "mime_type": file.mime_type}}


FILES: dict[str, Callable[[ProviderFile], JSON]] = {
    "image": _photo,
    "voice": _voice,
    "round": _round,
    "video": _video,
    "audio": _audio,
    "sticker": _sticker,
}
