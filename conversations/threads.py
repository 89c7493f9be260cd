"""The open conversation of an identity on a channel: found, reopened or begun, never two at once."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from channels_app.models import Channel
from customers.models import Identity

from .models import Conversation, ConversationStatus

# A customer who answers within this time of being helped means the same matter.
REOPEN_WITHIN = timedelta(days=3)


def current(channel: Channel, identity: Identity, at: datetime) -> Conversation:
    """The open conversation, locked until the transaction ends; begun when there is none."""
    return _open(channel, identity) or _reopen(channel, identity, at) or _begin(channel, identity, at)


def newest(channel: Channel, identity: Identity) -> Conversation | None:
    """The latest conversation in any state."""
    return Conversation.objects.filter(channel=channel, identity=identity).order_by("-id").first()


def has_open(channel_id: int, identity_id: int) -> bool:
    return (
        Conversation.objects.filter(channel_id=channel_id, identity_id=identity_id)
        .exclude(status=ConversationStatus.RESOLVED)
        .exists()
    )


def _open(channel: Channel, identity: Identity) -> Conversation | None:
    return (
        Conversation.objects.select_for_update()
        .filter(channel=channel, identity=identity)
        .exclude(status=ConversationStatus.RESOLVED)
        .first()
    )


def _reopen(channel: Channel, identity: Identity, at: datetime) -> Conversation | None:
    last = newest(channel, identity)
    if last is None or last.resolved_at is None or at - last.resolved_at > REOPEN_WITHIN:
        return None
    try:
        with transaction.atomic():
            Conversation.objects.filter(pk=last.pk).update(
                status=ConversationStatus.OPEN, resolved_at=None, snoozed_until=None
            )
    except IntegrityError:
        return _open(channel, identity)
    return _open(channel, identity)


def _begin(channel: Channel, identity: Identity, at: datetime) -> Conversation:
    try:
        with transaction.atomic():
            return Conversation.objects.create(
                channel=channel, identity=identity, customer_id=identity.customer_id, last_message_at=at
            )
    except IntegrityError:
        winner = _open(channel, identity)
        if winner is None:
            raise
        return winner
