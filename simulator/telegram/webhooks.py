"""Updates as Telegram posts them: one per request, numbered per bot, in order per chat.

https://core.telegram.org/bots/api#update
"""

import json
from typing import Any

from django.utils import timezone

from simulator import switches
from simulator.models import MessageState, Phone, PhoneMessage
from simulator.provider import Step
from simulator.webhook import Webhook

from . import objects

JSON = dict[str, Any]


def new_id() -> str:
    """The number of the row is the number of the message."""
    return ""


def incoming(row: PhoneMessage) -> Webhook:
    if "choice" in row.payload:
        return _update(row.phone, "callback_query", _pressed(row), message=row.pk)
    return _update(row.phone, "message", objects.message(row), message=row.pk)


def edited(row: PhoneMessage) -> Webhook:
    return _update(row.phone, "edited_message", objects.message(row))


def reaction(row: PhoneMessage, before: str) -> Webhook:
    change = {
        "chat": objects.chat(row.phone),
        "message_id": objects.number(row),
        "user": objects.user(row.phone),
        "date": _now(),
        "old_reaction": _emojis(before),
        "new_reaction": _emojis(row.customer_reaction),
    }
    return _update(row.phone, "message_reaction", change)


def membership(phone: Phone) -> Webhook:
    """In a private chat: the customer blocked the bot, or let it in again."""
    inside = {"user": objects.bot(phone.channel), "status": "member"}
    outside = {"user": objects.bot(phone.channel), "status": "kicked", "until_date": 0}
    change = {
        "chat": objects.chat(phone),
        "from": objects.user(phone),
        "date": _now(),
        "old_chat_member": inside if phone.blocked else outside,
        "new_chat_member": outside if phone.blocked else inside,
    }
    return _update(phone, "my_chat_member", change)


def fate(row: PhoneMessage) -> list[Step]:
    """Telegram tells nobody whether a message arrived; on the phone it does."""
    return [Step(0.5, MessageState.DELIVERED)]


def receipt(row: PhoneMessage, state: MessageState, code: str) -> None:
    return None


def _pressed(row: PhoneMessage) -> JSON:
    query: JSON = {
        "id": row.provider_id,
        "from": objects.user(row.phone),
        "chat_instance": f"-{row.phone.address}",
        "data": row.payload["choice"]["id"],
    }
    return query | ({"message": objects.message(row.reply_to)} if row.reply_to else {})


def _update(phone: Phone, kind: str, content: JSON, message: int = 0) -> Webhook:
    """Carries the secret given to setWebhook; nothing is signed."""
    channel = phone.channel
    registered = switches.of(channel).registration
    secret = registered.get("secret_token") or channel.credentials.get("secret_token", "")
    update = {"update_id": 900_000_000 + switches.next_number(channel), kind: content}
    return Webhook(
        channel=channel,
        url=channel.webhook_url,
        headers={"Content-Type": "application/json", "X-Telegram-Bot-Api-Secret-Token": secret},
        body=json.dumps(update).encode(),
        label=f"update {kind}",
        message=message,
        # Only what is said in a chat keeps its order; reactions and members have queues of their own.
        lane=f"{channel.pk}:{phone.address}" if kind in ("message", "edited_message") else "",
    )


def _emojis(emoji: str) -> list[JSON]:
    return [{"type": "emoji", "emoji": emoji}] if emoji else []


def _now() -> int:
    return int(timezone.now().timestamp())
