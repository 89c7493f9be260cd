"""The database is away: say so once, come back slowly, say once that it is back."""

import logging
from threading import Lock

from django.db import InterfaceError, InternalError, OperationalError

logger = logging.getLogger(__name__)

# InternalError: PostgreSQL in recovery, or a standby that refuses to write.
DATABASE_AWAY = (OperationalError, InterfaceError, InternalError)
FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 10.0


class Outage:
    """Shared by the threads of one worker."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._failures = 0

    def failed(self, error: Exception) -> float:
        """Note a failed try. Return the seconds to wait before the next."""
        with self._lock:
            self._failures += 1
            if self._failures == 1:
                logger.error("database away: %s", type(error).__name__)
            return min(LONGEST_PAUSE, FIRST_PAUSE * 2.0 ** min(self._failures - 1, 10))

    def over(self) -> None:
        with self._lock:
            if self._failures:
                self._failures = 0
                logger.warning("database back")
