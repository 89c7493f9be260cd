"""The Graph API as far as WhatsApp needs it: any version, one account per channel."""

import base64
import hashlib
import hmac
import secrets
from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt

from channels_app.models import Channel
from simulator import network, switches
from simulator.api import Caller, json_object, provider_api
from simulator.models import ProviderFile

from . import refusals, sending, templates
from .refusals import Refused
from .webhooks import DISPLAY_NUMBER

JSON = dict[str, Any]


@provider_api
def graph(request: HttpRequest, caller: Caller, version: str, path: str) -> HttpResponse:
    """Every call below a version."""
    node, _, edge = path.strip("/").partition("/")
    caller.line = f"{request.method} /{version}/…{f'/{edge}' if edge else ''}"
    try:
        channel = caller.channel = _channel(request, node)
        return _edge(request, channel, node, edge)
    except Refused as refused:
        return refusals.response(refused.refusal)


@csrf_exempt
def file(request: HttpRequest, key: str) -> HttpResponseBase:
    """A file's short-lived address; it asks for the token too."""
    found = ProviderFile.objects.filter(key=key, channel__kind="whatsapp").first()
    if found is None:
        return HttpResponse(status=404)
    if found.channel not in _callers(request):
        return refusals.response(refusals.NO_TOKEN)
    return FileResponse(found.content.open(), content_type=found.mime_type)


def _channel(request: HttpRequest, node: str) -> Channel:
    """The channel whose token it is; of several, the one that owns the object. Raises Refused."""
    known = _callers(request)
    if not known:
        raise Refused(refusals.NO_TOKEN)
    own = [channel for channel in known if _owns(channel, node)]
    channel = own[0] if own else known[0]
    if switches.of(channel).token_expired:
        raise Refused(refusals.TOKEN)
    return channel


def _callers(request: HttpRequest) -> list[Channel]:
    token = request.headers.get("Authorization", "").removeprefix("Bearer ").encode()
    return [
        channel
        for channel in network.channels("whatsapp")
        if token and hmac.compare_digest(channel.credentials.get("access_token", "").encode(), token)
    ]


def _owns(channel: Channel, node: str) -> bool:
    ids = (channel.credentials.get("phone_number_id"), channel.credentials.get("waba_id"))
    return node in ids or ProviderFile.objects.filter(channel=channel, key=node).exists()


def _edge(request: HttpRequest, channel: Channel, node: str, edge: str) -> HttpResponse:
    number, account = channel.credentials.get("phone_number_id"), channel.credentials.get("waba_id")
    views = {
        ("POST", number, "messages"): _messages,
        ("POST", number, "media"): _upload,
        ("GET", number, ""): _number,
        ("GET", account, "message_templates"): _templates,
        ("POST", account, "subscribed_apps"): _done,
    }
    if view := views.get((request.method or "", node, edge)):
        return view(request, channel)
    if not edge and (found := ProviderFile.objects.filter(channel=channel, key=node).first()):
        return _media(request, found)
    raise refusals.unknown(node)


def _messages(request: HttpRequest, channel: Channel) -> HttpResponse:
    body = json_object(request)
    if body.get("messaging_product") != "whatsapp":
        raise refusals.missing("messaging_product")
    if body.get("status") == "read":
        return JsonResponse(sending.mark(channel, body))
    refusals.switched(channel)
    return switches.answered(channel, lambda: JsonResponse(sending.create(channel, body)))


def _upload(request: HttpRequest, channel: Channel) -> HttpResponse:
    given = request.FILES.get("file")
    if given is None or request.POST.get("messaging_product") != "whatsapp":
        raise refusals.missing("file")
    mime_type = request.POST.get("type") or given.content_type or "application/octet-stream"
    key = str(10**14 + secrets.randbelow(10**14))
    kept = network.file(channel, given.name or "file", mime_type, given.read(), key)
    return JsonResponse({"id": kept.key})


def _media(request: HttpRequest, found: ProviderFile) -> HttpResponse:
    if request.method == "DELETE":
        found.delete()
        return JsonResponse({"success": True})
    with found.content.open() as content:
        digest = hashlib.sha256(content.read()).digest()
    answer = {
        "messaging_product": "whatsapp",
        "url": settings.PUBLIC_URL + reverse("simulator:graph_file", args=[found.key]),
        "mime_type": found.mime_type,
        "sha256": base64.b64encode(digest).decode(),
        "file_size": str(found.size),
        "id": found.key,
    }
    return JsonResponse(answer)


def _number(request: HttpRequest, channel: Channel) -> HttpResponse:
    known: JSON = {
        "display_phone_number": f"+{DISPLAY_NUMBER}",
        "verified_name": channel.name,
        "name_status": "APPROVED",
        "quality_rating": "GREEN",
        "code_verification_status": "VERIFIED",
        "throughput": {"level": "STANDARD"},
        "platform_type": "CLOUD_API",
        "status": "CONNECTED",
        "health_status": {"can_send_message": "AVAILABLE", "entities": []},
    }
    wanted = request.GET.get("fields", "display_phone_number,verified_name,quality_rating").split(",")
    answer = {name: known[name] for name in wanted if name in known}
    return JsonResponse(answer | {"id": channel.credentials.get("phone_number_id", "")})


def _templates(request: HttpRequest, channel: Channel) -> HttpResponse:
    """All in one page."""
    cursors = {"before": "MAZDZD", "after": "MjQZD"}
    return JsonResponse({"data": list(templates.TEMPLATES), "paging": {"cursors": cursors}})


def _done(request: HttpRequest, channel: Channel) -> HttpResponse:
    return JsonResponse({"success": True})
