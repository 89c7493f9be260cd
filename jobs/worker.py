"""Claim, run, settle, again: in threads of this process, or inline for tests."""

import logging
import os
import socket
import time
from collections.abc import Collection
from datetime import datetime
from threading import Event, Thread

from django.db import close_old_connections, connections

from . import queue, schedules, wake
from .errors import GiveUp, Retry, describe, trail
from .leases import Leases
from .outage import DATABASE_AWAY, Outage
from .queue import Claimed
from .tasks import registry

logger = logging.getLogger(__name__)

SHORTEST_PAUSE = 0.2  # seconds between looks at an empty queue
LONGEST_PAUSE = 1.0
SCHEDULE_TICK = 1.0  # seconds between looks at the schedules


class Worker:
    """Runs jobs of some queues (None: of all) in `threads` threads."""

    def __init__(self, threads: int = 1, queues: Collection[str] | None = None) -> None:
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.queues = queues
        self.outage = Outage()
        self.leases = Leases(self.outage)
        self.crashed = False
        self._wake = Event()
        self._stopping = Event()
        self._threads = [Thread(target=self._live, name=f"job-{n}", daemon=True) for n in range(threads)]
        self._next_tick = 0.0  # monotonic seconds

    @property
    def stopping(self) -> bool:
        return self._stopping.is_set()

    def run(self) -> None:
        """Work until `stop` is called and everything in flight is finished."""
        self.start()
        self.join()

    def start(self) -> None:
        wake.listen(self._wake)
        self.leases.__enter__()
        for thread in self._threads:
            thread.start()

    def join(self, timeout: float | None = None) -> bool:
        """Wait for the threads to end. False when some still run a job after `timeout` seconds."""
        deadline = None if timeout is None else time.monotonic() + timeout
        for thread in self._threads:
            thread.join(None if deadline is None else max(0.0, deadline - time.monotonic()))
        if any(thread.is_alive() for thread in self._threads):
            return False
        wake.forget(self._wake)
        self.leases.__exit__()
        return True

    def wake(self) -> None:
        self._wake.set()

    def stop(self) -> None:
        """Claim nothing more. Safe to call from a signal handler."""
        self._stopping.set()
        self._wake.set()

    def drain(self, until: datetime | None = None) -> int:
        """Run in this thread all that is due, or will be by `until`. Return how many ran."""
        ran = 0
        while not self.stopping and self._work(until):
            ran += 1
        return ran

    def _live(self) -> None:
        try:
            self._loop()
        finally:
            connections.close_all()
            # An unforeseen error in one thread ends the worker: better restarted than crippled.
            self.crashed = self.crashed or not self.stopping
            self.stop()

    def _loop(self) -> None:
        pause = SHORTEST_PAUSE
        while not self.stopping:
            try:
                close_old_connections()
                self._tick()
                worked = self._work()
            except DATABASE_AWAY as error:
                self._stopping.wait(self.outage.failed(error))
                continue
            self.outage.over()
            if worked:
                pause = SHORTEST_PAUSE
                continue
            self._wake.wait(pause)
            self._wake.clear()
            pause = min(pause * 2, LONGEST_PAUSE)

    def _tick(self) -> None:
        now = time.monotonic()
        if now < self._next_tick:
            return
        if not self._next_tick:
            schedules.sync_schedules()
        schedules.run_due()
        self._next_tick = now + SCHEDULE_TICK

    def _work(self, until: datetime | None = None) -> bool:
        """Run one job. Return False when there is none."""
        claimed = queue.claim(self.name, self.queues, until)
        if claimed is None:
            return False
        with self.leases.keep(claimed):
            if not _run(claimed):
                logger.warning("job %s (%s) was taken over while it ran here", claimed.id, claimed.task)
        return True


def _run(claimed: Claimed) -> bool:
    """Run the task and settle the job. Return False when the lease was lost meanwhile."""
    task = registry.get(claimed.task)
    if task is None:
        logger.warning("job %s: no task %s in this process", claimed.id, claimed.task)
        return queue.put_back(claimed, f"No task {claimed.task} in this process.")
    try:
        task.call(*claimed.args, **claimed.kwargs)
    except Retry as error:
        return queue.retry(claimed, error.reason, error.after)
    except GiveUp as error:
        return queue.give_up(claimed, error.reason)
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever a task raises is the job's failure
        logger.warning("job %s (%s) failed: %s: %s", claimed.id, claimed.task, describe(error), trail(error))
        return queue.retry(claimed, describe(error))
    return queue.finish(claimed)
