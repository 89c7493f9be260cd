"""What runs inside Django, each in a process of its own: `python -m bench.inside FUNCTION ARGUMENTS`.

What a function returns is printed as JSON.
"""

import json
import os
import sys
import time
from importlib import import_module
from typing import Any


def generate(conversations: str) -> None:
    """Migrate, then make or complete a desk of that size."""
    from django.core.management import call_command
    from django.utils import timezone

    from customers.models import IdentityAddress

    from .desks import MESSAGES_EACH
    from .generate import load
    from .shape import Shape

    call_command("migrate", verbosity=0)
    begun = IdentityAddress.objects.values_list("seen_at", flat=True).first()
    size = int(conversations)
    shape = Shape(size, size * MESSAGES_EACH, begun or timezone.now())
    people(shape.agents)
    load(shape)


def people(agents: int) -> None:
    """Agents, of whom the first is in two teams, and the two channels."""
    from accounts.models import Agent, Team
    from channels_app.models import Channel

    from .shape import TEAMS
    from .webhooks import CREDENTIALS

    if Channel.objects.exists():
        return
    people = [
        Agent.objects.create(email=f"agent{n}@desk.example", name=f"Agent {n}") for n in range(1, agents + 1)
    ]
    for number in range(1, TEAMS + 1):
        Team.objects.create(name=f"Team {number}").members.set(people[number % 2 :: 2])
    for kind, credentials in CREDENTIALS.items():
        fields = {"name": kind, "webhook_key": kind, "credentials": credentials}
        Channel.objects.create(kind=kind, **fields)


def sign_in() -> str:
    """The session key of the first agent, signed in anew."""
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from accounts.models import Agent

    agent = Agent.objects.order_by("pk")[0]
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(agent.pk)
    session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = agent.get_session_auth_hash()
    session.create()
    return str(session.session_key)


def counts() -> dict[str, int]:
    """Rows that prove what a measurement did."""
    from conversations.models import EventState, Message, WebhookEvent

    return {
        "messages": Message.objects.count(),
        "events": WebhookEvent.objects.count(),
        "events done": WebhookEvent.objects.filter(state=EventState.DONE).count(),
    }


def publish(count: str, interval: str) -> None:
    """Publish that many hints as a worker does, each with the time it left; seconds between them."""
    from inbox import live

    for number in range(int(count)):
        hint = {
            "name": "changed",
            "id": 1,
            "version": number,
            "team": None,
            "assignee": None,
            "row": "·" * 60,
        }
        live.publish({"type": "hint", "hint": {**hint, "number": number, "at": time.monotonic_ns()}})
        time.sleep(float(interval))
    time.sleep(0.3)  # the last one leaves from another thread


def list_times(repeats: str) -> dict[str, list[float]]:
    """Seconds of each part of the inbox list: SQL, objects made of it, rendering."""
    from django.db import connection
    from django.template import engines

    from accounts.models import Agent
    from inbox import lists

    agent = Agent.objects.order_by("pk")[0]
    template = engines["jinja2"].get_template("inbox/_rows.html")
    seen: dict[str, list[float]] = {"sql": [], "objects": [], "render": []}
    asked = 0.0

    def timed(execute: Any, *arguments: Any) -> Any:
        nonlocal asked
        started = time.perf_counter()
        try:
            return execute(*arguments)
        finally:
            asked += time.perf_counter() - started

    with connection.execute_wrapper(timed):
        for _ in range(int(repeats)):
            asked, started = 0.0, time.perf_counter()
            page = lists.page(agent, lists.View.ALL)
            lists.counts(agent)
            loaded = time.perf_counter()
            template.render({"page": page})
            seen["render"].append(time.perf_counter() - loaded)
            seen["sql"].append(asked)
            seen["objects"].append(loaded - started - asked)
    if len(page.conversations) != lists.PAGE:
        raise RuntimeError("the list has no full page")
    return seen


def queue_replies(count: str, base_url: str) -> int:
    """An agent answers that many Telegram conversations, whose provider is at `base_url`."""
    from accounts.models import Agent
    from channels_app.models import Channel
    from conversations import outbox
    from conversations.drafts import Draft
    from conversations.models import Conversation

    channel = Channel.objects.get(kind="telegram")
    channel.settings = {"base_url": base_url}
    channel.save()
    agent = Agent.objects.order_by("pk")[0]
    found = (
        Conversation.objects.filter(channel=channel, status="open").order_by("pk").select_related("channel")
    )
    threads, queued = list(found), 0
    for number in range(int(count)):
        thread = threads[number % len(threads)]
        queued += len(outbox.queue(thread, Draft(text=f"Answer {number}"), agent, f"bench-{time.time_ns()}"))
    return queued


def writable() -> int:
    """A conversation the first agent sees and may answer on Telegram."""
    from accounts.models import Agent
    from conversations import access

    agent = Agent.objects.order_by("pk")[0]
    found = access.conversations(agent).filter(channel__kind="telegram", status="open")
    return int(found.values_list("pk", flat=True)[0])


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    import django

    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
