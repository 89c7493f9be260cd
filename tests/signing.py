"""Invented credentials per kind of channel, and the signature each provider would put on a request.

A new kind adds its line to CREDENTIALS, SIGNERS and SIGNATURE_HEADERS.
"""

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import parse_qsl

from channels_app.adapter import ChannelConfig, WebhookRequest

Signer = Callable[[WebhookRequest, Mapping[str, str]], WebhookRequest]

CREDENTIALS: dict[str, dict[str, str]] = {
    "whatsapp": {
        "app_secret": "invented-app-secret",
        "access_token": "EAAinventedtoken",
        "verify_token": "invented-verify-token",
        "phone_number_id": "106500000000001",
        "waba_id": "100200300400500",
    },
    "twilio_sms": {
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "auth_token": "0123456789abcdef0123456789abcdef",
        "sender": "+15005550102",
    },
    "twilio_whatsapp": {
        "account_sid": "AC0123456789abcdef0123456789abcdef",
        "auth_token": "0123456789abcdef0123456789abcdef",
        "sender": "+15005550102",
    },
    "telegram": {
        "token": "8100200300:AAinventedinventedinventedinventedin",
        "secret_token": "Zk3_invented-webhook-secret",
    },
}


def channel(kind: str, **changes) -> ChannelConfig:
    """A channel of that kind with the invented credentials."""
    return ChannelConfig(
        kind=kind,
        credentials=CREDENTIALS[kind],
        **{"webhook_url": f"https://desk.example/webhooks/{kind}/", **changes},
    )


def sign(kind: str, request: WebhookRequest, credentials: Mapping[str, str]) -> WebhookRequest:
    """The same request as the provider would have signed it."""
    return SIGNERS[kind](request, credentials)


def with_header(request: WebhookRequest, name: str, value: str) -> WebhookRequest:
    """The request with this one header set, whatever its spelling was before."""
    others = {key: kept for key, kept in request.headers.items() if key.lower() != name.lower()}
    return replace(request, headers={**others, name: value})


def _whatsapp(request: WebhookRequest, credentials: Mapping[str, str]) -> WebhookRequest:
    digest = hmac.new(credentials["app_secret"].encode(), request.body, hashlib.sha256).hexdigest()
    return with_header(request, "X-Hub-Signature-256", f"sha256={digest}")


def _twilio(request: WebhookRequest, credentials: Mapping[str, str]) -> WebhookRequest:
    """The address and the sorted fields of a form; any other body takes part through its hash in the query."""
    is_form = request.header("Content-Type").startswith("application/x-www-form-urlencoded")
    if request.body and not is_form and "bodySHA256" not in request.params:
        claim = f"bodySHA256={hashlib.sha256(request.body).hexdigest()}"
        request = replace(request, query=f"{request.query}&{claim}" if request.query else claim)
    pairs = sorted(set(parse_qsl(request.body.decode(), keep_blank_values=True))) if is_form else []
    address = f"{request.url}?{request.query}" if request.query else request.url
    signed = address + "".join(name + value for name, value in pairs)
    digest = hmac.new(credentials["auth_token"].encode(), signed.encode(), hashlib.sha1).digest()
    return with_header(request, "X-Twilio-Signature", base64.b64encode(digest).decode())


def _telegram(request: WebhookRequest, credentials: Mapping[str, str]) -> WebhookRequest:
    """No signature: the secret itself."""
    return with_header(request, "X-Telegram-Bot-Api-Secret-Token", credentials["secret_token"])


SIGNERS: dict[str, Signer] = {
    "whatsapp": _whatsapp,
    "telegram": _telegram,
    "twilio_sms": _twilio,
    "twilio_whatsapp": _twilio,
}
SIGNATURE_HEADERS: dict[str, str] = {
    "whatsapp": "X-Hub-Signature-256",
    "telegram": "X-Telegram-Bot-Api-Secret-Token",
    "twilio_sms": "X-Twilio-Signature",
    "twilio_whatsapp": "X-Twilio-Signature",
}
