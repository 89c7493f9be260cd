"""What changed, rendered once after commit and published to every process that holds sockets."""

import logging
from typing import Any

from channels.layers import get_channel_layer

from conversations.models import Conversation
from conversations.signals import conversation_changed, ephemeral

from . import loop, rendering, timeline

logger = logging.getLogger(__name__)
GROUP = "inbox"
MOST_BUBBLES = 20  # a page that missed more refetches its thread


def connect() -> None:
    """Listen for changes; called once at start-up."""
    conversation_changed.connect(on_change, dispatch_uid="inbox.live")
    ephemeral.connect(on_ephemeral, dispatch_uid="inbox.live")


def on_change(sender: object, conversation_id: int, message_ids: tuple[int, ...], **kwargs: object) -> None:
    """Render the list row and the bubbles that changed, and hand them to the loop."""
    conversation = (
        Conversation.objects.select_related("channel", "identity", "customer", "assignee", "team")
        .filter(pk=conversation_id)
        .first()
    )
    if conversation is not None:
        publish({"type": "hint", "hint": hint(conversation, message_ids)})


def on_ephemeral(sender: object, conversation_id: int, typing: bool, **kwargs: object) -> None:
    seen_by = Conversation.objects.filter(pk=conversation_id).values("team", "assignee").first()
    if seen_by is not None:
        found = {"name": "typing", "id": conversation_id, "typing": typing, **seen_by}
        publish({"type": "hint", "hint": found})


def hint(conversation: Conversation, message_ids: tuple[int, ...]) -> dict[str, Any]:
    """A change as the pages take it: ids, version and ready-made HTML, with who may see it."""
    messages = timeline.some(conversation, pk__in=message_ids[-MOST_BUBBLES:])
    return {
        "name": "changed",
        "id": conversation.pk,
        "version": conversation.version,
        "team": conversation.team_id,
        "assignee": conversation.assignee_id,
        "row": rendering.row(conversation),
        "bubbles": [rendering.bubble(message) for message in messages],
    }


def publish(event: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        loop.submit(layer.group_send(GROUP, event))
