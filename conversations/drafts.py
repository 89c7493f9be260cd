"""What an agent wants to say, cut into messages a channel can carry: one message, one provider id."""

from dataclasses import dataclass, field, replace

from channels_app.capabilities import Capabilities, FileLimit
from channels_app.content import Content, MessageKind

from . import splitting
from .files import StoredFile


class DraftError(ValueError):
    """The channel cannot carry this. The text is a sentence for the agent."""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A text, files, or one structured thing. `kind` names the structured thing, else it is TEXT."""

    text: str = ""
    kind: MessageKind = MessageKind.TEXT
    content: Content = field(default_factory=lambda: Content())
    files: tuple[StoredFile, ...] = ()
    reply_to: int | None = None


def parts(draft: Draft, capabilities: Capabilities) -> list[Draft]:
    """The draft as messages within the channel's limits. Raises DraftError."""
    if draft.kind is not MessageKind.TEXT:
        _check_kind(draft, capabilities)
        return [draft]
    if draft.files:
        return _with_files(draft, capabilities)
    texts = splitting.split(draft.text, capabilities.text)
    if not texts:
        raise DraftError("There is nothing to send.")
    return [
        Draft(text=text, reply_to=draft.reply_to if index == 0 else None) for index, text in enumerate(texts)
    ]


def _with_files(draft: Draft, capabilities: Capabilities) -> list[Draft]:
    for file in draft.files:
        check_file(file, capabilities)
    size = capabilities.files_per_message
    groups = [draft.files[start : start + size] for start in range(0, len(draft.files), size)]
    messages = [Draft(kind=group[0].kind, files=group) for group in groups]
    if _fits_as_caption(draft, capabilities):
        messages[0] = replace(messages[0], text=draft.text.strip())
    elif draft.text.strip():
        messages = [*parts(Draft(text=draft.text), capabilities), *messages]
    messages[0] = replace(messages[0], reply_to=draft.reply_to)
    return messages


def _fits_as_caption(draft: Draft, capabilities: Capabilities) -> bool:
    limit = capabilities.caption
    takes_caption = draft.files[0].kind not in (MessageKind.VOICE, MessageKind.STICKER, MessageKind.AUDIO)
    return (
        limit is not None
        and takes_caption
        and splitting.length(draft.text.strip(), limit.unit) <= limit.limit
    )


def check_file(file: StoredFile, capabilities: Capabilities) -> None:
    """Raise DraftError unless the channel takes a file of this kind, type and size."""
    limit = capabilities.files.get(file.kind)
    if limit is None:
        raise DraftError(f"“{file.name}” cannot be sent: this channel has no {file.kind.value} messages.")
    if not takes_type(limit, file.mime_type):
        raise DraftError(
            f"“{file.name}” cannot be sent: {file.mime_type or 'its type'} is not accepted here."
        )
    if file.size > limit.size:
        most = limit.size / 1024 / 1024
        raise DraftError(f"“{file.name}” is too large: the most is {most:.1f} MB here.")


def takes_type(limit: FileLimit, mime_type: str) -> bool:
    plain = mime_type.partition(";")[0].strip()
    family = plain.partition("/")[0] + "/*"
    return any(accepted in (plain, family, "*/*", mime_type) for accepted in limit.types)


def _check_kind(draft: Draft, capabilities: Capabilities) -> None:
    can = {
        MessageKind.TEMPLATE: capabilities.templates,
        MessageKind.LOCATION: capabilities.locations,
        MessageKind.CONTACTS: capabilities.contacts,
        MessageKind.INTERACTIVE: capabilities.buttons is not None or capabilities.menu is not None,
    }
    if not can.get(draft.kind, False):
        raise DraftError(f"This channel cannot send {draft.kind.value} messages.")
    buttons = draft.content.get("buttons", [])
    if capabilities.buttons is not None and len(buttons) > capabilities.buttons.count:
        raise DraftError(f"At most {capabilities.buttons.count} buttons fit on this channel.")
