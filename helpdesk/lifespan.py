"""What starts and stops with a web process: the checks, the hub of live screens, the embedded worker."""

import asyncio
import logging
from typing import Any

from django.conf import settings

from inbox import loop
from inbox.hub import hub
from jobs.worker import Worker

from .startup import refuse_nonsense

logger = logging.getLogger(__name__)
PATIENCE = 20.0  # seconds for jobs in flight when the process ends


class Lifespan:
    """The lifespan protocol of ASGI."""

    def __init__(self) -> None:
        self.worker: Worker | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        while True:
            message = await receive()
            if message["type"] == "lifespan.startup":
                await self._start(send)
            elif message["type"] == "lifespan.shutdown":
                await self._stop()
                logger.info("stopped")
                await send({"type": "lifespan.shutdown.complete"})
                return

    async def _start(self, send: Any) -> None:
        try:
            await asyncio.to_thread(refuse_nonsense)
        except SystemExit as error:
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            return
        loop.adopt(asyncio.get_running_loop())
        hub.start()
        if settings.EMBEDDED_WORKER:
            await asyncio.to_thread(self._employ)
        logger.info("serving")
        await send({"type": "lifespan.startup.complete"})

    def _employ(self) -> None:
        self.worker = Worker(threads=settings.WORKER_THREADS)
        self.worker.start()

    async def _stop(self) -> None:
        await hub.stop()
        if self.worker is not None:
            self.worker.stop()
            if not await asyncio.to_thread(self.worker.join, PATIENCE):
                logger.warning("jobs still running at the end are handed back when their lease ends")
