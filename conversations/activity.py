"""Activity lines: what happened to a conversation, in one sentence inside the thread."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.models import Agent
from channels_app.content import MessageKind

from . import changes
from .models import Conversation, Direction, Message


def note_activity(
    conversation: Conversation,
    what: str,
    *,
    by: Agent | None = None,
    at: datetime | None = None,
    **details: Any,
) -> Message:
    """Add a line. `what` names the sentence in the templates; `details` fill it (JSON only)."""
    line = Message.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        direction=Direction.ACTIVITY,
        kind=MessageKind.SYSTEM,
        content={"activity": what, **details},
        author=by,
        sent_at=at or timezone.now(),
    )
    changes.announce(conversation.pk, line.pk)
    return line
