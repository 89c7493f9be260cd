"""The tables of the heart, by thought: threads, delivery, webhooks."""

from .delivery import AttemptOutcome, Receipt, SendAttempt, SendDecision, Verdict
from .threads import (
    Attachment,
    AttachmentState,
    Conversation,
    ConversationStatus,
    Direction,
    Message,
    MessageRevision,
    Reaction,
)
from .webhooks import EventState, Waiting, WebhookEvent

__all__ = [
    "Attachment",
    "AttachmentState",
    "AttemptOutcome",
    "Conversation",
    "ConversationStatus",
    "Direction",
    "EventState",
    "Message",
    "MessageRevision",
    "Reaction",
    "Receipt",
    "SendAttempt",
    "SendDecision",
    "Verdict",
    "Waiting",
    "WebhookEvent",
]
