"""Edits, deletions and reactions: what was said before is kept."""

from datetime import datetime

from channels_app.events import MessageDeleted, MessageEdited, ReactionChanged
from customers.identify import Scope, identify

from . import arrivals, changes, row, waiting
from .models import Message, MessageRevision, Reaction, WebhookEvent
from .outcomes import APPLIED, DUPLICATE, Outcome

LONGEST_EMOJI = 100  # characters
WITHDRAWN = ""


def edited(item: MessageEdited, event: WebhookEvent) -> Outcome:
    """The new text of a message. Of two edits the later one stays, whatever their order of arrival."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    if message.deleted_at or _is_outdated(message, item) or _says_the_same(message, item):
        return DUPLICATE
    _keep_revision(message, item.at)
    if _brings_files(message, item):
        message.attachments.update(replaced_at=item.at)
        arrivals.attach(message, item.media)
        message.kind = item.media[0].kind
    message.text, message.edited_at = item.text, item.at
    message.content = {**message.content, **item.content}
    message.save(update_fields=["kind", "text", "content", "edited_at"])
    return _shown(message)


def _is_outdated(message: Message, item: MessageEdited) -> bool:
    """Times have seconds only: of two edits in one second the second stays, and the first is known again."""
    if message.edited_at is None or item.at > message.edited_at:
        return False
    is_known = message.revisions.filter(text=item.text, replaced_at=item.at).exists()
    return item.at < message.edited_at or is_known


def _says_the_same(message: Message, item: MessageEdited) -> bool:
    is_same_content = {**message.content, **item.content} == message.content
    return message.text == item.text and is_same_content and not _brings_files(message, item)


def _brings_files(message: Message, item: MessageEdited) -> bool:
    """Some providers repeat the files that stay."""
    held = list(message.attachments.values_list("reference", flat=True))
    return bool(item.media) and held != [file.reference for file in item.media]


def deleted(item: MessageDeleted, event: WebhookEvent) -> Outcome:
    """The customer took a message back: its text is hidden, and kept for those who may review."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    if message.deleted_at:
        return DUPLICATE
    _keep_revision(message, item.at, deleted=True)
    message.deleted_at = item.at
    message.save(update_fields=["deleted_at"])
    return _shown(message)


def reacted(item: ReactionChanged, event: WebhookEvent, scope: Scope) -> Outcome:
    """The sender's reactions on the message are now exactly these; an older report changes nothing."""
    message = _locked(event, item.provider_id)
    if message is None:
        return waiting.wait(event, item.provider_id)
    identity = identify(scope, item.sender, item.at)
    mine = Reaction.with_withdrawn.filter(message=message, identity=identity)
    if mine.filter(at__gt=item.at).exists():
        return DUPLICATE
    after = {emoji[:LONGEST_EMOJI] for emoji in item.emojis} or {WITHDRAWN}
    before = set(mine.values_list("emoji", flat=True)) or {WITHDRAWN}
    mine.delete()
    Reaction.with_withdrawn.bulk_create(
        Reaction(message=message, identity=identity, emoji=emoji, at=item.at) for emoji in sorted(after)
    )
    if before == after:
        return DUPLICATE
    changes.announce(message.conversation_id, message.pk)
    return APPLIED


def _locked(event: WebhookEvent, provider_id: str) -> Message | None:
    found = arrivals.find(event.channel_id, provider_id)
    return found and Message.objects.select_for_update(no_key=True).get(pk=found.pk)


def _keep_revision(message: Message, at: datetime, *, deleted: bool = False) -> None:
    MessageRevision.objects.create(
        message=message, replaced_at=at, deleted=deleted, text=message.text, content=message.content
    )


def _shown(message: Message) -> Outcome:
    row.show_revision(message)
    changes.announce(message.conversation_id, message.pk)
    return APPLIED
