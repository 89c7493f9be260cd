"""A stored webhook event becomes what it says: one savepoint per item, a poisonous one kept and visible."""

import logging
from collections import Counter
from dataclasses import replace
from datetime import datetime

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from channels_app.adapter import WebhookRequest
from channels_app.errors import MalformedPayload
from channels_app.events import Event
from channels_app.storable import is_suspect, storable
from jobs.failpoints import reach

from . import ingest
from .models import EventState, WebhookEvent
from .outcomes import Outcome, Result

logger = logging.getLogger(__name__)
OUTAGES = (OperationalError, InterfaceError)


def process(event: WebhookEvent) -> None:
    """Understand and apply a webhook event, now or again; what was applied before changes nothing."""
    event.waits.all().delete()
    try:
        items = parse(event)
    except OUTAGES:
        raise
    except Exception as error:  # noqa: BLE001  an adapter's mistake must not lose the request
        _fail(event, error)
        return
    outcomes = [_apply(item, event) for item in items]
    reach("ingest.processed")
    _close(event, outcomes)


def parse(event: WebhookEvent) -> list[Event]:
    """The items of a stored request, with nothing in them a database cannot keep.

    Nothing happened later than it was reported. Providers that give no time mean the time of arrival, also
    when the request is read again.
    """
    request = WebhookRequest(
        method=event.method, url=event.url, query=event.query, headers=event.headers, body=bytes(event.body)
    )
    items = event.channel.adapter.parse(request, event.channel.config())
    if is_suspect(request.body) or is_suspect(request.query.encode()):
        items = [storable(item) for item in items]
    return [_not_after(item, event.received_at) for item in items]


def _not_after(item: Event, arrival: datetime) -> Event:
    at: datetime | None = getattr(item, "at", None)
    return replace(item, at=arrival) if at is not None and at > arrival else item  # type: ignore[call-arg]


def _apply(item: Event, event: WebhookEvent) -> Outcome:
    try:
        with transaction.atomic():
            return ingest.record(item, event)
    except OUTAGES:
        raise
    except Exception as error:
        logger.exception("an item of webhook event %s could not be applied", event.pk)
        return Outcome(Result.FAILED, f"{type(item).__name__}: {_describe(error)}")


def _close(event: WebhookEvent, outcomes: list[Outcome]) -> None:
    counts = Counter(outcome.result for outcome in outcomes)
    notes = [outcome.note for outcome in outcomes if outcome.note]
    event.state = _state(counts)
    event.items = len(outcomes)
    event.error = "\n".join(dict.fromkeys(notes))[:4000]
    event.processed_at = timezone.now()
    event.save(update_fields=["state", "items", "error", "processed_at"])


def _state(counts: Counter[Result]) -> EventState:
    for result, state in STATES.items():
        if counts[result]:
            return state
    return EventState.IGNORED


# The first that applies names the whole: trouble before waiting before work done.
STATES = {
    Result.FAILED: EventState.FAILED,
    Result.WAITING: EventState.WAITING,
    Result.APPLIED: EventState.DONE,
    Result.DUPLICATE: EventState.DUPLICATE,
}


def _fail(event: WebhookEvent, error: Exception) -> None:
    if isinstance(error, MalformedPayload):
        logger.warning("webhook event %s cannot be read", event.pk)
    else:
        logger.error("webhook event %s could not be parsed", event.pk, exc_info=error)
    event.state, event.error = EventState.FAILED, _describe(error)
    event.processed_at = timezone.now()
    event.save(update_fields=["state", "error", "processed_at"])


def _describe(error: Exception) -> str:
    """The kind of error, and its text only where it is our own: others quote what customers wrote."""
    return str(error)[:500] if isinstance(error, MalformedPayload) else type(error).__name__
