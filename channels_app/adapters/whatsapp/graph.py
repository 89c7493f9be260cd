"""Calls to the Graph API with the channel's token."""

from typing import Any

from channels_app import http
from channels_app.adapter import ChannelConfig
from channels_app.errors import OutcomeUnknown, TemporaryFailure

from .errors import check
from .reading import JSON

GRAPH_VERSION = "v26.0"
DEFAULT_BASE_URL = "https://graph.facebook.com"


def create(path: str, channel: ChannelConfig, **options: Any) -> JSON:
    """POST what must not happen twice. Raises a SendError; OutcomeUnknown when it may have happened."""
    return check(http.post(_url(path, channel), headers=authorization(channel), **options))


def call(method: str, path: str, channel: ChannelConfig, **options: Any) -> JSON:
    """Anything that may safely be repeated, so a lost answer is a TemporaryFailure too."""
    try:
        return check(http.request(method, _url(path, channel), headers=authorization(channel), **options))
    except OutcomeUnknown as error:
        raise TemporaryFailure(error.reason, error.code) from error


def authorization(channel: ChannelConfig) -> dict[str, str]:
    return {"Authorization": f"Bearer {channel.credentials.get('access_token', '')}"}


def _url(path: str, channel: ChannelConfig) -> str:
    base = (channel.base_url or DEFAULT_BASE_URL).rstrip("/")
    return f"{base}/{GRAPH_VERSION}/{path}"
