"""What becomes of an accepted message. Follows "Error codes" and "Status messages webhook reference"."""

from simulator import network
from simulator.models import MessageState, PhoneMessage
from simulator.provider import Step

NO_WHATSAPP = "15005550001"


def fate(message: PhoneMessage) -> list[Step]:
    """A customer who blocked the business is never named: the message stays at `sent` for ever."""
    if code := _refused(message):
        return [Step(0.4, MessageState.FAILED, code)]
    sent, delivered = Step(0.3, MessageState.SENT), Step(1.0, MessageState.DELIVERED)
    return [sent] if message.phone.blocked else [sent, delivered]


def _refused(message: PhoneMessage) -> str:
    phone, template = message.phone, message.payload.get("template")
    if phone.address == NO_WHATSAPP:
        return "131026"
    if template is None:
        return "" if network.window_open(phone) else "131047"
    return "131050" if phone.stopped and template["category"] == "MARKETING" else ""
