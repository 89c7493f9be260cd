"""Edits, deletions and reactions: what was said before is kept."""

from datetime import datetime

from channels_app.events import MessageDeleted, MessageEdited, ReactionChanged
from customers.identify import Scope, identify

from . import arrivals, changes, row, waiting
from .models import Message, MessageRevision, Reaction, WebhookEvent
from .outcomes import APPLIED, DUPLICATE, Outcome


def edited(item: MessageEdited, event: WebhookEvent) -> Outcome:
    """The new text of a message. Of two edits the later one stays, whatever their order of arrival."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    if (
        message.text == item.text
        or message.deleted_at
        or (message.edited_at and item.at <= message.edited_at)
    ):
        return DUPLICATE
    _keep_revision(message, item.at)
    message.text, message.edited_at = item.text, item.at
    message.content = {**message.content, **item.content}
    message.save(update_fields=["text", "content", "edited_at"])
    return _shown(message)


def deleted(item: MessageDeleted, event: WebhookEvent) -> Outcome:
    """The customer took a message back: its text is hidden, and kept for those who may review."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    if message.deleted_at:
        return DUPLICATE
    _keep_revision(message, item.at, deleted=True)
    message.deleted_at = item.at
    message.save(update_fields=["deleted_at"])
    return _shown(message)


def reacted(item: ReactionChanged, event: WebhookEvent, scope: Scope) -> Outcome:
    """The sender's reactions on the message are now exactly these; an older report changes nothing."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    identity = identify(scope, item.sender, item.at)
    mine = Reaction.objects.filter(message=message, identity=identity)
    if mine.filter(at__gt=item.at).exists():
        return DUPLICATE
    before = set(mine.values_list("emoji", flat=True))
    if before == set(item.emojis):
        return DUPLICATE
    mine.exclude(emoji__in=item.emojis).delete()
    Reaction.objects.bulk_create(
        Reaction(message=message, identity=identity, emoji=emoji, at=item.at)
        for emoji in item.emojis
        if emoji not in before
    )
    changes.announce(message.conversation_id, message.pk)
    return APPLIED


def _locked(event: WebhookEvent, provider_id: str) -> Message | None:
    found = arrivals.find(event.channel_id, provider_id)
    return found and Message.objects.select_for_update().get(pk=found.pk)


def _keep_revision(message: Message, at: datetime, *, deleted: bool = False) -> None:
    MessageRevision.objects.get_or_create(
        message=message,
        replaced_at=at,
        deleted=deleted,
        defaults={"text": message.text, "content": message.content},
    )


def _shown(message: Message) -> Outcome:
    row.show_revision(message)
    changes.announce(message.conversation_id, message.pk)
    return APPLIED
