"""The messages of a conversation, a stretch at a time, with all that their bubbles show."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import QuerySet

from conversations.models import Conversation, Direction, Message

from .cursors import Cursor
from .formats import isodate

STRETCH = 50


JOINED_WITHIN = timedelta(minutes=5)


@dataclass(frozen=True)
class Entry:
    """A message in its place. `is_joined`: the next one is of the same writer and hardly later."""

    message: Message
    opens_day: bool
    is_joined: bool


@dataclass(frozen=True)
class Stretch:
    """Messages in reading order. `older`: where the stretch above begins; `unread`: the first unread one."""

    conversation: Conversation
    messages: list[Message]
    older: Cursor | None = None
    unread: int | None = None

    def entries(self) -> Iterator[Entry]:
        """Each message with how it stands to the one before and the one after."""
        days = [isodate(message.sent_at) for message in self.messages]
        for index, message in enumerate(self.messages):
            following = self.messages[index + 1] if index + 1 < len(self.messages) else None
            opens_day = index == 0 or days[index] != days[index - 1]
            yield Entry(message, opens_day, following is not None and _are_joined(message, following))


def newest(conversation: Conversation) -> Stretch:
    found = _stretch(conversation, None)
    return Stretch(conversation, found.messages, found.older, _first_unread(conversation, found.messages))


def before(conversation: Conversation, cursor: Cursor | None) -> Stretch:
    return _stretch(conversation, cursor)


def some(conversation: Conversation, **which: Any) -> list[Message]:
    """Those of its messages that a lookup names, in reading order."""
    found = messages(Message.objects.filter(conversation=conversation, **which))
    return _owned(conversation, list(found.order_by("sent_at", "pk")[:STRETCH]))


def messages(found: QuerySet[Message]) -> QuerySet[Message]:
    """With all that a bubble shows, beside the conversation it belongs to."""
    return found.select_related("author", "sender", "reply_to__author").prefetch_related(
        "attachments", "reactions", "revisions"
    )


def _stretch(conversation: Conversation, cursor: Cursor | None) -> Stretch:
    found = messages(Message.objects.filter(conversation=conversation)).order_by("-sent_at", "-pk")
    if cursor is not None:
        found = found.filter(cursor.below("sent_at"))
    shown = list(found[: STRETCH + 1])
    older = Cursor(shown[STRETCH - 1].sent_at, shown[STRETCH - 1].pk) if len(shown) > STRETCH else None
    return Stretch(conversation, _owned(conversation, shown[:STRETCH][::-1]), older)


def _owned(conversation: Conversation, found: list[Message]) -> list[Message]:
    """All share one conversation and channel, so neither is asked for again."""
    for message in found:
        message.conversation, message.channel = conversation, conversation.channel
        if message.reply_to is not None:
            message.reply_to.conversation = conversation
    return found


def _are_joined(message: Message, following: Message) -> bool:
    return (
        _writer(message) == _writer(following)
        and message.direction != Direction.ACTIVITY
        and following.sent_at - message.sent_at < JOINED_WITHIN
        and isodate(message.sent_at) == isodate(following.sent_at)
    )


def _writer(message: Message) -> tuple[str, int | None]:
    return message.direction, message.author_id or message.sender_id


def _first_unread(conversation: Conversation, found: list[Message]) -> int | None:
    incoming = [message.pk for message in found if message.direction == Direction.IN]
    unread = conversation.unread_count
    return incoming[-min(unread, len(incoming))] if unread and incoming else None
