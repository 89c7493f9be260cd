"""A lean HTTP client for load: kept-alive connections, one request in flight on each, all answers checked."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import uvloop

from .ratios import percentile

WARM_UP = 0.5  # seconds


@dataclass
class Load:
    """`latencies`: seconds, of the answers after the warm-up; `answered`: all of them, the warm-up's too."""

    seconds: float
    latencies: list[float] = field(default_factory=list)
    answered: int = 0

    @property
    def speed(self) -> float:
        return len(self.latencies) / self.seconds

    def p(self, share: float) -> float:
        return percentile(self.latencies, share)


class Connection(asyncio.Protocol):
    """Sends the next request as soon as the answer to the one before is complete."""

    def __init__(self, requests: Iterator[bytes], load: Load, start: float, stop: float) -> None:
        self.requests, self.load, self.start, self.stop = requests, load, start, stop
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self._send()

    def data_received(self, data: bytes) -> None:
        self.received += data
        if not is_complete(self.received):
            return
        now = time.monotonic()
        if not self.received.startswith(b"HTTP/1.1 200 "):
            self._end(RuntimeError(f"answered {self.received[:40]!r}"))
            return
        self.received = b""
        self.load.answered += 1
        if now > self.stop:
            self._end(None)
            return
        if self.sent >= self.start:
            self.load.latencies.append(now - self.sent)
        self._send()

    def connection_lost(self, error: Exception | None) -> None:
        self._end(error or ConnectionError("the server closed the connection"))

    def _send(self) -> None:
        request = next(self.requests)
        self.sent = time.monotonic()
        self.transport.write(request)  # type: ignore[attr-defined]

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error is None:
            self.done.set_result(None)
        else:
            self.done.set_exception(error)
        self.transport.close()


def is_complete(received: bytes) -> bool:
    """Whether these bytes are a whole answer, of a known length or in chunks."""
    head, separator, body = received.partition(b"\r\n\r\n")
    if not separator:
        return False
    fields = head.lower()
    if b"\r\ntransfer-encoding: chunked" in fields:
        return body.endswith(b"0\r\n\r\n")
    _, _, rest = fields.partition(b"\r\ncontent-length:")
    return len(body) >= int(rest.split(b"\r\n", 1)[0] or 0)


def drive(ports: list[int], requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    """Keep that many connections busy, spread over the servers. Raises for any answer but 200."""
    return uvloop.run(_drive(ports, requests, connections, seconds))


async def _drive(ports: list[int], requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    start = time.monotonic() + WARM_UP
    load = Load(seconds)
    opened = []
    for index in range(connections):
        port = ports[index % len(ports)]
        _, connection = await loop.create_connection(
            lambda: Connection(requests, load, start, start + seconds), "127.0.0.1", port
        )
        opened.append(connection)
    await asyncio.gather(*(connection.done for connection in opened))
    return load
