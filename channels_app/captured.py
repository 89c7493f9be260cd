"""Captured webhook requests, one JSON object each, and what their adapter makes of them. No database.

{"method", "path", "query", "headers", "body" or "body_base64", "credentials"}: all may be left out.
"""

import base64
import json
import re
from typing import Any
from urllib.parse import urlencode

from django.conf import settings

from .adapter import Adapter, ChannelConfig, WebhookRequest
from .errors import InvalidSignature
from .serialize import as_json

JSON = dict[str, Any]
UNPAIRED = re.compile("[\ud800-\udfff]")
FORM = "application/x-www-form-urlencoded"


class BadCapture(ValueError):
    """The line is not a request. The text says what is wrong with it."""


def understand(line: bytes, adapter: Adapter) -> JSON:
    """{"verified", "events"}, for a set-up challenge also {"handshake": {"status", "body"}}.

    Raises BadCapture, MalformedPayload, or whatever an adapter with a mistake raises.
    """
    captured = _object(line)
    request = read(captured)
    credentials = _texts(captured, "credentials")
    channel = ChannelConfig(kind=adapter.kind, credentials=credentials, webhook_url=request.url)
    challenge = adapter.handshake(request, channel)
    if challenge is not None:
        answer = {"status": challenge.status, "body": challenge.body}
        return {"verified": challenge.status < 400, "handshake": answer, "events": []}
    verified = bool(credentials) and _is_proven(adapter, request, channel)
    return {"verified": verified, "events": [as_json(event) for event in adapter.parse(request, channel)]}


def compact(value: Any) -> str:
    """JSON without spaces, letters of all scripts as they are."""
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def escaped(text: str) -> str:
    """Half a surrogate pair is no character and has no UTF-8: inside JSON it stays an escape."""
    return UNPAIRED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read(captured: JSON) -> WebhookRequest:
    """The request as the provider made it."""
    headers = _texts(captured, "headers")
    empty = WebhookRequest(method="", url="", headers=headers)
    path, _mark, query = str(captured.get("path") or "/").partition("?")
    return WebhookRequest(
        method=str(captured.get("method") or "POST").upper(),
        url=_url(path, empty),
        query=_query(captured.get("query")) or query,
        headers=headers,
        body=_body(captured, empty.header("Content-Type")),
    )


def _object(line: bytes) -> JSON:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise BadCapture(f"The line is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadCapture("The line is not a JSON object.")
    return found


def _texts(captured: JSON, key: str) -> dict[str, str]:
    found = captured.get(key) or {}
    if not isinstance(found, dict):
        raise BadCapture(f'"{key}" is not an object.')
    return {name: str(value) for name, value in found.items() if value is not None}


def _url(path: str, request: WebhookRequest) -> str:
    """Absolute, without the query: providers sign the address they called."""
    if path.lower().startswith(("http://", "https://")):
        return path
    host = request.header("Host")
    scheme = request.header("X-Forwarded-Proto").split(",")[0].strip() or "https"
    origin = f"{scheme}://{host}" if host else settings.PUBLIC_URL
    return f"{origin}/{path.removeprefix('/')}"


def _query(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.removeprefix("?")
        case dict():
            return urlencode(value, doseq=True)
        case _:
            raise BadCapture('"query" is neither text nor an object.')


def _body(captured: JSON, content_type: str) -> bytes:
    if captured.get("body_base64") is not None:
        return _decoded(captured["body_base64"])
    match captured.get("body"):
        case None:
            return b""
        case str() as text:
            return escaped(text).encode()
        case dict() as fields if content_type.strip().lower().startswith(FORM):
            return urlencode(fields, doseq=True, errors="replace").encode()
        case dict() | list() as value:
            return compact(value).encode()
        case _:
            raise BadCapture('"body" is neither text, an object nor a list.')


def _decoded(value: Any) -> bytes:
    try:
        return base64.b64decode(str(value), validate=True)
    except ValueError as error:
        raise BadCapture('"body_base64" is not base64.') from error


def _is_proven(adapter: Adapter, request: WebhookRequest, channel: ChannelConfig) -> bool:
    try:
        adapter.verify(request, channel)
    except InvalidSignature:
        return False
    return True
