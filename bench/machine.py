"""What the figures were taken on, and how busy it was with other things."""

import os
import platform
import subprocess
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]
import psycopg
import redis

ROOT = Path(__file__).resolve().parent.parent
LOOK = 1.0  # seconds


@dataclass(frozen=True)
class Load:
    """`average`: of the last minute, our own work included; `foreign`: per cent of all cores at rest."""

    average: float
    foreign: float

    def __str__(self) -> str:
        return f"{self.average:.1f} / {self.foreign:.0f} %"


def load() -> Load:
    """Call it while nothing of ours works; takes a second."""
    return Load(os.getloadavg()[0], psutil.cpu_percent(LOOK))


def describe(database: str, redis_url: str) -> dict[str, Any]:
    return {
        "taken_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit(),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "postgresql": _postgresql(database),
        "redis": _redis(redis_url),
        "load": asdict(load()),
    }


def commit() -> str:
    """The commit, with a plus when the tree differs from it; "unknown" outside a repository."""
    try:
        found = _git("rev-parse", "--short", "HEAD")
        return f"{found}+" if _git("status", "--porcelain") else found
    except (OSError, subprocess.CalledProcessError):
        return "unknown"


def _git(*arguments: str) -> str:
    found = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return found.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def _postgresql(database: str) -> dict[str, str]:
    names = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
    with psycopg.connect(database) as connection:
        return {name: str(connection.execute(f"SHOW {name}").fetchone()[0]) for name in names}  # type: ignore[index]


def _redis(url: str) -> str:
    with redis.Redis.from_url(url) as connection:
        facts: dict[str, Any] = connection.info("server")
    return str(facts.get("valkey_version") or facts["redis_version"])
