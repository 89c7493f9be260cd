"""Proof that a request is Twilio's. https://www.twilio.com/docs/usage/webhooks/webhooks-security

Twilio signs the address it was configured with, so `WebhookRequest.url` must be the public one; headers of
proxies take no part. Products differ in whether the port belongs to the address, so both forms are accepted.
"""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from urllib.parse import urlsplit

from twilio.request_validator import (
    HMAC_SHA1,
    HMAC_SHA256,
    SIGNATURE_HEADER,
    SIGNATURE_SETTINGS_HEADER,
    RequestValidator,
    get_signature_algorithm,
)

from channels_app.adapter import WebhookRequest
from channels_app.errors import InvalidSignature

from . import form

# Asks Twilio for three more tries on any failure; by default it tries again only when it cannot connect.
RETRIES = "#rc=3&rp=all"
DEFAULT_PORTS = {"https": 443, "http": 80}


def verify(request: WebhookRequest, credentials: Mapping[str, str]) -> None:
    """Raises InvalidSignature unless the signature, and the body's hash where there is one, are right."""
    try:
        expected = _expected(request, credentials)
    except ValueError as error:  # not UTF-8, or an address that is none
        raise InvalidSignature("The request cannot be read.") from error
    given = request.header(SIGNATURE_HEADER).encode("utf-8", "backslashreplace")
    if not any(hmac.compare_digest(signature.encode(), given) for signature in expected):
        raise InvalidSignature("The signature is not Twilio's.")
    if request.method != "GET":
        _check_body(request)


def _expected(request: WebhookRequest, credentials: Mapping[str, str]) -> list[str]:
    secret, algorithm = _key(request.header(SIGNATURE_SETTINGS_HEADER), credentials)
    validator, fields = RequestValidator(secret), form.posted(request)
    return [
        validator.compute_signature(address, fields, algorithm)
        for address in _addresses(request.url, request.query)
    ]


def _key(settings: str, credentials: Mapping[str, str]) -> tuple[str, str]:
    """The secret and the algorithm. `settings`: "key=ID,algorithm=NAME", or "" for the account's token."""
    named = {
        name.strip(): value.strip() for name, _, value in (p.partition("=") for p in settings.split(","))
    }
    secrets = {
        (HMAC_SHA1, ""): credentials.get("auth_token"),
        (HMAC_SHA256, credentials.get("signing_key_id")): credentials.get("signing_key_secret"),
    }
    algorithm = get_signature_algorithm(settings).upper()
    secret = secrets.get((algorithm, named.get("key", "") if algorithm != HMAC_SHA1 else ""))
    if not secret:
        raise InvalidSignature("The request is signed with a key or algorithm this channel does not know.")
    return secret, algorithm


def _addresses(url: str, query: str) -> Iterator[str]:
    """Every form Twilio may have signed: with and without port, userinfo and retry settings."""
    parts = urlsplit(url)
    scheme, port = url.partition("://")[0], parts.port or DEFAULT_PORTS.get(parts.scheme, 80)
    path = url[len(f"{scheme}://{parts.netloc}") :]
    userinfo, at, place = parts.netloc.rpartition("@")
    host = place.rstrip(":") if parts.port is None else place.rpartition(":")[0]
    rest = f"{path}?{query}" if query else path
    for who in {userinfo + at, ""}:
        for where in (host, f"{host}:{port}"):
            yield f"{scheme}://{who}{where}{rest}"
            yield f"{scheme}://{who}{where}{rest}{RETRIES}"


def _check_body(request: WebhookRequest) -> None:
    """A body that is not a form is signed through its hash in the query."""
    claimed = request.params.get("bodySHA256")
    if claimed is None and (form.is_form(request) or not request.body):
        return
    digest = hashlib.sha256(request.body).hexdigest()
    if not hmac.compare_digest(digest.encode(), (claimed or "").encode("utf-8", "backslashreplace")):
        raise InvalidSignature("The body is not the one that was signed.")
