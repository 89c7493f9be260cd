"""The socket of one open inbox page: it only carries hints outwards."""

import asyncio
import json

from asgiref.sync import sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer
from django.db import close_old_connections

from . import rights
from .hub import Listener, hub
from .rights import Rights

NOT_SIGNED_IN = 4401
TRY_AGAIN = 1012  # pages reconnect for this code


def _rights(agents: list[int]) -> dict[int, Rights]:
    close_old_connections()
    try:
        return rights.of(agents)
    finally:
        close_old_connections()


class InboxConsumer(AsyncWebsocketConsumer):
    """Joins the hub when its agent is signed in; the hub drops it when the agent's rights end."""

    listener: Listener | None = None
    forwarding: asyncio.Task[None] | None = None

    async def connect(self) -> None:
        agent = self.scope["user"]
        may = await sync_to_async(_rights, thread_sensitive=False)([agent.pk] if agent.pk else [])
        await self.accept()
        if agent.pk not in may:
            await self.close(NOT_SIGNED_IN)
            return
        self.listener = Listener(
            agent=agent.pk, session=self.scope["session"].session_key, rights=may[agent.pk]
        )
        hub.listeners.add(self.listener)
        await self.send(json.dumps({"name": "welcome", "live": hub.layer_works}))
        self.forwarding = asyncio.create_task(self._forward(self.listener))

    async def disconnect(self, code: int) -> None:
        if self.listener is not None:
            hub.listeners.discard(self.listener)
        if self.forwarding is not None:
            self.forwarding.cancel()

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Pages have nothing to say here; a frame only keeps the connection open."""

    async def _forward(self, listener: Listener) -> None:
        while (text := await listener.queue.get()) is not None:
            await self.send(text)
        await self.close(NOT_SIGNED_IN if listener.dismissed else TRY_AGAIN)
