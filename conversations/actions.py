"""What agents do with a conversation: each saves, leaves a line in the thread and tells the screens."""

from django.db import transaction
from django.utils import timezone

from accounts.models import Agent, Team

from . import activity, changes, courtesies, row, threads
from .models import Conversation, ConversationStatus


def assign(conversation: Conversation, to: Agent | None, by: Agent) -> None:
    """Make somebody the owner, or nobody."""
    if conversation.assignee_id == (to.pk if to else None):
        return
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(assignee=to)
        activity.note_activity(conversation, "assigned" if to else "unassigned", by=by, to=str(to or ""))


def assign_team(conversation: Conversation, to: Team | None, by: Agent) -> None:
    if conversation.team_id == (to.pk if to else None):
        return
    with transaction.atomic():
        Conversation.objects.filter(pk=conversation.pk).update(team=to)
        activity.note_activity(conversation, "team_assigned", by=by, to=str(to or ""))


def resolve(conversation: Conversation, by: Agent) -> bool:
    """Done. Return False when it was resolved already."""
    with transaction.atomic():
        changed = (
            Conversation.objects.filter(pk=conversation.pk)
            .exclude(status=ConversationStatus.RESOLVED)
            .update(
                status=ConversationStatus.RESOLVED,
                resolved_at=timezone.now(),
                waiting_since=None,
                snoozed_until=None,
            )
        )
        if changed:
            activity.note_activity(conversation, "resolved", by=by)
    return bool(changed)


def reopen(conversation: Conversation, by: Agent) -> bool:
    """Open it again. Return False when a newer conversation with the same identity is open already."""
    with transaction.atomic():
        locked = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
        if locked.status != ConversationStatus.RESOLVED:
            return False
        if threads.has_open_sibling(locked):
            return False
        Conversation.objects.filter(pk=conversation.pk).update(
            status=ConversationStatus.OPEN, resolved_at=None
        )
        activity.note_activity(conversation, "reopened", by=by)
    return True


def mark_read(conversation: Conversation) -> bool:
    """The agent has looked. Return whether anything was unread."""
    with transaction.atomic():
        changed = row.mark_read(conversation)
        if changed:
            changes.announce(conversation.pk)
            courtesies.mark_read.enqueue(conversation.pk)
    return changed


def typing(conversation: Conversation) -> None:
    """The agent is writing: the customer sees it where the channel can show it."""
    if conversation.channel.adapter.capabilities.typing:
        courtesies.show_typing.enqueue(conversation.pk)
