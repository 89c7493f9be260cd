"""Who may still hold a socket, and what they may see: one look for all sockets of the process."""

from collections.abc import Collection
from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Agent


@dataclass(frozen=True)
class Rights:
    """`sees_all`: supervisors and administrators; others see their teams, their own and what has no team."""

    sees_all: bool
    teams: frozenset[int]


def of(agent_ids: Collection[int]) -> dict[int, Rights]:
    """The rights of each active agent among these."""
    agents = Agent.objects.filter(pk__in=agent_ids, is_active=True).prefetch_related("teams")
    return {
        agent.pk: Rights(agent.is_staff, frozenset(team.pk for team in agent.teams.all())) for agent in agents
    }


def living(session_keys: Collection[str]) -> set[str]:
    """Those of the sessions that have neither ended nor expired."""
    lasting = Session.objects.filter(session_key__in=session_keys, expire_date__gt=timezone.now())
    return set(lasting.values_list("session_key", flat=True))
