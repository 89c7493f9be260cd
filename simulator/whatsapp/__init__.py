"""WhatsApp as Meta runs it: the Graph API and its webhooks."""
