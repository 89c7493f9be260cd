"""SMS and WhatsApp through Twilio."""

from .adapter import TwilioSMS, TwilioWhatsApp

__all__ = ["TwilioSMS", "TwilioWhatsApp"]
