"""The product's own processes, started for a measurement and stopped by their ids."""

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil  # type: ignore[import-untyped]

from helpdesk.startup import SERVER_FLAGS

from .machine import ROOT

PATIENCE = 60.0  # seconds until a server must answer
GRACE = 30.0  # seconds to stop in


class Child:
    """A process with its log."""

    def __init__(self, command: list[str], environment: Mapping[str, str], log: Path, port: int = 0) -> None:
        self.port = port
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=dict(environment), stdout=output, stderr=subprocess.STDOUT
            )
        self.seen = psutil.Process(self._process.pid)
        self.log = log

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def cpu(self) -> float:
        """Seconds of processor time so far."""
        times = self.seen.cpu_times()
        return float(times.user + times.system)

    def memory(self) -> int:
        """Resident bytes."""
        return int(self.seen.memory_info().rss)

    def await_answer(self, path: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._answers(path):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"{self.log.name} tells why {path} was never answered")
            time.sleep(0.1)

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _answers(self, path: str) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 500
        except OSError:
            return False
        finally:
            connection.close()


@contextmanager
def _stopped(child: Child) -> Iterator[Child]:
    try:
        yield child
    finally:
        child.stop()


@contextmanager
def web(environment: Mapping[str, str], logs: Path) -> Iterator[Child]:
    """`manage.py serve` on a free port."""
    port = free_port()
    command = [sys.executable, "manage.py", "serve"]
    child = Child(command, {**environment, "PORT": str(port)}, logs / "web.log", port)
    with _stopped(child):
        child.await_answer("/livez")
        yield child


@contextmanager
def worker(environment: Mapping[str, str], logs: Path) -> Iterator[Child]:
    """`manage.py work` with its usual number of threads."""
    with _stopped(Child([sys.executable, "manage.py", "work"], environment, logs / "work.log")) as child:
        yield child


@contextmanager
def application(name: str, environment: Mapping[str, str], logs: Path) -> Iterator[Child]:
    """Another ASGI application on the product's server with the product's flags."""
    port = free_port()
    flags = ["--host=127.0.0.1", f"--port={port}", *SERVER_FLAGS, "--lifespan=off"]
    command = [sys.executable, "-m", "uvicorn", name, *flags]
    with _stopped(Child(command, environment, logs / "application.log", port)) as child:
        child.await_answer("/")
        yield child


def inside(function: str, *arguments: object, environment: Mapping[str, str]) -> Any:
    """Run a function of `bench.inside` in a process of its own; what it returned."""
    done = subprocess.run(
        inside_command(function, *arguments),
        cwd=ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        check=True,
    )
    return json.loads(done.stdout)


def inside_command(function: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "bench.inside", function, *map(str, arguments)]


def environment(database: str, redis: str, directory: Path) -> dict[str, str]:
    """A desk as in production but for TLS: no debugging, no simulator, its worker in a process of its own."""
    bare = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return bare | {
        "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, sys.path)]),
        "PRODUCTION": "0",
        "DEBUG": "0",
        "SIMULATOR": "0",
        "EMBEDDED_WORKER": "0",
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "DATA_DIR": str(directory / "data"),
        "LOG_LEVEL": "INFO",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])
