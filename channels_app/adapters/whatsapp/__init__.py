"""WhatsApp Business Platform, Cloud API: https://developers.facebook.com/docs/whatsapp/cloud-api."""

from .adapter import WhatsApp

__all__ = ["WhatsApp"]
