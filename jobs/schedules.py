"""Tasks that repeat. Any number of workers may look at the clock; each tick enqueues once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar

from django.db import transaction
from django.utils import timezone

from .models import Schedule
from .tasks import Task

R = TypeVar("R")


@dataclass(frozen=True)
class Entry:
    task: Task[[], Any]
    seconds: int


entries: dict[str, Entry] = {}


def every(seconds: int, name: str | None = None) -> Callable[[Task[[], R]], Task[[], R]]:
    """Repeat a task that takes no arguments. Stands above `@task()`; the name defaults to the task's."""

    def register(task: Task[[], R]) -> Task[[], R]:
        key = name or task.name
        if seconds < 1 or key in entries:
            raise ValueError(f"The schedule {key} is declared twice, or repeats faster than each second.")
        entries[key] = Entry(task, seconds)
        return task

    return register


def sync_schedules(now: datetime | None = None) -> None:
    """Create or correct the rows of this process's schedules. A new or changed one is due at once."""
    now = now or timezone.now()
    Schedule.objects.bulk_create(
        [
            Schedule(name=name, task=e.task.name, every=e.seconds, next_run_at=now)
            for name, e in entries.items()
        ],
        ignore_conflicts=True,
    )
    for name, entry in entries.items():
        changed = Schedule.objects.filter(name=name).exclude(task=entry.task.name, every=entry.seconds)
        changed.update(task=entry.task.name, every=entry.seconds, next_run_at=now)


def run_due(now: datetime | None = None) -> int:
    """Enqueue what is due, and return how many this call enqueued. Missed ticks become one."""
    now = now or timezone.now()
    # A row without an entry belongs to a newer or older version of the code.
    due = Schedule.objects.filter(next_run_at__lte=now, name__in=entries)
    return sum(_tick(schedule, now) for schedule in due)


def _tick(schedule: Schedule, now: datetime) -> bool:
    with transaction.atomic():
        unmoved = Schedule.objects.filter(pk=schedule.pk, next_run_at=schedule.next_run_at)
        ours = unmoved.update(next_run_at=_after(schedule, now), last_run_at=now) == 1
        if ours:
            entries[schedule.name].task.enqueue()
    return ours


def _after(schedule: Schedule, now: datetime) -> datetime:
    """The first tick after now that keeps the schedule's phase."""
    step = timedelta(seconds=schedule.every)
    missed = (now - schedule.next_run_at) // step
    return schedule.next_run_at + step * (missed + 1)
