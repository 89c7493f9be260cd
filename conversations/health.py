"""What a provider says of the whole channel: kept with its time, so that old trouble does not come back."""

from datetime import datetime

from channels_app.models import Channel, ChannelHealth


def report(channel: Channel, state: ChannelHealth, text: str, at: datetime) -> bool:
    """Note trouble seen at that time. False: it was looked at since, or is worse already."""
    channel.refresh_from_db(fields=["health", "health_at"])
    if channel.health_at is not None and at < channel.health_at:
        return False
    if channel.health == ChannelHealth.BROKEN and state != ChannelHealth.BROKEN:
        return False
    channel.record_health(state, text)
    return True
