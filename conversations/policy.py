"""The single gate: whether a message may leave, decided in the transaction that claims it for sending.

Each rule is one function; it returns a reason code to refuse, or "" to have no objection. An error in a rule
refuses too.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels_app.capabilities import AfterWindow, Capabilities
from channels_app.content import MessageKind
from channels_app.models import Template
from customers import suppressions

from .models import Conversation, Message, Verdict

logger = logging.getLogger(__name__)
# Providers count from their own clock, so the window is closed a little early here.
WINDOW_MARGIN = timedelta(minutes=1)

REASONS = {
    "customer_blocked": "This customer is blocked. Unblock them to write.",
    "opted_out": "The customer asked not to be written to on this channel.",
    "marketing_opted_out": "The customer does not want offers on this channel; only service messages may go.",
    "unreachable": "The customer cannot be reached on this channel any more.",
    "window_closed": "The reply window is closed. Only an approved template may go until they write.",
    "never_wrote": "The customer has not written on this channel yet, and it does not let a business begin.",
    "template_not_approved": "This template is not approved by the provider.",
    "gate_error": "The policy check failed, so nothing was sent.",
}


@dataclass(frozen=True)
class Decision:
    """The verdict with its reason codes; an allowed send has none."""

    verdict: Verdict
    reasons: tuple[str, ...] = ()

    @property
    def is_allowed(self) -> bool:
        return self.verdict == Verdict.ALLOW

    @property
    def text(self) -> str:
        """The first reason as a sentence for the agent."""
        return REASONS.get(self.reasons[0], self.reasons[0]) if self.reasons else ""


@dataclass(frozen=True)
class Question:
    """What the rules look at."""

    conversation: Conversation
    kind: MessageKind
    template: dict[str, str]
    now: datetime

    @property
    def capabilities(self) -> Capabilities:
        return self.conversation.channel.adapter.capabilities


def may_send(message: Message, now: datetime) -> Decision:
    """Whether this very message may leave at this moment."""
    question = Question(
        message.conversation, MessageKind(message.kind), message.content.get("template") or {}, now
    )
    return _decide(question)


def may_write(
    conversation: Conversation, now: datetime, kind: MessageKind = MessageKind.TEXT, template: str = ""
) -> Decision:
    """What the gate would say of a message not written yet: shown to the agent before they type."""
    return _decide(Question(conversation, kind, {"name": template} if template else {}, now))


def window_closes_at(conversation: Conversation) -> datetime | None:
    """When free text stops being allowed; None when the channel has no window or it never opened."""
    window = conversation.channel.adapter.capabilities.window
    if window is None or conversation.last_inbound_at is None:
        return None
    return conversation.last_inbound_at + window - WINDOW_MARGIN


def _decide(question: Question) -> Decision:
    try:
        reasons = tuple(reason for rule in RULES if (reason := rule(question)))
    except Exception:
        logger.exception("policy gate failed for conversation %s", question.conversation.pk)
        reasons = ("gate_error",)
    return Decision(Verdict.REFUSE if reasons else Verdict.ALLOW, reasons)


def _blocked(question: Question) -> str:
    return "customer_blocked" if question.conversation.customer.blocked_at else ""


def _opted_out(question: Question) -> str:
    stopped = suppressions.active(question.conversation.identity)
    if suppressions.ALL in stopped:
        return "opted_out"
    if suppressions.MARKETING in stopped and _category(question) == "marketing":
        return "marketing_opted_out"
    return ""


def _unreachable(question: Question) -> str:
    return "unreachable" if question.conversation.identity.unreachable_since else ""


def _window(question: Question) -> str:
    capabilities = question.capabilities
    if question.conversation.last_inbound_at is None and not capabilities.may_start:
        return "never_wrote"
    if capabilities.window is None or capabilities.after_window is AfterWindow.ANYTHING:
        return ""
    if capabilities.after_window is AfterWindow.TEMPLATE and question.kind is MessageKind.TEMPLATE:
        return ""
    closes = window_closes_at(question.conversation)
    return "" if closes is not None and question.now < closes else "window_closed"


def _template(question: Question) -> str:
    if question.kind is not MessageKind.TEMPLATE:
        return ""
    known = _known_template(question)
    return "" if known is not None and known.status == "approved" else "template_not_approved"


def _known_template(question: Question) -> Template | None:
    found = Template.objects.filter(
        channel=question.conversation.channel_id, name=question.template.get("name", "")
    )
    language = question.template.get("language")
    return (found.filter(language=language) if language else found).order_by("id").first()


def _category(question: Question) -> str:
    if question.kind is not MessageKind.TEMPLATE:
        return "service"
    known = _known_template(question)
    # A template nobody has classified is treated as the strictest kind.
    return known.category if known is not None and known.category else "marketing"


RULES: tuple[Callable[[Question], str], ...] = (_blocked, _opted_out, _unreachable, _window, _template)
