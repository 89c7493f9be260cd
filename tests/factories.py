"""A small real world: each row is made by the code that makes it in production, wherever that can be.

`received` goes through `ingest.record` inside a stored webhook event, `sent` through the outbox.
"""

import itertools
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.models import Agent, Role, Team
from channels_app.events import Event, MessageReceived, Party
from channels_app.models import Channel
from conversations import ingest, outbox
from conversations.drafts import Draft
from conversations.models import Conversation, Message, WebhookEvent
from conversations.outcomes import Result

from .signing import CREDENTIALS

PASSWORD = "a long invented password"
CUSTOMER = "+491515550101"
_numbers = itertools.count(1)


def agent(email: str = "", role: Role = Role.AGENT, teams: tuple[Team, ...] = (), **fields: Any) -> Agent:
    """A person who may sign in with PASSWORD. `name` is made from the address unless given."""
    email = email or f"agent{next(_numbers)}@desk.example"
    fields.setdefault("name", email.partition("@")[0].replace(".", " ").title())
    person = Agent.objects.create_user(email, PASSWORD, role=role, **fields)
    person.teams.set(teams)
    return person


def team(name: str = "") -> Team:
    return Team.objects.create(name=name or f"Team {next(_numbers)}")


def channel(kind: str = "whatsapp", **fields: Any) -> Channel:
    """A channel with the invented credentials of `signing.CREDENTIALS`; those given replace single ones."""
    credentials = {**CREDENTIALS[kind], **fields.pop("credentials", {})}
    fields.setdefault("name", f"{kind} {next(_numbers)}")
    return Channel.objects.create(kind=kind, credentials=credentials, **fields)


def webhook_event(channel: Channel, body: bytes = b"{}", **fields: Any) -> WebhookEvent:
    """A stored request, not processed."""
    fields.setdefault("dedupe_key", f"test:{next(_numbers)}")
    return WebhookEvent.objects.create(channel=channel, url=channel.webhook_url, body=body, **fields)


def happened(channel: Channel, event: Event) -> Result:
    """Apply one normalised event as ingest would, and say what came of it."""
    return ingest.record(event, webhook_event(channel)).result


def received(channel: Channel, text: str = "Hello", address: str = CUSTOMER, **fields: Any) -> Message:
    """One message of a customer. `name` is their profile name; the rest are fields of MessageReceived."""
    fields.setdefault("at", timezone.now())
    fields.setdefault("provider_id", f"in:{next(_numbers)}")
    name = fields.pop("name", "")
    phone = address if address.startswith("+") else ""
    fields.setdefault("sender", Party(addresses=(address,), name=name, phone=phone))
    happened(channel, MessageReceived(text=text, **fields))
    return Message.objects.get(channel=channel, provider_id=fields["provider_id"])


def conversation(kind: str = "whatsapp", minutes_ago: float = 0, **fields: Any) -> Conversation:
    """A conversation that a customer has just begun, on a channel of its own unless `channel` is given."""
    at = timezone.now() - timedelta(minutes=minutes_ago)
    message = received(fields.pop("channel", None) or channel(kind), **{"at": at, **fields})
    return Conversation.objects.select_related("channel", "identity", "customer").get(
        pk=message.conversation_id
    )


def sent(
    conversation: Conversation, text: str = "Good day", by: Agent | None = None, **draft: Any
) -> Message:
    """A reply in the outbox; nothing delivers it unless the test runs the queue."""
    token = draft.pop("token", f"token:{next(_numbers)}")
    return outbox.queue(conversation, Draft(text=text, **draft), by, token)[-1]
