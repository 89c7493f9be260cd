"""The heart: conversations, messages, ingest, outbox, policy gate, live hints."""
