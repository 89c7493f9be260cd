"""A stored message as what an adapter takes."""

from urllib.parse import urlencode

from channels_app.content import Content, MessageKind
from channels_app.outbound import Outbound, Recipient
from customers.models import Identity

from .files import of
from .models import Message


def outbound(message: Message) -> Outbound:
    """The message with its files and addresses; its uid is the reference the provider echoes."""
    content: Content = message.content
    return Outbound(
        reference=str(message.uid),
        to=recipient(message.conversation.identity, message.conversation.topic),
        kind=MessageKind(message.kind),
        text=message.text,
        content=content,
        files=tuple(of(attachment) for attachment in message.attachments.all()),
        reply_to=message.reply_to.provider_id if message.reply_to else "",
        status_url=f"{message.channel.webhook_url}?{urlencode({'o': str(message.uid)})}",
    )


def recipient(identity: Identity, topic: str = "") -> Recipient:
    """All address forms: the one learned last first, of equals the most durable."""
    forms = identity.addresses.order_by("-seen_at").values_list("address", "seen_at")
    ordered = sorted(forms, key=lambda form: (-form[1].timestamp(), form[0] != identity.address))
    return Recipient(addresses=tuple(address for address, _ in ordered), topic=topic)
