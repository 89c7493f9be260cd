"""Every kind of update, and what it means.

https://core.telegram.org/bots/api#update
"""

from collections.abc import Callable

from django.utils import timezone

from channels_app.content import Choice, Content, MessageKind
from channels_app.events import (
    ChannelAlert,
    Event,
    MemberChanged,
    MessageDeleted,
    MessageReceived,
    ReachabilityChanged,
    ReactionChanged,
    Severity,
    Unsupported,
)

from . import inbound
from .fields import Fields, UnreadableError, clean, moment, part, parts, whole, words
from .people import CALLBACK, Place, full_name, person, place, topic

# Telegram keeps the previous list when none is given, and leaves out three of these by default.
ALLOWED = (
    *("message", "edited_message", "channel_post", "edited_channel_post", "callback_query"),
    *("my_chat_member", "chat_member", "chat_join_request", "message_reaction", "message_reaction_count"),
    *("poll", "poll_answer", "business_connection", "business_message", "edited_business_message"),
    "deleted_business_messages",
)
INSIDE = {"creator", "administrator", "member"}
OUTSIDE = {"left": "left", "kicked": "removed"}
CUSTOM_EMOJI = "\N{WHITE MEDIUM STAR}"  # a picture of its own, or a paid star: there is no character for it
UNSHOWN = {
    "message_reaction_count": "Only the number of anonymous reactions changed.",
    "poll": "The result of a poll changed.",
    "poll_answer": "Someone voted in a poll.",
    "inline_query": "Someone typed the bot's name in another chat.",
    "chosen_inline_result": "Someone picked an inline result.",
    "shipping_query": "A payment asks for shipping options.",
    "pre_checkout_query": "A payment asks for approval.",
    "purchased_paid_media": "Someone bought paid media.",
    "chat_boost": "A chat was boosted.",
    "removed_chat_boost": "A boost ended.",
    "managed_bot": "A managed bot changed.",
    "guest_message": "A message from a chat that the bot is no member of.",
    "subscription": "A subscription changed.",
}


def events(update: Fields, bot: str) -> list[Event]:
    """What an update means; one that cannot be read or shown is `Unsupported`, with the reason."""
    kinds = [kind for kind in update if kind != "update_id"]
    found = [event for kind in kinds for event in _events(update, kind, bot)]
    return found or [Unsupported(reason="The update is empty.", raw=update)]


def _events(update: Fields, kind: str, bot: str) -> list[Event]:
    handler = HANDLERS.get(kind)
    if handler is None:
        reason = UNSHOWN.get(kind, f"Updates of the kind “{clean(kind)[:60]}” are not known.")
        return [Unsupported(reason=reason, raw=update)]
    try:
        return handler(part(update, kind), bot)
    except UnreadableError as error:
        return [Unsupported(reason=str(error), raw=update)]


def _pressed(query: Fields, bot: str) -> list[Event]:
    """A button was pressed. Telegram does not say when, and shows only chat and number of an old message."""
    message = part(query, "message")
    where = place(message) if message else None
    data, number = words(query, "data") or words(query, "game_short_name"), words(query, "id")
    if not data or not number:
        raise UnreadableError("The pressed button says nothing.")
    title = _title(message, data)
    choice = Choice(id=data, title=title, source="button")
    received = MessageReceived(
        provider_id=CALLBACK + number,
        sender=person(part(query, "from"), where.connection if where else ""),
        at=timezone.now(),
        kind=MessageKind.CHOICE,
        text=title,
        content=Content(choice=choice),
        reply_to=where.message(whole(message, "message_id")) if where else "",
        chat=where.chat(topic(message)) if where else None,
    )
    return [received]


def _title(message: Fields, data: str) -> str:
    """What the pressed button says, as long as Telegram still shows the keyboard."""
    titles = (words(item, "text") for item in _buttons(message) if words(item, "callback_data") == data)
    return next(filter(None, titles), data)


def _buttons(message: Fields) -> list[Fields]:
    rows = part(message, "reply_markup").get("inline_keyboard")
    return [item for row in rows for item in parts({"row": row}, "row")] if isinstance(rows, list) else []


def _reaction(change: Fields, bot: str) -> list[Event]:
    where = place(change)
    who = part(change, "user")
    actor = person(who, where.connection) if who else place({"chat": change.get("actor_chat")}).party()
    shown = (words(item, "emoji") or CUSTOM_EMOJI for item in parts(change, "new_reaction"))
    changed = ReactionChanged(
        provider_id=where.message(whole(change, "message_id")),
        sender=actor,
        emojis=tuple(dict.fromkeys(shown)),
        at=moment(change, "date"),
        chat=where.chat(),
    )
    return [changed]


