"""Small signs to the customer: read marks, typing, a tapped button that stops spinning.

They carry no message, so nothing depends on them: a provider's refusal is logged and forgotten.
"""

import logging
from collections.abc import Callable

from channels_app.adapter import ChannelConfig
from channels_app.errors import SendError
from channels_app.outbound import Recipient
from jobs.tasks import task

from .envelopes import recipient
from .models import Direction, Message

logger = logging.getLogger(__name__)
Sign = Callable[[str, Recipient, ChannelConfig], None]


@task(queue="signs", max_attempts=1)
def acknowledge(message_id: int) -> None:
    """Tell the provider that a tapped button was understood."""
    found = Message.objects.select_related("conversation__identity", "channel")
    message = found.filter(pk=message_id).first()
    if message is not None:
        _give(message.channel.adapter.mark_read, message)


@task(queue="signs", max_attempts=1)
def mark_read(conversation_id: int) -> None:
    """Show the customer that what they wrote was read."""
    message = _last_inbound(conversation_id)
    if message is not None and message.channel.adapter.capabilities.read_marks:
        _give(message.channel.adapter.mark_read, message)


@task(queue="signs", max_attempts=1)
def show_typing(conversation_id: int) -> None:
    message = _last_inbound(conversation_id)
    if message is not None:
        _give(message.channel.adapter.show_typing, message)


def _last_inbound(conversation_id: int) -> Message | None:
    found = Message.objects.filter(conversation=conversation_id, direction=Direction.IN)
    return found.select_related("conversation__identity", "channel").order_by("-sent_at", "-pk").first()


def _give(sign: Sign, message: Message) -> None:
    channel, conversation = message.channel, message.conversation
    if channel.is_paused:
        return
    to = recipient(conversation.identity, conversation.topic)
    try:
        sign(message.provider_id, to, channel.config())
    except SendError as error:
        logger.info("a sign was not given on channel %s: %s %s", channel.pk, error.failure, error.code)
