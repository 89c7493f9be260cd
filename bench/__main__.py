"""Take the ratios side by side, print them as a table, and keep them as JSON in var/bench/."""

import argparse
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from types import FrameType
from typing import Any

from . import ingest, keystroke, machine, memory, outbox, pages, push
from .desks import Desks
from .ratios import RATIOS, Result
from .stage import QUICK, THOROUGH, Stage
from .table import line, table

sys.path.insert(0, str(machine.ROOT / "scripts"))
from services import services

DIRECTORY = machine.ROOT / "var" / "bench"
SEARCH = 10


@dataclass(frozen=True)
class Measure:
    numbers: tuple[int, ...]
    take: Callable[[Stage], list[Result]]


MEASURES = (
    Measure((1, 2, 3), ingest.measure),
    Measure((4, 5, 6), push.measure),
    Measure((7,), memory.measure),
    Measure((8,), pages.page),
    Measure((9,), pages.rendering),
    Measure((11,), outbox.measure),
    Measure((12,), keystroke.measure),
)


def main() -> int:
    options = _options()
    signal.signal(signal.SIGTERM, _interrupt)
    DIRECTORY.mkdir(parents=True, exist_ok=True)
    with services(keep=DIRECTORY / "postgresql") as servers:
        desks = Desks(servers["DATABASE_URL"], servers["REDIS_URL"], DIRECTORY)
        stage = Stage(desks, QUICK if options.quick else THOROUGH, options.conversations, options.webs)
        report = {"quick": options.quick, "conversations": list(stage.sizes), "webs": stage.webs}
        report["machine"] = machine.describe(desks.server, desks.redis)
        try:
            report["results"], failures = _take(stage, options.only)
        finally:
            desks.clean()
    _finish(report, failures)
    return 1 if failures else 0


def _take(stage: Stage, only: set[int]) -> tuple[list[dict[str, Any]], list[str]]:
    """Every measure asked for; one that fails does not take the others with it, nor does an interruption."""
    taken: list[dict[str, Any]] = []
    failures: list[str] = []
    for measure in MEASURES:
        if not only & set(measure.numbers):
            continue
        load, started = machine.load(), time.monotonic()
        try:
            results = measure.take(stage)
        except (OSError, RuntimeError, ValueError, subprocess.SubprocessError) as error:
            failures.append(f"{measure.numbers}: {type(error).__name__}: {error}")
            print(failures[-1], file=sys.stderr, flush=True)
            continue
        except KeyboardInterrupt:
            failures.append("interrupted")
            break
        took = time.monotonic() - started
        for result in results:
            print(line(result, str(load)), flush=True)
            taken.append({**asdict(result), "verdict": result.verdict, "load": asdict(load), "seconds": took})
    return taken, failures


def _finish(report: dict[str, Any], failures: list[str]) -> None:
    taken_at = report["machine"]["taken_at"].replace(":", "").replace("+0000", "Z")
    path = DIRECTORY / f"{taken_at}.json"
    path.write_text(json.dumps({**report, "failures": failures}, indent=2, ensure_ascii=False) + "\n")
    print("\n" + table(report))
    print(f"\n{SEARCH}: not measured, there is no search yet.")
    print(*(f"FAILED {failure}" for failure in failures), sep="\n")
    print(f"Kept in {path.relative_to(machine.ROOT)}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a smoke run: few pairs, little load")
    parser.add_argument("--only", type=_numbers, default=set(RATIOS), help="ratios, as in 1,2,11")
    parser.add_argument(
        "--conversations",
        type=_sizes,
        default=(1_000, 100_000),
        help="sizes of the desks (default 1000,100000)",
    )
    parser.add_argument("--webs", type=int, default=2, help="web processes for ingest (default 2)")
    return parser.parse_args()


def _numbers(text: str) -> set[int]:
    return {int(number) for number in text.split(",")}


def _sizes(text: str) -> tuple[int, ...]:
    return tuple(sorted(int(size) for size in text.split(",")))


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
