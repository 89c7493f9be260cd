"""The lists agents work from: which conversations, newest first, page by page, and how many there are."""

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import IntegerField, Q, QuerySet, Subquery

from accounts.models import Agent
from conversations import access
from conversations.models import Conversation, ConversationStatus

from .cursors import Cursor

PAGE = 50
MOST_COUNTED = 1000


class View(StrEnum):
    """The lists, as the address names them."""

    MINE = "mine"
    UNASSIGNED = "unassigned"
    ALL = "all"
    RESOLVED = "resolved"


COUNTED = (View.MINE, View.UNASSIGNED, View.ALL)


@dataclass(frozen=True)
class Page:
    """One page of a list. `more`: where the next one begins, None at the end."""

    view: View
    conversations: list[Conversation]
    more: Cursor | None


class CappedCount(Subquery):
    """How many rows a sliced query has, counted no further than its slice."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


def named(text: str | None) -> View:
    """The view of a query string, the agent's own when it names none."""
    return View(text) if text in set(View) else View.MINE


def page(agent: Agent, view: View, before: Cursor | None = None) -> Page:
    """The rows below `before`, ready to render without another query."""
    found = rows(_within(agent, view)).order_by("-last_message_at", "-pk")
    if before is not None:
        found = found.filter(before.below("last_message_at"))
    shown = list(found[: PAGE + 1])
    more = Cursor(shown[PAGE - 1].last_message_at, shown[PAGE - 1].pk) if len(shown) > PAGE else None
    return Page(view, shown[:PAGE], more)


def rows(conversations: QuerySet[Conversation]) -> QuerySet[Conversation]:
    """With all that a list row shows; the channel's credentials stay where they are."""
    return (
        conversations.select_related("customer", "identity", "channel", "assignee")
        .prefetch_related("identity__suppressions")
        .defer("channel__credentials")
    )


def counts(agent: Agent) -> dict[View, int]:
    """How many open conversations each view holds, in one query; MOST_COUNTED + 1 means more than that."""
    columns = [CappedCount(_within(agent, view).values("pk")[: MOST_COUNTED + 1]) for view in COUNTED]
    found = Agent.objects.filter(pk=agent.pk).values_list(*columns).get()
    return dict(zip(COUNTED, found, strict=True))


def _within(agent: Agent, view: View) -> QuerySet[Conversation]:
    return access.conversations(agent).filter(_condition(agent, view))


def _condition(agent: Agent, view: View) -> Q:
    is_open = Q(status=ConversationStatus.OPEN)
    match view:
        case View.MINE:
            return is_open & Q(assignee=agent)
        case View.UNASSIGNED:
            return is_open & Q(assignee=None)
        case View.ALL:
            return is_open
        case View.RESOLVED:
            return Q(status=ConversationStatus.RESOLVED)
