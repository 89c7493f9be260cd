"""The customer beside the thread: addresses, consent, earlier conversations, files."""

import zoneinfo
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Agent
from channels_app.registry import ADAPTERS
from conversations import access
from conversations.models import Attachment, AttachmentState, Conversation
from customers.models import Customer, Identity

MOST = 12


@dataclass(frozen=True)
class Panel:
    """`local_time`: the customer's own clock, when their time zone is known."""

    customer: Customer
    identities: list[Identity]
    earlier: list[Conversation]
    files: list[Attachment]
    local_time: datetime | None


def of(agent: Agent, conversation: Conversation) -> Panel:
    customer = conversation.customer
    return Panel(
        customer,
        list(customer.identities.prefetch_related("suppressions").order_by("id")[:MOST]),
        list(_earlier(agent, conversation)),
        list(_files(conversation)),
        _local_time(customer),
    )


def kind_label(kind: str) -> str:
    """A kind of channel as people call it."""
    return ADAPTERS[kind].label if kind in ADAPTERS else kind


def _earlier(agent: Agent, conversation: Conversation) -> QuerySet[Conversation]:
    same_person = access.conversations(agent).filter(customer=conversation.customer_id)
    return (
        same_person.exclude(pk=conversation.pk)
        .select_related("channel")
        .defer("channel__credentials")
        .order_by("-last_message_at", "-pk")[:MOST]
    )


def _files(conversation: Conversation) -> QuerySet[Attachment]:
    stored = Attachment.objects.filter(message__conversation=conversation, state=AttachmentState.STORED)
    return stored.order_by("-pk")[:MOST]


def _local_time(customer: Customer) -> datetime | None:
    if not customer.time_zone:
        return None
    try:
        zone = zoneinfo.ZoneInfo(customer.time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
    return timezone.now().astimezone(zone)
