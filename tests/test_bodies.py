"""Bodies are whole before a thread sees them, with their true length, or they are refused."""

import asyncio

import pytest

from helpdesk.bodies import PIECE, WholeBodies


class Sender:
    """A client that sends these pieces; after the last it leaves, or stays silent."""

    def __init__(self, *pieces, leaves=False, claimed=None):
        self.messages = [{"type": "http.request", "body": piece, "more_body": True} for piece in pieces]
        self.leaves = leaves
        headers = [(b"transfer-encoding", b"chunked")] if claimed is None else []
        headers += [(b"content-length", str(claimed).encode())] if claimed is not None else []
        self.scope = {"type": "http", "path": "/webhooks/key/", "headers": [(b"x-kept", b"1"), *headers]}
        self.answers = []

    def ends(self):
        self.messages[-1]["more_body"] = False
        return self

    async def receive(self):
        if self.messages:
            return self.messages.pop(0)
        if self.leaves:
            return {"type": "http.disconnect"}
        return await asyncio.Event().wait()

    async def send(self, message):
        self.answers.append(message)


async def through(sender, limit=10 * PIECE):
    """What the application behind saw as (headers, body); None when it was not asked."""
    seen = []

    async def application(scope, receive, send):
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message["body"], message["more_body"]
        seen.append((dict(scope["headers"]), body))

    await WholeBodies(application, lambda path: limit, silence=0.01)(
        sender.scope, sender.receive, sender.send
    )
    return seen[0] if seen else None


async def test_a_body_in_chunks_arrives_with_its_length():
    headers, body = await through(Sender(b"hel", b"lo").ends())

    assert body == b"hello"
    assert headers == {b"x-kept": b"1", b"content-length": b"5"}


@pytest.mark.parametrize("size", [1, PIECE - 1, PIECE, PIECE + 1, 5 * PIECE])
async def test_every_byte_arrives_once(size):
    sent = bytes(range(256)) * (size // 256) + b"x" * (size % 256)

    assert (await through(Sender(sent[:100], sent[100:], claimed=size).ends()))[1] == sent


async def test_a_request_without_a_body_passes():
    headers, body = await through(Sender(b"").ends())

    assert (body, b"content-length" in headers) == (b"", False)


async def test_who_promises_more_than_they_send_is_told_and_holds_no_thread():
    sender = Sender(b"short", claimed=999)

    assert await through(sender) is None
    assert sender.answers[0]["status"] == 408


async def test_who_leaves_in_the_middle_leaves_nothing_behind():
    sender = Sender(b"short", claimed=999, leaves=True)

    assert await through(sender) is None
    assert sender.answers == []


async def test_an_endless_body_is_refused_at_the_limit():
    sender = Sender(*[b"x" * 100] * 50)

    assert await through(sender, limit=1000) is None
    assert sender.answers[0]["status"] == 413
    assert sender.messages
