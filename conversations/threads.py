"""The open conversation of an identity on a channel: found, reopened or begun, never two at once."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from channels_app.models import Channel
from customers.models import Identity

from .models import Conversation, ConversationStatus

# A customer who answers within this time of being helped means the same matter.
REOPEN_WITHIN = timedelta(days=3)


def current(channel: Channel, identity: Identity, at: datetime, topic: str = "") -> Conversation:
    """The open conversation, locked until the transaction ends; begun when there is none."""
    threads = Conversation.objects.filter(channel=channel, identity=identity, topic=topic)
    return _open(threads) or _reopen(threads, at) or _begin(threads, channel, identity, at, topic)


def newest(channel: Channel, identity: Identity) -> Conversation | None:
    """The latest conversation in any state."""
    return Conversation.objects.filter(channel=channel, identity=identity).order_by("-id").first()


def heard_since(identity: Identity, at: datetime) -> bool:
    """Whether they wrote after that time."""
    return Conversation.objects.filter(identity=identity, last_inbound_at__gt=at).exists()


def has_open_sibling(conversation: Conversation) -> bool:
    """Whether the same thread goes on in another conversation."""
    same = Conversation.objects.filter(
        channel=conversation.channel_id, identity=conversation.identity_id, topic=conversation.topic
    )
    return same.exclude(status=ConversationStatus.RESOLVED).exists()


def _open(threads: QuerySet[Conversation]) -> Conversation | None:
    # Without a claim on the key: new messages refer to the row while it is locked.
    locked = threads.select_for_update(no_key=True)
    return locked.exclude(status=ConversationStatus.RESOLVED).first()


def _reopen(threads: QuerySet[Conversation], at: datetime) -> Conversation | None:
    last = threads.order_by("-id").first()
    if last is None or last.resolved_at is None or at - last.resolved_at > REOPEN_WITHIN:
        return None
    try:
        with transaction.atomic():
            Conversation.objects.filter(pk=last.pk).update(
                status=ConversationStatus.OPEN, resolved_at=None, snoozed_until=None
            )
    except IntegrityError:
        return _open(threads)
    return _open(threads)


def _begin(
    threads: QuerySet[Conversation], channel: Channel, identity: Identity, at: datetime, topic: str
) -> Conversation:
    try:
        with transaction.atomic():
            return Conversation.objects.create(
                channel=channel,
                identity=identity,
                customer_id=identity.customer_id,
                topic=topic,
                last_message_at=at,
            )
    except IntegrityError:
        winner = _open(threads)
        if winner is None:
            raise
        return winner
