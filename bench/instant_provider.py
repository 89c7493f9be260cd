"""A Telegram that accepts at once: `python -m bench.instant_provider PORT`. GET / tells when it accepted."""

import asyncio
import json
import sys
import time

import uvloop

accepted: list[float] = []  # monotonic seconds


class Answering(asyncio.Protocol):
    def __init__(self) -> None:
        self.received = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += data
        head, separator, body = self.received.partition(b"\r\n\r\n")
        _, _, rest = head.lower().partition(b"\r\ncontent-length:")
        if not separator or len(body) < int(rest.split(b"\r\n", 1)[0] or 0):
            return
        self.received = b""
        answer = json.dumps(accept(body) if head.startswith(b"POST") else accepted)
        fields = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        self.transport.write((fields + answer).encode())  # type: ignore[attr-defined]


def accept(body: bytes) -> dict[str, object]:
    accepted.append(time.monotonic())
    chat = {"id": int(json.loads(body)["chat_id"]), "type": "private"}
    return {"ok": True, "result": {"message_id": len(accepted), "chat": chat, "date": int(time.time())}}


async def serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
