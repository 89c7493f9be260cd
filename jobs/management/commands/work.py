"""`manage.py work`: run jobs until told to stop."""

import logging
import signal
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import connections

from jobs.worker import Worker

logger = logging.getLogger(__name__)
GRACE = 25.0  # seconds
LOOK = 0.5  # seconds


class Command(BaseCommand):
    help = "Runs jobs until SIGTERM or SIGINT. Ends with 1 when those running did not finish in time."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--threads", type=int, default=settings.WORKER_THREADS)
        parser.add_argument(
            "--queue", action="append", dest="queues", metavar="NAME", help="repeatable; default: all"
        )
        parser.add_argument("--drain", action="store_true", help="run what is due in one thread, then end")
        parser.add_argument("--grace", type=float, default=GRACE, help="seconds to finish in after a signal")

    def handle(self, *, threads: int, queues: list[str] | None, drain: bool, grace: float, **_: Any) -> None:
        self.check(databases=list(connections))
        worker = Worker(threads, queues)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: worker.stop())
        finished = _drain(worker) if drain else _serve(worker, grace)
        if not finished:
            sys.exit(1)


def _drain(worker: Worker) -> bool:
    with worker.leases:
        worker.drain()
    return not worker.stopping


def _serve(worker: Worker, grace: float) -> bool:
    worker.start()
    logger.info("working")
    while not worker.stopping:
        worker.join(LOOK)
    finished = worker.join(grace)
    logger.info("stopped" if finished else "stopped before all jobs were done")
    return finished and not worker.crashed
