"""What Telegram's refusals mean. The text is the only detail it gives, and its case varies.

https://core.telegram.org/bots/api#making-requests; the texts are those of the open-source Bot API server.
"""

import re

from channels_app.errors import (
    ChannelBroken,
    OutcomeUnknown,
    PermanentFailure,
    RecipientUnreachable,
    SendError,
    TemporaryFailure,
    WindowClosed,
)
from channels_app.http import Answer

from .fields import clean, count, part, whole, words

NO_CHAT = "Telegram does not know this chat, or it never met the bot."
NO_PICTURE = "Telegram cannot use this picture; send it as a document."
TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]{30,}", re.ASCII)
Rule = tuple[int, str, type[SendError], str]

# The first rule whose code is equal and whose fragment is part of the description decides.
RULES: tuple[Rule, ...] = (
    (403, "blocked by the user", RecipientUnreachable, "The customer has blocked the bot."),
    (403, "user is deactivated", RecipientUnreachable, "This Telegram account was deleted."),
    (403, "initiate conversation", RecipientUnreachable, "The customer has not started the bot yet."),
    (403, "to bots", RecipientUnreachable, "The address belongs to another bot."),
    (403, "was kicked", RecipientUnreachable, "The bot was removed from this chat."),
    (403, "not a member", RecipientUnreachable, "The bot is not a member of this chat."),
    (403, "chat was deleted", RecipientUnreachable, "The group was deleted."),
    (403, "", PermanentFailure, "The bot may not do this in this chat."),
    (
        400,
        "chat not found",
        RecipientUnreachable,
        "Telegram does not know this chat, or it never met the bot.",
    ),
    (400, "user not found", RecipientUnreachable, "Telegram does not know this person."),
    (
        400,
        "peer_id_invalid",
        RecipientUnreachable,
        "Telegram does not know this chat, or it never met the bot.",
    ),
    (400, "business_peer_usage_missing", WindowClosed, "A business chat takes replies for 24 hours only."),
    (400, "business_", PermanentFailure, "The business account no longer lets the bot write here."),
    (400, "upgraded to a supergroup", PermanentFailure, "The group has moved to a new address."),
    (400, "message thread not found", PermanentFailure, "The topic no longer exists."),
    (400, "topic_", PermanentFailure, "The topic is closed or was deleted."),
    (400, "no rights", PermanentFailure, "The bot has no right to send this in the chat."),
    (400, "not enough rights", PermanentFailure, "The bot has no right to send this in the chat."),
    (400, "administrator rights", PermanentFailure, "The bot must be an administrator of the chat for this."),
    (400, "chat_admin_required", PermanentFailure, "The bot must be an administrator of the chat for this."),
    (400, "_forbidden", PermanentFailure, "The chat does not take this kind of message."),
    (400, "message to react not found", PermanentFailure, "The message no longer exists."),
    (400, "reaction", PermanentFailure, "Telegram does not allow this reaction here."),
    (400, "replied not found", PermanentFailure, "The message to answer no longer exists."),
    (400, "entit", PermanentFailure, "Telegram cannot read the formatting of the text."),
    (400, "empty", PermanentFailure, "The message or file is empty."),
    (400, "markup is too long", PermanentFailure, "There are too many buttons."),
    (400, "is too long", PermanentFailure, "The text is too long for Telegram."),
    (400, "button_", PermanentFailure, "A button is too long or its link is not valid."),
    (400, "too big", PermanentFailure, "The file is too large for Telegram."),
    (400, "photo_", PermanentFailure, NO_PICTURE),
    (
        400,
        "image_process_failed",
        PermanentFailure,
        "Telegram cannot use this picture; send it as a document.",
    ),
    (400, "temporarily unavailable", TemporaryFailure, "The file is not available at the moment."),
    (401, "", ChannelBroken, "Telegram refuses the bot's token."),
    (404, "", ChannelBroken, "Telegram does not know the bot's token."),
    (409, "", ChannelBroken, "Another program reads this bot's updates."),
    (413, "", PermanentFailure, "The file is too large for Telegram."),
)


def failure(answer: Answer) -> SendError:
    """The error an unsuccessful answer stands for. Only a refusal in so many words is certain."""
    told = answer.data if answer.data.get("ok") is False else {}
    code = whole(told, "error_code") or answer.status
    if not 400 <= code < 500:
        return OutcomeUnknown("Telegram did not say whether it took the message.", str(code))
    if code == 429:
        wait = count(part(told, "parameters"), "retry_after")
        seconds = answer.retry_after if wait is None else float(wait)
        return TemporaryFailure("Telegram asks to wait.", "429", seconds)
    description = words(told, "description")
    return _refusal(code, description)


def _refusal(code: int, description: str) -> SendError:
    lowered = description.lower()
    for known, fragment, error, reason in RULES:
        if code == known and fragment in lowered:
            return error(reason, str(code))
    said = TOKEN.sub("(token)", clean(description))[:200].removeprefix("Bad Request: ")
    return PermanentFailure(f"Telegram refused it: {said or code}.", str(code))


def refused_formatting(answer: Answer) -> bool:
    """Whether only the entities were wrong: nothing was sent, and plain text would be taken."""
    told = answer.data
    return whole(told, "error_code") == 400 and "entit" in words(told, "description").lower()


def moved_to(answer: Answer) -> int | None:
    """The new id of a group that became a supergroup; nothing was sent to the old one."""
    refused = whole(answer.data, "error_code") == 400
    return whole(part(answer.data, "parameters"), "migrate_to_chat_id") if refused else None
