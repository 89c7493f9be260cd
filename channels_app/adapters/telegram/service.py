"""Service messages as plain sentences."""

from collections.abc import Callable

from .fields import Fields, count, part, words

SENTENCES = {
    "pinned_message": "A message was pinned.",
    "new_chat_photo": "The picture of the chat was changed.",
    "delete_chat_photo": "The picture of the chat was removed.",
    "group_chat_created": "The group was created.",
    "supergroup_chat_created": "The group was created.",
    "channel_chat_created": "The channel was created.",
    "forum_topic_closed": "The topic was closed.",
    "forum_topic_reopened": "The topic was reopened.",
    "general_forum_topic_hidden": "The general topic was hidden.",
    "general_forum_topic_unhidden": "The general topic was shown again.",
    "users_shared": "People were shared with the bot.",
    "user_shared": "A person was shared with the bot.",
    "chat_shared": "A chat was shared with the bot.",
    "write_access_allowed": "The bot was allowed to write.",
    "connected_website": "The person signed in to a website with Telegram.",
    "passport_data": "Telegram Passport data was shared.",
    "successful_payment": "A payment was made.",
    "refunded_payment": "A payment was refunded.",
    "proximity_alert_triggered": "Two people sharing their locations came near each other.",
    "boost_added": "The group was boosted.",
    "chat_background_set": "The background of the chat was changed.",
    "chat_owner_left": "The owner left the chat.",
    "chat_owner_changed": "The chat has a new owner.",
    "video_chat_scheduled": "A video chat was scheduled.",
    "video_chat_started": "A video chat began.",
    "video_chat_ended": "A video chat ended.",
    "video_chat_participants_invited": "People were invited to a video chat.",
    "community_chat_added": "The chat was added to a community.",
    "community_chat_removed": "The chat was removed from a community.",
}


def sentence(message: Fields) -> str:
    """What the service message says; "" when it is none."""
    for key, tell in TOLD.items():
        if key in message:
            return tell(message)
    return next((text for key, text in SENTENCES.items() if key in message), "")


def _title(message: Fields) -> str:
    return f"The chat is now called “{words(message, 'new_chat_title')}”."


def _topic_created(message: Fields) -> str:
    return f"The topic “{words(part(message, 'forum_topic_created'), 'name')}” was created."


def _topic_edited(message: Fields) -> str:
    name = words(part(message, "forum_topic_edited"), "name")
    return f"The topic is now called “{name}”." if name else "The topic was changed."


def _timer(message: Fields) -> str:
    """The time is in seconds, 0 for never."""
    key = "message_auto_delete_timer_changed"
    seconds = count(part(message, key), "message_auto_delete_time") or 0
    if not seconds:
        return "Messages no longer delete themselves."
    days = max(1, round(seconds / 86400))
    return f"Messages now delete themselves after {days} day{'s' if days > 1 else ''}."


TOLD: dict[str, Callable[[Fields], str]] = {
    "new_chat_title": _title,
    "forum_topic_created": _topic_created,
    "forum_topic_edited": _topic_edited,
    "message_auto_delete_timer_changed": _timer,
}
