"""A message arrives: identity, open conversation, message, list row; then its files are fetched."""

from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.events import DeliveryStatus, Media, MessageReceived
from channels_app.models import Channel
from customers.identify import Scope, identify, identify_group
from customers.models import Identity
from jobs.failpoints import reach

from . import changes, courtesies, media, row, threads, waiting
from .models import Attachment, Conversation, Direction, Message
from .outcomes import APPLIED, DUPLICATE, Outcome

FRESH = timedelta(minutes=1)


def message_received(event: MessageReceived, channel: Channel, scope: Scope) -> Outcome:
    """One new message, or nothing when its provider id is known."""
    if Message.objects.filter(channel=channel, provider_id=event.provider_id).exists():
        return DUPLICATE
    at = min(event.at, timezone.now())
    sender = identify(scope, event.sender, at)
    identity = identify_group(scope, event.chat, at) if event.chat else sender
    reach("ingest.identified")
    conversation = threads.current(channel, identity, at)
    reach("ingest.opened")
    message = _insert(event, conversation, sender, at)
    if message is None:
        return DUPLICATE
    _attach(message, event.media)
    if event.kind is MessageKind.CHOICE:
        courtesies.acknowledge.enqueue(message.pk)
    row.show_arrival(conversation, message)
    _note_sign_of_life(channel, sender, message)
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


def _attach(message: Message, files: tuple[Media, ...]) -> None:
    for position, item in enumerate(files):
        attachment = Attachment.objects.create(
            message=message,
            position=position,
            kind=item.kind,
            reference=item.reference,
            source={"url": item.url, "mime_type": item.mime_type, "sha256": item.sha256},
            original_name=item.filename[:255],
            mime_type=item.mime_type[:100],
            size=item.size,
            width=item.width,
            height=item.height,
            duration=item.duration,
        )
        media.fetch.enqueue(attachment.pk)


def _note_sign_of_life(channel: Channel, sender: Identity, message: Message) -> None:
    """Whoever writes can be reached."""
    if message.direction != Direction.IN:
        return
    if sender.unreachable_since:
        sender.unreachable_since, sender.unreachable_reason = None, ""
        sender.save(update_fields=["unreachable_since", "unreachable_reason"])
    now = timezone.now()
    # At most once a minute: a row that every message wrote would make them all wait for each other.
    Channel.objects.filter(pk=channel.pk).exclude(last_inbound_at__gt=now - FRESH).update(last_inbound_at=now)