def _our_membership(change: Fields, bot: str) -> list[Event]:
    """In a private chat `kicked` means that the person blocked the bot, `member` that it may write again."""
    where = place(change)
    if not where.private:
        return [_membership(change, where, us=True)]
    status = words(part(change, "new_chat_member"), "status")
    if status not in ("kicked", "member"):
        raise UnreadableError("The bot's new status is not known.")
    blocked = status == "kicked"
    reachable = ReachabilityChanged(
        sender=person(part(change, "from")),
        reachable=not blocked,
        at=moment(change, "date"),
        reason="The customer blocked the bot." if blocked else "The customer started the bot.",
    )
    return [reachable]


def _their_membership(change: Fields, bot: str) -> list[Event]:
    return [_membership(change, place(change), us=False)]


def _membership(change: Fields, where: Place, *, us: bool) -> MemberChanged:
    chat, new = where.chat(), part(change, "new_chat_member")
    if chat is None:
        raise UnreadableError("Members of a private chat.")
    what = _change(_is_inside(part(change, "old_chat_member")), _is_inside(new), words(new, "status"))
    return MemberChanged(
        chat=chat, member=person(part(new, "user")), change=what, at=moment(change, "date"), us=us
    )


def _change(before: bool, after: bool, status: str) -> str:
    if before == after:
        return "role"
    return "joined" if after else OUTSIDE.get(status, "removed")


def _is_inside(member: Fields) -> bool:
    """Raises UnreadableError for a status nobody knows."""
    status = words(member, "status")
    if status == "restricted":
        return member.get("is_member") is True
    if status not in INSIDE and status not in OUTSIDE:
        raise UnreadableError("The member's status is not known.")
    return status in INSIDE


def _join_request(request: Fields, bot: str) -> list[Event]:
    chat = place(request).chat()
    if chat is None:
        raise UnreadableError("A request to join a private chat.")
    asker = person(part(request, "from"))
    return [MemberChanged(chat=chat, member=asker, change="requested", at=moment(request, "date"))]


def _connection(connection: Fields, bot: str) -> list[Event]:
    """A business account let the bot in or shut it out. Older connections say `can_reply` at the top."""
    if not words(connection, "id"):
        raise UnreadableError("The business connection has no id.")
    enabled = connection.get("is_enabled") is True
    replies = True in (part(connection, "rights").get("can_reply"), connection.get("can_reply"))
    name = full_name(part(connection, "user")) or "A business account"
    if not enabled:
        text = f"{name} disconnected the bot from its Telegram account: its chats no longer arrive."
    elif not replies:
        text = f"{name} connected the bot to its Telegram account, but did not allow replies."
    else:
        text = f"{name} connected the bot to its Telegram account."
    severity = Severity.INFO if enabled and replies else Severity.WARNING
    at = moment(connection, "date")
    return [ChannelAlert(severity=severity, code="business_connection", text=text, at=at)]


def _deleted(deletion: Fields, bot: str) -> list[Event]:
    """Telegram does not say when. Only business chats report deletions."""
    where, numbers = place(deletion), deletion.get("message_ids")
    if not isinstance(numbers, list) or not numbers:
        raise UnreadableError("The deletion names no messages.")
    return [_one_deleted(deletion, where, number) for number in numbers]


def _one_deleted(deletion: Fields, where: Place, number: object) -> Event:
    known = whole({"number": number}, "number")
    if known is None:
        return Unsupported(reason="A deleted message without a number.", raw=deletion)
    return MessageDeleted(provider_id=where.message(known), at=timezone.now(), sender=where.party())


HANDLERS: dict[str, Callable[[Fields, str], list[Event]]] = {
    "message": inbound.received,
    "edited_message": inbound.edited,
    "channel_post": inbound.received,
    "edited_channel_post": inbound.edited,
    "business_message": inbound.received,
    "edited_business_message": inbound.edited,
    "deleted_business_messages": _deleted,
    "business_connection": _connection,
    "callback_query": _pressed,
    "message_reaction": _reaction,
    "my_chat_member": _our_membership,
    "chat_member": _their_membership,
    "chat_join_request": _join_request,
}
