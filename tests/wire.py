"""A provider at the end of the wire: Telegram's answers, scripted one by one."""

import itertools
import json
from collections.abc import Callable

import httpx2

from channels_app import http

Answer = Callable[[httpx2.Request], httpx2.Response]


class Telegram:
    """Answers sendMessage; `script` holds what to answer next, then everything is accepted."""

    def __init__(self) -> None:
        self.script: list[Answer | Exception] = []
        self.texts: list[str] = []
        self._ids = itertools.count(501)

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        self.texts.append(body.get("text", ""))
        step = self.script.pop(0) if self.script else self.accept
        if isinstance(step, Exception):
            raise step
        return step(request)

    def accept(self, request: httpx2.Request) -> httpx2.Response:
        chat = json.loads(request.content)["chat_id"]
        message = {
            "message_id": next(self._ids),
            "chat": {"id": int(chat), "type": "private"},
            "date": 1786000000,
        }
        return httpx2.Response(200, json={"ok": True, "result": message})


def refuse(status: int, description: str, **parameters: object) -> Answer:
    body = {"ok": False, "error_code": status, "description": description, "parameters": parameters}
    return lambda request: httpx2.Response(status, json=body)


def install(monkeypatch) -> Telegram:
    """Put the provider where the HTTP client was."""
    provider = Telegram()
    client = httpx2.Client(transport=httpx2.MockTransport(provider))
    monkeypatch.setattr(http, "client", lambda: client)
    return provider
