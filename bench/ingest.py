"""Ratios 1 to 3: a signed webhook to the committed message, over HTTP, against the bare statements."""

from collections.abc import Iterator
from contextlib import contextmanager

from . import bare, processes, webhooks
from .http_load import Load, drive
from .ratios import Result, alternate, of_pairs
from .stage import Stage

BARE_PROCESSES = 4
CONNECTIONS = 16
FEW = 4


def measure(stage: Stage) -> list[Result]:
    with _desk(stage) as (database, webs):
        return [_speed(stage, database, webs), _processor(stage, webs), _tail(stage, database, webs)]


@contextmanager
def _desk(stage: Stage) -> Iterator[tuple[str, list[processes.Child]]]:
    database = stage.desks.copy(stage.sizes[0])
    bare.prepare(database)
    with stage.serving(database, stage.webs) as webs:
        before = _counts(stage, database)
        posted = _post(stage, webs, CONNECTIONS).answered
        after = _counts(stage, database)
        if any(after[name] - before[name] != posted for name in before):
            raise RuntimeError(f"{posted} answered, but the rows went from {before} to {after}")
        yield database, webs


def _counts(stage: Stage, database: str) -> dict[str, int]:
    found: dict[str, int] = processes.inside("counts", environment=stage.desks.environment(database))
    return found


def _post(
    stage: Stage, webs: list[processes.Child], connections: int, path: str = "/webhooks/whatsapp/"
) -> Load:
    requests = webhooks.requests(stage.sizes[0], path)
    return drive([web.port for web in webs], requests, connections, stage.effort.seconds)


def _speed(stage: Stage, database: str, webs: list[processes.Child]) -> Result:
    pairs = alternate(
        stage.effort.pairs,
        lambda: _post(stage, webs, CONNECTIONS).speed,
        lambda: bare.ingest(database, BARE_PROCESSES, stage.effort.seconds).speed,
    )
    return of_pairs(1, pairs, f"messages per second; {len(webs)} web processes, {CONNECTIONS} connections")


def _tail(stage: Stage, database: str, webs: list[processes.Child]) -> Result:
    seen: list[float] = []

    def ours() -> float:
        load = _post(stage, webs, FEW)
        seen.append(1000 * load.p(0.5))
        return 1000 * load.p(0.99)

    pairs = alternate(
        stage.effort.pairs, ours, lambda: 1000 * bare.ingest(database, FEW, stage.effort.seconds).p(0.99)
    )
    return of_pairs(3, pairs, "milliseconds", **{"ours p50": sorted(seen)[len(seen) // 2]})


def _processor(stage: Stage, webs: list[processes.Child]) -> Result:
    environment = stage.desks.environment("sqlite://:memory:")
    with processes.application("bench.verify_only:application", environment, stage.logs) as bare_web:
        pairs = alternate(
            stage.effort.pairs,
            lambda: _cost(stage, webs, "/webhooks/whatsapp/"),
            lambda: _cost(stage, [bare_web], "/"),
        )
    return of_pairs(2, pairs, "milliseconds of processor time per request, the web processes' alone")


def _cost(stage: Stage, webs: list[processes.Child], path: str) -> float:
    before = sum(web.cpu() for web in webs)
    load = _post(stage, webs, CONNECTIONS, path)
    return 1000 * (sum(web.cpu() for web in webs) - before) / load.answered
