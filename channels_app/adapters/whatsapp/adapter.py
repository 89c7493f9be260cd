"""WhatsApp Business Platform, Cloud API: webhooks in, Graph API out."""

import hashlib
import hmac
import re

from channels_app.adapter import Adapter, ChannelConfig, Health, Reply, TemplateDefinition, WebhookRequest
from channels_app.errors import InvalidSignature, OutcomeUnknown, PermanentFailure
from channels_app.events import Event, Media
from channels_app.outbound import Accepted, Download, Outbound, Recipient

from . import account, facts, graph, inbound, outbound
from .media import fetch, upload
from .reading import JSON, filled, first, text

SIGNATURE_HEADER = "X-Hub-Signature-256"
SIGNATURE = re.compile(r"sha256=([0-9a-fA-F]{64})")


class WhatsApp(Adapter):
    kind = "whatsapp"
    label = "WhatsApp"
    credentials = facts.CREDENTIALS
    capabilities = facts.CAPABILITIES
    kept_headers = (SIGNATURE_HEADER,)
    help = facts.HELP
    default_base_url = graph.DEFAULT_BASE_URL

    def scope(self, channel: ChannelConfig) -> str:
        """The account: business-scoped ids and the window of a phone are shared by its numbers."""
        return channel.credentials.get("waba_id") or _number(channel)

    def handshake(self, request: WebhookRequest, channel: ChannelConfig) -> Reply | None:
        """The challenge Meta sends when the webhook address is saved."""
        params = request.params
        if request.method != "GET" or "hub.mode" not in params:
            return None
        own, given = channel.credentials.get("verify_token", ""), params.get("hub.verify_token", "")
        proven = bool(own) and hmac.compare_digest(own.encode(), given.encode())
        if not proven or params["hub.mode"] != "subscribe":
            return Reply(status=403)
        return Reply(body=params.get("hub.challenge", ""))

    def verify(self, request: WebhookRequest, channel: ChannelConfig) -> None:
        secret = channel.credentials.get("app_secret", "")
        given = SIGNATURE.fullmatch(request.header(SIGNATURE_HEADER))
        if not secret or not given:
            raise InvalidSignature("WhatsApp's signature is missing or not one.")
        expected = hmac.new(secret.encode(), request.body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(expected, given[1].lower()):
            raise InvalidSignature("WhatsApp's signature does not match.")

    def parse(self, request: WebhookRequest, channel: ChannelConfig) -> list[Event]:
        return inbound.events(request.body, channel)

    def send(self, message: Outbound, channel: ChannelConfig) -> Accepted:
        """Upload the file, if any, then create the message in one call."""
        outbound.check(message)
        media_id = upload(message.files[0], channel) if message.files else ""
        answer = graph.create(_messages(channel), channel, json=outbound.request(message, media_id))
        return _accepted(answer)

    def fetch(self, media: Media, channel: ChannelConfig) -> Download:
        return fetch(media, channel)

    def connect(self, channel: ChannelConfig) -> None:
        """Subscribe the account to the app, with an address of its own for this channel."""
        address = filled(
            override_callback_uri=channel.webhook_url,
            verify_token=channel.credentials.get("verify_token", "") if channel.webhook_url else "",
        )
        path = f"{channel.credentials.get('waba_id', '')}/subscribed_apps"
        if graph.call("POST", path, channel, json=address).get("success") is not True:
            raise PermanentFailure("WhatsApp did not confirm the subscription.")

    def check(self, channel: ChannelConfig) -> Health:
        return account.health(_number(channel), channel)

    def mark_read(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Also marks everything before it as read."""
        graph.call("POST", _messages(channel), channel, json=_read_mark(provider_id))

    def show_typing(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Ends with the reply or after 25 seconds. WhatsApp cannot show typing without marking as read."""
        mark = {**_read_mark(provider_id), "typing_indicator": {"type": "text"}}
        graph.call("POST", _messages(channel), channel, json=mark)

    def templates(self, channel: ChannelConfig) -> list[TemplateDefinition]:
        return list(account.templates(channel))


def _number(channel: ChannelConfig) -> str:
    return channel.credentials.get("phone_number_id", "")


def _messages(channel: ChannelConfig) -> str:
    return f"{_number(channel)}/messages"


def _read_mark(provider_id: str) -> JSON:
    return {"messaging_product": "whatsapp", "status": "read", "message_id": provider_id}


def _accepted(answer: JSON) -> Accepted:
    provider_id = text(first(answer.get("messages")).get("id"))
    if not provider_id:
        raise OutcomeUnknown("WhatsApp answered without the id of the message.")
    contact = first(answer.get("contacts"))
    known = (text(contact.get("user_id")), text(contact.get("wa_id")))
    return Accepted(provider_id=provider_id, addresses=tuple(address for address in known if address))
