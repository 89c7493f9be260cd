"""The Telegram Bot API: one bot is one channel.

https://core.telegram.org/bots/api
"""

from dataclasses import replace
from typing import Any

from django.utils.crypto import constant_time_compare

from channels_app.adapter import Adapter, ChannelConfig, Health, WebhookRequest
from channels_app.errors import (
    ChannelBroken,
    InvalidSignature,
    MalformedPayload,
    MediaUnavailable,
    OutcomeUnknown,
    PermanentFailure,
    TemporaryFailure,
)
from channels_app.events import Event, Media
from channels_app.http import Answer
from channels_app.outbound import Accepted, Download, Outbound, Recipient

from . import calls, facts, health, outbound, updates
from .errors import failure, moved_to, refused_formatting
from .fields import load, moment, part, whole, words
from .people import CALLBACK, REACTION

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105
MAX_CONNECTIONS = 20  # at once, from Telegram to the webhook


class Telegram(Adapter):
    kind = "telegram"
    label = "Telegram"
    credentials = facts.CREDENTIALS
    capabilities = facts.CAPABILITIES
    help = facts.HELP
    default_base_url = "https://api.telegram.org"

    def scope(self, channel: ChannelConfig) -> str:
        """The bot's id, which the token begins with."""
        return channel.credentials.get("token", "").partition(":")[0]

    def verify(self, request: WebhookRequest, channel: ChannelConfig) -> None:
        """Telegram signs nothing: it shows the secret given to setWebhook."""
        secret = channel.credentials.get("secret_token", "")
        if not secret or not constant_time_compare(request.header(SECRET_HEADER), secret):
            raise InvalidSignature("The request does not carry the webhook secret.")

    def dedupe_key(self, request: WebhookRequest) -> str:
        try:
            number = whole(load(request.body), "update_id")
        except MalformedPayload:
            return ""
        return "" if number is None else f"update:{number}"

    def parse(self, request: WebhookRequest, channel: ChannelConfig) -> list[Event]:
        return updates.events(load(request.body), self.scope(channel))

    def send(self, message: Outbound, channel: ChannelConfig) -> Accepted:
        """A second request only follows a refusal that names what to change."""
        call = outbound.call(message)
        answer = self._perform(call, channel)
        repaired = _repaired(call, answer)
        if repaired is not None:
            answer = self._perform(repaired, channel)
        if answer.data.get("ok") is not True:
            raise failure(answer)
        return _accepted(message, repaired or call, answer)

    def fetch(self, media: Media, channel: ChannelConfig) -> Download:
        """The name and type of a file are known from the message only."""
        if (media.size or 0) > calls.DOWNLOAD_LIMIT:
            raise MediaUnavailable("Bots cannot fetch files above 20 MB from Telegram.")
        found = calls.stream(self.base_url(channel), channel, self._path(media, channel))
        return replace(
            found,
            mime_type=media.mime_type or found.mime_type,
            filename=media.filename or found.filename,
        )

    def connect(self, channel: ChannelConfig) -> None:
        fields = {
            "url": channel.webhook_url,
            "secret_token": channel.credentials.get("secret_token", ""),
            "allowed_updates": updates.ALLOWED,
            "max_connections": MAX_CONNECTIONS,
        }
        # Telegram takes an empty address as a wish to be disconnected, and no secret as no protection.
        if not fields["url"] or not fields["secret_token"]:
            raise ChannelBroken("The channel has no webhook address or no webhook secret.", "webhook")
        self._ask(channel, "setWebhook", fields)

    def check(self, channel: ChannelConfig) -> Health:
        me = {"me": self._ask(channel, "getMe", {})}
        hook = {"hook": self._ask(channel, "getWebhookInfo", {})}
        return health.health(part(me, "me"), part(hook, "hook"), channel.webhook_url, updates.ALLOWED)

    def mark_read(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Ordinary chats know no such mark; a pressed button stops spinning."""
        if not provider_id.startswith(CALLBACK):
            return
        try:
            query = provider_id.removeprefix(CALLBACK)
            self._ask(channel, "answerCallbackQuery", {"callback_query_id": query})
        except PermanentFailure as error:
            if error.code != "400":  # too old: the button has stopped by itself
                raise

    def show_typing(self, provider_id: str, to: Recipient, channel: ChannelConfig) -> None:
        """Shown for five seconds."""
        where = outbound.destination(to.addresses, to.topic)
        self._ask(channel, "sendChatAction", {**where, "action": "typing"})

    def _ask(self, channel: ChannelConfig, method: str, fields: dict[str, Any]) -> Any:
        return calls.ask(self.base_url(channel), channel, method, fields)

    def _perform(self, call: outbound.Call, channel: ChannelConfig) -> Answer:
        base = self.base_url(channel)
        if call.file is None:
            return calls.post(base, channel, call.method, call.fields)
        try:
            return calls.upload(base, channel, call.method, call.fields, call.upload, call.file)
        except FileNotFoundError as error:
            raise PermanentFailure("The file is no longer in storage.", "file") from error

    def _path(self, media: Media, channel: ChannelConfig) -> str:
        """Where the file lies for the next hour. Raises MediaUnavailable or TemporaryFailure."""
        try:
            result = self._ask(channel, "getFile", {"file_id": media.reference})
        except PermanentFailure as error:
            raise MediaUnavailable(error.reason, 400) from error
        except ChannelBroken as error:
            raise TemporaryFailure(error.reason, error.code) from error
        return words(part({"file": result}, "file"), "file_path")


def _repaired(call: outbound.Call, answer: Answer) -> outbound.Call | None:
    """The same request without what Telegram refused; None when there is nothing to change."""
    fields = dict(call.fields)
    if refused_formatting(answer):
        fields = {key: value for key, value in fields.items() if key not in ("entities", "caption_entities")}
    elif (chat := moved_to(answer)) is not None and "message_id" not in fields:
        fields.pop("reply_parameters", None)  # messages are numbered anew
        fields["chat_id"] = chat
    return replace(call, fields=fields) if fields != call.fields else None


def _accepted(message: Outbound, call: outbound.Call, answer: Answer) -> Accepted:
    if call.method == "setMessageReaction":
        return Accepted(provider_id=REACTION + message.reference)
    sent = part(answer.data, "result")
    number, chat = whole(sent, "message_id"), whole(part(sent, "chat"), "id")
    if number is None:
        raise OutcomeUnknown("Telegram took the message but did not number it.", "no message_id")
    connection = call.fields.get("business_connection_id", "")
    chat_id = call.fields["chat_id"] if chat is None else chat
    address = f"{connection}:{chat_id}" if connection else str(chat_id)
    return Accepted(provider_id=f"{address}:{number}", addresses=(address,), at=moment(sent, "date"))
