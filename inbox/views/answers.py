"""How posts answer: the parts that changed, or one sentence that says why nothing did."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render

from conversations.models import Conversation
from inbox.requests import AgentRequest

from . import context


def changed(request: AgentRequest, conversation: Conversation, **which: Any) -> HttpResponse:
    """Everything that may look different now, out of band; without htmx, the page.

    `which`: a lookup of the messages that changed.
    """
    if not request.htmx:
        return redirect("conversation", conversation.pk)
    return render(request, "inbox/_changes.html", context.changed(request.user, conversation, **which))


def refusal(request: AgentRequest, reason: str, status: int, code: str = "") -> HttpResponse:
    """`code`: the gate's reason, when it was the gate."""
    found = {"reason": reason, "code": code}
    return render(request, "inbox/_refusal.html", found, status=status)
