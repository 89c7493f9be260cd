"""All simulated providers by the kind of their channel."""

from .models import Phone
from .provider import Provider
from .telegram import webhooks as telegram
from .twilio import webhooks as twilio
from .whatsapp import fate as whatsapp_fate
from .whatsapp import webhooks as whatsapp

WHATSAPP = Provider(
    label="WhatsApp · business account",
    new_id=whatsapp.new_id,
    incoming=whatsapp.incoming,
    fate=whatsapp_fate.fate,
    receipt=whatsapp.receipt,
    edited=whatsapp.edited,
    deleted=whatsapp.deleted,
    reaction=whatsapp.reaction,
    preference=whatsapp.preference,
)
TELEGRAM = Provider(
    label="Telegram · bot",
    new_id=telegram.new_id,
    incoming=telegram.incoming,
    fate=telegram.fate,
    receipt=telegram.receipt,
    edited=telegram.edited,
    reaction=telegram.reaction,
    membership=telegram.membership,
)


def _twilio(label: str) -> Provider:
    return Provider(
        label=label,
        new_id=twilio.new_id,
        incoming=twilio.incoming,
        fate=twilio.fate,
        receipt=twilio.receipt,
    )


PROVIDERS: dict[str, Provider] = {
    "whatsapp": WHATSAPP,
    "telegram": TELEGRAM,
    "twilio_sms": _twilio("SMS · Twilio"),
    "twilio_whatsapp": _twilio("WhatsApp · Twilio"),
}


def of(phone: Phone) -> Provider:
    return PROVIDERS[phone.channel.kind]
