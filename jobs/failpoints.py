"""Named points where a test may kill the process. Without FAILPOINT in the environment they do nothing.

`FAILPOINT=7:/path/count` kills the process (SIGKILL, no clean-up) at the seventh point reached, counted over
all processes in the file named; `FAILPOINT=outbox.accepted` kills at the first reach of that point.
`FAILPOINT_LOG=/path` appends the name of every point reached.
"""

import os
import signal

POINTS = frozenset(
    {
        "ingest.read",
        "ingest.verified",
        "ingest.stored",
        "ingest.identified",
        "ingest.opened",
        "ingest.recorded",
        "ingest.processed",
        "ingest.committed",
        "outbox.queued",
        "outbox.committed",
        "outbox.claimed",
        "outbox.decided",
        "outbox.intended",
        "outbox.answered",
        "outbox.settling",
        "outbox.settled",
        "media.claimed",
        "media.fetched",
        "media.stored",
        "media.settled",
    }
)
_target = os.environ.get("FAILPOINT", "")
_log = os.environ.get("FAILPOINT_LOG", "")


def reach(point: str) -> None:
    """Pass a named point; costs two comparisons when nothing is set."""
    if _log:
        _append(_log, point + "\n")
    if _target and _is_here(point):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_here(point: str) -> bool:
    number, _, counter = _target.partition(":")
    if not counter:
        return point == _target
    _append(counter, ".")
    return os.path.getsize(counter) == int(number)


def _append(path: str, text: str) -> None:
    with open(path, "a") as file:
        file.write(text)
