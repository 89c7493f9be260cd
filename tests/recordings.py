"""Recorded payloads: what providers sent us, and what we sent them with their answers.

tests/payloads/<kind>/receive/NAME.json: {"about", "request": {"method", "url", "query", "headers",
"body" or "form"}, "events": [{"type", ...the fields worth pinning}]}. `query` is a string or an object,
`body` an object (sent as JSON) or a string, `form` an object (sent urlencoded).

tests/payloads/<kind>/send/NAME.json: {"about", "outbound": {...}, "exchanges": [{"request": {"method", "path",
"query", "headers", and "json" or "form" or "multipart"}, "response": {"status", "headers", "json" or "text"} or
{"raises": "ReadTimeout"}}], and "accepted": {...} or "error": {"failure", "code", ...}}. `multipart` is
{"fields": {name: text}, "files": {name: {"filename", "mime_type", "content"}}}. `json`, `form`, `query` and
`multipart` must be equal, `headers` a subset.
"""

import email
import email.policy
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import httpx2
import pytest

from channels_app import http
from channels_app.adapter import Adapter, ChannelConfig, WebhookRequest
from channels_app.content import MessageKind
from channels_app.errors import SendError
from channels_app.outbound import Accepted, Outbound, Recipient

PAYLOADS = Path(__file__).parent / "payloads"


def received(kind: str) -> list:
    """Every recorded webhook of a kind, as pytest params."""
    return _params(kind, "receive")


def sent(kind: str) -> list:
    """Every recorded send of a kind, as pytest params."""
    return _params(kind, "send")


def recorded(kind: str, direction: str, name: str) -> dict[str, Any]:
    """One recording by its file name without ".json"."""
    return json.loads((PAYLOADS / kind / direction / f"{name}.json").read_text("utf-8"))


def webhook_request(recording: Mapping[str, Any]) -> WebhookRequest:
    request = recording["request"]
    query = request.get("query") or ""
    headers = dict(request.get("headers") or {})
    if "form" in request:
        headers.setdefault("Content-Type", "application/x-www-form-urlencoded")
    return WebhookRequest(
        method=request.get("method", "POST"),
        url=request.get("url", "https://desk.example/webhooks/key/"),
        query=query if isinstance(query, str) else urlencode(query, doseq=True),
        headers=headers,
        body=_body(request),
    )


def assert_subset(expected: Any, actual: Any, where: str = "$") -> None:
    """Objects by their named fields, lists item by item and of equal length, the rest by equality."""
    if isinstance(expected, Mapping):
        assert isinstance(actual, Mapping), f"{where}: {actual!r} is not an object"
        for key, value in expected.items():
            assert key in actual, f"{where}.{key} is absent"
            assert_subset(value, actual[key], f"{where}.{key}")
    elif isinstance(expected, list):
        assert isinstance(actual, (list, tuple)), f"{where}: {actual!r} is not a list"
        assert len(expected) == len(actual), f"{where}: {len(expected)} items expected, got {actual!r}"
        for index, (wanted, got) in enumerate(zip(expected, actual, strict=True)):
            assert_subset(wanted, got, f"{where}[{index}]")
    else:
        assert expected == actual, f"{where}: expected {expected!r}, got {actual!r}"
        assert isinstance(expected, bool) == isinstance(actual, bool), f"{where}: {actual!r}"


@dataclass(frozen=True)
class RecordedFile:
    """A file to upload, its content as text in the recording."""

    name: str
    mime_type: str
    kind: MessageKind
    content: str = ""

    @property
    def size(self) -> int:
        return len(self.content.encode())

    def open(self) -> io.BytesIO:
        return io.BytesIO(self.content.encode())

    def public_url(self) -> str:
        return f"https://desk.example/files/{self.name}"


def outbound(recording: Mapping[str, Any]) -> Outbound:
    fields = dict(recording["outbound"])
    to = fields.pop("to")
    files = fields.pop("files", [])
    return Outbound(
        reference=fields.pop("reference", "msg-42"),
        to=Recipient(addresses=tuple(to["addresses"]), topic=to.get("topic", "")),
        kind=MessageKind(fields.pop("kind", "text")),
        files=tuple(RecordedFile(**{**file, "kind": MessageKind(file["kind"])}) for file in files),
        **fields,
    )


