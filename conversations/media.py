"""The files of received messages: fetched after the message is shown, and never pending for ever."""

import logging
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.errors import MediaUnavailable, TemporaryFailure
from channels_app.events import Media
from jobs.errors import Retry
from jobs.failpoints import reach
from jobs.models import Job, State
from jobs.schedules import every
from jobs.tasks import task

from . import changes, intake
from .files import StoredFile
from .models import Attachment, AttachmentState

logger = logging.getLogger(__name__)

# Seconds before each further attempt: an outage of an hour is outlived.
DELAYS = (10, 30, 60, 300, 600, 1800, 3600)
LONGEST_DELAY = 3600.0
GIVE_UP_AFTER = timedelta(hours=24)
SWEEP = 500  # rows of one sweep


@task(queue="media", max_attempts=len(DELAYS) + 1, lease=180)
def fetch(attachment_id: int) -> None:
    """Download one attachment and settle it: stored, or not available with a sentence that says why."""
    attachment = _pending(attachment_id)
    if attachment is None:
        return
    reach("media.claimed")
    try:
        stored = _download(attachment)
    except MediaUnavailable as error:
        _settle_unavailable(attachment, error.reason)
    except intake.Refused as error:
        _settle_unavailable(attachment, str(error))
    except TemporaryFailure as error:
        _try_later(attachment, error)
    else:
        reach("media.fetched")
        _settle_stored(attachment, stored)
    reach("media.settled")


@every(300)
@task(queue="media")
def give_up_on_old() -> None:
    """Settle what has been pending for a day and has no job left that could still fetch it."""
    before = timezone.now() - GIVE_UP_AFTER
    old = Attachment.with_replaced.filter(state=AttachmentState.PENDING, message__created_at__lt=before)
    for attachment in old.select_related("message").order_by("pk")[:SWEEP]:
        if not _jobs(attachment).filter(state=State.READY).exists():
            _settle_unavailable(attachment, "The file could not be fetched within a day.")


def _pending(attachment_id: int) -> Attachment | None:
    rows = Attachment.with_replaced.select_related("message__channel")
    return rows.filter(pk=attachment_id, state=AttachmentState.PENDING).first()


def _download(attachment: Attachment) -> StoredFile:
    """Raises MediaUnavailable, Refused or TemporaryFailure."""
    channel, media = attachment.message.channel, _media(attachment)
    download = channel.adapter.fetch(media, channel.config())
    return intake.store(
        download.chunks,
        name=media.filename or download.filename,
        claimed_type=media.mime_type or download.mime_type,
        hint=media.kind,
        limit=settings.ATTACHMENT_LIMIT,
        sha256=media.sha256,
    )


def _media(attachment: Attachment) -> Media:
    """What the provider said of the file, as the adapter gave it."""
    source = attachment.source
    return Media(
        reference=attachment.reference,
        kind=MessageKind(attachment.kind),
        mime_type=source.get("mime_type", ""),
        filename=attachment.original_name,
        size=attachment.size,
        width=attachment.width,
        height=attachment.height,
        duration=attachment.duration,
        sha256=source.get("sha256", ""),
        url=source.get("url", ""),
    )


def _try_later(attachment: Attachment, error: TemporaryFailure) -> None:
    """Raise Retry while the job has attempts left; without one, this was the last word."""
    job = _jobs(attachment).filter(state=State.READY, holder__isnull=False).first()
    if job is None or job.attempts >= job.max_attempts:
        _settle_unavailable(attachment, f"The file could not be fetched. {error.reason}")
        return
    delay = DELAYS[min(job.attempts, len(DELAYS)) - 1]
    asked = min(error.retry_after or 0.0, LONGEST_DELAY)
    raise Retry(error.reason, after=max(delay, asked))


def _jobs(attachment: Attachment) -> QuerySet[Job]:
    return Job.objects.filter(task=fetch.name, args={"args": [attachment.pk], "kwargs": {}})


def _settle_stored(attachment: Attachment, stored: StoredFile) -> None:
    """Record the file, or drop it again when somebody else settled the row meanwhile."""
    facts = {key: value for key, value in stored.facts().items() if value is not None}
    if not _settle(attachment, facts):
        stored.discard()


def _settle_unavailable(attachment: Attachment, reason: str) -> None:
    if _settle(attachment, {"state": AttachmentState.UNAVAILABLE, "error": reason[:300]}):
        logger.warning("attachment %s is not available", attachment.pk)


def _settle(attachment: Attachment, facts: dict[str, object]) -> bool:
    """False when the row is not pending any more."""
    message = attachment.message
    with transaction.atomic():
        pending = Attachment.with_replaced.filter(pk=attachment.pk, state=AttachmentState.PENDING)
        settled = pending.update(**facts) == 1
        if settled:
            reach("media.stored")
            changes.announce(message.conversation_id, message.pk)
    return settled
