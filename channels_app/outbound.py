"""What leaves for a provider, and what comes back from a send or a fetch."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import BinaryIO, Protocol

from .content import Content, MessageKind


class File(Protocol):
    """A file to upload. `public_url`: a signed, short-lived address for providers that fetch it."""

    @property
    def name(self) -> str: ...
    @property
    def mime_type(self) -> str: ...
    @property
    def size(self) -> int: ...
    @property
    def kind(self) -> MessageKind: ...
    def open(self) -> BinaryIO: ...
    def public_url(self) -> str: ...


@dataclass(frozen=True, kw_only=True)
class Recipient:
    """Where to: the address that answered last first, then its other forms."""

    addresses: tuple[str, ...]
    topic: str = ""


@dataclass(frozen=True, kw_only=True)
class Outbound:
    """One message, already within the channel's limits: one request, one provider id.

    `reference` is ours and unique; an adapter gives it to the provider wherever it is echoed or deduplicated.
    `status_url` is where receipts should be posted, for providers that take it per message.
    """

    reference: str
    to: Recipient
    kind: MessageKind
    text: str = ""
    content: Content = field(default_factory=lambda: Content())
    files: tuple[File, ...] = ()
    reply_to: str = ""
    status_url: str = ""


@dataclass(frozen=True, kw_only=True)
class Accepted:
    """The provider took it. `addresses`: forms of the recipient learned from the answer."""

    provider_id: str
    addresses: tuple[str, ...] = ()
    at: datetime | None = None
    segments: int | None = None


@dataclass(frozen=True, kw_only=True)
class Download:
    """A file being fetched. Iterate `chunks` once; the size cap is enforced while iterating."""

    chunks: Iterator[bytes]
    mime_type: str = ""
    filename: str = ""
    size: int | None = None