def play(recording: Mapping[str, Any], adapter: Adapter, channel: ChannelConfig, monkeypatch) -> None:
    """Send it against the recorded answers; every request and the outcome must be the recorded ones."""
    remaining = serve(recording["exchanges"], monkeypatch)
    if "error" in recording:
        with pytest.raises(SendError) as caught:
            adapter.send(outbound(recording), channel)
        assert_subset(recording["error"], _error_as_json(caught.value))
    else:
        assert_subset(recording["accepted"], _accepted_as_json(adapter.send(outbound(recording), channel)))
    assert not remaining, f"never asked: {[exchange['request'] for exchange in remaining]}"


def serve(exchanges: list[Mapping[str, Any]], monkeypatch) -> list[Mapping[str, Any]]:
    """Answer provider calls from the recording, in its order. Returns what was not asked for yet."""
    remaining = list(exchanges)

    def answer(request: httpx2.Request) -> httpx2.Response:
        assert remaining, f"one request too many: {request.method} {request.url.path}"
        exchange = remaining.pop(0)
        assert_request(exchange["request"], request)
        return _response(exchange["response"])

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    monkeypatch.setattr(http, "client", lambda: client)
    return remaining


def assert_request(expected: Mapping[str, Any], request: httpx2.Request) -> None:
    assert expected["method"] == request.method
    assert expected["path"] == request.url.path
    request.read()
    if "query" in expected:
        assert expected["query"] == dict(request.url.params)
    if "json" in expected:
        assert expected["json"] == json.loads(request.content)
    if "form" in expected:
        assert expected["form"] == _form(request.content)
    if "multipart" in expected:
        assert expected["multipart"] == _multipart(request)
    for name, value in expected.get("headers", {}).items():
        assert request.headers.get(name) == value, f"header {name}: {request.headers.get(name)!r}"


def _params(kind: str, direction: str) -> list:
    files = sorted((PAYLOADS / kind / direction).glob("*.json"))
    return [pytest.param(json.loads(file.read_text("utf-8")), id=f"{kind}-{file.stem}") for file in files]


def _body(request: Mapping[str, Any]) -> bytes:
    if "form" in request:
        return urlencode(request["form"], doseq=True).encode()
    body = request.get("body")
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else json.dumps(body).encode()


def _response(response: Mapping[str, Any]) -> httpx2.Response:
    if "raises" in response:
        raise getattr(httpx2, response["raises"])("recorded")
    options = {"json": response["json"]} if "json" in response else {"text": response.get("text", "")}
    return httpx2.Response(response["status"], headers=response.get("headers"), **options)


def _form(content: bytes) -> dict[str, Any]:
    """Repeated names as lists, others as strings."""
    pairs = parse_qs(content.decode(), keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in pairs.items()}


def _multipart(request: httpx2.Request) -> dict[str, dict[str, Any]]:
    head = f"Content-Type: {request.headers['content-type']}\r\n\r\n".encode()
    message = email.message_from_bytes(head + request.content, policy=email.policy.HTTP)
    form: dict[str, dict[str, Any]] = {"fields": {}, "files": {}}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = (part.get_payload(decode=True) or b"").decode()
        if (filename := part.get_filename()) is None:
            form["fields"][name] = content
        else:
            form["files"][name] = {
                "filename": filename,
                "mime_type": part.get_content_type(),
                "content": content,
            }
    return form


def _accepted_as_json(accepted: Accepted) -> dict[str, Any]:
    return {
        "provider_id": accepted.provider_id,
        "addresses": list(accepted.addresses),
        "at": accepted.at.isoformat() if accepted.at else None,
        "segments": accepted.segments,
    }


def _error_as_json(error: SendError) -> dict[str, Any]:
    return {
        "failure": error.failure.value,
        "code": error.code,
        "reason": error.reason,
        "retry_after": getattr(error, "retry_after", None),
    }
