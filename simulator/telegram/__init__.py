"""Telegram as its servers run it: the Bot API and its updates."""
