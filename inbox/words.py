"""What kinds of message and delivery states are called on the screen."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus
from channels_app.models import Channel
from conversations.models import Message


@dataclass(frozen=True)
class Word:
    """A name and the icon that goes with it."""

    icon: str
    text: str | Promise


KINDS: dict[str, Word] = {
    MessageKind.IMAGE: Word("photo", gettext_lazy("Photo")),
    MessageKind.VIDEO: Word("video-camera", gettext_lazy("Video")),
    MessageKind.AUDIO: Word("musical-note", gettext_lazy("Audio")),
    MessageKind.VOICE: Word("microphone", gettext_lazy("Voice note")),
    MessageKind.DOCUMENT: Word("document", gettext_lazy("Document")),
    MessageKind.STICKER: Word("face-smile", gettext_lazy("Sticker")),
    MessageKind.LOCATION: Word("map-pin", gettext_lazy("Location")),
    MessageKind.CONTACTS: Word("identification", gettext_lazy("Contact")),
    MessageKind.CHOICE: Word("cursor-arrow-rays", gettext_lazy("Choice")),
    MessageKind.FORM: Word("clipboard-document-list", gettext_lazy("Form")),
    MessageKind.ORDER: Word("shopping-cart", pgettext_lazy("of goods", "Order")),
    MessageKind.INTERACTIVE: Word("list-bullet", gettext_lazy("Message with buttons")),
    MessageKind.TEMPLATE: Word("document-text", gettext_lazy("Template")),
    MessageKind.POLL: Word("chart-bar", gettext_lazy("Poll")),
    MessageKind.UNSUPPORTED: Word("question-mark-circle", gettext_lazy("Cannot be shown yet")),
    "deleted": Word("no-symbol", gettext_lazy("Deleted")),
}

STATES: dict[str, Word] = {
    DeliveryStatus.QUEUED: Word("queued", gettext_lazy("Waiting to send")),
    DeliveryStatus.SENDING: Word("sending", gettext_lazy("Sending")),
    DeliveryStatus.ACCEPTED: Word("accepted", gettext_lazy("Accepted by %(provider)s")),
    DeliveryStatus.DELIVERED: Word("delivered", gettext_lazy("Delivered")),
    DeliveryStatus.READ: Word("read", gettext_lazy("Read")),
    DeliveryStatus.OUTCOME_UNKNOWN: Word("question-mark-circle", gettext_lazy("Not known yet")),
    DeliveryStatus.FAILED: Word("exclamation-circle", gettext_lazy("Failed")),
    DeliveryStatus.CANCELLED: Word("no-symbol", gettext_lazy("Cancelled")),
}


REFUSALS: dict[str, str | Promise] = {
    "customer_blocked": gettext_lazy("blocked"),
    "opted_out": gettext_lazy("opted out"),
    "marketing_opted_out": gettext_lazy("opted out of offers"),
    "unreachable": gettext_lazy("not reachable"),
    "window_closed": gettext_lazy("window closed"),
    "never_wrote": gettext_lazy("has not written yet"),
    "gate_error": gettext_lazy("cannot reply"),
}


@dataclass(frozen=True)
class State:
    """A delivery state: its name for classes, its icon, its word and the longer hover text."""

    name: str
    icon: str
    text: str
    hint: str


def state(status: str, channel: Channel, reason: str = "") -> State:
    """A delivery status in words. The hint also says what this channel never reports."""
    word = STATES[status]
    text = str(word.text) % {"provider": channel.adapter.label}
    said = f"{text}: {reason}".removesuffix(".") if reason else text
    return State(status, word.icon, text, " ".join([f"{said}.", *_never_reported(status, channel)]))


def _never_reported(status: str, channel: Channel) -> Iterator[str]:
    reported = channel.adapter.capabilities.receipts
    provider = channel.adapter.label
    if status == DeliveryStatus.ACCEPTED and DeliveryStatus.DELIVERED not in reported:
        yield _("%(provider)s does not report delivery or reading.") % {"provider": provider}
    elif status in (DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED) and (
        DeliveryStatus.READ not in reported
    ):
        yield _("%(provider)s does not report reading.") % {"provider": provider}


def refusal_word(code: str) -> str:
    """A reason of the gate, short enough for a list row."""
    return str(REFUSALS.get(code, REFUSALS["gate_error"]))


def writer(message: Message) -> str:
    """Who wrote a message, by name. "" for our side when nobody is known."""
    if message.direction == "in":
        return message.content.get("author") or str(message.conversation.customer)
    return str(message.author) if message.author else ""
