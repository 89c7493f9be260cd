"""One message object of a webhook as one event: message, reaction, edit, deletion, changed number."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from channels_app.content import Content, MessageKind
from channels_app.events import (
    Chat,
    Event,
    IdentityChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Party,
    ReactionChanged,
    Unsupported,
)

from .contents import Body, body
from .people import People
from .reading import JSON, ReadingError, filled, mapping, moment, text

NUMBER_CHANGED = ("user_changed_number", "customer_changed_number")


@dataclass(frozen=True)
class Item:
    """A message object and what its surroundings say. `fallback`: the time of the whole entry."""

    raw: JSON
    people: People
    fallback: datetime | None
    outgoing: bool = False

    @property
    def kind(self) -> str:
        return text(self.raw.get("type"))

    @property
    def provider_id(self) -> str:
        if found := text(self.raw.get("id")):
            return found
        raise ReadingError("a message without an id")

    @property
    def at(self) -> datetime:
        if found := self.time:
            return found
        raise ReadingError("a message without a readable time")

    @property
    def time(self) -> datetime | None:
        return moment(self.raw.get("timestamp")) or self.fallback

    @property
    def customer(self) -> Party | None:
        """The customer's side: who wrote it, or for an echo whom it went to."""
        end = "to" if self.outgoing else "from"
        return self.people.party(self.raw.get(f"{end}_user_id"), self.raw.get(end))

    @property
    def sender(self) -> Party:
        if found := self.customer:
            return found
        raise ReadingError("a message without a sender")

    @property
    def chat(self) -> Chat | None:
        group = text(self.raw.get("group_id"))
        return Chat(address=group, kind="group") if group else None


def event(item: Item) -> Event:
    """Raises ReadingError when an id, a time or a sender is missing."""
    return READERS.get(item.kind, _received)(item)


def _received(item: Item) -> Event:
    found = body(item.raw)
    context = mapping(item.raw.get("context"))
    return MessageReceived(
        provider_id=item.provider_id,
        sender=item.sender,
        at=item.at,
        kind=found.kind,
        text=found.text,
        content=_content(item.raw, context, found),
        media=found.media,
        reply_to=text(context.get("id")),
        chat=item.chat,
        outgoing=item.outgoing,
    )


def _content(raw: JSON, context: JSON, found: Body) -> Content:
    product = text(mapping(context.get("referred_product")).get("product_retailer_id"))
    content: Content = filled(
        **found.content,
        forwarded=_forwarded(context),
        quoted=filled(kind="product", product=product) if product else None,
        referral=_referral(mapping(raw.get("referral"))),
    )
    return content


def _forwarded(context: JSON) -> str:
    if context.get("frequently_forwarded") is True:
        return "often"
    return "once" if context.get("forwarded") is True else ""


def _referral(raw: JSON) -> JSON:
    media = ("image_url", "video_url", "thumbnail_url")
    found: JSON = filled(
        source=text(raw.get("source_type")),
        source_id=text(raw.get("source_id")),
        url=text(raw.get("source_url")),
        headline=text(raw.get("headline")),
        body=text(raw.get("body")),
        click_id=text(raw.get("ctwa_clid")),
        media_url=next((text(raw.get(name)) for name in media if text(raw.get(name))), ""),
    )
    return found


def _reaction(item: Item) -> Event:
    reaction = mapping(item.raw.get("reaction"))
    target, emoji = text(reaction.get("message_id")), text(reaction.get("emoji"))
    if item.outgoing:
        raise ReadingError("a reaction made in the WhatsApp Business app")
    if not target:
        raise ReadingError("a reaction that names no message")
    return ReactionChanged(
        provider_id=target,
        sender=item.sender,
        emojis=(emoji,) if emoji else (),
        at=item.at,
        chat=item.chat,
    )


def _edited(item: Item) -> Event:
    edit = mapping(item.raw.get("edit"))
    original, found = text(edit.get("original_message_id")), body(mapping(edit.get("message")))
    if not original or found.kind is MessageKind.UNSUPPORTED:
        raise ReadingError("an edit that cannot be read")
    return MessageEdited(
        provider_id=original,
        at=item.at,
        text=found.text,
        sender=item.sender,
        content=found.content,
        media=found.media,
        chat=item.chat,
    )


def _deleted(item: Item) -> Event:
    original = text(mapping(item.raw.get("revoke")).get("original_message_id"))
    if not original:
        raise ReadingError("a deletion that names no message")
    return MessageDeleted(provider_id=original, at=item.at, sender=item.sender)


def _system(item: Item) -> Event:
    """A changed number is a new, unproven identity; a changed business-scoped id is the same account."""
    system = mapping(item.raw.get("system"))
    change = text(system.get("type"))
    if change in NUMBER_CHANGED:
        return _identity(item, system, same_person=False)
    if change == "user_changed_user_id":
        return _identity(item, system, same_person=True)
    reason = f"a notice of WhatsApp about the customer: {change or 'of no type'}"
    return Unsupported(reason=reason, raw=item.raw, sender=item.customer, at=item.time)


def _identity(item: Item, system: JSON, *, same_person: bool) -> Event:
    old = text(item.raw.get("from")) or text(item.raw.get("from_user_id")) or text(system.get("customer"))
    new = item.people.party(system.get("user_id"), system.get("wa_id"), system.get("new_wa_id"))
    if not old or new is None or old in new.addresses:
        raise ReadingError("a changed id that does not name both the old and the new one")
    return IdentityChanged(
        old=old,
        new=new,
        at=item.at,
        same_person=same_person,
        provider_id=item.provider_id,
        reason=text(system.get("body")),
    )


def _opened(item: Item) -> Event:
    reason = "the customer opened the chat without writing"
    return Unsupported(reason=reason, raw=item.raw, sender=item.customer, at=item.time)


READERS: dict[str, Callable[[Item], Event]] = {
    "reaction": _reaction,
    "edit": _edited,
    "revoke": _deleted,
    "system": _system,
    "request_welcome": _opened,
}
