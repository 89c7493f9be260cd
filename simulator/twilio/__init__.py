"""Twilio as it runs SMS and WhatsApp: its REST API and its webhooks."""
