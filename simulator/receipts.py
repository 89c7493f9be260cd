"""What becomes of the business's messages: each step happens on the phone, then the desk hears of it."""

from django.db import transaction

from . import courier, deliver, providers
from .models import MessageState, Phone, PhoneMessage

RANKS = {
    MessageState.ACCEPTED: 0,
    MessageState.SENT: 1,
    MessageState.DELIVERED: 2,
    MessageState.READ: 3,
    MessageState.FAILED: 4,
}


def follow(message: PhoneMessage) -> None:
    """Let everything happen to a message that was just accepted, each step in its time."""
    for step in providers.of(message.phone).fate(message):
        courier.courier.after(step.after, report, message.pk, step.state, step.code)


def report(number: int, state: MessageState, code: str = "") -> None:
    """One step. Nothing is reported that has happened before or was overtaken."""
    message = PhoneMessage.objects.select_related("phone__channel").filter(pk=number).first()
    if message is None or not _rises(message, state):
        return
    if webhook := providers.of(message.phone).receipt(message, state, code):
        deliver.send(webhook)


def look(phone: Phone) -> None:
    """The chat is on the customer's screen: what lies there unread is read now."""
    if not phone.reads or phone.blocked:
        return
    unread = phone.messages.filter(from_customer=False, state=MessageState.DELIVERED)
    for number in unread.values_list("pk", flat=True):
        report(number, MessageState.READ)


def _rises(message: PhoneMessage, state: MessageState) -> bool:
    with transaction.atomic():
        row = PhoneMessage.objects.select_for_update().get(pk=message.pk)
        if RANKS[MessageState(row.state)] >= RANKS[state]:
            return False
        row.state = message.state = state
        row.save(update_fields=["state"])
    return True
