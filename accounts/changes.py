"""What administrators change about agents; at least one administrator always remains."""

import logging
from collections.abc import Iterable

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from .models import Agent, Role, Team

logger = logging.getLogger(__name__)


class CannotChange(ValueError):
    """The text is one sentence for the administrator."""


def change(agent: Agent, *, name: str, role: str, teams: Iterable[Team], is_active: bool) -> None:
    """Takes effect with the agent's next request. Raises CannotChange for the last administrator."""
    with transaction.atomic():
        remaining = {pk for pk in _administrators() if pk != agent.pk}
        keeps = is_active and (agent.is_superuser or role == Role.ADMINISTRATOR)
        if not keeps and not remaining:
            raise CannotChange(_("This is the last active administrator. Make somebody else one first."))
        agent.name, agent.role, agent.is_active = name, role, is_active
        agent.save(update_fields=["name", "role", "is_active"])
        agent.teams.set(teams)
    logger.info("agent %s is now %s, %s", agent.pk, role, "active" if is_active else "not active")


def _administrators() -> list[int]:
    """Locked, so that two administrators cannot remove each other at the same moment."""
    powerful = Q(role=Role.ADMINISTRATOR) | Q(is_superuser=True)
    rows = Agent.objects.select_for_update().filter(powerful, is_active=True).order_by("pk")
    return list(rows.values_list("pk", flat=True))
