"""The one event loop of the process, so that plain threads can publish.

A web process adopts its server's loop; a worker process gets one in the background on first use.
"""

import asyncio
import logging
from collections.abc import Coroutine
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Any

logger = logging.getLogger(__name__)
_lock = Lock()
_loop: asyncio.AbstractEventLoop | None = None


def adopt(loop: asyncio.AbstractEventLoop) -> None:
    """Use the server's own loop from now on."""
    global _loop
    _loop = loop


def submit(coroutine: Coroutine[Any, Any, None]) -> None:
    """Run it on the loop, without waiting. A failure is logged: what is published is only a hint."""
    future = asyncio.run_coroutine_threadsafe(coroutine, _running())
    future.add_done_callback(_report)


def _running() -> asyncio.AbstractEventLoop:
    global _loop
    with _lock:
        if _loop is None or _loop.is_closed():
            _loop = asyncio.new_event_loop()
            Thread(target=_loop.run_forever, name="publisher", daemon=True).start()
        return _loop


def _report(future: Future[None]) -> None:
    if not future.cancelled() and (error := future.exception()) is not None:
        logger.warning("a hint was not published: %s", type(error).__name__)
