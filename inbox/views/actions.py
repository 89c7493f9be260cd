"""What is done with a conversation: owner, state, read marks."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from conversations import access, actions
from inbox.forms import AssignForm, first_error
from inbox.requests import AgentRequest, agent_required

from .answers import changed, refusal


@agent_required
@require_POST
def assign(request: AgentRequest, pk: int) -> HttpResponse:
    """To the agent named, to nobody without one."""
    conversation = access.conversation(request.user, pk)
    form = AssignForm(request.POST)
    if not form.is_valid():
        return refusal(request, first_error(form), 422)
    started = timezone.now()
    actions.assign(conversation, form.cleaned_data["agent"], by=request.user)
    return changed(request, conversation, created_at__gte=started)


@agent_required
@require_POST
def resolve(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = access.conversation(request.user, pk)
    started = timezone.now()
    actions.resolve(conversation, by=request.user)
    return changed(request, conversation, created_at__gte=started)


@agent_required
@require_POST
def reopen(request: AgentRequest, pk: int) -> HttpResponse:
    conversation = access.conversation(request.user, pk)
    started = timezone.now()
    if not actions.reopen(conversation, by=request.user) and conversation.status == "resolved":
        return refusal(request, _("This customer has a newer conversation open here. Use that one."), 409)
    return changed(request, conversation, created_at__gte=started)


@agent_required
@require_POST
def read(request: AgentRequest, pk: int) -> HttpResponse:
    """The agent has looked: only the row changes."""
    conversation = access.conversation(request.user, pk)
    actions.mark_read(conversation)
    if not request.htmx:
        return redirect("conversation", pk)
    current = access.conversation(request.user, pk)
    return render(request, "inbox/_row.html", {"conversation": current})


@agent_required
@require_POST
def typing(request: AgentRequest, pk: int) -> HttpResponse:
    """The agent is writing an answer. Nothing is stored and nothing changes on the page."""
    actions.typing(access.conversation(request.user, pk))
    return HttpResponse(status=204)
