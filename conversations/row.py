"""What the list shows of a conversation, kept on the conversation itself."""

from django.db.models import Exists, OuterRef, QuerySet

from .models import Conversation, ConversationStatus, Direction, Message

PREVIEW_LENGTH = 160


def show_arrival(conversation: Conversation, message: Message) -> None:
    """A message came in (or was sent from another app). Late ones do not replace a newer preview."""
    if message.direction == Direction.IN:
        conversation.unread_count += 1
        conversation.waiting_since = min(conversation.waiting_since or message.sent_at, message.sent_at)
        conversation.last_inbound_at = max(conversation.last_inbound_at or message.sent_at, message.sent_at)
        conversation.status = ConversationStatus.OPEN
        conversation.snoozed_until = None
    else:
        conversation.waiting_since = None
    if not conversation.preview_direction or message.sent_at >= conversation.last_message_at:
        _preview(conversation, message)
    conversation.save(update_fields=FIELDS)


def show_reply(conversation: Conversation, message: Message) -> None:
    """We answered: nobody waits any more, and what was unread has been read."""
    conversation.unread_count = 0
    conversation.waiting_since = None
    _preview(conversation, message)
    conversation.save(update_fields=FIELDS)


def show_status(message: Message) -> None:
    """The tick in the list follows the last message."""
    _previewing(message).update(preview_status=message.status)


def show_revision(message: Message) -> None:
    """The last message was edited or deleted."""
    kind = "deleted" if message.deleted_at else message.kind
    _previewing(message).update(preview=preview(message), preview_kind=kind)


def _previewing(message: Message) -> QuerySet[Conversation]:
    """The conversation, if its row shows this message: of messages of one second it shows the last."""
    younger = Message.objects.filter(
        conversation=OuterRef("pk"),
        sent_at=message.sent_at,
        pk__gt=message.pk,
        direction__in=[Direction.IN, Direction.OUT],
    )
    return Conversation.objects.filter(
        ~Exists(younger),
        pk=message.conversation_id,
        last_message_at=message.sent_at,
        preview_direction=message.direction,
    )


def mark_read(conversation: Conversation) -> bool:
    """Nothing is unread any more. Return False when nothing was."""
    return bool(Conversation.objects.filter(pk=conversation.pk, unread_count__gt=0).update(unread_count=0))


def preview(message: Message) -> str:
    """One line. Kinds without text get their word from the template, in the reader's language."""
    return "" if message.deleted_at else " ".join(message.text[: PREVIEW_LENGTH * 2].split())[:PREVIEW_LENGTH]


def _preview(conversation: Conversation, message: Message) -> None:
    conversation.last_message_at = message.sent_at
    conversation.preview = preview(message)
    conversation.preview_kind = message.kind
    conversation.preview_direction = message.direction
    conversation.preview_status = message.status


FIELDS = [
    "unread_count",
    "waiting_since",
    "last_inbound_at",
    "status",
    "snoozed_until",
    "last_message_at",
    "preview",
    "preview_kind",
    "preview_direction",
    "preview_status",
]
