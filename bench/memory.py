"""Ratio 7: what one more idle agent page costs the web process in memory."""

import asyncio

import uvloop

from . import processes
from .ratios import Result, alternate, of_pairs
from .sockets import close, open_websockets
from .stage import Stage

FIRST = 50  # opened before, so that pools and caches are there
SETTLE = 1.0  # seconds


def measure(stage: Stage) -> list[Result]:
    database = stage.desks.copy(stage.sizes[0])
    environment = stage.desks.environment(database)
    cookie = stage.cookie(database)

    def ours() -> float:
        with processes.web(environment, stage.logs) as web:
            return uvloop.run(_each(stage, web, "/ws/inbox/", cookie))

    def bare() -> float:
        with processes.application("bench.bare_socket:application", environment, stage.logs) as web:
            return uvloop.run(_each(stage, web, "/", ""))

    pairs = alternate(stage.effort.pairs, ours, bare)
    return [of_pairs(7, pairs, f"KiB of resident memory per socket, over {stage.effort.sockets} sockets")]


async def _each(stage: Stage, web: processes.Child, path: str, cookie: str) -> float:
    """KiB per socket, each time in a server of its own: freed memory does not go back to the system."""
    first = await open_websockets(FIRST, web.address, path, cookie, lambda *_: None)
    await asyncio.sleep(SETTLE)
    before = web.memory()
    more = await open_websockets(stage.effort.sockets, web.address, path, cookie, lambda *_: None)
    await asyncio.sleep(SETTLE)
    after = web.memory()
    close(first + more)
    return (after - before) / 1024 / stage.effort.sockets
