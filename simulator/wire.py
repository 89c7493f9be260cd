"""The log of everything between the desk and the simulated providers; no bodies, addresses or tokens."""

from channels_app.models import Channel

from .models import KEPT_LINES, WireLine


def note(channel: Channel | None, line: str, status: int, *, outbound: bool, remark: str = "") -> None:
    """Remember one request; the oldest beyond the last KEPT_LINES are forgotten."""
    new = WireLine.objects.create(
        channel=channel, outbound=outbound, line=line[:200], status=status, note=remark[:200]
    )
    WireLine.objects.filter(pk__lte=new.pk - KEPT_LINES).delete()
