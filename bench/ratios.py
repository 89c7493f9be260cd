"""The twelve ratios with their targets, and the arithmetic that turns measurements into verdicts."""

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum


class Verdict(StrEnum):
    REACHED = "reached"
    FIRST = "first target reached"
    MISSED = "MISSED"


@dataclass(frozen=True)
class Ratio:
    """`first` and `last` are the targets; `at_least` says on which side of them is good."""

    number: int
    name: str
    reference: str
    first: float
    last: float
    at_least: bool = False
    unit: str = ""

    def verdict(self, value: float) -> Verdict:
        if self._holds(value, self.last):
            return Verdict.REACHED
        return Verdict.FIRST if self._holds(value, self.first) else Verdict.MISSED

    @property
    def target(self) -> str:
        sign = "≥" if self.at_least else "≤"
        both = f"{sign} {self.first:g}{self.unit}"
        return both if self.first == self.last else f"{both}, then {sign} {self.last:g}{self.unit}"

    def _holds(self, value: float, target: float) -> bool:
        return value >= target if self.at_least else value <= target


RATIOS = {
    ratio.number: ratio
    for ratio in (
        Ratio(1, "ingest per second over HTTP", "bare five-statement loop", 0.5, 0.8, at_least=True),
        Ratio(2, "application CPU per ingest", "verify-only request", 4, 3),
        Ratio(3, "ingest p99, 4 connections", "bare loop p99, 4 processes", 3, 3),
        Ratio(4, "push p99 to 50 sockets", "raw pub/sub p99 to 50", 4, 4),
        Ratio(5, "push until the last of 500 has it, p99", "raw pub/sub until the last of 500, p99", 3, 3),
        Ratio(6, "push p99 to 50 sockets", "push p50 to 50 sockets", 2.5, 2.5),
        Ratio(7, "memory per idle agent socket", "bare WebSocket on the same server", 1.5, 1.5),
        Ratio(8, "inbox page p50, largest desk", "inbox page p50, smallest desk", 1.25, 1.25),
        Ratio(9, "inbox list: rendering", "inbox list: its SQL", 1, 1),
        Ratio(10, "slowest search p50", "thread page query p50", 40, 40),
        Ratio(
            11, "outbox: messages accepted per second", "bare claim-and-mark loop", 0.4, 0.4, at_least=True
        ),
        Ratio(12, "keystroke to sent bubble visible, p95", "", 100, 100, unit=" ms"),
    )
}


@dataclass(frozen=True)
class Pair:
    """Both sides, taken one right after the other."""

    ours: float
    reference: float

    @property
    def ratio(self) -> float:
        return self.ours / self.reference


@dataclass(frozen=True)
class Result:
    """`figures`: what else was seen, by name; `note`: what a reader must know about it."""

    number: int
    value: float
    pairs: tuple[Pair, ...] = ()
    figures: dict[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def verdict(self) -> Verdict:
        return RATIOS[self.number].verdict(self.value)


def of_pairs(number: int, pairs: Sequence[Pair], note: str = "", **figures: float) -> Result:
    """The median of the pairs' ratios, with the median of each side beside it."""
    seen = {
        "ours": statistics.median(pair.ours for pair in pairs),
        "reference": statistics.median(pair.reference for pair in pairs),
        "lowest ratio": min(pair.ratio for pair in pairs),
        "highest ratio": max(pair.ratio for pair in pairs),
    }
    return Result(
        number, statistics.median(pair.ratio for pair in pairs), tuple(pairs), {**seen, **figures}, note
    )


def alternate(count: int, ours: Callable[[], float], reference: Callable[[], float]) -> list[Pair]:
    """Take `count` pairs. Which side goes first changes each time, so that drift favours neither."""
    pairs = []
    for index in range(count):
        if index % 2:
            second = reference()
            pairs.append(Pair(ours(), second))
        else:
            first = ours()
            pairs.append(Pair(first, reference()))
    return pairs


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest value that at least `share` of all do not exceed."""
    if not values:
        raise ValueError("nothing was measured")
    ordered = sorted(values)
    rank = -int(-share * len(ordered) // 1)  # rounded up
    return ordered[max(0, min(rank, len(ordered)) - 1)]
