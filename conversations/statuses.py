"""The order of delivery states. A status is a fold over all reports, so their order of arrival is nothing."""

from collections.abc import Iterable

from channels_app.events import DeliveryStatus

RANK = {
    DeliveryStatus.QUEUED: 0,
    DeliveryStatus.SENDING: 1,
    DeliveryStatus.OUTCOME_UNKNOWN: 2,
    DeliveryStatus.ACCEPTED: 3,
    DeliveryStatus.DELIVERED: 4,
    DeliveryStatus.READ: 5,
}
ARRIVED = {DeliveryStatus.DELIVERED, DeliveryStatus.READ}
ENDED_BADLY = (DeliveryStatus.FAILED, DeliveryStatus.CANCELLED)


def fold(known: Iterable[DeliveryStatus]) -> DeliveryStatus:
    """The one honest state: what arrived arrived; else a failure stands; else the furthest step."""
    states = set(known)
    furthest = max((s for s in states if s in RANK), key=RANK.__getitem__, default=DeliveryStatus.QUEUED)
    if furthest in ARRIVED:
        return furthest
    return next((bad for bad in ENDED_BADLY if bad in states), furthest)
