"""Renew the leases of running jobs from one background thread."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread

from django.db import close_old_connections, connections

from . import queue
from .outage import DATABASE_AWAY, Outage
from .queue import Claimed

TICK = 0.5  # seconds


class Leases:
    """A context manager: while it is open, every job inside `keep` has its lease renewed."""

    def __init__(self, outage: Outage) -> None:
        self._outage = outage
        self._lock = Lock()
        self._closed = Event()
        self._due: dict[Claimed, float] = {}  # monotonic seconds of the next renewal

    def __enter__(self) -> "Leases":
        self._closed.clear()
        Thread(target=self._run, name="job-leases", daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()

    @contextmanager
    def keep(self, claimed: Claimed) -> Iterator[None]:
        with self._lock:
            self._due[claimed] = time.monotonic() + claimed.lease / 3
        try:
            yield
        finally:
            with self._lock:
                self._due.pop(claimed, None)

    def _run(self) -> None:
        while not self._closed.wait(TICK):
            try:
                self._renew_due()
            except DATABASE_AWAY as error:
                self._outage.failed(error)
            close_old_connections()
        connections.close_all()

    def _renew_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            due = [claimed for claimed, at in self._due.items() if at <= now]
        for claimed in due:
            ours = queue.renew(claimed)
            with self._lock:
                if claimed not in self._due:
                    continue
                if ours:
                    self._due[claimed] = now + claimed.lease / 3
                else:
                    del self._due[claimed]
