"""What every measurement is given: the servers, the desks, and how thorough to be."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from . import processes
from .desks import Desks


@dataclass(frozen=True)
class Effort:
    """How long to look. `seconds`: of load on one side of a pair."""

    pairs: int
    seconds: float
    pushes: int
    sockets: int  # opened to weigh them
    pages: int
    replies: int
    keystrokes: int


THOROUGH = Effort(pairs=5, seconds=4.0, pushes=100, sockets=500, pages=60, replies=400, keystrokes=40)
QUICK = Effort(pairs=2, seconds=1.5, pushes=20, sockets=200, pages=15, replies=150, keystrokes=8)


@dataclass(frozen=True)
class Stage:
    """`sizes`: of the desks in conversations, ascending; `webs`: web processes for ingest."""

    desks: Desks
    effort: Effort
    sizes: tuple[int, ...]
    webs: int

    @property
    def logs(self) -> Path:
        return self.desks.directory

    @property
    def redis(self) -> str:
        return self.desks.redis

    @contextmanager
    def serving(self, database: str, count: int = 1) -> Iterator[list[processes.Child]]:
        """That many web processes on a database."""
        with ExitStack() as stack:
            environment = self.desks.environment(database)
            yield [stack.enter_context(processes.web(environment, self.logs)) for _ in range(count)]

    def cookie(self, database: str) -> str:
        return f"sessionid={processes.inside('sign_in', environment=self.desks.environment(database))}"
