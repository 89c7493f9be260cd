"""Where a conversation stands: whether we may write, until when, and what to tell the agent about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext as _

from channels_app.capabilities import Capabilities
from channels_app.content import MessageKind
from channels_app.models import ChannelHealth
from conversations import policy
from conversations.models import Conversation, ConversationStatus

PATIENCE = timedelta(minutes=15)  # a customer who has waited longer is shown in red
CLOSING = timedelta(hours=4)  # from here on a list row says how long is left


class Tone(TextChoices):
    """What a banner is about, for its colour."""

    REFUSED = "bad"
    TROUBLE = "warn"
    OFFER = "info"


class Action(TextChoices):
    """The button a banner offers."""

    TEMPLATE = "template"
    ASSIGN = "assign"
    CHANNEL = "channel"
    NONE = ""


@dataclass(frozen=True)
class Banner:
    tone: Tone
    text: str
    action: Action = Action.NONE


@dataclass(frozen=True)
class Standing:
    """`refusal` is "" while free text may go; `templates`: whether a template may."""

    conversation: Conversation
    refusal: str
    reason: str
    templates: bool
    closes_at: datetime | None

    @property
    def capabilities(self) -> Capabilities:
        return self.conversation.channel.adapter.capabilities

    @property
    def left(self) -> timedelta | None:
        """Until the window closes; None without a window or once it is closed."""
        now = timezone.now()
        return self.closes_at - now if self.closes_at is not None and self.closes_at > now else None

    @property
    def share_left(self) -> int:
        """Per cent of the session window, for the ring."""
        window = self.capabilities.window
        return round(100 * self.left / window) if self.left and window else 0

    def limits(self) -> dict[str, Any]:
        """What the composer checks before it uploads; the server checks again."""
        can = self.capabilities
        return {
            "text": can.text.limit,
            "unit": can.text.unit.value,
            "segments": self.conversation.channel.kind == "twilio_sms",
            "upload": settings.ATTACHMENT_LIMIT,
            "files": {
                kind.value: {"size": limit.size, "types": limit.types} for kind, limit in can.files.items()
            },
        }


def of(conversation: Conversation) -> Standing:
    now = timezone.now()
    decision = policy.may_write(conversation, now)
    refused = "" if decision.is_allowed else decision.reasons[0]
    return Standing(
        conversation,
        refusal=refused,
        reason=decision.text,
        templates=conversation.channel.adapter.capabilities.templates
        and _may_send_templates(conversation, now),
        closes_at=policy.window_closes_at(conversation),
    )


def _may_send_templates(conversation: Conversation, now: datetime) -> bool:
    """The gate for a template nobody has named yet: only the name may be missing."""
    reasons = policy.may_write(conversation, now, MessageKind.TEMPLATE).reasons
    return set(reasons) <= {"template_not_approved", "marketing_opted_out"}


def banner(standing: Standing) -> Banner | None:
    """At most one, the most severe first."""
    conversation = standing.conversation
    if standing.refusal:
        return Banner(Tone.REFUSED, standing.reason, _way_out(standing))
    if conversation.channel.is_paused:
        return Banner(Tone.TROUBLE, _paused(conversation), Action.CHANNEL)
    if conversation.assignee_id is None and conversation.status != ConversationStatus.RESOLVED:
        return Banner(Tone.OFFER, _("Nobody looks after this conversation yet."), Action.ASSIGN)
    return None


def _way_out(standing: Standing) -> Action:
    return Action.TEMPLATE if standing.templates else Action.NONE


def _paused(conversation: Conversation) -> str:
    channel = conversation.channel
    if channel.health == ChannelHealth.BROKEN:
        return _("%(channel)s is broken: %(reason)s Replies wait here until it is mended.") % {
            "channel": channel,
            "reason": f"{channel.health_text.rstrip('.')}." if channel.health_text else "",
        }
    return _("%(channel)s is switched off. Replies wait here until it is on again.") % {"channel": channel}


@dataclass(frozen=True)
class Marks:
    """What a list row warns of. `refusal`: a reason code of the gate, "" for none."""

    refusal: str
    closes_at: datetime | None
    is_closing: bool
    is_late: bool


def marks(conversation: Conversation) -> Marks:
    """Asks the database nothing when the row came from `lists.rows`."""
    now = timezone.now()
    decision = policy.may_write(conversation, now)
    closes_at = policy.window_closes_at(conversation)
    is_open = decision.is_allowed and closes_at is not None
    return Marks(
        refusal=decision.reasons[0] if decision.reasons else "",
        closes_at=closes_at if is_open else None,
        is_closing=closes_at is not None and closes_at - now < CLOSING,
        is_late=conversation.waiting_since is not None and now - conversation.waiting_since > PATIENCE,
    )
