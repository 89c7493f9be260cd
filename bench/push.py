"""Ratios 4 to 6: from the moment a hint is published to the moment sockets have it."""

import asyncio
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

import uvloop

from . import processes
from .machine import ROOT
from .ratios import Pair, Result, alternate, of_pairs, percentile
from .sockets import Heard, Receiver, close, open_subscriptions, open_websockets
from .stage import Stage

FEW, MANY = 50, 500
DROPPED = 5  # the first hints of a round warm everything up
LATE = 10.0  # seconds to wait for the last hint
Opener = Callable[[Heard], Awaitable[list[Receiver]]]


@dataclass
class Round:
    """When the hints of one round came, in milliseconds after they left."""

    sockets: int
    hints: int
    delays: dict[int, list[float]] = field(default_factory=lambda: defaultdict(list))

    def heard(self, hint: Mapping[str, object], now: int) -> None:
        number, left = hint.get("number"), hint.get("at")
        if isinstance(number, int) and isinstance(left, int) and number >= DROPPED:
            self.delays[number].append((now - left) / 1e6)

    @property
    def is_complete(self) -> bool:
        return len(self.delays) == self.hints and all(
            len(each) == self.sockets for each in self.delays.values()
        )

    def p(self, share: float) -> float:
        return percentile([delay for each in self.delays.values() for delay in each], share)

    def last(self, share: float) -> float:
        """Until the last socket has it."""
        return percentile([max(each) for each in self.delays.values()], share)


def measure(stage: Stage) -> list[Result]:
    database = stage.desks.copy(stage.sizes[0])
    environment = stage.desks.environment(database)
    with stage.serving(database) as (web,):
        cookie = stage.cookie(database)

        def ours(sockets: int) -> Round:
            opener: Opener = lambda heard: open_websockets(sockets, web.address, "/ws/inbox/", cookie, heard)  # noqa: E731
            hints, interval = _pace(stage, sockets)
            command = processes.inside_command("publish", hints + DROPPED, interval)
            return _round(sockets, hints, opener, command, environment)

        def raw(sockets: int) -> Round:
            opener: Opener = lambda heard: open_subscriptions(sockets, stage.redis, "bench", heard)  # noqa: E731
            hints, interval = _pace(stage, sockets)
            command = [
                sys.executable,
                "-m",
                "bench.raw_push",
                stage.redis,
                str(hints + DROPPED),
                str(interval),
            ]
            return _round(sockets, hints, opener, command, environment)

        return [*_few(stage, ours, raw), _many(stage, ours, raw)]


def _pace(stage: Stage, sockets: int) -> tuple[int, float]:
    """How many hints, and the seconds between them: enough for every socket to be idle again."""
    return (stage.effort.pushes, 0.03) if sockets == FEW else (stage.effort.pushes // 2, 0.15)


def _few(stage: Stage, ours: Callable[[int], Round], raw: Callable[[int], Round]) -> list[Result]:
    rounds: list[Round] = []

    def push() -> float:
        rounds.append(ours(FEW))
        return rounds[-1].p(0.99)

    pairs = alternate(stage.effort.pairs, push, lambda: raw(FEW).p(0.99))
    tails = [Pair(each.p(0.99), each.p(0.5)) for each in rounds]
    return [
        of_pairs(4, pairs, "milliseconds"),
        of_pairs(6, tails, "milliseconds; both sides are the product's"),
    ]


def _many(stage: Stage, ours: Callable[[int], Round], raw: Callable[[int], Round]) -> Result:
    rounds: list[Round] = []

    def push() -> float:
        rounds.append(ours(MANY))
        return rounds[-1].last(0.99)

    pairs = alternate(stage.effort.pairs, push, lambda: raw(MANY).last(0.99))
    middle = statistics.median(each.last(0.5) for each in rounds)
    return of_pairs(5, pairs, "milliseconds", **{"ours p50": middle})


def _round(
    sockets: int, hints: int, opener: Opener, command: list[str], environment: Mapping[str, str]
) -> Round:
    return uvloop.run(_listen(Round(sockets, hints), opener, command, environment))


async def _listen(round_: Round, opener: Opener, command: list[str], environment: Mapping[str, str]) -> Round:
    """Hold the sockets open while a process of its own publishes. Raises when anything was lost."""
    receivers = await opener(round_.heard)
    publisher = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env=dict(environment), stdout=subprocess.DEVNULL
    )
    if await publisher.wait():
        raise RuntimeError("the publisher failed")
    async with asyncio.timeout(LATE):
        while not round_.is_complete:
            await asyncio.sleep(0.05)
    close(receivers)
    await asyncio.sleep(0.1)
    return round_
