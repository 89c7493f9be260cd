"""One list row, one bubble: the same HTML for pages and for live pushes, for every agent alike."""

from django.template import engines
from django.template.backends.jinja2 import Jinja2

from conversations.models import Conversation, Message


def row(conversation: Conversation) -> str:
    """The `<li id="row-…">` of a conversation."""
    return _macro("components/row.html", "row", conversation)


def bubble(message: Message) -> str:
    """The `<article id="message-…">`, or the line of an activity."""
    return _macro("components/bubble.html", "bubble", message)


def _macro(template: str, name: str, argument: object) -> str:
    engine = engines["jinja2"]
    assert isinstance(engine, Jinja2)  # noqa: S101  named so in the settings
    module = engine.env.get_template(template).module
    return str(getattr(module, name)(argument))
