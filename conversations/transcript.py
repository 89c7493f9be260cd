"""A conversation to read from top to bottom, in stretches."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from .models import Direction, Message

STRETCH = 200


@dataclass(frozen=True)
class Line:
    """`side`: "in", "out", "note" or "activity"."""

    message: Message
    side: str
    who: str
    text: str


@dataclass(frozen=True)
class Transcript:
    """The newest lines, or those before a message; `older` names the message to go on from, or 0."""

    lines: list[Line]
    older: int


def of(conversation: str, before: str = "") -> Transcript:
    """`before`: id of a message of the same conversation; anything else means the newest."""
    found = _messages(conversation)
    anchor = found.filter(pk=int(before)).first() if before.isdecimal() else None
    if anchor is not None:
        earlier = Q(sent_at__lt=anchor.sent_at) | Q(sent_at=anchor.sent_at, pk__lt=anchor.pk)
        found = found.filter(earlier)
    stretch = list(found.order_by("-sent_at", "-pk")[: STRETCH + 1])
    shown = stretch[:STRETCH]
    older = shown[-1].pk if len(stretch) > STRETCH else 0
    return Transcript([_line(message) for message in reversed(shown)], older)


def _messages(conversation: str) -> QuerySet[Message]:
    if not conversation.isdecimal():
        return Message.objects.none()
    found = Message.objects.filter(conversation=int(conversation))
    return found.select_related("author", "sender", "conversation__customer").prefetch_related("attachments")


def _line(message: Message) -> Line:
    return Line(message, message.direction, _who(message), message.text or _instead(message))


def _who(message: Message) -> str:
    if message.direction == Direction.IN:
        return str(message.content.get("author") or message.conversation.customer)
    return str(message.author or "")


def _instead(message: Message) -> str:
    """What a message without text is shown as."""
    return str(message.content.get("activity") or f"({message.kind})").replace("_", " ")
