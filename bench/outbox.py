"""Ratio 11: how fast one worker process empties the outbox into a provider that accepts at once."""

import http.client
import json
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from . import bare, processes
from .ratios import Result, alternate, of_pairs
from .stage import Stage

EDGE = 0.1  # of the messages at either end: the start of the process, and threads that have run out of work
SLOWEST = 5.0  # messages per second, below which something is broken


def measure(stage: Stage) -> list[Result]:
    database = stage.desks.copy(stage.sizes[0])
    bare.prepare(database)
    with _provider(stage, database) as provider:
        pairs = alternate(
            stage.effort.pairs,
            lambda: _send(stage, database, provider),
            lambda: bare.claim_and_mark(database, stage.effort.replies),
        )
    return [
        of_pairs(
            11,
            pairs,
            f"messages per second; {stage.effort.replies} queued, one per conversation where it can be",
        )
    ]


@contextmanager
def _provider(stage: Stage, database: str) -> Iterator[processes.Child]:
    port = processes.free_port()
    command = [sys.executable, "-m", "bench.instant_provider", str(port)]
    child = processes.Child(command, stage.desks.environment(database), stage.logs / "provider.log", port)
    try:
        child.await_answer("/")
        yield child
    finally:
        child.stop()


def _send(stage: Stage, database: str, provider: processes.Child) -> float:
    """Messages per second between the first and the last tenth."""
    environment = stage.desks.environment(database)
    before, count = len(_accepted(provider)), stage.effort.replies
    queued: int = processes.inside(
        "queue_replies", count, f"http://{provider.address}", environment=environment
    )
    deadline = time.monotonic() + processes.PATIENCE + queued / SLOWEST
    with processes.worker(environment, stage.logs):
        while len(times := _accepted(provider)[before:]) < queued:
            if time.monotonic() > deadline:
                raise RuntimeError(f"only {len(times)} of {queued} replies were sent")
            time.sleep(0.2)
    edge = int(queued * EDGE)
    middle = times[edge : queued - edge]
    return (len(middle) - 1) / (middle[-1] - middle[0])


def _accepted(provider: processes.Child) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", provider.port, timeout=10)
    try:
        connection.request("GET", "/")
        found: list[float] = json.loads(connection.getresponse().read())
        return found
    finally:
        connection.close()
