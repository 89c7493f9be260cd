"""Messages: new ones, edited ones, and what arrives as a message but is an event of the chat."""

import re
from dataclasses import replace

from channels_app.content import Content, Quoted
from channels_app.events import (
    DeliveryStatus,
    Event,
    IdentityChanged,
    MemberChanged,
    MessageEdited,
    MessageReceived,
    StatusChanged,
    Unsupported,
)

from .fields import Fields, moment, part, parts, whole, words
from .people import Place, author, full_name, link, outgoing, person, place, topic
from .substance import read

START = re.compile(r"/start(?:@\w+)? ([A-Za-z0-9_-]{1,64})", re.ASCII)


def received(message: Fields, bot: str) -> list[Event]:
    """A new message, post or service message. Raises UnreadableError."""
    where = place(message)
    if "ephemeral_message_id" in message or "receiver_user" in message:
        return [Unsupported(reason="A message that only one member can see.", raw=message)]
    if "migrate_to_chat_id" in message:
        return [_migrated(message, where)]
    if "migrate_from_chat_id" in message:
        return [Unsupported(reason="The old group has already announced the new one.", raw=message)]
    if "new_chat_members" in message or "left_chat_member" in message:
        return _members(message, where, bot)
    if str(whole(part(message, "sender_business_bot"), "id")) == bot:
        return [_own(message, where)]
    return [_message(message, where)]


def edited(message: Fields, bot: str) -> list[Event]:
    """The new form of a message. Telegram also reports technical changes, and live locations, as edits."""
    where = place(message)
    new = _message(message, where)
    event = MessageEdited(
        provider_id=new.provider_id,
        at=moment(message, "edit_date", "date"),
        text=new.text,
        sender=new.sender,
        content=new.content,
        media=new.media,
        chat=new.chat,
    )
    return [event]


def _message(message: Fields, where: Place) -> MessageReceived:
    substance = read(message)
    sender, ours = author(message, where), outgoing(message, where)
    if substance.phone and not ours:
        sender = replace(sender, phone=substance.phone)
    return MessageReceived(
        provider_id=where.message(whole(message, "message_id")),
        sender=sender,
        at=moment(message, "date"),
        kind=substance.kind,
        text=substance.text,
        content=_context(message, where, substance.content),
        media=substance.media,
        reply_to=_reply_to(message, where),
        chat=where.chat(topic(message)),
        outgoing=ours,
    )


def _context(message: Fields, where: Place, content: Content) -> Content:
    """The content and everything around it: quote, forward, album, deep link, author."""
    found = Content(**content)
    if quoted := _quoted(message):
        found["quoted"] = quoted
    if part(message, "forward_origin") or message.get("is_automatic_forward") is True:
        found["forwarded"] = "once"
    if album := words(message, "media_group_id"):
        found["album"] = album
    if start := START.fullmatch(words(message, "text")):
        found["referral"] = {"source": "deep_link", "source_id": start[1]}
    if not where.private and (name := _author_name(message)):
        found["author"] = name
    return found


def _author_name(message: Fields) -> str:
    speaker = part(message, "sender_chat") or part(message, "from")
    return words(message, "author_signature") or full_name(speaker)


def _quoted(message: Fields) -> Quoted | None:
    """What the customer answered that is no message of this chat, or the part of one they picked."""
    excerpt = words(part(message, "quote"), "text")
    if story := part(message, "reply_to_story"):
        url = link(part(story, "chat"), "s", str(whole(story, "id") or ""))
        return Quoted(kind="story", text=excerpt, url=url)
    if external := part(message, "external_reply"):
        url = link(part(external, "chat"), str(whole(external, "message_id") or ""))
        return Quoted(kind="message", text=excerpt or _origin(part(external, "origin")), url=url)
    return Quoted(kind="quote", text=excerpt) if excerpt else None


def _origin(origin: Fields) -> str:
    """Who wrote a message elsewhere, as far as Telegram tells."""
    known = (full_name(part(origin, key)) for key in ("sender_user", "sender_chat", "chat"))
    return next(filter(None, known), words(origin, "sender_user_name"))


def _reply_to(message: Fields, where: Place) -> str:
    """The answered message. In a forum, an answer to the topic's first service message is no answer."""
    answered = part(message, "reply_to_message")
    number = whole(answered, "message_id")
    if number is None or ("forum_topic_created" in answered and topic(message) == str(number)):
        return ""
    return where.message(number)


def _migrated(message: Fields, where: Place) -> IdentityChanged:
    """The group became a supergroup: same people, new address."""
    new = place({"chat": {**where.fields, "id": message["migrate_to_chat_id"], "type": "supergroup"}})
    return IdentityChanged(
        old=where.address,
        new=new.party(),
        at=moment(message, "date"),
        same_person=True,
        provider_id=where.message(whole(message, "message_id")),
        reason="The group became a supergroup.",
    )


def _members(message: Fields, where: Place, bot: str) -> list[Event]:
    chat = where.chat()
    if chat is None:
        return [Unsupported(reason="Members of a private chat.", raw=message)]
    by, leaver = whole(part(message, "from"), "id"), part(message, "left_chat_member")
    changes = [(user, "joined") for user in parts(message, "new_chat_members")]
    if leaver:
        changes.append((leaver, "left" if whole(leaver, "id") == by else "removed"))
    at = moment(message, "date")
    members = [(person(user), change) for user, change in changes]
    events: list[Event] = [
        MemberChanged(chat=chat, member=member, change=change, at=at, us=member.addresses[0] == bot)
        for member, change in members
    ]
    return events or [Unsupported(reason="Members that cannot be read.", raw=message)]


def _own(message: Fields, where: Place) -> StatusChanged:
    """A message sent through a business account by this bot comes back: proof that it was taken."""
    return StatusChanged(
        provider_id=where.message(whole(message, "message_id")),
        status=DeliveryStatus.ACCEPTED,
        at=moment(message, "date"),
        recipient=where.party(),
    )
