"""One subscription per process, fanned out to its sockets; no query and no rendering per socket.

The channel layer is only a hint. Every few seconds the hub reads from the database which conversations
changed lately and tells each socket the versions it may see: a page that is behind fetches what it missed.
"""

import asyncio
import json
import logging
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from asgiref.sync import sync_to_async
from channels.layers import get_channel_layer
from django.db import Error, close_old_connections
from django.utils import timezone

from conversations.models import Conversation

from . import rights
from .live import GROUP
from .rights import Rights

logger = logging.getLogger(__name__)
PING_EVERY = 10.0  # seconds
PING_EVERY_WITHOUT_LAYER = 3.0
LOOK_BACK = timedelta(minutes=2)
MOST_VERSIONS = 300
RETRY_LAYER_AFTER = 2.0
RECHECK_EVERY = 4.0  # seconds until a withdrawn right takes effect


@dataclass(eq=False)
class Listener:
    """One socket and what its agent may see. `queue` holds ready-made JSON texts."""

    agent: int
    session: str
    rights: Rights
    dismissed: bool = False
    queue: asyncio.Queue[str | None] = field(default_factory=lambda: asyncio.Queue(maxsize=500))

    def may_see(self, team: int | None, assignee: int | None) -> bool:
        mine = team is None or team in self.rights.teams or assignee == self.agent
        return self.rights.sees_all or mine

    def put(self, text: str) -> None:
        """A page too slow to follow is cut off: it comes back and fetches everything."""
        try:
            self.queue.put_nowait(text)
        except asyncio.QueueFull:
            self.drop()

    def dismiss(self) -> None:
        """The agent signed out or lost the right to be here."""
        self.dismissed = True
        self.drop()

    def drop(self) -> None:
        while not self.queue.empty():
            self.queue.get_nowait()
        self.queue.put_nowait(None)


class Hub:
    """All sockets of this process."""

    def __init__(self) -> None:
        self.listeners: set[Listener] = set()
        self.layer_works = False
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to listen, on the running loop."""
        self._tasks = [
            asyncio.create_task(work) for work in (self._subscribe(), self._ping(), self._watch_rights())
        ]

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for listener in tuple(self.listeners):
            listener.drop()

    def fan_out(self, hint: dict[str, Any]) -> None:
        """Give a hint to every socket whose agent may see it; encoded once."""
        text = json.dumps(hint)
        for listener in self.listeners:
            if listener.may_see(hint.get("team"), hint.get("assignee")):
                listener.put(text)

    async def _subscribe(self) -> None:
        while True:
            try:
                await self._listen()
            except (TimeoutError, OSError, ConnectionError) as error:
                self._layer_lost(error)
            except Exception as error:  # noqa: BLE001  each layer has errors of its own
                self._layer_lost(error)
            await asyncio.sleep(RETRY_LAYER_AFTER)

    async def _listen(self) -> None:
        layer = get_channel_layer()
        if layer is None:
            return
        channel = await layer.new_channel()
        await layer.group_add(GROUP, channel)
        self.layer_works = True
        try:
            while True:
                event = await layer.receive(channel)
                self.fan_out(event["hint"])
        finally:
            self.layer_works = False

    def _layer_lost(self, error: Exception) -> None:
        logger.warning("live hints are delayed, the channel layer does not answer: %s", type(error).__name__)

    async def _ping(self) -> None:
        while True:
            await asyncio.sleep(PING_EVERY if self.layer_works else PING_EVERY_WITHOUT_LAYER)
            if self.listeners:
                await self._tell_versions()

    async def _watch_rights(self) -> None:
        while True:
            await asyncio.sleep(RECHECK_EVERY)
            if self.listeners:
                await self.check_rights()

    async def check_rights(self) -> None:
        """Apply what agents may see now; let go of whoever may not be here any more."""
        listeners = tuple(self.listeners)
        try:
            may, sessions = await sync_to_async(_current_rights, thread_sensitive=False)(listeners)
        except Error as error:
            logger.warning("rights not read: %s", type(error).__name__)
            return
        for listener in listeners:
            if listener.agent in may and listener.session in sessions:
                listener.rights = may[listener.agent]
            else:
                listener.dismiss()

    async def _tell_versions(self) -> None:
        try:
            versions = await sync_to_async(recent_versions, thread_sensitive=False)()
        except Error as error:
            logger.warning("versions not read: %s", type(error).__name__)
            return
        for listener in self.listeners:
            seen = [[pk, version] for pk, version, team, who in versions if listener.may_see(team, who)]
            listener.put(json.dumps({"name": "versions", "versions": seen}))


def _current_rights(listeners: Collection[Listener]) -> tuple[dict[int, Rights], set[str]]:
    close_old_connections()
    try:
        found = rights.of({listener.agent for listener in listeners})
        return found, rights.living({listener.session for listener in listeners})
    finally:
        close_old_connections()


def recent_versions() -> list[tuple[int, int, int | None, int | None]]:
    """(id, version, team, assignee) of what changed lately, newest first."""
    close_old_connections()
    changed = Conversation.objects.filter(changed_at__gte=timezone.now() - LOOK_BACK)
    rows = changed.order_by("-changed_at").values_list("pk", "version", "team_id", "assignee_id")
    try:
        return list(rows[:MOST_VERSIONS])
    finally:
        close_old_connections()


hub = Hub()
