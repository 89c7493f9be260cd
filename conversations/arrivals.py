"""A message arrives: identity, open conversation, message, list row; then its files are fetched."""

from datetime import datetime, timedelta
from typing import TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus, Media, MessageReceived
from channels_app.models import Channel
from customers import suppressions
from customers.identify import Scope, identify, identify_group
from customers.models import Identity
from jobs.failpoints import reach

from . import changes, courtesies, media, row, threads, waiting
from .models import Attachment, Conversation, Direction, Message
from .outcomes import APPLIED, DUPLICATE, Outcome

MOST = 2**31 - 1  # the largest integer of a column
N = TypeVar("N", int, float)
FRESH = timedelta(minutes=1)


def message_received(event: MessageReceived, channel: Channel, scope: Scope) -> Outcome:
    """One new message, or nothing when its provider id is known."""
    if Message.objects.filter(channel=channel, provider_id=event.provider_id).exists():
        return DUPLICATE
    at = min(event.at, timezone.now())
    sender = identify(scope, event.sender, at)
    identity = identify_group(scope, event.chat, at) if event.chat else sender
    reach("ingest.identified")
    topic = event.chat.topic if event.chat else ""
    conversation = threads.current(channel, identity, at, topic)
    reach("ingest.opened")
    message = _insert(event, conversation, sender, at)
    if message is None:
        return DUPLICATE
    attach(message, event.media)
    if event.kind is MessageKind.CHOICE:
        courtesies.acknowledge.enqueue(message.pk)
    row.show_arrival(conversation, message)
    _note_sign_of_life(channel, {sender, identity}, message)
    waiting.settle(channel, event.provider_id)
    changes.announce(conversation.pk, message.pk)
    reach("ingest.recorded")
    return APPLIED


def _insert(
    event: MessageReceived, conversation: Conversation, sender: Identity, at: datetime
) -> Message | None:
    content = dict(event.content)
    if event.chat:
        content.setdefault("author", event.sender.name)
    try:
        with transaction.atomic():
            return Message.objects.create(
                conversation=conversation,
                channel_id=conversation.channel_id,
                direction=Direction.OUT if event.outgoing else Direction.IN,
                status=DeliveryStatus.ACCEPTED if event.outgoing else "",
                kind=event.kind,
                text=event.text,
                content=content,
                sender=sender,
                provider_id=event.provider_id,
                reply_to=find(conversation.channel_id, event.reply_to),
                sent_at=at,
            )
    except IntegrityError:
        if Message.objects.filter(channel=conversation.channel_id, provider_id=event.provider_id).exists():
            return None
        raise


def find(channel_id: int, provider_id: str) -> Message | None:
    """The message a provider id names on a channel, if it is known."""
    if not provider_id:
        return None
    return Message.objects.filter(channel_id=channel_id, provider_id=provider_id).first()


def attach(message: Message, files: tuple[Media, ...]) -> None:
    """One row per file, and a job that fetches it."""
    for position, item in enumerate(files):
        attachment = Attachment.objects.create(
            message=message,
            position=position,
            kind=item.kind,
            reference=item.reference,
            source={"url": item.url, "mime_type": item.mime_type, "sha256": item.sha256},
            original_name=item.filename[:255],
            mime_type=item.mime_type[:100],
            size=_measure(item.size),
            width=_measure(item.width),
            height=_measure(item.height),
            duration=_measure(item.duration),
        )
        media.fetch.enqueue(attachment.pk)


def _measure(claimed: N | None) -> N | None:
    """What the provider says of a file, unless no file could be so; it is measured again once it is here."""
    return claimed if claimed is not None and 0 <= claimed <= MOST else None


def _note_sign_of_life(channel: Channel, heard: set[Identity], message: Message) -> None:
    """Whoever writes can be reached, and so can the group they write in."""
    if message.direction != Direction.IN:
        return
    for identity in heard:
        if identity.unreachable_since:
            suppressions.mark_reachable(identity, message.sent_at)
    now = timezone.now()
    # At most once a minute: a row that every message wrote would make them all wait for each other.
    Channel.objects.filter(pk=channel.pk).exclude(last_inbound_at__gt=now - FRESH).update(last_inbound_at=now)
