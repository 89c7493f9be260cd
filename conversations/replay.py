"""Stored webhook events are understood again, after a mistake of ours was mended. Repeats change nothing."""

from collections import Counter
from collections.abc import Iterable

from django.db import transaction

from . import processing
from .models import WebhookEvent


def replay(event_ids: Iterable[int]) -> Counter[str]:
    """Process each event in a transaction of its own, oldest first. Counts the states they end in."""
    return Counter(state for pk in sorted(set(event_ids)) if (state := _one(pk)))


def _one(pk: int) -> str:
    """The event's new state; "" when it is gone."""
    with transaction.atomic():
        locked = WebhookEvent.objects.select_for_update(of=("self",), no_key=True)
        found = locked.select_related("channel")
        event = found.filter(pk=pk).first()
        if event is None:
            return ""
        processing.process(event)
        return str(event.state)
