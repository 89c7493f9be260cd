"""Captured webhook requests, one JSON object each, and what their adapter makes of them. No database.

{"method", "path", "query", "headers", "body" or "body_base64", "credentials"}: all may be left out.
"""

import base64
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings

from .adapter import Adapter, ChannelConfig, WebhookRequest
from .credential_names import recognised
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
    requests = read(captured)
    credentials = recognised(_texts(captured, "credentials"), adapter)
    channel = ChannelConfig(kind=adapter.kind, credentials=credentials, webhook_url=requests[0].url)
    challenge = adapter.handshake(requests[0], channel)
    if challenge is not None:
        answer = {"status": challenge.status, "body": challenge.body}
        return {"verified": challenge.status < 400, "handshake": answer, "events": []}
    proven = [each for each in requests if credentials and _is_proven(adapter, each, channel)]
    events = adapter.parse((proven or requests)[0], channel)
    return {"verified": bool(proven), "events": [as_json(event) for event in events]}


def compact(value: Any) -> str:
    """JSON without spaces, letters of all scripts as they are."""
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def escaped(text: str) -> str:
    """Half a surrogate pair is no character and has no UTF-8: inside JSON it stays an escape."""
    return UNPAIRED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def read(captured: JSON) -> list[WebhookRequest]:
    """The request under every address the provider may have called and signed, the likeliest first."""
    path, _mark, query = str(captured.get("path") or "/").partition("?")
    request = WebhookRequest(
        method=str(captured.get("method") or "POST").upper(),
        url=path,
        query=_query(captured.get("query")) or query,
        headers=_texts(captured, "headers"),
    )
    request = _typed(replace(request, body=_body(captured, request.header("Content-Type"))))
    return [replace(request, url=address) for address in dict.fromkeys(_addresses(request))]


def _object(line: bytes) -> JSON:
    try:
        found = json.loads(line.decode("utf-8-sig"))
    except ValueError as error:
        raise BadCapture(f"The line is not JSON: {error}") from error
    if not isinstance(found, dict):
        raise BadCapture("The line is not a JSON object.")
    return found


def _texts(captured: JSON, key: str) -> dict[str, str]:
    """An object, or a list of pairs, with the values as text."""
    try:
        found = dict(captured.get(key) or {})
    except (TypeError, ValueError) as error:
        raise BadCapture(f'"{key}" is neither an object nor a list of pairs.') from error
    return {str(name): _text(value) for name, value in found.items() if value is not None}


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _addresses(request: WebhookRequest) -> Iterator[str]:
    """Absolute and without the query: as captured, as proxies say it was called, then our own."""
    captured = urlsplit(request.url if "://" in request.url else "")
    path = request.url.partition("://")[2].partition("/")[2] if captured.scheme else request.url.lstrip("/")
    if captured.scheme:
        yield request.url
    schemes = [_first(request, "X-Forwarded-Proto"), captured.scheme, "https", "http"]
    hosts = [_first(request, "X-Forwarded-Host"), request.header("Host"), captured.netloc]
    for host, scheme in product(filter(None, hosts), filter(None, schemes)):
        yield f"{scheme}://{host}/{path}"
    yield f"{settings.PUBLIC_URL}/{path}"


def _first(request: WebhookRequest, name: str) -> str:
    """What the outermost proxy wrote."""
    return request.header(name).partition(",")[0].strip()


def _query(value: Any) -> str:
    match value:
        case None:
            return ""
        case str():
            return value.removeprefix("?")
        case dict():
            return urlencode(value, doseq=True)
        case []:
            return ""
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


def _typed(request: WebhookRequest) -> WebhookRequest:
    """With a Content-Type when none was captured: what does not begin like JSON is a form."""
    if request.header("Content-Type") or request.body.lstrip()[:1] in (b"", b"{", b"["):
        return request
    return replace(request, headers={**request.headers, "Content-Type": FORM})


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
