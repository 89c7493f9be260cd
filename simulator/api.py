"""What all the providers' HTTP APIs share: no session, no CSRF, every request on the wire log."""

import json
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from channels_app.models import Channel
from channels_app.storable import storable

from . import wire

View = Callable[..., HttpResponse]


class Caller:
    """Whose request it is and what the wire log calls it; a view fills it in as it finds out."""

    def __init__(self, line: str) -> None:
        self.channel: Channel | None = None
        self.line = line


def provider_api(view: Callable[..., HttpResponse]) -> View:
    """The view is given a Caller after the request. A path with a token in it must be renamed there."""

    @csrf_exempt
    @wraps(view)
    def logged(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        caller = Caller(f"{request.method} /…")
        response = view(request, caller, *args, **kwargs)
        wire.note(caller.channel, caller.line, response.status_code, outbound=True)
        return response

    return logged


def json_object(request: HttpRequest) -> dict[str, Any]:
    """The body as a JSON object, {} for anything else."""
    try:
        value = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return storable(value) if isinstance(value, dict) else {}
