"""One thread that does things later, as a provider's own machinery would. Nothing survives a restart."""

import heapq
import itertools
import logging
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from django.db import close_old_connections

logger = logging.getLogger(__name__)


class Courier:
    """Runs tasks when they are due, one at a time, in a thread that starts with the first task."""

    def __init__(self) -> None:
        self._due: list[tuple[float, int, Callable[..., object], tuple[Any, ...]]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def after(self, seconds: float, task: Callable[..., object], *args: Any) -> None:
        with self._changed:
            heapq.heappush(self._due, (monotonic() + seconds, next(self._numbers), task, args))
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="simulator", daemon=True)
                self._thread.start()
            self._changed.notify()

    def _work(self) -> None:
        while True:
            task, args = self._next()
            close_old_connections()
            try:
                task(*args)
            except Exception:
                # One broken delivery must not end all others.
                logger.exception("the simulator could not finish %s", getattr(task, "__name__", task))
            finally:
                close_old_connections()

    def _next(self) -> tuple[Callable[..., object], tuple[Any, ...]]:
        """Wait for the earliest task to be due."""
        with self._changed:
            while True:
                wait = self._due[0][0] - monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    _, _, task, args = heapq.heappop(self._due)
                    return task, args
                self._changed.wait(wait)


courier = Courier()
