"""Twilio's REST API as far as a desk needs it. https://www.twilio.com/docs/usage/api"""

import base64
import binascii
import hmac
from typing import Any

from django.core import signing
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse

from channels_app.models import Channel
from simulator import network, switches
from simulator.api import Caller, provider_api
from simulator.models import PhoneMessage, ProviderFile

from . import contents, refusals, sending
from .refusals import Refused
from .webhooks import PREFIXES

JSON = dict[str, Any]

KINDS = tuple(PREFIXES)
CREATED = "Mon, 12 Jan 2026 09:00:00 +0000"
TYPING_SECONDS = 25
STORAGE_SECONDS = 300


@provider_api
def messages(request: HttpRequest, caller: Caller, account: str) -> HttpResponse:
    caller.line = f"{request.method} /Messages.json"
    try:
        channel = caller.channel = _sender(request, _account(request, account))
        refusals.switched(channel)
        return switches.answered(
            channel, lambda: JsonResponse(sending.create(channel, request.POST), status=201)
        )
    except Refused as refused:
        return refusals.response(refused.refusal)


@provider_api
def resource(request: HttpRequest, caller: Caller, account: str, path: str = "") -> HttpResponse:
    """Everything else below an account."""
    caller.line = f"{request.method} /{path.partition('/')[0] or 'Accounts'}"
    try:
        known = _account(request, account)
        caller.channel = known[0]
        return JsonResponse(_resource(known, path))
    except Refused as refused:
        return refusals.response(refused.refusal)


@provider_api
def approvals(request: HttpRequest, caller: Caller) -> HttpResponse:
    caller.line = f"{request.method} /ContentAndApprovals"
    try:
        known = _account(request)
        caller.channel = known[0]
        return JsonResponse(contents.listed(known[0].credentials["account_sid"]))
    except Refused as refused:
        return refusals.response(refused.refusal)


@provider_api
def typing(request: HttpRequest, caller: Caller) -> HttpResponse:
    """Marks the message as read with it."""
    caller.line = f"{request.method} /Indicators/Typing"
    try:
        caller.channel = _account(request)[0]
        sid = request.POST.get("messageId", "")
        found = PhoneMessage.objects.filter(provider_id=sid, from_customer=True).last()
        if found is None:
            raise Refused(refusals.NOT_FOUND)
        network.mark_read(found)
        network.show_typing(found.phone, TYPING_SECONDS)
        return JsonResponse({"success": True})
    except Refused as refused:
        return refusals.response(refused.refusal)


def media(request: HttpRequest, account: str, message: str, sid: str) -> HttpResponse:
    """Asks for the account's token, then sends on to storage, which wants only a fresh signature."""
    try:
        known = _account(request, account)
    except Refused as refused:
        return refusals.response(refused.refusal)
    found = ProviderFile.objects.filter(key=sid.removeprefix("ME"), channel__in=known).first()
    if found is None:
        return refusals.response(refusals.NOT_FOUND)
    return HttpResponseRedirect(reverse("simulator:twilio_storage", args=[signing.dumps(found.key)]))


def storage(request: HttpRequest, ticket: str) -> HttpResponseBase:
    try:
        key = signing.loads(ticket, max_age=STORAGE_SECONDS)
    except signing.BadSignature:
        return HttpResponse(status=403)
    found = ProviderFile.objects.filter(key=key).first()
    if found is None:
        return HttpResponse(status=404)
    return FileResponse(found.content.open(), content_type=found.mime_type)


def _account(request: HttpRequest, account: str = "") -> list[Channel]:
    """All channels of the account whose credentials these are. Raises Refused."""
    user, password = _basic(request)
    known = [
        channel
        for channel in network.channels(*KINDS)
        if _is(channel.credentials, user, password)
        and account in ("", channel.credentials.get("account_sid"))
    ]
    if not known or all(switches.of(channel).token_expired for channel in known):
        raise Refused(refusals.AUTHENTICATE)
    return known


def _basic(request: HttpRequest) -> tuple[str, str]:
    given = request.headers.get("Authorization", "").removeprefix("Basic ")
    try:
        user, _, password = base64.b64decode(given, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return "", ""
    return user, password


def _is(credentials: dict[str, str], user: str, password: str) -> bool:
    pairs = (("account_sid", "auth_token"), ("api_key_sid", "api_key_secret"))
    return any(
        credentials.get(name) == user and hmac.compare_digest(credentials[secret].encode(), password.encode())
        for name, secret in pairs
        if user and credentials.get(secret)
    )


def _sender(request: HttpRequest, known: list[Channel]) -> Channel:
    """The channel of the sender, or of the messaging service. Raises Refused."""
    sender, service = request.POST.get("From", ""), request.POST.get("MessagingServiceSid", "")
    for channel in known:
        own = PREFIXES[channel.kind] + channel.credentials.get("sender", "")
        if sender == own or (not sender and service == channel.credentials.get("messaging_service_sid")):
            if switches.of(channel).token_expired:
                raise Refused(refusals.AUTHENTICATE)
            return channel
    raise Refused(refusals.BAD_SENDER)


def _resource(known: list[Channel], path: str) -> JSON:
    account = known[0].credentials["account_sid"]
    if not path:
        named = {"friendly_name": "Harbour Goods", "status": "active", "type": "Full"}
        return {"sid": account, "date_created": CREATED, "date_updated": CREATED, **named}
    if not path.startswith("IncomingPhoneNumbers"):
        raise Refused(refusals.NOT_FOUND)
    numbers = [_number(channel) for channel in known if channel.kind == "twilio_sms"]
    if path == "IncomingPhoneNumbers":
        return {"incoming_phone_numbers": numbers, "page": 0, "page_size": 50}
    if found := next((n for n in numbers if path.endswith(n["sid"])), None):
        return found
    raise Refused(refusals.NOT_FOUND)


def _number(channel: Channel) -> JSON:
    number = channel.credentials.get("sender", "")
    return {
        "sid": f"PN{channel.pk:032x}",
        "account_sid": channel.credentials["account_sid"],
        "phone_number": number,
        "friendly_name": number,
        "capabilities": {"sms": True, "mms": True, "voice": True},
        "date_created": CREATED,
        "date_updated": CREATED,
    }
