"""Declare a task and put it on the queue. Call sites look like those of Django 6's tasks.

    @task(max_attempts=3)
    def deliver(message_id: int) -> None: ...

    deliver.using(lane=f"conversation:{conversation.pk}").enqueue(message.pk)

A task may run more than once: a worker can die after the effect and before it says so.
"""

import inspect
import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Generic, ParamSpec, TypedDict, TypeVar, Unpack

from django.db import transaction
from django.utils import timezone

from . import wake
from .models import Job

P = ParamSpec("P")
R = TypeVar("R")
SHORTEST_LEASE = 2.0  # seconds; a renewal must fit in with room to spare

registry: dict[str, "Task[..., Any]"] = {}


class Placement(TypedDict, total=False):
    """Where and when one call goes. A lane runs its jobs one at a time, in the order they were enqueued."""

    run_after: datetime | timedelta
    lane: str | None
    queue: str
    priority: int


@dataclass(frozen=True)
class Task(Generic[P, R]):
    """A function for workers. Higher `priority` first; `lease` is in seconds, renewed while it runs."""

    function: Callable[P, R]
    name: str
    queue: str
    lane: str | None
    max_attempts: int
    lease: float
    priority: int
    run_after: datetime | timedelta = timedelta(0)

    def using(self, **placement: Unpack[Placement]) -> "Task[P, R]":
        """A copy that enqueues elsewhere or later."""
        return replace(self, **placement)

    def enqueue(self, *args: P.args, **kwargs: P.kwargs) -> Job:
        """Insert the job in the caller's transaction; it exists if and only if that commits.

        Raises TypeError for arguments that do not fit the function or do not survive JSON unchanged.
        """
        inspect.signature(self.function).bind(*args, **kwargs)
        now = timezone.now()
        job = Job.objects.create(
            task=self.name,
            args=_as_json({"args": list(args), "kwargs": kwargs}),
            queue=self.queue,
            lane=self.lane,
            priority=self.priority,
            run_at=self._run_at(now),
            max_attempts=self.max_attempts,
            created_at=now,
        )
        if job.run_at <= now:
            transaction.on_commit(wake.nudge)
        return job

    def call(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """Run it here and now, with no job."""
        return self.function(*args, **kwargs)

    def _run_at(self, now: datetime) -> datetime:
        if isinstance(self.run_after, timedelta):
            return now + self.run_after
        if timezone.is_naive(self.run_after):
            raise TypeError("run_after needs a time zone.")
        return self.run_after


def task(
    queue: str = "default",
    lane: str | None = None,
    max_attempts: int = 8,
    lease: float = 60.0,
    priority: int = 0,
) -> Callable[[Callable[P, R]], Task[P, R]]:
    """Make a task of a module-level function, registered by its dotted name."""
    if max_attempts < 1 or lease < SHORTEST_LEASE:
        raise ValueError(f"A task needs at least one attempt and a lease of {SHORTEST_LEASE} seconds.")

    def register(function: Callable[P, R]) -> Task[P, R]:
        name = f"{function.__module__}.{function.__qualname__}"
        if name in registry:
            raise ValueError(f"There are two tasks named {name}.")
        made = Task(function, name, queue, lane, max_attempts, lease, priority)
        registry[name] = made
        return made

    return register


def _as_json(value: dict[str, Any]) -> dict[str, Any]:
    try:
        copy = json.loads(json.dumps(value, allow_nan=False))
    except ValueError as error:  # NaN, infinity, a list inside itself
        raise TypeError("Task arguments must be JSON.") from error
    if copy != value:
        raise TypeError("Task arguments must be JSON: no tuples, no keys other than strings.")
    return value
