"""Files customers sent. https://www.twilio.com/docs/messaging/api/media-resource

Twilio's address asks for the account's credentials and redirects to storage, which must never see them.
"""

from base64 import b64encode
from urllib.parse import urlsplit

from channels_app import download
from channels_app.adapter import ChannelConfig
from channels_app.errors import MediaUnavailable, TemporaryFailure
from channels_app.events import Media
from channels_app.outbound import Download

LIMIT = 20 * 1024 * 1024  # bytes; WhatsApp allows 16 MB and carriers less
TWILIO = ".twilio.com"
STORAGE = (".twiliocdn.com", ".amazonaws.com")


def fetch(media: Media, channel: ChannelConfig, base_url: str) -> Download:
    """Raises MediaUnavailable, or TemporaryFailure: a file may follow its message by some seconds."""
    own, target = urlsplit(base_url), urlsplit(media.reference)
    is_twilio = target.scheme == "https" and (target.hostname or "").endswith(TWILIO)
    if not is_twilio and (target.scheme, target.netloc) != (own.scheme, own.netloc):
        raise MediaUnavailable("The file's address is not Twilio's.")
    try:
        return download.stream(
            media.reference,
            allowed_hosts=(TWILIO, *STORAGE, own.hostname or TWILIO),
            limit=LIMIT,
            headers={"Authorization": _basic(channel)},
            redirect_headers=False,
        )
    except MediaUnavailable as error:
        if error.status == 404:
            raise TemporaryFailure("Twilio does not have the file yet.", "404") from error
        raise


def _basic(channel: ChannelConfig) -> str:
    credentials = channel.credentials
    pair = f"{credentials.get('account_sid', '')}:{credentials.get('auth_token', '')}"
    return f"Basic {b64encode(pair.encode()).decode()}"
