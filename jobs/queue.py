"""Claim a job, then finish, retry, renew or bury it. Whoever lost the lease can do none of these.

At least once: a job whose worker dies runs again when its lease ends. Alike on SQLite, where the
transaction is IMMEDIATE, and on PostgreSQL, where workers skip each other's locked rows.
"""

import logging
import random
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from . import wake
from .errors import LONGEST_ERROR
from .models import Job, State
from .tasks import registry

logger = logging.getLogger(__name__)

FIRST_DELAY = 5.0  # seconds; doubles with each attempt
SHORTEST_DELAY = 1.0
LONGEST_DELAY = 15 * 60.0
UNKNOWN_TASK_LEASE = 60.0
UNKNOWN_TASK_DELAY = 60.0
LONGEST_WORKER_NAME = 64


@dataclass(frozen=True, eq=False)
class Claimed:
    """A job this process may run. `holder` proves it."""

    id: int
    task: str
    args: list[Any]
    kwargs: dict[str, Any]
    lane: str | None
    attempts: int  # this one included
    max_attempts: int
    lease: float  # seconds
    holder: str


def hurry(lanes: Collection[str]) -> int:
    """What waits in these lanes is due now. Returns how many jobs that were not running."""
    waiting = Job.objects.filter(lane__in=lanes, state=State.READY, holder=None)
    moved = waiting.filter(run_at__gt=timezone.now()).update(run_at=timezone.now())
    transaction.on_commit(wake.nudge)
    return moved


def claim(worker: str, queues: Collection[str] | None = None, now: datetime | None = None) -> Claimed | None:
    """Lease the next due job of these queues (None: of all), or return None when nothing is due."""
    while True:
        moment = now or timezone.now()
        try:
            with transaction.atomic():
                job = _next_due(moment, queues)
                if job is None:
                    return None
                claimed = _take(job, worker, moment)
        except IntegrityError:
            # Another job of the lane was taken meanwhile; the next look sees it.
            continue
        if claimed:
            return claimed


def finish(claimed: Claimed) -> bool:
    """Delete the finished job. False when somebody else has taken it over."""
    deleted, _ = _ours(claimed).delete()
    return deleted == 1


def retry(claimed: Claimed, error: str, after: float | None = None) -> bool:
    """Let go of the job until `after` seconds from now; it is dead when its attempts are used up."""
    if claimed.attempts >= claimed.max_attempts:
        return give_up(claimed, error)
    return _let_go(claimed, error, backoff(claimed.attempts) if after is None else after)


def put_back(claimed: Claimed, error: str) -> bool:
    """Leave the job to a process that knows its task. Costs no attempt."""
    return _let_go(claimed, error, UNKNOWN_TASK_DELAY, attempts=claimed.attempts - 1)


def give_up(claimed: Claimed, error: str) -> bool:
    """Mark the job dead. Its lane goes on without it."""
    return _bury(_ours(claimed), claimed.id, claimed.task, error)


def renew(claimed: Claimed) -> bool:
    """Extend the lease. False when somebody else has taken the job over."""
    lease_until = timezone.now() + timedelta(seconds=claimed.lease)
    return _ours(claimed).update(lease_until=lease_until) == 1


def dead() -> QuerySet[Job]:
    return Job.objects.filter(state=State.DEAD).order_by("-id")


def revive(job: Job) -> bool:
    """Run a dead job again, with all its attempts. False when it is not dead."""
    revived = Job.objects.filter(pk=job.pk, state=State.DEAD)
    return revived.update(state=State.READY, attempts=0, run_at=timezone.now()) == 1


def backoff(attempts: int) -> float:
    """Seconds until the next attempt: exponential with full jitter, so that a crowd of failures spreads."""
    ceiling = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempts - 1, 30))
    return max(SHORTEST_DELAY, random.uniform(0, ceiling))  # noqa: S311


def _next_due(now: datetime, queues: Collection[str] | None) -> Job | None:
    jobs = Job.objects.filter(_free(now) & _first_of_lane(), state=State.READY, run_at__lte=now)
    if queues:
        jobs = jobs.filter(queue__in=queues)
    if connection.features.has_select_for_update_skip_locked:
        jobs = jobs.select_for_update(skip_locked=True)
    return jobs.order_by("-priority", "run_at", "id").first()


def _free(now: datetime) -> Q:
    return Q(holder=None) | Q(lease_until__lte=now)


def _first_of_lane() -> Q:
    """The job that was begun goes first, then the oldest: a retry keeps its lane waiting."""
    lane = Job.objects.filter(lane=OuterRef("lane"))
    older = lane.filter(state=State.READY, id__lt=OuterRef("id"))
    begun = lane.filter(holder__isnull=False)
    return Q(lane=None) | Q(holder__isnull=False) | (~Exists(older) & ~Exists(begun))


def _take(job: Job, worker: str, now: datetime) -> Claimed | None:
    """Hold the job, or return None when it was taken meanwhile or has killed its last worker."""
    seen = Job.objects.filter(pk=job.pk, holder=job.holder, attempts=job.attempts, state=State.READY)
    if job.holder and job.attempts >= job.max_attempts:
        _bury(seen, job.pk, job.task, "The worker stopped during the last attempt.")
        return None
    task = registry.get(job.task)
    lease = task.lease if task else UNKNOWN_TASK_LEASE
    holder = f"{worker[:LONGEST_WORKER_NAME]}/{secrets.token_hex(8)}"
    attempts = job.attempts + 1
    taken = seen.update(holder=holder, lease_until=now + timedelta(seconds=lease), attempts=attempts)
    if not taken:
        return None
    args, kwargs = job.args["args"], job.args["kwargs"]
    return Claimed(job.pk, job.task, args, kwargs, job.lane, attempts, job.max_attempts, lease, holder)


def _ours(claimed: Claimed) -> QuerySet[Job]:
    return Job.objects.filter(pk=claimed.id, holder=claimed.holder)


def _let_go(claimed: Claimed, error: str, seconds: float, **changes: int) -> bool:
    run_at = timezone.now() + timedelta(seconds=seconds)
    text = error[:LONGEST_ERROR]
    released = _ours(claimed).update(holder=None, lease_until=None, run_at=run_at, last_error=text, **changes)
    if released and claimed.lane:
        # Out of the way of the search: nothing of the lane can run before this job does.
        waiting = Job.objects.filter(lane=claimed.lane, state=State.READY, holder=None)
        waiting.filter(run_at__lt=run_at).update(run_at=run_at)
    return released == 1


def _bury(jobs: QuerySet[Job], pk: int, task: str, error: str) -> bool:
    text = error[:LONGEST_ERROR]
    buried = jobs.update(state=State.DEAD, holder=None, lease_until=None, last_error=text) == 1
    if buried:
        logger.error("job %s (%s) is dead", pk, task)
    return buried
