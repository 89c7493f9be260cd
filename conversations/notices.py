"""Everything that arrives and is not a message: consent, reach, identities, members, templates, alerts."""

import logging
from typing import Any

from channels_app.events import (
    ChannelAlert,
    ConsentAction,
    ConsentChanged,
    IdentityChanged,
    MemberChanged,
    ProfileChanged,
    ReachabilityChanged,
    Severity,
    TemplateChanged,
    TypingChanged,
)
from channels_app.models import Channel, ChannelHealth, Template
from customers import suppressions
from customers.identify import Scope, add_address, find, identify, identify_group
from customers.models import Identity

from . import health, threads
from .activity import note_activity
from .outcomes import APPLIED, DUPLICATE, Outcome, ignored
from .signals import ephemeral

logger = logging.getLogger(__name__)


def consent_changed(item: ConsentChanged, channel: Channel, scope: Scope) -> Outcome:
    """The customer said stop or resume. A stop younger than a resumption always wins."""
    identity = identify(scope, item.sender, item.at)
    if item.action is ConsentAction.WITHDRAW:
        changed = suppressions.suppress(identity, item.purpose, item.at, item.evidence)
    else:
        changed = suppressions.lift(identity, item.purpose, item.at)
    if not changed:
        return DUPLICATE
    _tell(channel, identity, f"consent_{item.action}", purpose=item.purpose, evidence=item.evidence)
    return APPLIED


def reachability_changed(item: ReachabilityChanged, channel: Channel, scope: Scope) -> Outcome:
    """The customer blocked us, or let us in again."""
    identity = identify(scope, item.sender, item.at)
    if item.reachable:
        changed = suppressions.mark_reachable(identity, item.at)
    elif threads.heard_since(identity, item.at):
        return ignored("they have written since")
    else:
        changed = suppressions.mark_unreachable(identity, item.at, item.reason)
    if not changed:
        return DUPLICATE
    _tell(channel, identity, "reachable" if item.reachable else "unreachable", reason=item.reason)
    return APPLIED


def identity_changed(item: IdentityChanged, channel: Channel, scope: Scope) -> Outcome:
    """An address was replaced: another form of the same identity, or a new and unverified one."""
    old = find(scope, (item.old,))
    if old is None:
        return ignored("an address nobody knows was replaced")
    known = find(scope, item.new.addresses)
    if known is not None and known.pk == old.pk:
        return DUPLICATE
    if item.same_person and known is None:
        for address in item.new.addresses:
            add_address(scope, old, address, item.at)
    _tell(channel, old, "identity_changed", same_person=item.same_person, new=item.new.addresses[0])
    return APPLIED


def profile_changed(item: ProfileChanged, scope: Scope) -> Outcome:
    identify(scope, item.sender, item.at)
    return APPLIED


def typing_changed(item: TypingChanged, channel: Channel, scope: Scope) -> Outcome:
    """Shown while it lasts, never stored."""
    identity = find(scope, item.sender.addresses)
    conversation = identity and threads.newest(channel, identity)
    if conversation is None:
        return ignored("somebody unknown is typing")
    ephemeral.send_robust(None, conversation_id=conversation.pk, typing=item.typing)
    return APPLIED


def member_changed(item: MemberChanged, channel: Channel, scope: Scope) -> Outcome:
    """Somebody, or our bot, joined or left a group."""
    group = identify_group(scope, item.chat, item.at)
    if item.us:
        left = item.change in ("left", "removed")
        if left:
            suppressions.mark_unreachable(group, item.at, "removed from the group")
        else:
            suppressions.mark_reachable(group, item.at)
    _tell(channel, group, f"member_{item.change}", name=item.member.name, us=item.us)
    return APPLIED


def template_changed(item: TemplateChanged, channel: Channel) -> Outcome:
    facts = {name: getattr(item, name) for name in ("status", "category", "quality", "reason", "provider_id")}
    changed = {name: value[: _longest(name)] for name, value in facts.items() if value}
    Template.objects.update_or_create(
        channel=channel,
        name=item.name,
        language=item.language,
        defaults=changed,
        create_defaults={"status": "pending", **changed},
    )
    return APPLIED


def _longest(field: str) -> int:
    column = Template._meta.get_field(field)
    return getattr(column, "max_length", None) or 0


def channel_alert(item: ChannelAlert, channel: Channel) -> Outcome:
    """Trouble with the channel itself: shown on its page; sending pauses when it is pointless."""
    logger.warning("alert from channel %s: %s", channel.pk, item.code)
    if item.severity is Severity.INFO and not item.broken:
        return APPLIED
    state = ChannelHealth.BROKEN if item.broken else ChannelHealth.WARNING
    return APPLIED if health.report(channel, state, item.text, item.at) else DUPLICATE


def _tell(channel: Channel, identity: Identity, what: str, **details: Any) -> None:
    """Write the line into the newest conversation, if there ever was one."""
    conversation = threads.newest(channel, identity)
    if conversation is not None:
        note_activity(conversation, what, **details)
