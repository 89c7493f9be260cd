"""The interface of a channel kind: verify, parse, send, capabilities; everything else has a default.

An adapter is stateless, never sees the database, renders nothing and decides no policy.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar
from urllib.parse import parse_qsl

from django.utils.datastructures import CaseInsensitiveMapping

from .capabilities import Capabilities
from .errors import MediaUnavailable
from .events import Event, Media
from .outbound import Accepted, Download, Outbound, Recipient


@dataclass(frozen=True, kw_only=True)
class Credential:
    """One thing an administrator enters for a channel. `secret`: never shown again once saved.

    `generated`: a random value is made when left empty (a verify token we choose ourselves).
    """

    name: str
    label: str
    help: str = ""
    secret: bool = True
    required: bool = True
    generated: bool = False
    pattern: str = ""  # the whole value must match, when given


@dataclass(frozen=True, kw_only=True)
class ChannelConfig:
    """What an adapter may know of a channel. Never holds database objects."""

    kind: str
    credentials: Mapping[str, str] = field(default_factory=dict, repr=False)
    settings: Mapping[str, Any] = field(default_factory=dict)
    base_url: str = ""  # replaces the provider's own address; "" means the real provider
    webhook_url: str = ""


@dataclass(frozen=True, kw_only=True)
class WebhookRequest:
    """A request as it arrived, before anything is believed. `query` is the raw query string."""

    method: str
    url: str  # scheme, host and path as the provider called it, without the query
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)

    def header(self, name: str) -> str:
        return self._headers.get(name, "")

    @cached_property
    def _headers(self) -> CaseInsensitiveMapping[str]:
        return CaseInsensitiveMapping(self.headers)

    @property
    def params(self) -> dict[str, str]:
        """The query parameters; of a repeated name the last."""
        return dict(parse_qsl(self.query, keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What to answer the provider."""

    status: int = 200
    body: str = ""
    content_type: str = "text/plain"


@dataclass(frozen=True, kw_only=True)
class Health:
    """What the provider says of the channel when asked. `text` is one line for the settings page."""

    ok: bool
    text: str
    details: Mapping[str, str] = field(default_factory=dict)


class Adapter(ABC):
    """One kind of channel. Register it in `registry.ADAPTERS`."""

    kind: ClassVar[str]
    label: ClassVar[str]
    credentials: ClassVar[tuple[Credential, ...]]
    capabilities: ClassVar[Capabilities]
    acknowledgement: ClassVar[Reply] = Reply()
    kept_headers: ClassVar[tuple[str, ...]] = ()  # stored with the webhook event, for verifying replays
    help: ClassVar[str] = ""  # set-up steps at the provider, one per line
    default_base_url: ClassVar[str] = ""

    def base_url(self, channel: ChannelConfig) -> str:
        """The provider's address without a trailing slash."""
        return (channel.base_url or self.default_base_url).rstrip("/")

    @abstractmethod
    def scope(self, channel: ChannelConfig) -> str:
        """What the provider scopes customer addresses by: an account, a page, a bot."""

    def handshake(self, request: WebhookRequest, channel: ChannelConfig) -> Reply | None:
        """Answer a set-up challenge; None when the request is not one."""
        return None

    @abstractmethod
    def verify(self, request: WebhookRequest, channel: ChannelConfig) -> None:
        """Raise InvalidSignature unless the raw request is provably from the provider."""

    @abstractmethod
    def parse(self, request: WebhookRequest, channel: ChannelConfig) -> list[Event]:
        """Every item of the batch as an event, in the provider's order. Pure.

        Raises MalformedPayload when the body as a whole cannot be read; one unreadable item among others
        becomes `Unsupported`.
        """

    def dedupe_key(self, request: WebhookRequest) -> str:
        """A key that is equal for redeliveries of one request; "" means the digest of the body decides."""
        return ""

    @abstractmethod
    def send(self, message: Outbound, channel: ChannelConfig) -> Accepted:
        """One request, one provider id. Raises a SendError."""

    def fetch(self, media: Media, channel: ChannelConfig) -> Download:
        """Open an authenticated, size-capped download. Raises MediaUnavailable or TemporaryFailure."""
        raise MediaUnavailable(f"{self.label} has no files")

    def connect(self, channel: ChannelConfig) -> None:
        """Register our webhook with the provider. Raises a SendError. Default: done by hand there."""

    def check(self, channel: ChannelConfig) -> Health:
        """Ask the provider whether the credentials work. Raises a SendError."""
        return Health(ok=True, text="This channel cannot be checked from here.")

    def mark_read(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Tell the customer that their message was read. Default: the channel has no such mark."""

    def show_typing(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Show the customer that someone is writing. `provider_id`: their last message."""

    def templates(self, channel: ChannelConfig) -> list["TemplateDefinition"]:
        """All templates the provider holds for this channel, in any state."""
        return []


@dataclass(frozen=True, kw_only=True)
class TemplateDefinition:
    """A template as the provider holds it. `status` and `category` in lower case."""

    name: str
    language: str
    status: str
    category: str
    provider_id: str = ""
    components: tuple[Mapping[str, Any], ...] = ()
