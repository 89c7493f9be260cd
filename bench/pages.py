"""Ratios 8 and 9: the inbox page of a large desk against a small one's, and its rendering against its SQL."""

import http.client
import statistics
import time
from collections.abc import Callable

from . import processes
from .ratios import Pair, Result, alternate, of_pairs
from .stage import Stage

VIEWS = ("mine", "unassigned", "all", "resolved")
WARM_UP = 5  # pages
ROWS = 50  # a full list


class Reader:
    """An agent's browser on one desk, with its connection kept alive."""

    def __init__(self, web: processes.Child, cookie: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", web.port, timeout=30)
        self.headers = {"Cookie": cookie}

    def p50(self, path: str, count: int) -> float:
        """Milliseconds until the whole page is here. The connection of before may have been idle too long."""
        self.connection.close()
        return 1000 * statistics.median([self.get(path) for _ in range(WARM_UP + count)][WARM_UP:])

    def get(self, path: str) -> float:
        started = time.perf_counter()
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        rows = answer.read().count(b'id="row-')
        took = time.perf_counter() - started
        if answer.status != 200 or rows < ROWS:
            raise RuntimeError(f"{path} answered {answer.status} with {rows} rows")
        return took


def page(stage: Stage) -> list[Result]:
    if len(stage.sizes) < 2:
        raise ValueError("two sizes are needed, as in --conversations 1000,100000")
    small, large = stage.desks.of(stage.sizes[0]), stage.desks.of(stage.sizes[-1])
    with stage.serving(small) as (small_web,), stage.serving(large) as (large_web,):
        near, far = Reader(small_web, stage.cookie(small)), Reader(large_web, stage.cookie(large))
        by_view = {view: _pairs(stage, far, near, f"/inbox/?view={view}") for view in VIEWS}
    ratios = {view: statistics.median(pair.ratio for pair in pairs) for view, pairs in by_view.items()}
    worst = max(VIEWS, key=lambda view: ratios[view])
    note = (
        f"milliseconds; {stage.sizes[-1]:,} against {stage.sizes[0]:,} conversations; the worst list: {worst}"
    )
    return [of_pairs(8, by_view[worst], note, **_by_view(by_view))]


def _pairs(stage: Stage, far: Reader, near: Reader, path: str) -> list[Pair]:
    read: Callable[[Reader], float] = lambda reader: reader.p50(path, stage.effort.pages)  # noqa: E731
    return alternate(stage.effort.pairs, lambda: read(far), lambda: read(near))


def _by_view(by_view: dict[str, list[Pair]]) -> dict[str, float]:
    found = {}
    for view, pairs in by_view.items():
        found[f"{view}, large"] = statistics.median(pair.ours for pair in pairs)
        found[f"{view}, small"] = statistics.median(pair.reference for pair in pairs)
    return found


def rendering(stage: Stage) -> list[Result]:
    """Both are parts of the same request, so they are taken in the same one."""
    environment = stage.desks.environment(stage.desks.of(stage.sizes[-1]))
    pairs, objects = [], []
    for _ in range(stage.effort.pairs):
        seen = processes.inside("list_times", WARM_UP + stage.effort.pages, environment=environment)
        sql, made, render = (
            1000 * statistics.median(seen[name][WARM_UP:]) for name in ("sql", "objects", "render")
        )
        pairs.append(Pair(render, sql))
        objects.append(made)
    note = f"milliseconds; 50 rows and the three counts, {stage.sizes[-1]:,} conversations"
    return [of_pairs(9, pairs, note, **{"rows to objects": statistics.median(objects)})]
