"""Receipts, edits and reactions that overtook their message wait here and are applied when it is known."""

from datetime import timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from channels_app.models import Channel
from jobs.schedules import every
from jobs.tasks import task

from .models import EventState, Message, Waiting, WebhookEvent
from .outcomes import Outcome, Result

GIVE_UP_AFTER = timedelta(days=7)


def wait(event: WebhookEvent, provider_id: str) -> Outcome:
    """Keep the event for when this message is known."""
    Waiting.objects.get_or_create(event=event, provider_id=provider_id, defaults={"channel": event.channel})
    return Outcome(Result.WAITING, "waits for a message not known yet")


def settle(channel: Channel, provider_id: str) -> None:
    """A message is known now: whatever waited for it is processed again."""
    for event_id in Waiting.objects.filter(channel=channel, provider_id=provider_id).values_list(
        "event_id", flat=True
    ):
        reprocess.enqueue(event_id)


@task(queue="ingest")
def reprocess(event_id: int) -> None:
    """Process a stored webhook event once more."""
    from . import replay  # the two call each other

    replay.replay([event_id])


@every(20)
@task(queue="ingest")
def catch_up() -> None:
    """Find events whose message was stored in the same moment they began to wait; drop the hopeless."""
    known = Message.objects.filter(channel=OuterRef("channel"), provider_id=OuterRef("provider_id"))
    for event_id in (
        Waiting.objects.filter(Exists(known)).values_list("event_id", flat=True).distinct()[:1000]
    ):
        reprocess.enqueue(event_id)
    old = Waiting.objects.filter(since__lt=timezone.now() - GIVE_UP_AFTER)
    # What else is wrong with an event stays visible.
    WebhookEvent.objects.filter(waits__in=old, state=EventState.WAITING).update(
        state=EventState.IGNORED, error="spoke of a message that never became known"
    )
    old.delete()
