"""One conversation: as page, as fragment, and in parts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.models import Agent
from conversations import access
from inbox import lists, timeline
from inbox.cursors import parse
from inbox.requests import AgentRequest, agent_required, wants_fragment

from .context import desk, opened, stream

MOST_AGENTS = 200


@agent_required
@require_safe
def conversation(request: AgentRequest, pk: int) -> HttpResponse:
    """The desk with this conversation open; as fragment only the conversation and its customer."""
    context = opened(request.user, access.conversation(request.user, pk))
    view = lists.named(request.GET.get("view"))
    if wants_fragment(request):
        return render(request, "inbox/_open.html", {**context, "view": view, "fragment": True})
    return render(request, "inbox/inbox.html", {**context, **desk(request, view), "has_channels": True})


@agent_required
@require_safe
def thread(request: AgentRequest, pk: int) -> HttpResponse:
    found = access.conversation(request.user, pk)
    return render(request, "inbox/_thread.html", stream(found))


@agent_required
@require_safe
def messages(request: AgentRequest, pk: int) -> HttpResponse:
    """The stretch of messages before a cursor."""
    found = access.conversation(request.user, pk)
    stretch = timeline.before(found, parse(request.GET.get("before")))
    return render(request, "inbox/_messages.html", {"stretch": stretch})


@agent_required
@require_safe
def stream_(request: AgentRequest, pk: int) -> HttpResponse:
    """The newest messages, with everything around them but the composer's text."""
    return render(
        request, "inbox/_stream.html", {**stream(access.conversation(request.user, pk)), "oob": True}
    )


@agent_required
@require_safe
def assignees(request: AgentRequest, pk: int) -> HttpResponse:
    """Who could take it."""
    found = access.conversation(request.user, pk)
    agents = Agent.objects.filter(is_active=True).order_by("name", "pk")[:MOST_AGENTS]
    return render(request, "inbox/_assignees.html", {"conversation": found, "agents": agents})
