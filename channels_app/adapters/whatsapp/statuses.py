"""Receipts: what became of a message we sent. Follows "Status messages webhook reference"."""

from datetime import datetime
from typing import Any

from channels_app.errors import Failure
from channels_app.events import DeliveryStatus, Event, Party, StatusChanged

from .errors import meaning, number_of
from .people import People
from .reading import JSON, ReadingError, filled, first, mapping, moment, text

STATUSES = {
    "sent": DeliveryStatus.ACCEPTED,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "played": DeliveryStatus.READ,
    "failed": DeliveryStatus.FAILED,
}


def event(raw: JSON, people: People, fallback: datetime | None) -> Event:
    """Raises ReadingError for a receipt without an id or a time, of an unknown state, or not of a message."""
    of = text(raw.get("type"))
    if of not in ("", "message"):
        raise ReadingError(f"a receipt of a {of}, not of a message")
    said = text(raw.get("status"))
    if said not in STATUSES:
        raise ReadingError(f"a receipt of the state “{said}”")
    return _changed(raw, STATUSES[said], people, fallback)


def _changed(raw: JSON, status: DeliveryStatus, people: People, fallback: datetime | None) -> StatusChanged:
    provider_id, at = text(raw.get("id")), moment(raw.get("timestamp")) or fallback
    if not provider_id or at is None:
        raise ReadingError("a receipt without an id or a time")
    return StatusChanged(
        provider_id=provider_id,
        status=status,
        at=at,
        reference=text(raw.get("biz_opaque_callback_data")),
        recipient=_recipient(raw, people),
        details=_details(raw),
        **(_failure(first(raw.get("errors"))) if status is DeliveryStatus.FAILED else {}),
    )


def _failure(error: JSON) -> dict[str, Any]:
    if not error:
        return {"reason": "WhatsApp could not deliver the message.", "failure": Failure.PERMANENT}
    code, meant = number_of(error), meaning(error)
    return {"reason": meant.reason, "failure": meant.failure, "code": str(code) if code >= 0 else ""}


def _recipient(raw: JSON, people: People) -> Party | None:
    if raw.get("recipient_type") == "group":
        return people.party(raw.get("recipient_participant_user_id"), raw.get("recipient_participant_id"))
    return people.party(raw.get("recipient_user_id"), raw.get("recipient_id"))


def _details(raw: JSON) -> JSON:
    pricing, conversation = mapping(raw.get("pricing")), mapping(raw.get("conversation"))
    found: JSON = filled(
        price_category=text(pricing.get("category")),
        price_type=text(pricing.get("type")),
        price_model=text(pricing.get("pricing_model")),
        conversation=text(conversation.get("id")),
        conversation_origin=text(mapping(conversation.get("origin")).get("type")),
    )
    return found
