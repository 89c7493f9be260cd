"""From normalised events to rows: one function per kind of event, all of them safe to repeat."""

from channels_app.events import (
    ChannelAlert,
    ConsentChanged,
    Event,
    IdentityChanged,
    MemberChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ProfileChanged,
    ReachabilityChanged,
    ReactionChanged,
    ReadByCustomer,
    StatusChanged,
    TemplateChanged,
    TypingChanged,
    Unsupported,
)
from customers.identify import Scope

from . import arrivals, notices, receipts, revisions
from .models import WebhookEvent
from .outcomes import Outcome, ignored


def record(item: Event, event: WebhookEvent) -> Outcome:
    """Apply one item inside the caller's savepoint. What is repeated changes nothing."""
    channel = event.channel
    scope = Scope(channel.kind, channel.scope)
    match item:
        case MessageReceived():
            return arrivals.message_received(item, channel, scope)
        case MessageEdited():
            return revisions.edited(item, event)
        case MessageDeleted():
            return revisions.deleted(item, event)
        case ReactionChanged():
            return revisions.reacted(item, event, scope)
        case StatusChanged():
            return receipts.status_changed(item, event)
        case ReadByCustomer():
            return receipts.read_up_to(item, channel, scope)
        case ConsentChanged():
            return notices.consent_changed(item, channel, scope)
        case ReachabilityChanged():
            return notices.reachability_changed(item, channel, scope)
        case IdentityChanged():
            return notices.identity_changed(item, channel, scope)
        case ProfileChanged():
            return notices.profile_changed(item, scope)
        case TypingChanged():
            return notices.typing_changed(item, channel, scope)
        case MemberChanged():
            return notices.member_changed(item, channel, scope)
        case TemplateChanged():
            return notices.template_changed(item, channel)
        case ChannelAlert():
            return notices.channel_alert(item, channel)
        case Unsupported():
            return ignored(f"not supported: {item.reason}")
        case _:
            raise TypeError(f"unknown event {type(item).__name__}")
