"""Who and where: parties, chats, and the ids that are unique in a channel.

Telegram numbers messages per chat, so a message is "<chat>:<number>". A chat that reaches the bot through a
connected business account is another conversation than the person's own chat with the bot: its address is
"<connection>:<chat>", its messages "<connection>:<chat>:<number>".
"""

import re
from dataclasses import dataclass

from channels_app.events import Chat, Party

from .fields import Fields, UnreadableError, part, whole, words

CHAT_KINDS = {"group": "group", "supergroup": "group", "channel": "channel"}
CALLBACK = "callback:"
REACTION = "reaction:"
_TARGET = re.compile(r"(?:(?P<connection>.+):)?(?P<chat>-?\d{1,19}|@\w+)", re.ASCII)
_MESSAGE = re.compile(r"(?P<address>.+):(?P<number>\d{1,19})", re.ASCII)
_PUBLIC_NAME = re.compile(r"\w{3,64}", re.ASCII)


@dataclass(frozen=True)
class Place:
    """The chat something happened in. `connection`: the business account it came through, or ""."""

    id: int
    connection: str
    fields: Fields

    @property
    def private(self) -> bool:
        kind = words(self.fields, "type")
        return kind == "private" or (kind not in CHAT_KINDS and self.id > 0)

    @property
    def address(self) -> str:
        return f"{self.connection}:{self.id}" if self.connection else str(self.id)

    def message(self, number: int | None) -> str:
        """The provider id of a message in this chat."""
        if number is None:
            raise UnreadableError("The message has no number.")
        return f"{self.address}:{number}"

    def chat(self, topic: str = "") -> Chat | None:
        """None for one person's chat."""
        if self.private:
            return None
        kind = CHAT_KINDS.get(words(self.fields, "type"), "group")
        return Chat(address=self.address, kind=kind, title=words(self.fields, "title"), topic=topic)

    def party(self) -> Party:
        """The person of a private chat, or the group or channel as an author."""
        return Party(
            addresses=(self.address,), name=full_name(self.fields), username=words(self.fields, "username")
        )


@dataclass(frozen=True)
class Target:
    """Where a send goes: an address taken apart again."""

    chat: int | str
    connection: str = ""


def place(fields: Fields) -> Place:
    """The chat of a message, a member change or a reaction. Raises UnreadableError."""
    chat = part(fields, "chat")
    number = whole(chat, "id")
    if number is None:
        raise UnreadableError("The chat has no id.")
    return Place(number, words(fields, "business_connection_id"), chat)


def person(user: Fields, connection: str = "") -> Party:
    """A user. Raises UnreadableError without an id."""
    number = whole(user, "id")
    if number is None:
        raise UnreadableError("The user has no id.")
    return Party(
        addresses=(f"{connection}:{number}" if connection else str(number),),
        name=full_name(user),
        username=words(user, "username"),
        locale=words(user, "language_code"),
        is_bot=user.get("is_bot") is True,
    )


def author(fields: Fields, where: Place) -> Party:
    """Who wrote it: in a private chat always its person; in a group perhaps a chat that speaks for itself."""
    sender = part(fields, "from")
    if where.private:
        return person(sender, where.connection) if whole(sender, "id") == where.id else where.party()
    if speaker := part(fields, "sender_chat"):
        return place({"chat": speaker}).party()
    return person(sender) if sender else where.party()


def outgoing(fields: Fields, where: Place) -> bool:
    """Whether our own side wrote it: a private chat has the customer's id."""
    sender = whole(part(fields, "from"), "id")
    return where.private and sender is not None and sender != where.id


def topic(message: Fields) -> str:
    """The forum topic. Other groups number reply threads the same way, which are no topics."""
    number = whole(message, "message_thread_id")
    return str(number) if message.get("is_topic_message") is True and number is not None else ""


def full_name(fields: Fields) -> str:
    names = (words(fields, key).strip() for key in ("first_name", "last_name", "title"))
    return " ".join(filter(None, names))


def link(chat: Fields, *path: str) -> str:
    """The public address of a post or story, "" for chats without a public name."""
    name = words(chat, "username")
    return "/".join(("https://t.me", name, *path)) if path[-1] and _PUBLIC_NAME.fullmatch(name) else ""


def target(address: str) -> Target | None:
    """None for what is no address of this channel."""
    found = _TARGET.fullmatch(address)
    if found is None:
        return None
    chat = found["chat"]
    return Target(chat if chat.startswith("@") else int(chat), found["connection"] or "")


def numbered(provider_id: str) -> tuple[str, int] | None:
    """The chat's address and the number of a message; None for ids that name no message."""
    found = _MESSAGE.fullmatch(provider_id)
    if found is None or provider_id.startswith((CALLBACK, REACTION)):
        return None
    return found["address"], int(found["number"])
