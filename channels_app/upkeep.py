"""What an administrator does with a channel. Check, connect and templates ask the provider."""

import logging

from django.db import transaction
from django.utils import timezone

from .adapter import Adapter, Health, TemplateDefinition
from .errors import ChannelBroken, SendError
from .models import Channel, ChannelHealth, Template, new_webhook_key
from .storable import storable

logger = logging.getLogger(__name__)
FOUND = ["status", "category", "provider_id", "components", "updated_at"]


def check(channel: Channel) -> Health:
    """Ask the provider, and remember the answer. A broken channel that answers well works again."""
    try:
        answer = channel.adapter.check(channel.config())
    except ChannelBroken as error:
        channel.record_health(ChannelHealth.BROKEN, error.reason)
        return Health(ok=False, text=error.reason)
    except SendError as error:
        # A provider out of reach says nothing new of a channel that is known to be broken.
        if channel.health != ChannelHealth.BROKEN:
            channel.record_health(ChannelHealth.WARNING, error.reason)
        return Health(ok=False, text=error.reason)
    channel.record_check(answer)
    return answer


def can_connect(channel: Channel) -> bool:
    """Whether the adapter registers the webhook by itself."""
    return type(channel.adapter).connect is not Adapter.connect


def connect(channel: Channel) -> None:
    """Register our webhook with the provider. Raises a SendError."""
    channel.adapter.connect(channel.config())
    logger.info("channel %s connected", channel.pk)


def fetch_templates(channel: Channel) -> int:
    """Make the channel's templates what the provider holds; counts those. Raises a SendError."""
    held = {(found.name, found.language): found for found in channel.adapter.templates(channel.config())}
    with transaction.atomic():
        Template.objects.bulk_create(
            [_row(channel, found) for found in held.values()],
            update_conflicts=True,
            unique_fields=["channel", "name", "language"],
            update_fields=FOUND,
        )
        gone = [row.pk for row in channel.templates.all() if (row.name, row.language) not in held]
        channel.templates.filter(pk__in=gone).update(status="deleted", updated_at=timezone.now())
    return len(held)


def rotate_key(channel: Channel) -> None:
    """A new webhook address; the old one stops at once."""
    channel.webhook_key = new_webhook_key()
    channel.save(update_fields=["webhook_key"])
    logger.info("channel %s has a new webhook key", channel.pk)


def enable(channel: Channel, enabled: bool) -> None:
    channel.enabled = enabled
    channel.save(update_fields=["enabled"])
    logger.info("channel %s %s", channel.pk, "enabled" if enabled else "disabled")


def _row(channel: Channel, found: TemplateDefinition) -> Template:
    clean = storable(found)
    return Template(
        channel=channel,
        name=clean.name,
        language=clean.language,
        status=clean.status[:30],
        category=clean.category[:30],
        provider_id=clean.provider_id[:100],
        components=[dict(part) for part in clean.components],
    )
