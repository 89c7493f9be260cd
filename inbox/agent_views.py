"""The settings of people: who may sign in, as what, in which teams. Administrators only."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import changes, invitations
from accounts.models import Agent
from conversations import access

from .agent_forms import ChangeForm, InviteForm
from .requests import AgentRequest, agent_required


@agent_required
@require_safe
def agents(request: AgentRequest) -> HttpResponse:
    access.require_administrator(request.user)
    found = Agent.objects.prefetch_related("teams").order_by("-is_active", "name", "pk")
    return _page(request, "agents", {"agents": found})


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def agent_invite(request: AgentRequest) -> HttpResponse:
    access.require_administrator(request.user)
    form = InviteForm(request.POST or None)
    if form.is_valid():
        try:
            agent = invitations.invite(**form.cleaned_data)
        except invitations.AlreadyInvited as error:
            form.add_error("email", str(error))
        else:
            return _with_link(request, agent)
    return _page(request, "invite", {"form": form}, 422 if form.errors else 200)


@agent_required
@require_http_methods(["GET", "HEAD", "POST"])
def agent_change(request: AgentRequest, pk: int) -> HttpResponse:
    agent = _agent(request, pk)
    form = ChangeForm(agent, request.POST or None)
    if form.is_valid():
        try:
            changes.change(agent, **form.cleaned_data)
        except changes.CannotChange as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Saved."))
            return redirect("agents")
    return _page(request, "agent", {"agent": agent, "form": form}, 422 if form.errors else 200)


@agent_required
@require_POST
def agent_link(request: AgentRequest, pk: int) -> HttpResponse:
    """A new link for somebody who lost theirs, or forgot the password."""
    return _with_link(request, _agent(request, pk))


def _agent(request: AgentRequest, pk: int) -> Agent:
    access.require_administrator(request.user)
    return get_object_or_404(Agent, pk=pk)


def _with_link(request: AgentRequest, agent: Agent) -> HttpResponse:
    """The link is in this one answer only, and in the mail."""
    address = invitations.link(agent)
    context = {
        "agent": agent,
        "link": address,
        "expires": invitations.expires(),
        "is_mailed": invitations.send(agent, address, by=request.user),
        "form": ChangeForm(agent),
    }
    return _page(request, "agent", context)


def _page(request: AgentRequest, name: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {**context, "messages": messages.get_messages(request)}
    return render(request, f"inbox/agents/{name}.html", context, status=status)
