"""Lean receivers for pushes: WebSockets of the product and plain Redis subscriptions, read the same way."""

import asyncio
import base64
import json
import os
import time
from collections.abc import Callable
from urllib.parse import urlsplit

AT_ONCE = 25  # connections being opened
Heard = Callable[[dict[str, object], int], None]  # a pushed object, and when it came (monotonic nanoseconds)


class Receiver(asyncio.Protocol):
    """Opens with a greeting, then hands every pushed JSON object to `heard`."""

    greeting = b""

    def __init__(self, heard: Heard) -> None:
        self.heard = heard
        self.received = b""
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        transport.write(self.greeting)  # type: ignore[attr-defined]

    def data_received(self, data: bytes) -> None:
        now = time.monotonic_ns()
        self.received += data
        for text in self.texts():
            found = json.loads(text)
            if isinstance(found, dict):
                self.heard(found, now)

    def connection_lost(self, error: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"refused: {self.received[:60]!r}"))

    def texts(self) -> list[bytes]:
        """The whole texts received so far; what is incomplete stays in `received`."""
        raise NotImplementedError

    def opened(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)


class WebSocket(Receiver):
    """RFC 6455, as far as a listening page needs it."""

    def __init__(self, heard: Heard, path: str, host: str, cookie: str) -> None:
        super().__init__(heard)
        key = base64.b64encode(os.urandom(16)).decode()
        self.greeting = (
            f"GET {path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\nCookie: {cookie}\r\n"
            f"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n"
        ).encode()

    def texts(self) -> list[bytes]:
        if not self.ready.done():
            head, separator, rest = self.received.partition(b"\r\n\r\n")
            if not separator or not head.startswith(b"HTTP/1.1 101 "):
                return []
            self.received = rest
            self.opened()
        found = []
        while (frame := take_frame(self.received)) is not None:
            opcode, payload, self.received = frame
            if opcode == 1:
                found.append(payload)
            elif opcode == 9:
                mask = b"\x8a" + bytes([0x80 | len(payload)]) + bytes(4)
                self.transport.write(mask + payload)  # type: ignore[attr-defined]
        return found


def take_frame(received: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode, payload and what follows of the first unmasked frame; None until it is whole."""
    if len(received) < 2:
        return None
    length, start = received[1] & 0x7F, 2
    if length > 125:
        size = 2 if length == 126 else 8
        start += size
        if len(received) < start:
            return None
        length = int.from_bytes(received[2:start], "big")
    if len(received) < start + length:
        return None
    return received[0] & 0x0F, received[start : start + length], received[start + length :]


class Subscription(Receiver):
    """A Redis connection that has subscribed to one channel whose payloads are one-line JSON objects."""

    def __init__(self, heard: Heard, channel: str) -> None:
        super().__init__(heard)
        self.greeting = f"SUBSCRIBE {channel}\r\n".encode()

    def texts(self) -> list[bytes]:
        self.opened()
        *lines, self.received = self.received.split(b"\r\n")
        return [line for line in lines if line.startswith(b"{")]


async def open_websockets(count: int, host: str, path: str, cookie: str, heard: Heard) -> list[Receiver]:
    name, _, port = host.partition(":")
    return await _open(count, lambda: WebSocket(heard, path, host, cookie), name, int(port))


async def open_subscriptions(count: int, url: str, channel: str, heard: Heard) -> list[Receiver]:
    where = urlsplit(url)
    return await _open(
        count, lambda: Subscription(heard, channel), where.hostname or "127.0.0.1", where.port or 6379
    )


async def _open(count: int, make: Callable[[], Receiver], host: str, port: int) -> list[Receiver]:
    loop, gate = asyncio.get_running_loop(), asyncio.Semaphore(AT_ONCE)

    async def one() -> Receiver:
        async with gate:
            _, receiver = await loop.create_connection(make, host, port)
            async with asyncio.timeout(30):
                await receiver.ready
            return receiver

    return await asyncio.gather(*(one() for _ in range(count)))


def close(receivers: list[Receiver]) -> None:
    for receiver in receivers:
        receiver.transport.close()
