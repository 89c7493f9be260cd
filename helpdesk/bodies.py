"""Requests reach a thread whole: a sender who dawdles or lies about the length holds up nobody else.

The body is collected on the loop, in memory or a temporary file. Its true length replaces whatever was
claimed, so that bodies sent in chunks, which WSGI cannot read, arrive too.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from tempfile import SpooledTemporaryFile
from typing import IO, Any

Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Message, Receive, Send], Awaitable[None]]

IN_MEMORY = 256 * 1024  # bytes; what is longer goes to a file
PIECE = 64 * 1024
SILENCE = 15.0  # seconds without a byte
LONGEST = 15 * 60.0  # seconds for a large upload on a slow line


class BodyRefused(Exception):
    """Answered with `status`, and the connection is closed."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status


@dataclass
class WholeBodies:
    """Hands requests to `application` once their body of at most `limit(path)` bytes is here."""

    application: Application
    limit: Callable[[str], int]
    silence: float = SILENCE

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        with SpooledTemporaryFile(max_size=IN_MEMORY) as body:
            try:
                async with asyncio.timeout(LONGEST):
                    is_whole = await self._collect(receive, body, self.limit(scope["path"]))
            except TimeoutError:
                await _answer(send, BodyRefused(408, "The request took too long."))
            except BodyRefused as refusal:
                await _answer(send, refusal)
            else:
                # Nobody is there any more to be answered when it is not.
                if is_whole:
                    await self.application(_measured(scope, body), _replay(body, receive), send)

    async def _collect(self, receive: Receive, body: IO[bytes], limit: int) -> bool:
        """False when the sender left in the middle."""
        while True:
            async with asyncio.timeout(self.silence):
                message = await receive()
            if message["type"] == "http.disconnect":
                return False
            body.write(message.get("body", b""))
            if body.tell() > limit:
                raise BodyRefused(413, "The body is too large.")
            if not message.get("more_body", False):
                return True


def _measured(scope: Message, body: IO[bytes]) -> Message:
    headers = [pair for pair in scope["headers"] if pair[0] not in (b"content-length", b"transfer-encoding")]
    size = body.tell()
    return {**scope, "headers": [*headers, (b"content-length", str(size).encode())] if size else headers}


def _replay(body: IO[bytes], receive: Receive) -> Receive:
    body.seek(0)
    ended = False

    async def again() -> Message:
        nonlocal ended
        if ended:
            return await receive()
        piece = body.read(PIECE)
        ended = len(piece) < PIECE
        return {"type": "http.request", "body": piece, "more_body": not ended}

    return again


async def _answer(send: Send, refusal: BodyRefused) -> None:
    text = str(refusal).encode()
    headers = [(b"content-type", b"text/plain"), (b"content-length", str(len(text)).encode())]
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": refusal.status, "headers": headers})
    await send({"type": "http.response.body", "body": text})
