"""The door to every inbox page: an agent, signed in, and nothing kept in caches."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.models import Agent

P = ParamSpec("P")


class AgentRequest(HttpRequest):
    """A request that came through `agent_required`."""

    user: Agent
    htmx: HtmxDetails


AgentView = Callable[Concatenate[AgentRequest, P], HttpResponse]


def agent_required(view: AgentView[P]) -> AgentView[P]:
    """Signed in, or off to the sign-in page: a fragment sends the whole page there, never itself."""

    @wraps(view)
    def guarded(request: AgentRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        response = view(request, *args, **kwargs)
        patch_cache_control(response, no_store=True, private=True)
        patch_vary_headers(response, ["HX-Request", "HX-Target"])
        return response

    return guarded


def wants_fragment(request: AgentRequest) -> bool:
    """htmx asks for a part of the page, except when it restores a page of the history."""
    return bool(request.htmx) and not request.htmx.history_restore_request


def _to_sign_in(request: AgentRequest) -> HttpResponse:
    if request.htmx:
        back_to = redirect_to_login(request.htmx.current_url_abs_path or "/")
        return HttpResponseClientRedirect(back_to.url)
    return redirect_to_login(request.get_full_path())
