"""What agents want sent: queued in the caller's transaction, visible at once, delivered by the worker.

The message row is the outbox. A job in the conversation's lane only points at it.
"""

from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Agent
from channels_app.events import DeliveryStatus
from channels_app.models import Channel
from customers import suppressions
from jobs.failpoints import reach
from jobs.queue import hurry

from . import changes, delivery, policy, row
from .drafts import Draft, DraftError, parts
from .models import Conversation, ConversationStatus, Direction, Message

RETRYABLE = (DeliveryStatus.FAILED, DeliveryStatus.OUTCOME_UNKNOWN, DeliveryStatus.CANCELLED)


class CannotSend(Exception):
    """Nothing was queued. The text is a sentence for the agent; `code` a reason of the gate, or ""."""

    def __init__(self, text: str, code: str = "") -> None:
        super().__init__(text)
        self.code = code


def queue(conversation: Conversation, draft: Draft, author: Agent | None, client_token: str) -> list[Message]:
    """Queue a draft as one message per part. The same author and token again give the same messages.

    Raises CannotSend when the channel cannot carry it or the gate already says no.
    """
    repeated = _queued_before(author, client_token)
    if repeated:
        return repeated
    try:
        pieces = parts(draft, conversation.channel.adapter.capabilities)
    except DraftError as error:
        raise CannotSend(str(error)) from error
    decision = policy.may_write(
        conversation, timezone.now(), draft.kind, draft.content.get("template", {}).get("name", "")
    )
    if not decision.is_allowed:
        raise CannotSend(decision.text, decision.reasons[0])
    try:
        with transaction.atomic():
            messages = _insert(conversation, pieces, author, client_token)
    except IntegrityError:
        return _queued_before(author, client_token)
    reach("outbox.committed")
    return messages


def note(conversation: Conversation, text: str, author: Agent, client_token: str) -> Message:
    """A note for the team. It has no way to the customer."""
    try:
        with transaction.atomic():
            message = Message.objects.create(
                conversation=conversation,
                channel_id=conversation.channel_id,
                direction=Direction.NOTE,
                text=text,
                author=author,
                client_token=client_token,
            )
            changes.announce(conversation.pk, message.pk)
    except IntegrityError:
        return Message.objects.get(author=author, client_token=client_token)
    return message


def retry(message: Message, agent: Agent) -> bool:
    """A person decided to send it again. Return False when it is no longer in a state to retry."""
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, status__in=RETRYABLE, direction=Direction.OUT).update(
            status=DeliveryStatus.QUEUED, failure="", failure_reason="", provider_id=""
        )
        if changed:
            message.status = DeliveryStatus.QUEUED
            row.show_status(message)
            changes.announce(message.conversation_id, message.pk)
            suppressions.mark_reachable(message.conversation.identity, timezone.now())
            _hand_over(message)
    return bool(changed)


def mark_as_sent(message: Message, agent: Agent) -> bool:
    """A person knows that a message of unknown outcome did arrive."""
    return _settle(message, DeliveryStatus.OUTCOME_UNKNOWN, DeliveryStatus.ACCEPTED)


def cancel(message: Message, agent: Agent) -> bool:
    """Take a message back that has not left yet. Return False when it is too late."""
    return _settle(message, DeliveryStatus.QUEUED, DeliveryStatus.CANCELLED)


def resume(channel: Channel) -> int:
    """A channel sends again: what waited for that leaves now. Returns how many sends were moved up."""
    waiting = Message.objects.filter(channel=channel, status=DeliveryStatus.QUEUED)
    conversations = waiting.order_by().values_list("conversation_id", flat=True).distinct()
    return hurry([_lane(pk) for pk in conversations])


def _settle(message: Message, expected: DeliveryStatus, status: DeliveryStatus) -> bool:
    with transaction.atomic():
        changed = Message.objects.filter(pk=message.pk, status=expected).update(status=status)
        if changed:
            message.status = status
            row.show_status(message)
            changes.announce(message.conversation_id, message.pk)
    return bool(changed)


def _queued_before(author: Agent | None, client_token: str) -> list[Message]:
    if not client_token:
        return []
    return list(Message.objects.filter(author=author, client_token=client_token).order_by("part"))


def _insert(
    conversation: Conversation, pieces: list[Draft], author: Agent | None, client_token: str
) -> list[Message]:
    current = _locked(conversation)
    messages = [
        _insert_part(current, piece, author, client_token, number) for number, piece in enumerate(pieces)
    ]
    row.show_reply(current, messages[-1])
    for message in messages:
        _hand_over(message)
    changes.announce(current.pk, *(message.pk for message in messages))
    reach("outbox.queued")
    return messages


def _locked(conversation: Conversation) -> Conversation:
    """The row as it is now, locked. Writing to a resolved conversation opens it again."""
    current = Conversation.objects.select_for_update(no_key=True).get(pk=conversation.pk)
    if current.status in (ConversationStatus.RESOLVED, ConversationStatus.SNOOZED):
        current.status = ConversationStatus.OPEN
        current.resolved_at = current.snoozed_until = None
        current.save(update_fields=["status", "resolved_at", "snoozed_until"])
    return current


def _insert_part(
    conversation: Conversation, piece: Draft, author: Agent | None, client_token: str, number: int
) -> Message:
    message = Message.objects.create(
        conversation=conversation,
        channel_id=conversation.channel_id,
        direction=Direction.OUT,
        kind=piece.kind,
        text=piece.text,
        content=piece.content,
        author=author,
        client_token=client_token,
        part=number,
        reply_to_id=piece.reply_to,
        status=DeliveryStatus.QUEUED,
    )
    for position, file in enumerate(piece.files):
        file.as_attachment(message, position)
    return message


def _hand_over(message: Message) -> None:
    delivery.deliver.using(lane=_lane(message.conversation_id)).enqueue(message.pk)


def _lane(conversation_id: int) -> str:
    """Messages of one conversation leave one after the other."""
    return f"conversation:{conversation_id}"
