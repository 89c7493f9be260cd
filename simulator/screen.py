"""What stands on a phone's screen, ready to be shown."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import phonenumbers
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from . import actions, customer, providers
from .models import MessageState, Phone, PhoneMessage, ProviderFile
from .telegram.objects import username

SHOWN = 60  # messages
BOLD = re.compile(r"\*(?=\S)([^*\n]+)\*")
ARRIVED = (MessageState.DELIVERED, MessageState.READ)
MARKS = {
    MessageState.SENDING: ("🕓", "on its way"),
    MessageState.ARRIVED: ("✓", "arrived at the business"),
    MessageState.READ: ("✓✓", "read by the business"),
    MessageState.FAILED: ("⚠", "given up"),
}
SMS_WORDS = {MessageState.ARRIVED: "delivered", MessageState.FAILED: "not delivered"}


class Bubble:
    """One message as it looks on this phone."""

    def __init__(self, row: PhoneMessage, kind: str) -> None:
        self.row = row
        self.kind = kind

    @property
    def mine(self) -> bool:
        return self.row.from_customer

    @property
    def pressed(self) -> bool:
        """At Telegram a pressed button leaves no message in the chat."""
        return self.row.kind == "choice" and self.kind == "telegram"

    @cached_property
    def files(self) -> list[ProviderFile]:
        return list(self.row.files.all())

    @property
    def text(self) -> str | SafeString:
        """WhatsApp's *bold* is shown as such."""
        if not self.kind.endswith("whatsapp"):
            return self.row.text
        return mark_safe(BOLD.sub(r"<b>\1</b>", escape(self.row.text)))

    @property
    def choices(self) -> list[tuple[int, dict[str, str]]]:
        """What can be tapped, with its number."""
        return [] if self.mine else list(enumerate(customer.choices(self.row)[1]))

    @property
    def time(self) -> str:
        return f"{timezone.localtime(self.row.at):%H:%M}"

    @property
    def mark(self) -> tuple[str, str]:
        """A sign and what it means; none on what the business sent."""
        if not self.mine:
            return "", ""
        state = MessageState(self.row.state)
        sign, meaning = MARKS.get(state, ("", ""))
        if self.kind == "twilio_sms":
            return SMS_WORDS.get(state, sign), meaning
        return sign, meaning

    @property
    def segments(self) -> int:
        return int(self.row.payload.get("segments", 0)) if self.kind == "twilio_sms" else 0

    @property
    def reactions(self) -> list[str]:
        return [emoji for emoji in (self.row.customer_reaction, self.row.business_reaction) if emoji]


def _spaced(number: str) -> str:
    """As people write it; short codes as they are."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


@dataclass(frozen=True)
class Screen:
    phone: Phone

    @property
    def kind(self) -> str:
        return self.phone.channel.kind

    @property
    def title(self) -> str:
        """Who the customer is writing to."""
        channel = self.phone.channel
        if self.kind == "telegram":
            return f"@{username(channel)}"
        return _spaced(channel.credentials.get("sender", "")) if self.kind == "twilio_sms" else channel.name

    @property
    def business(self) -> str:
        return self.phone.channel.name

    @property
    def label(self) -> str:
        return providers.of(self.phone).label

    @property
    def chips(self) -> list[actions.Chip]:
        return list(actions.chips(self.phone))

    @property
    def typing(self) -> bool:
        until = self.phone.typing_until
        return until is not None and until > timezone.now()

    @cached_property
    def bubbles(self) -> list[Bubble]:
        """The last messages; of the business's only those that arrived."""
        return [Bubble(row, self.kind) for row in reversed(list(self._rows()))]

    @property
    def version(self) -> str:
        """Changes whenever anything on the screen does."""
        phone = self.phone
        parts: list[Any] = [phone.blocked, phone.stopped, phone.reads, self.typing]
        for bubble in self.bubbles:
            row = bubble.row
            parts += [row.pk, row.state, row.text, row.edited_at, row.deleted_at, *bubble.reactions]
        return hashlib.sha256(repr(parts).encode()).hexdigest()[:16]

    def _rows(self) -> Iterator[PhoneMessage]:
        rows = self.phone.messages.select_related("reply_to").prefetch_related("files")
        arrived = rows.filter(from_customer=False, state__in=ARRIVED) | rows.filter(from_customer=True)
        return iter(arrived.order_by("-at", "-id")[:SHOWN])
