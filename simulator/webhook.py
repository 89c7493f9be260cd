"""A webhook as a provider would post it: signed, ready, and with a name for the wire log."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from channels_app.adapter import WebhookRequest
from channels_app.models import Channel


@dataclass(frozen=True, kw_only=True)
class Webhook:
    """`lane`: webhooks of one lane arrive in order, one after the other; "" promises no order.

    `message`: the row of the customer's message it carries, 0 for none.
    """

    channel: Channel
    url: str  # without the query
    query: str = ""
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)
    label: str
    receipt: bool = False
    message: int = 0
    lane: str = ""

    @property
    def address(self) -> str:
        return f"{self.url}?{self.query}" if self.query else self.url

    def as_request(self) -> WebhookRequest:
        """The same as the desk reads it, for putting it in without a network."""
        return WebhookRequest(
            method="POST", url=self.url, query=self.query, headers=self.headers, body=self.body
        )
