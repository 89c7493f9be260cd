"""What one simulated provider can do: its webhooks as functions, None for what it has no webhook for."""

from collections.abc import Callable
from dataclasses import dataclass

from .models import MessageState, Phone, PhoneMessage
from .webhook import Webhook


@dataclass(frozen=True)
class Step:
    """What becomes of a business's message after some seconds. `code`: the provider's error, for failures."""

    after: float
    state: MessageState
    code: str = ""


@dataclass(frozen=True, kw_only=True)
class Provider:
    """`new_id`: an id for a message, "" where the number of the row is one.

    `reaction` is given the message reacted to and the emoji before; `preference` whether offers may come.
    """

    label: str
    new_id: Callable[[], str]
    incoming: Callable[[PhoneMessage], Webhook]
    fate: Callable[[PhoneMessage], list[Step]]
    receipt: Callable[[PhoneMessage, MessageState, str], Webhook | None]
    edited: Callable[[PhoneMessage], Webhook] | None = None
    deleted: Callable[[PhoneMessage], Webhook] | None = None
    reaction: Callable[[PhoneMessage, str], Webhook] | None = None
    membership: Callable[[Phone], Webhook] | None = None
    preference: Callable[[Phone], Webhook] | None = None
