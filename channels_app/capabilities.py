"""What a channel can do: read by composer, gate, sender, simulator and documentation alike."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum

from .content import MessageKind
from .events import DeliveryStatus


class TextUnit(StrEnum):
    """How a provider counts the length of a text."""

    CHARACTERS = "characters"
    UTF16 = "utf16"
    BYTES = "bytes"
    SEGMENTS = "segments"  # SMS: GSM-7 septets or UCS-2 units, whichever the text needs


class AfterWindow(StrEnum):
    """What may still be sent once the session window has closed."""

    ANYTHING = "anything"
    TEMPLATE = "template"
    NOTHING = "nothing"


@dataclass(frozen=True, kw_only=True)
class TextLimit:
    """The longest text one message may carry, in `unit`."""

    limit: int
    unit: TextUnit = TextUnit.CHARACTERS


@dataclass(frozen=True, kw_only=True)
class FileLimit:
    """Largest file in bytes, and the MIME types taken: exact, or "image/*", or "*/*"."""

    size: int
    types: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class ButtonLimit:
    """At most `count` buttons; titles in characters, payloads in bytes."""

    count: int
    title: int
    payload: int


@dataclass(frozen=True, kw_only=True)
class ListLimit:
    rows: int
    title: int
    description: int
    button: int = 20
    sections: int = 10


@dataclass(frozen=True, kw_only=True)
class Capabilities:
    """The facts of one kind of channel. A default means: the channel cannot do it."""

    text: TextLimit
    caption: TextLimit | None = None
    files: Mapping[MessageKind, FileLimit] = field(default_factory=dict)
    files_per_message: int = 1
    buttons: ButtonLimit | None = None
    url_buttons: bool = False
    menu: ListLimit | None = None
    templates: bool = False
    locations: bool = False
    contacts: bool = False
    reactions: bool = False
    reply_quote: bool = False
    typing: bool = False
    read_marks: bool = False
    edits: bool = False
    deletes: bool = False
    groups: bool = False
    receipts: frozenset[DeliveryStatus] = frozenset()
    window: timedelta | None = None  # None: no session window
    after_window: AfterWindow = AfterWindow.ANYTHING
    may_start: bool = False  # we may write first, with consent
    idempotent: bool = False  # the provider deduplicates by our reference
    opt_out_by_provider: bool = False
    opt_out_purpose: str = "all"  # what an opt-out error of the provider covers: "all" or "marketing"
