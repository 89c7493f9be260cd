"""What the templates of the desk need, gathered once for pages and fragments."""

from typing import Any

from accounts.models import Agent
from conversations import access
from conversations.models import Conversation
from inbox import lists, panel, standing, timeline
from inbox.cursors import Cursor
from inbox.requests import AgentRequest


def desk(request: AgentRequest, view: lists.View, before: Cursor | None = None) -> dict[str, Any]:
    return {
        "view": view,
        "page": lists.page(request.user, view, before),
        "counts": lists.counts(request.user),
    }


def opened(agent: Agent, conversation: Conversation) -> dict[str, Any]:
    """A conversation with its newest messages and its customer."""
    return {
        "conversation": conversation,
        "stretch": timeline.newest(conversation),
        "panel": panel.of(agent, conversation),
        **_standing(conversation),
    }


def stream(conversation: Conversation) -> dict[str, Any]:
    return {
        "conversation": conversation,
        "stretch": timeline.newest(conversation),
        **_standing(conversation),
    }


def changed(agent: Agent, conversation: Conversation, **which: Any) -> dict[str, Any]:
    """The conversation as it is after an action, with the messages that changed with it."""
    current = access.conversation(agent, conversation.pk)
    return {
        "conversation": current,
        "messages": timeline.some(current, **which),
        **_standing(current),
    }


def _standing(conversation: Conversation) -> dict[str, Any]:
    found = standing.of(conversation)
    return {"standing": found, "banner": standing.banner(found)}
