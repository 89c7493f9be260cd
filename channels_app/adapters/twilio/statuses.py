"""What became of a message we sent. https://www.twilio.com/docs/messaging/api/message-resource#message-status-values"""

from collections.abc import Mapping
from datetime import datetime

from channels_app.errors import Failure
from channels_app.events import DeliveryStatus, Event, StatusChanged, Unsupported

from . import errors, people

STATUSES = {
    "accepted": DeliveryStatus.ACCEPTED,
    "scheduled": DeliveryStatus.ACCEPTED,
    "queued": DeliveryStatus.ACCEPTED,
    "sending": DeliveryStatus.ACCEPTED,
    "sent": DeliveryStatus.ACCEPTED,
    # Some of its parts arrived; a delivered mark would claim the whole.
    "partially_delivered": DeliveryStatus.ACCEPTED,
    "delivered": DeliveryStatus.DELIVERED,
    "read": DeliveryStatus.READ,
    "undelivered": DeliveryStatus.FAILED,
    "failed": DeliveryStatus.FAILED,
    "canceled": DeliveryStatus.CANCELLED,
}
INCOMING = {"", "receiving", "received"}
DETAILS = {
    "MessageStatus": "twilio_status",
    "MessagingServiceSid": "messaging_service",
    "RawDlrDoneDate": "carrier_done",  # YYMMDDhhmm in the carrier's unknown time zone
    "ChannelStatusCode": "channel_code",
    "ChannelStatusMessage": "channel_message",
}


def is_status(fields: Mapping[str, str]) -> bool:
    """Both kinds of request carry SmsStatus; only the word tells an incoming message from a receipt."""
    return "MessageStatus" in fields or fields.get("SmsStatus", "") not in INCOMING


def event(fields: Mapping[str, str], reference: str, prefix: str, at: datetime) -> Event:
    sid = fields.get("MessageSid") or fields.get("SmsSid", "")
    word = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    status = STATUSES.get(word)
    if status is None or not sid:
        return Unsupported(reason="A status nobody knows.", raw=fields, at=at)
    failure, reason, code = _why(fields) if status is DeliveryStatus.FAILED else (None, "", "")
    return StatusChanged(
        provider_id=sid,
        status=status,
        at=at,
        reason=reason,
        code=code,
        failure=failure,
        reference=reference,
        recipient=people.party(fields, "To", prefix),
        details={ours: fields[theirs] for theirs, ours in DETAILS.items() if fields.get(theirs)},
    )


def _why(fields: Mapping[str, str]) -> tuple[Failure, str, str]:
    code = fields.get("ErrorCode", "")
    return (*errors.meaning(code), code)
