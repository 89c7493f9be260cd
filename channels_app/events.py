"""What can arrive from any channel, in one vocabulary.

Adapters turn provider payloads into these and nothing else; no provider field name travels further up.
Times are aware UTC. Addresses are the provider's own, in the channel's scope; phones are E.164 with "+".
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from .content import Content, MessageKind
from .errors import Failure


class DeliveryStatus(StrEnum):
    """The states of a message we send. Only the provider can move it past `sending`."""

    QUEUED = "queued"
    SENDING = "sending"
    ACCEPTED = "accepted"
    DELIVERED = "delivered"
    READ = "read"
    FAILED = "failed"
    CANCELLED = "cancelled"
    OUTCOME_UNKNOWN = "outcome_unknown"


class ConsentAction(StrEnum):
    GRANT = "grant"
    WITHDRAW = "withdraw"


class Severity(StrEnum):
    INFO = "info"
    WARNING = "warning"
    CRITICAL = "critical"


@dataclass(frozen=True, kw_only=True)
class Party:
    """One person (or one group) as a channel knows it.

    `addresses` are all forms seen in this event, the most durable first: a business-scoped id before a phone.
    """

    addresses: tuple[str, ...]
    name: str = ""
    username: str = ""
    locale: str = ""
    phone: str = ""  # E.164, only when the provider vouches for it
    is_bot: bool = False


@dataclass(frozen=True, kw_only=True)
class Chat:
    """The group, supergroup or channel an event happened in. Absent for one-to-one chats."""

    address: str
    kind: str  # "group" or "channel"
    title: str = ""
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Media:
    """A file at the provider, not fetched yet. Sizes in bytes, duration in seconds."""

    reference: str  # the provider's file id, or a URL
    kind: MessageKind
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
    width: int | None = None
    height: int | None = None
    duration: float | None = None
    sha256: str = ""  # lower-case hex of the file, when the provider gives it
    url: str = ""  # short-lived direct address, when the provider gives it


@dataclass(frozen=True, kw_only=True)
class Event:
    """Anything that arrived."""


@dataclass(frozen=True, kw_only=True)
class MessageReceived(Event):
    """One new message. `outgoing`: written by our side in another app (an echo)."""

    provider_id: str
    sender: Party
    at: datetime
    kind: MessageKind = MessageKind.TEXT
    text: str = ""
    content: Content = field(default_factory=lambda: Content())
    media: tuple[Media, ...] = ()
    reply_to: str = ""
    chat: Chat | None = None
    outgoing: bool = False


@dataclass(frozen=True, kw_only=True)
class MessageEdited(Event):
    """The new form of a message. `media` empty: the files stay."""

    provider_id: str
    at: datetime
    text: str
    sender: Party | None = None
    content: Content = field(default_factory=lambda: Content())
    media: tuple[Media, ...] = ()
    chat: Chat | None = None


@dataclass(frozen=True, kw_only=True)
class MessageDeleted(Event):
    provider_id: str
    at: datetime
    sender: Party | None = None


@dataclass(frozen=True, kw_only=True)
class ReactionChanged(Event):
    """The sender's reactions on one message are now exactly `emojis`; empty: removed."""

    provider_id: str  # the message reacted to
    sender: Party
    emojis: tuple[str, ...]
    at: datetime
    chat: Chat | None = None


@dataclass(frozen=True, kw_only=True)
class StatusChanged(Event):
    """A receipt. `reference` is our own message id as echoed by the provider, when it echoes it."""

    provider_id: str
    status: DeliveryStatus
    at: datetime
    reason: str = ""  # a sentence, for failures
    code: str = ""
    failure: Failure | None = None
    reference: str = ""
    recipient: Party | None = None
    details: Mapping[str, Any] = field(default_factory=dict)  # price category, carrier: for reports


@dataclass(frozen=True, kw_only=True)
class ReadByCustomer(Event):
    """The customer has read everything we sent up to `at`."""

    sender: Party
    at: datetime


@dataclass(frozen=True, kw_only=True)
class TypingChanged(Event):
    sender: Party
    typing: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ConsentChanged(Event):
    """The customer told the provider, or the provider's button, to stop or resume.

    `purpose` is "marketing" or "all"; `evidence` the exact word or field that said so.
    """

    sender: Party
    action: ConsentAction
    purpose: str
    at: datetime
    evidence: str = ""
    provider_id: str = ""  # the message that carried it, when one did


@dataclass(frozen=True, kw_only=True)
class ReachabilityChanged(Event):
    """The customer blocked us, or let us in again."""

    sender: Party
    reachable: bool
    at: datetime
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ProfileChanged(Event):
    sender: Party
    at: datetime


@dataclass(frozen=True, kw_only=True)
class IdentityChanged(Event):
    """An address was replaced. `same_person`: the provider vouches that both are one account.

    False (a changed phone number) makes the new address a new, unverified identity.
    """

    old: str
    new: Party
    at: datetime
    same_person: bool
    provider_id: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class MemberChanged(Event):
    """Someone (or our bot: `us`) joined, left, was removed from or changed rights in a group."""

    chat: Chat
    member: Party
    change: str  # "joined", "left", "removed", "role", "requested"
    at: datetime
    us: bool = False


@dataclass(frozen=True, kw_only=True)
class TemplateChanged(Event):
    """A template's state at the provider. Empty fields did not change."""

    name: str
    language: str
    at: datetime
    provider_id: str = ""
    status: str = ""  # "approved", "rejected", "pending", "paused", "disabled", "deleted"
    category: str = ""
    quality: str = ""
    reason: str = ""


@dataclass(frozen=True, kw_only=True)
class ChannelAlert(Event):
    """Something about the channel itself. `broken`: sending is pointless until someone acts."""

    severity: Severity
    code: str
    text: str
    at: datetime
    broken: bool = False


@dataclass(frozen=True, kw_only=True)
class Unsupported(Event):
    """Understood as valid, but nothing we can show yet. Kept and counted, never dropped."""

    reason: str
    raw: Mapping[str, Any]
    sender: Party | None = None
    at: datetime | None = None
