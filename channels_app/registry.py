"""All kinds of channel. A new kind is one line here."""

from .adapter import Adapter
from .adapters.telegram import Telegram
from .adapters.twilio import TwilioSMS, TwilioWhatsApp
from .adapters.whatsapp import WhatsApp

ADAPTERS: dict[str, Adapter] = {
    adapter.kind: adapter for adapter in (WhatsApp(), Telegram(), TwilioSMS(), TwilioWhatsApp())
}


def adapter(kind: str) -> Adapter:
    """The adapter of a kind. KeyError for a kind nobody registered."""
    return ADAPTERS[kind]
