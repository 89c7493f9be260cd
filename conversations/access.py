"""The one way from a screen to a row: lookup and permission together. Absent and forbidden are both 404."""

from typing import TypeVar
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db.models import Model, Q, QuerySet
from django.http import Http404

from accounts.models import Agent
from channels_app.models import Channel

from .models import Attachment, Conversation, Message

Row = TypeVar("Row", bound=Model)


def conversations(agent: Agent) -> QuerySet[Conversation]:
    """What has no team, their teams' and their own; everything for supervisors and administrators."""
    everything = Conversation.objects.all()
    if not agent.is_active:
        return everything.none()
    if agent.is_staff:
        return everything
    return everything.filter(Q(team__isnull=True) | Q(team__in=agent.teams.all()) | Q(assignee=agent))


def conversation(agent: Agent, pk: int) -> Conversation:
    return _one(
        conversations(agent).select_related("channel", "identity", "customer", "assignee", "team"), pk=pk
    )


def message(agent: Agent, pk: int) -> Message:
    visible = Message.objects.filter(conversation__in=conversations(agent))
    return _one(visible.select_related("conversation__channel", "conversation__identity", "channel"), pk=pk)


def attachment(agent: Agent, uid: UUID) -> Attachment:
    return _one(Attachment.objects.filter(message__conversation__in=conversations(agent)), uid=uid)


def channel(agent: Agent, pk: int) -> Channel:
    """Channels are for administrators."""
    require_administrator(agent)
    return _one(Channel.objects.all(), pk=pk)


def require_administrator(agent: Agent) -> None:
    """Raises PermissionDenied for everybody else."""
    if not agent.is_active or not agent.is_administrator:
        raise PermissionDenied


def _one(rows: QuerySet[Row], **lookup: object) -> Row:
    row = rows.filter(**lookup).first()
    if row is None:
        raise Http404
    return row
