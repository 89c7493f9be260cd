"""Telegram bots, after https://core.telegram.org/bots/api."""

from .adapter import Telegram

__all__ = ["Telegram"]
