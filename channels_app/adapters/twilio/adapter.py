"""Twilio as a channel: SMS with MMS, and WhatsApp. https://www.twilio.com/docs/messaging"""

from datetime import timedelta
from hashlib import sha256
from typing import ClassVar

from channels_app.adapter import (
    Adapter,
    ChannelConfig,
    Health,
    Reply,
    TemplateDefinition,
    WebhookRequest,
)
from channels_app.capabilities import AfterWindow, Capabilities, FileLimit, TextLimit
from channels_app.content import MessageKind
from channels_app.errors import PermanentFailure
from channels_app.events import DeliveryStatus, Event, Media
from channels_app.outbound import Accepted, Download, Outbound, Recipient

from . import account, files, inbound, outbound, people, setup, signature

KB, MB = 1024, 1024 * 1024
IDEMPOTENCY_HEADER = "I-Twilio-Idempotency-Token"


class TwilioMessages(Adapter):
    """What both kinds share; they differ in the prefix of addresses and in what the channel can do."""

    prefix: ClassVar[str]
    credentials = setup.CREDENTIALS
    acknowledgement = Reply(body='<?xml version="1.0" encoding="UTF-8"?><Response/>', content_type="text/xml")
    kept_headers = (
        "X-Twilio-Signature",
        "X-Twilio-Webhooks-Signature-Settings",
        IDEMPOTENCY_HEADER,
        "Content-Type",
    )
    default_base_url = "https://api.twilio.com"

    def scope(self, channel: ChannelConfig) -> str:
        return channel.credentials.get("account_sid", "")

    def verify(self, request: WebhookRequest, channel: ChannelConfig) -> None:
        signature.verify(request, channel.credentials)

    def parse(self, request: WebhookRequest, channel: ChannelConfig) -> list[Event]:
        return inbound.events(request, self.scope(channel), self.prefix)

    def dedupe_key(self, request: WebhookRequest) -> str:
        """A GET has no body whose digest could tell one request from the next."""
        if token := request.header(IDEMPOTENCY_HEADER):
            return f"token:{token}"
        return "" if request.body else f"query:{sha256(request.query.encode()).hexdigest()}"

    def send(self, message: Outbound, channel: ChannelConfig) -> Accepted:
        return outbound.send(message, channel, self._elsewhere(channel), self.prefix, self.capabilities)

    def fetch(self, media: Media, channel: ChannelConfig) -> Download:
        return files.fetch(media, channel, self.base_url(channel))

    def check(self, channel: ChannelConfig) -> Health:
        return account.health(channel, self._elsewhere(channel))

    def _elsewhere(self, channel: ChannelConfig) -> str:
        """The address that stands for all of Twilio's hosts; "" for Twilio itself, which has several."""
        base_url = self.base_url(channel)
        return "" if base_url == self.default_base_url else base_url


class TwilioSMS(TwilioMessages):
    kind = "twilio_sms"
    label = "SMS"
    prefix = people.SMS
    capabilities = Capabilities(
        text=TextLimit(limit=1600),
        caption=TextLimit(limit=1600),
        files={
            MessageKind.IMAGE: FileLimit(size=5 * MB, types=("image/jpeg", "image/png", "image/gif")),
            MessageKind.VIDEO: FileLimit(size=500 * KB, types=("video/*",)),
            MessageKind.AUDIO: FileLimit(size=500 * KB, types=("audio/*",)),
            MessageKind.DOCUMENT: FileLimit(
                size=500 * KB,
                types=("application/pdf", "text/vcard", "text/calendar", "text/csv", "text/rtf"),
            ),
        },
        files_per_message=10,
        receipts=frozenset({DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED, DeliveryStatus.FAILED}),
        may_start=True,
        opt_out_by_provider=True,
    )
    help = setup.SMS_STEPS

    def connect(self, channel: ChannelConfig) -> None:
        account.connect_number(channel, self._elsewhere(channel))


class TwilioWhatsApp(TwilioMessages):
    kind = "twilio_whatsapp"
    label = "WhatsApp (Twilio)"
    prefix = people.WHATSAPP
    capabilities = Capabilities(
        text=TextLimit(limit=1600),
        caption=TextLimit(limit=1024),
        files={
            MessageKind.IMAGE: FileLimit(size=5 * MB, types=("image/jpeg", "image/png")),
            MessageKind.VIDEO: FileLimit(size=16 * MB, types=("video/mp4", "video/3gpp")),
            MessageKind.AUDIO: FileLimit(
                size=16 * MB, types=("audio/ogg", "audio/amr", "audio/aac", "audio/mpeg", "audio/mp4")
            ),
            MessageKind.VOICE: FileLimit(size=16 * MB, types=("audio/ogg",)),
            MessageKind.DOCUMENT: FileLimit(size=16 * MB, types=("application/*", "text/*")),
        },
        templates=True,
        locations=True,
        typing=True,
        receipts=frozenset(
            {DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED}
        ),
        window=timedelta(hours=24),
        after_window=AfterWindow.TEMPLATE,
        may_start=True,
    )
    help = setup.WHATSAPP_STEPS

    def connect(self, channel: ChannelConfig) -> None:
        where = "the WhatsApp sender, as webhook for incoming messages (POST)"
        raise PermanentFailure(account.by_hand(channel, where))

    def show_typing(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Twilio marks the message as read with it; there is no mark without the typing."""
        account.show_typing(provider_id, channel, self._elsewhere(channel))

    def templates(self, channel: ChannelConfig) -> list[TemplateDefinition]:
        return account.templates(channel, self._elsewhere(channel))
