"""Plays recorded answers at the wire of Twilio's library: the transport of `requests`."""

import json
import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

import requests
from urllib3 import exceptions

OWN_EXCEPTIONS = {
    "NewConnectionError": lambda: requests.ConnectionError(
        exceptions.MaxRetryError(None, "/", exceptions.NewConnectionError(None, "refused"))
    ),
    "CertificateError": lambda: requests.exceptions.SSLError(
        exceptions.MaxRetryError(None, "/", exceptions.SSLError(ssl.SSLCertVerificationError("unknown")))
    ),
    "ProtocolError": lambda: requests.ConnectionError(exceptions.ProtocolError("Connection aborted.")),
}


def serve(exchanges: list[Mapping[str, Any]], monkeypatch) -> list[requests.PreparedRequest]:
    """Answer in the recorded order, each request checked. Returns the requests as they come."""
    asked: list[requests.PreparedRequest] = []

    def send(adapter, request, **options):
        assert len(asked) < len(exchanges), f"one request too many: {request.method} {request.url}"
        exchange = exchanges[len(asked)]
        asked.append(request)
        assert options["timeout"], "a request without a time limit"
        _check(exchange["request"], request)
        return _answer(exchange["response"], request)

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", send)
    return asked


def _check(expected: Mapping[str, Any], request: requests.PreparedRequest) -> None:
    url = urlsplit(request.url)
    assert (expected["method"], expected["path"]) == (request.method, url.path)
    assert expected.get("host", url.hostname) == url.hostname
    assert expected.get("query", _fields(url.query)) == _fields(url.query)
    assert expected.get("form", {}) == _fields(request.body or "") or "form" not in expected
    assert expected.get("headers", {}).items() <= dict(request.headers).items()


def _fields(text: str) -> dict[str, Any]:
    """Repeated names as lists, others as strings."""
    found = parse_qs(text, keep_blank_values=True)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _answer(recorded: Mapping[str, Any], request: requests.PreparedRequest) -> requests.Response:
    if name := recorded.get("raises"):
        raise OWN_EXCEPTIONS.get(name, lambda: getattr(requests, name)("recorded"))()
    response = requests.Response()
    response.status_code, response.url, response.request = recorded["status"], request.url, request
    response.headers.update(recorded.get("headers", {}))
    text = json.dumps(recorded["json"]) if "json" in recorded else recorded.get("text", "")
    response._content, response.encoding = text.encode(), "utf-8"
    return response
