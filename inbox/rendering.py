"""One list row, one bubble: the same HTML for pages and for live pushes, for every agent alike."""

from django.db.models import QuerySet
from django.template import engines
from django.template.backends.jinja2 import Jinja2

from conversations.models import Conversation, Message

from . import timeline


def row(conversation: Conversation) -> str:
    """The `<li id="row-…">` of a conversation."""
    return _macro("components/row.html", "row", conversation)


def bubble(message: Message) -> str:
    """The `<article id="message-…">`, or the line of an activity."""
    return _macro("components/bubble.html", "bubble", message)


def messages(found: QuerySet[Message]) -> QuerySet[Message]:
    """Messages with what their bubbles show, for a caller who has only their ids."""
    return timeline.messages(found).select_related(
        "author", "sender", "reply_to__author", "reply_to__conversation__customer",
        "conversation__customer", "conversation__channel", "channel",
    )  # fmt: skip


def _macro(template: str, name: str, argument: object) -> str:
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)  # noqa: S101  named so in the settings
    module = engine.env.get_template(template).module
    return str(getattr(module, name)(argument))
