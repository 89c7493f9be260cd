"""The chips under a phone: one word each, what it shows and what it does."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils import timezone

from . import customer, network
from .models import Phone

JSON = dict[str, Any]

PLACE = {
    "latitude": 52.52,
    "longitude": 13.405,
    "name": "Parcel shop Mitte",
    "address": "Rosenthaler Str. 12, Berlin",
}
FRIEND = {"name": "Jo Berger", "phone": "+4915123456789"}
LIKE = "👍"
DEFAULT_REPLY = "Yes, that would help. Thank you!"
DEFAULT_EDIT = "Sorry, I meant tomorrow."


@dataclass(frozen=True)
class Chip:
    """`typed`: uses what stands in the text field. A chip either `sends` something, or it `acts`."""

    word: str
    label: str
    sends: Callable[[Phone, str], JSON] | None = None
    acts: Callable[[Phone, str], None] | None = None
    typed: bool = False


def photo(phone: Phone, text: str) -> JSON:
    file = network.sample(phone.channel, "photo.jpg", "image/jpeg")
    return {"kind": "image", "text": text, "files": [file]}


def voice(phone: Phone, text: str) -> JSON:
    return {"kind": "voice", "files": [network.sample(phone.channel, "voice.ogg", "audio/ogg")]}


def round_video(phone: Phone, text: str) -> JSON:
    return {"kind": "round", "files": [network.sample(phone.channel, "round.mp4", "video/mp4")]}


def document(phone: Phone, text: str) -> JSON:
    letter = f"Order 4821\n{timezone.now():%Y-%m-%d}\nThe screen is cracked.\n".encode()
    file = network.file(phone.channel, "complaint.txt", "text/plain", letter)
    return {"kind": "document", "text": text, "files": [file]}


def location(phone: Phone, text: str) -> JSON:
    return {"kind": "location", "payload": {"location": PLACE}}


def contact(phone: Phone, text: str) -> JSON:
    return {"kind": "contacts", "payload": {"contact": FRIEND}}


def vcard(phone: Phone, text: str) -> JSON:
    """Twilio passes a card on as a file."""
    card = f"BEGIN:VCARD\nVERSION:3.0\nFN:{FRIEND['name']}\nTEL:{FRIEND['phone']}\nEND:VCARD\n"
    return {
        "kind": "contacts",
        "files": [network.file(phone.channel, "card.vcf", "text/vcard", card.encode())],
    }


def own_number(phone: Phone, text: str) -> JSON:
    """Telegram vouches for the number when it belongs to the account itself."""
    card = {"name": phone.name, "phone": f"+491520{int(phone.address) % 10**7:07}", "own": int(phone.address)}
    return {"kind": "contacts", "payload": {"contact": card}}


def react(phone: Phone, text: str) -> None:
    customer.react(phone, LIKE)


def reply(phone: Phone, text: str) -> None:
    quoted = customer.business_last(phone)
    if quoted is None:
        raise customer.CannotDo("There is nothing to reply to yet.")
    customer.write(phone, text or DEFAULT_REPLY, quoted)


def edit(phone: Phone, text: str) -> None:
    customer.edit(phone, text or DEFAULT_EDIT)


def delete(phone: Phone, text: str) -> None:
    customer.delete(phone)


def block(phone: Phone, text: str) -> None:
    customer.block(phone, blocked=not phone.blocked)


def offers(phone: Phone, text: str) -> None:
    customer.prefer(phone, offers=phone.stopped)


def receipts(phone: Phone, text: str) -> None:
    phone.reads = not phone.reads
    phone.save(update_fields=["reads"])


def _word(word: str) -> Callable[[Phone, str], None]:
    def send(phone: Phone, text: str) -> None:
        customer.write(phone, word)

    return send


PHOTO, VOICE = Chip("photo", "📷 photo", photo, typed=True), Chip("voice", "🎤 voice note", voice)
DOCUMENT = Chip("document", "📄 file", document, typed=True)
LOCATION, CONTACT = Chip("location", "📍 location", location), Chip("contact", "👤 contact", contact)
REACT, REPLY = Chip("react", "👍 react", acts=react), Chip("reply", "↩ reply", acts=reply, typed=True)
EDIT, DELETE = Chip("edit", "✎ edit", acts=edit, typed=True), Chip("delete", "🗑 delete", acts=delete)
STOP, START = Chip("stop", "STOP", acts=_word("STOP")), Chip("start", "START", acts=_word("START"))
OFFERS, READS = Chip("offers", "no offers", acts=offers), Chip("receipts", "hide reading", acts=receipts)
BLOCK = Chip("block", "block", acts=block)

CHIPS: dict[str, tuple[Chip, ...]] = {
    "whatsapp": (
        *(PHOTO, VOICE, LOCATION, CONTACT, DOCUMENT, REACT, REPLY, EDIT, DELETE),
        *(STOP, OFFERS, READS, BLOCK),
    ),
    "telegram": (
        *(PHOTO, VOICE, Chip("round", "⏺ round video", round_video), LOCATION, CONTACT),
        *(Chip("number", "📞 my number", own_number), DOCUMENT, REACT, REPLY, EDIT),
        *(Chip("begin", "/start", acts=_word("/start")), replace(BLOCK, label="block bot")),
    ),
    "twilio_sms": (replace(PHOTO, label="📷 MMS"), STOP, START, Chip("help", "HELP", acts=_word("HELP"))),
    "twilio_whatsapp": (
        *(PHOTO, VOICE, LOCATION, Chip("contact", "👤 contact", vcard), REPLY, STOP, READS, BLOCK),
    ),
}
UNDO = {"block": "unblock", "offers": "offers again", "receipts": "show reading"}


def chips(phone: Phone) -> Iterator[Chip]:
    """With the words that fit: a blocked chat can be unblocked."""
    undone = {"block": phone.blocked, "offers": phone.stopped, "receipts": not phone.reads}
    for chip in CHIPS[phone.channel.kind]:
        yield replace(chip, label=UNDO[chip.word]) if undone.get(chip.word) else chip


def perform(phone: Phone, word: str, text: str) -> None:
    """Raises CannotDo, also for a word this phone does not have."""
    chip = _chip(phone, word)
    if chip.acts:
        chip.acts(phone, text if chip.typed else "")
    else:
        customer.may_write(phone)
        customer.say(phone, **content(phone, word, text))


def content(phone: Phone, word: str, text: str) -> JSON:
    """What a chip sends: kind, text, payload, files. Raises CannotDo."""
    chip = _chip(phone, word)
    if chip.sends is None:
        raise customer.CannotDo("This sends nothing.")
    return chip.sends(phone, text if chip.typed else "")


def _chip(phone: Phone, word: str) -> Chip:
    for chip in CHIPS[phone.channel.kind]:
        if chip.word == word:
            return chip
    raise customer.CannotDo("This phone cannot do that.")
