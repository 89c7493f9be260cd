"""One call of a Bot API method. The token is part of every address, so no address leaves this module."""

import json
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from channels_app import download, http
from channels_app.adapter import ChannelConfig
from channels_app.errors import ChannelBroken, MediaUnavailable, OutcomeUnknown, TemporaryFailure
from channels_app.outbound import Download, File

from .errors import TOKEN, failure

PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*")
DOWNLOAD_LIMIT = 20 * 1024 * 1024  # bytes, for bots


def post(base: str, channel: ChannelConfig, method: str, fields: Mapping[str, Any]) -> http.Answer:
    """The answer, whatever it says."""
    return http.post(f"{base}/bot{_token(channel)}/{method}", json=dict(fields))


def upload(
    base: str, channel: ChannelConfig, method: str, fields: Mapping[str, Any], name: str, file: File
) -> http.Answer:
    """The same with one file as multipart; fields that are not text travel as JSON."""
    data = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    with file.open() as content:
        files = {name: (file.name, content, file.mime_type or "application/octet-stream")}
        return http.post(f"{base}/bot{_token(channel)}/{method}", data=data, files=files)


def ask(base: str, channel: ChannelConfig, method: str, fields: Mapping[str, Any]) -> Any:
    """The result of a call that may be repeated without harm, so a lost answer is only temporary.

    Raises a SendError.
    """
    try:
        answer = post(base, channel, method, fields)
        if answer.data.get("ok") is not True:
            raise failure(answer)
    except OutcomeUnknown as error:
        raise TemporaryFailure("Telegram did not answer.", error.code) from error
    return answer.data.get("result")


def stream(base: str, channel: ChannelConfig, path: str) -> Download:
    """The file at a path that getFile gave."""
    if not PATH.fullmatch(path):
        raise MediaUnavailable("Telegram gave no usable address for the file.")
    url = f"{base}/file/bot{_token(channel)}/{path}"
    return download.stream(url, allowed_hosts=(urlsplit(base).hostname or "",), limit=DOWNLOAD_LIMIT)


def _token(channel: ChannelConfig) -> str:
    """Raises ChannelBroken for a value that would change the address it becomes part of."""
    token = channel.credentials.get("token", "")
    if not TOKEN.fullmatch(token):
        raise ChannelBroken("The bot's token is missing or malformed.", "token")
    return token
