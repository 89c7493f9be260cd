"""History for supervisors: what was said, what was tried, what arrived."""

from . import threads, webhooks

__all__ = ["threads", "webhooks"]
