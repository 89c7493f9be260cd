"""The lists and their counts."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from channels_app.models import Channel
from inbox import lists
from inbox.cursors import parse
from inbox.requests import AgentRequest, agent_required, wants_fragment

from .context import desk


@agent_required
@require_safe
def inbox(request: AgentRequest) -> HttpResponse:
    """The desk with a list and no conversation open; as fragment, the part that shows none."""
    view = lists.named(request.GET.get("view"))
    if wants_fragment(request):
        return render(request, "inbox/_open.html", {"view": view, "fragment": True})
    before = parse(request.GET.get("before"))
    context = desk(request, view, before)
    return render(request, "inbox/inbox.html", {**context, "has_channels": Channel.objects.exists()})


@agent_required
@require_safe
def list_(request: AgentRequest) -> HttpResponse:
    """The rows of the list; with `before` those that follow."""
    view = lists.named(request.GET.get("view"))
    before = parse(request.GET.get("before"))
    return render(request, "inbox/_rows.html", {"page": lists.page(request.user, view, before)})


@agent_required
@require_safe
def counts(request: AgentRequest) -> HttpResponse:
    view = lists.named(request.GET.get("view"))
    return render(request, "inbox/_counts.html", {"view": view, "counts": lists.counts(request.user)})
