"""The Bot API as far as a desk needs it. https://core.telegram.org/bots/api"""

import json
import re
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase

from channels_app.models import Channel
from simulator import network, switches
from simulator.api import Caller, json_object, provider_api
from simulator.models import ProviderFile, Switches

from . import objects, refusals, sending
from .refusals import Refused, bad
from .sending import Call

JSON = dict[str, Any]

SECRET = re.compile(r"[A-Za-z0-9_-]{1,256}")
KEY = re.compile(r"file_([0-9a-f]+)$")


@provider_api
def method(request: HttpRequest, caller: Caller, token: str, name: str) -> HttpResponse:
    caller.line = f"{request.method} {name[:40]}"
    try:
        channel = caller.channel = _channel(token)
        return _perform(request, channel, name.lower())
    except Refused as refused:
        return refusals.response(refused.refusal)


def file(request: HttpRequest, token: str, path: str) -> HttpResponseBase:
    key = KEY.search(path)
    try:
        found = key and ProviderFile.objects.filter(channel=_channel(token), key=key[1]).first()
    except Refused as refused:
        return refusals.response(refused.refusal)
    if not found:
        return refusals.response(refusals.NOT_FOUND)
    return FileResponse(found.content.open(), content_type="application/octet-stream")


def _channel(token: str) -> Channel:
    """The bot with this token. Raises Refused."""
    for channel in network.channels("telegram"):
        if channel.credentials.get("token") == token and not switches.of(channel).token_expired:
            return channel
    raise Refused(refusals.UNAUTHORIZED)


def _perform(request: HttpRequest, channel: Channel, name: str) -> HttpResponse:
    files = {name: file for name, file in request.FILES.items() if isinstance(file, UploadedFile)}
    call = Call(channel, _fields(request), files)
    if send := sending.SENDS.get(name):
        refusals.switched(channel)
        return switches.answered(channel, lambda: _ok(send(call)))
    if other := OTHERS.get(name):
        return _ok(other(call))
    raise Refused(refusals.NOT_FOUND)


def _ok(result: Any) -> HttpResponse:
    return JsonResponse({"ok": True, "result": result})


def _fields(request: HttpRequest) -> JSON:
    """Parameters come in the query, as a form or as JSON; in the first two, structures are JSON texts."""
    if request.content_type == "application/json":
        return json_object(request)
    given = {**request.GET.dict(), **request.POST.dict()}
    return {name: _value(str(text)) for name, text in given.items()}


def _value(text: str) -> Any:
    if not text.startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _me(call: Call) -> JSON:
    able = {"can_join_groups": True, "can_read_all_group_messages": True, "can_connect_to_business": False}
    return objects.bot(call.channel) | able


def _set_webhook(call: Call) -> bool:
    """Omitted updates keep the previous list."""
    secret, url = str(call.fields.get("secret_token", "")), str(call.fields.get("url", ""))
    if secret and not SECRET.fullmatch(secret):
        raise bad("secret token contains unallowed characters")
    row = switches.of(call.channel)
    known = row.registration.get("allowed_updates", [])
    allowed = call.fields.get("allowed_updates", known)
    row.registration = {"url": url, "secret_token": secret, "allowed_updates": allowed} if url else {}
    Switches.objects.filter(pk=row.pk).update(registration=row.registration)
    return True


def _webhook_info(call: Call) -> JSON:
    registered = switches.of(call.channel).registration
    found = {"url": registered.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}
    if registered:
        found |= {"allowed_updates": registered["allowed_updates"], "max_connections": 40}
    return found


def _get_file(call: Call) -> JSON:
    key = str(call.fields.get("file_id", ""))
    found = ProviderFile.objects.filter(channel=call.channel, key=key).first()
    if found is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    kind = found.mime_type.partition("/")[0]
    known = {"file_id": key, "file_unique_id": key[:16], "file_size": found.size}
    return known | {"file_path": objects.path(found, kind)}


OTHERS = {
    "getme": _me,
    "setwebhook": _set_webhook,
    "getwebhookinfo": _webhook_info,
    "getfile": _get_file,
    "sendchataction": sending.typing,
    "answercallbackquery": sending.answer_callback,
}
