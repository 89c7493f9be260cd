"""Files: uploaded before they are sent, fetched by their id. Follows "Media" of the Cloud API."""

from urllib.parse import quote, urlsplit

from channels_app import download
from channels_app.adapter import ChannelConfig
from channels_app.errors import MediaUnavailable, PermanentFailure, SendError, TemporaryFailure
from channels_app.events import Media
from channels_app.outbound import Download, File

from . import graph
from .reading import text

HOSTS = (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")
LIMIT = 100 * 1024 * 1024  # bytes; WhatsApp passes nothing larger on


def upload(file: File, channel: ChannelConfig) -> str:
    """The id of the uploaded file. Raises a SendError, never OutcomeUnknown: no message exists yet."""
    try:
        stream = file.open()
    except FileNotFoundError as error:
        raise PermanentFailure("The file is no longer stored here.") from error
    with stream:
        answer = graph.call(
            "POST",
            f"{channel.credentials.get('phone_number_id', '')}/media",
            channel,
            data={"messaging_product": "whatsapp", "type": file.mime_type},
            files={"file": (file.name, stream, file.mime_type)},
        )
    if not (media_id := text(answer.get("id"))):
        raise TemporaryFailure("WhatsApp did not say under which id it keeps the file.")
    return media_id


def fetch(media: Media, channel: ChannelConfig) -> Download:
    """Ask for a fresh address, which lives five minutes, then open it with the token."""
    return download.stream(
        _address(media, channel),
        allowed_hosts=_hosts(channel),
        limit=LIMIT,
        headers=graph.authorization(channel),
    )


def _address(media: Media, channel: ChannelConfig) -> str:
    number = channel.credentials.get("phone_number_id", "")
    try:
        answer = graph.call(
            "GET", quote(media.reference, safe=""), channel, params={"phone_number_id": number}
        )
    except PermanentFailure as error:
        raise MediaUnavailable(error.reason) from error
    except TemporaryFailure:
        raise
    except SendError as error:
        raise TemporaryFailure(error.reason, error.code) from error
    if not (url := text(answer.get("url"))):
        raise TemporaryFailure("WhatsApp did not say where the file is.")
    return url


def _hosts(channel: ChannelConfig) -> tuple[str, ...]:
    replaced = urlsplit(channel.base_url).hostname if channel.base_url else None
    return (*HOSTS, replaced) if replaced else HOSTS
