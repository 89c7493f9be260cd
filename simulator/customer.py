"""What a customer does with their phone. Everything ends as a webhook, as it would at the provider."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone

from . import deliver, network, providers
from .models import MessageState, Phone, PhoneMessage, ProviderFile
from .twilio.webhooks import KEYWORDS

CANNOT_SEND = "You blocked this chat. Unblock it to write."
STOPPED = "You are unsubscribed and will get no more messages. Reply START to subscribe again, HELP for help."
STARTED = "You are subscribed again. Reply HELP for help, STOP to unsubscribe."
HELP = "Reply STOP to unsubscribe. Message and data rates may apply."


class CannotDo(Exception):
    """The phone would not let the customer do this now. The text says why."""


def write(phone: Phone, text: str, reply_to: PhoneMessage | None = None) -> PhoneMessage:
    """Raises CannotDo."""
    message = say(phone, kind="text", text=text, reply_to=reply_to)
    if phone.channel.kind == "twilio_sms":
        _keyword(phone, text)
    return message


def say(
    phone: Phone, *, files: Iterable[ProviderFile] = (), at: datetime | None = None, **fields: Any
) -> PhoneMessage:
    """Send any message: kind, text, payload, reply_to. Raises CannotDo."""
    message = compose(phone, files=files, at=at, **fields)
    deliver.send(providers.of(phone).incoming(message))
    return message


def compose(
    phone: Phone, *, files: Iterable[ProviderFile] = (), at: datetime | None = None, **fields: Any
) -> PhoneMessage:
    """The same without telling the desk."""
    may_write(phone)
    new_id = providers.of(phone).new_id()
    return network.take(phone, from_customer=True, provider_id=new_id, files=files, at=at, **fields)


def may_write(phone: Phone) -> None:
    """Raises CannotDo in a chat the customer blocked."""
    if phone.blocked:
        raise CannotDo(CANNOT_SEND)


def edit(phone: Phone, text: str) -> PhoneMessage:
    """Change the customer's last text. Raises CannotDo."""
    last, provider = own_last(phone, kind="text"), providers.of(phone)
    if last is None or provider.edited is None:
        raise CannotDo("There is no text of yours to edit.")
    last.text, last.edited_at = text, timezone.now()
    last.save(update_fields=["text", "edited_at"])
    deliver.send(provider.edited(last))
    return last


def delete(phone: Phone) -> None:
    """Delete the customer's last message for everybody. Raises CannotDo."""
    last, provider = own_last(phone), providers.of(phone)
    if last is None or provider.deleted is None:
        raise CannotDo("There is no message of yours to delete.")
    last.deleted_at = timezone.now()
    last.save(update_fields=["deleted_at"])
    deliver.send(provider.deleted(last))


def react(phone: Phone, emoji: str) -> None:
    """React to the business's last message; the same emoji again takes it back. Raises CannotDo."""
    last, provider = business_last(phone), providers.of(phone)
    if last is None or provider.reaction is None:
        raise CannotDo("There is nothing to react to yet.")
    before = last.customer_reaction
    last.customer_reaction = "" if before == emoji else emoji
    last.save(update_fields=["customer_reaction"])
    deliver.send(provider.reaction(last, before))


def block(phone: Phone, *, blocked: bool) -> None:
    """Only Telegram tells the business."""
    phone.blocked = blocked
    phone.save(update_fields=["blocked"])
    if membership := providers.of(phone).membership:
        deliver.send(membership(phone))


def prefer(phone: Phone, *, offers: bool) -> None:
    """Ask the provider for no more offers, or for them again. Raises CannotDo."""
    preference = providers.of(phone).preference
    if preference is None:
        raise CannotDo("This app has no such wish.")
    phone.stopped = not offers
    phone.save(update_fields=["stopped"])
    deliver.send(preference(phone))


def tap(phone: Phone, prompt: PhoneMessage, index: int) -> PhoneMessage:
    """Press a button or pick a row of a message the business sent. Raises CannotDo."""
    source, offered = choices(prompt)
    if not 0 <= index < len(offered) or offered[index].get("url"):
        raise CannotDo("There is no such button.")
    picked = offered[index]
    choice = {name: picked.get(name) or "" for name in ("id", "title", "description")}
    payload = {"choice": choice | {"source": source}}
    return say(phone, kind="choice", text=picked["title"], payload=payload, reply_to=prompt)


def choices(prompt: PhoneMessage) -> tuple[str, list[dict[str, str]]]:
    """Where a choice comes from, and what can be chosen."""
    if menu := prompt.payload.get("menu"):
        return "list", menu["rows"]
    source = "template" if "template" in prompt.payload else "button"
    return source, prompt.payload.get("buttons") or []


def own_last(phone: Phone, **only: str) -> PhoneMessage | None:
    mine = phone.messages.filter(from_customer=True, deleted_at=None, **only)
    return mine.exclude(kind="choice").last()


def business_last(phone: Phone) -> PhoneMessage | None:
    return phone.messages.filter(from_customer=False).exclude(kind="network").last()


def _keyword(phone: Phone, text: str) -> None:
    """Twilio keeps the list of who wrote STOP, and answers by itself. The business sees no such answer."""
    word = KEYWORDS.get(text.strip().upper())
    if word in ("stop", "start"):
        phone.stopped = word == "stop"
        phone.save(update_fields=["stopped"])
    if word:
        said = {"stop": STOPPED, "start": STARTED, "help": HELP}[word]
        answer = network.take(phone, from_customer=False, kind="network", text=said, provider_id="network")
        answer.state = MessageState.DELIVERED
        answer.save(update_fields=["state"])
