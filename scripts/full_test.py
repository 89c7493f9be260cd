"""Run every suite, on SQLite and on PostgreSQL with Redis, and end with a summary that leaves nothing out."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from services import services

PYTEST = [sys.executable, "-m", "pytest"]
ON_SQLITE = {"PRODUCTION": "0", "DATABASE_URL": "sqlite://:memory:", "REDIS_URL": ""}
GRACE = 10  # seconds
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@dataclass(frozen=True)
class Outcome:
    name: str
    verdict: str  # "passed", "FAILED" or "SKIPPED"
    remark: str


def main() -> int:
    signal.signal(signal.SIGTERM, _interrupt)
    outcomes: list[Outcome] = []
    try:
        outcomes.append(_run("check", ["make", "--no-print-directory", "check"], {}))
        outcomes.append(
            _run("killed processes on SQLite", [*PYTEST, "-n", "2", "-m", "processes"], ON_SQLITE)
        )
        outcomes.append(_matrix())
        outcomes.append(_browser())
    except KeyboardInterrupt:
        outcomes.append(Outcome("the rest", "FAILED", "interrupted"))
    return _summary(outcomes)


def _interrupt(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _run(name: str, command: list[str], environment: Mapping[str, str]) -> Outcome:
    print(f"\n=== {name} ===", flush=True)
    started = time.monotonic()
    code = _wait(subprocess.Popen(command, env=os.environ | environment, start_new_session=True))
    took = f"{time.monotonic() - started:.0f} s"
    reason = {0: "", 5: ", no test was collected"}.get(code, f", exit code {code}")
    return Outcome(name, "FAILED" if code else "passed", took + reason)


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Its exit code. An interruption goes on to all that it started, so that nothing is left running."""
    try:
        return child.wait()
    except KeyboardInterrupt:
        os.killpg(child.pid, signal.SIGTERM)
        try:
            child.wait(GRACE)
        except subprocess.TimeoutExpired:
            os.killpg(child.pid, signal.SIGKILL)
        raise


def _matrix() -> Outcome:
    name = "everything but the browser on PostgreSQL and Redis"
    try:
        with services() as environment:
            command = [*PYTEST, "-n", "2", "-m", "not browser"]
            return _run(name, command, {"PRODUCTION": "0", **environment})
    except (OSError, RuntimeError, AssertionError, subprocess.SubprocessError) as error:
        remedy = "name running servers in TEST_DATABASE_URL and TEST_REDIS_URL"
        return Outcome(
            name, "FAILED", f"the servers did not start ({type(error).__name__}: {error}); {remedy}"
        )


def _browser() -> Outcome:
    name = "browser on SQLite"
    if not _has_browser():
        return Outcome(name, "SKIPPED", "there is no Chromium; install it with: apt-get install chromium")
    return _run(name, [*PYTEST, "-m", "browser"], ON_SQLITE)


def _has_browser() -> bool:
    if not any(map(shutil.which, BROWSERS)) and os.geteuid() == 0 and shutil.which("apt-get"):
        print("\nInstalling Chromium …", flush=True)
        quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update"], ["install", "-y", "chromium"]):
            subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)
    return any(map(shutil.which, BROWSERS))


def _summary(outcomes: list[Outcome]) -> int:
    bad = [outcome for outcome in outcomes if outcome.verdict != "passed"]
    print("\n" + "=" * 80)
    for outcome in outcomes:
        print(f"{outcome.verdict:8} {outcome.name}: {outcome.remark}")
    print("=" * 80)
    print(
        "Everything ran and passed."
        if not bad
        else f"NOT everything passed: {len(bad)} of {len(outcomes)} above."
    )
    return int(any(outcome.verdict == "FAILED" for outcome in outcomes))


if __name__ == "__main__":
    os.chdir(Path(__file__).resolve().parent.parent)
    sys.exit(main())
