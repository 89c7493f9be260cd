"""Twilio's codes in our own closed list. https://www.twilio.com/docs/api/errors

One table serves refused requests and failed deliveries alike.
"""

from channels_app.errors import (
    ChannelBroken,
    Failure,
    OutcomeUnknown,
    PermanentFailure,
    RecipientOptedOut,
    RecipientUnreachable,
    SendError,
    TemporaryFailure,
    WindowClosed,
)

ERRORS: dict[Failure, type[SendError]] = {
    error.failure: error
    for error in (
        PermanentFailure,
        RecipientUnreachable,
        RecipientOptedOut,
        WindowClosed,
        ChannelBroken,
        OutcomeUnknown,
    )
}

MEANINGS: dict[tuple[Failure, str], tuple[int, ...]] = {
    (Failure.CHANNEL_BROKEN, "Twilio refused the account's credentials."): (20003, 63001),
    (Failure.CHANNEL_BROKEN, "The Twilio account is suspended."): (30002,),
    (Failure.CHANNEL_BROKEN, "Twilio does not know this channel's sender."): (21212, 63002, 63007),
    (Failure.CHANNEL_BROKEN, "The messaging service is wrong or has no sender."): (21703, 21705),
    (Failure.CHANNEL_BROKEN, "The sender is not registered with the carriers yet."): (30032, 30034),
    (Failure.TEMPORARY, "Twilio asks for a slower pace."): (20429, 63017, 63018),
    (Failure.TEMPORARY, "Too many messages are waiting at Twilio."): (21611, 30001),
    (Failure.TEMPORARY, "The carrier is congested or its daily limit is reached."): (30017, 30022, 30023),
    (Failure.TEMPORARY, "The account's daily limit is reached."): (63038,),
    (Failure.TEMPORARY, "The phone is off or has no coverage."): (30003,),
    (Failure.TEMPORARY, "The carrier did not deliver it and gave no cause."): (30008,),
    (Failure.TEMPORARY, "Twilio could not fetch the file."): (63019,),
    (Failure.UNREACHABLE, "This is not a number that can receive messages."): (21211, 21614, 30005, 30006),
    (Failure.UNREACHABLE, "This number cannot be reached from the channel's sender."): (21612,),
    (Failure.UNREACHABLE, "The customer or their carrier blocks this sender."): (30004, 63033),
    (Failure.UNREACHABLE, "The customer cannot be reached on this channel."): (
        63003,
        63020,
        63024,
        63032,
        63036,
    ),
    (Failure.UNREACHABLE, "The customer has not joined the WhatsApp sandbox."): (63015,),
    (Failure.OPTED_OUT, "The customer has opted out of messages from this sender."): (21610,),
    (Failure.OPTED_OUT, "The customer has blocked this sender."): (63014,),
    (Failure.WINDOW_CLOSED, "The session window is closed; only a template may be sent."): (63016,),
    (Failure.PERMANENT, "Twilio does not find what the message refers to."): (20404,),
    (Failure.PERMANENT, "This sender may not write to that number or region."): (21408, 21606),
    (Failure.PERMANENT, "A trial account may only write to verified numbers."): (21608,),
    (Failure.PERMANENT, "There is nothing to send, or a field is missing."): (
        21601,
        21602,
        21603,
        21604,
        21619,
    ),
    (Failure.PERMANENT, "The text is too long."): (21605, 21617),
    (Failure.PERMANENT, "A file has an address or form that Twilio does not take."): (21620, 21623),
    (Failure.PERMANENT, "The template or its variables are wrong."): (
        21654,
        21655,
        21656,
        21658,
        63027,
        63028,
    ),
    (Failure.PERMANENT, "The fallback sender is not set up in the messaging service."): (21667,),
    (Failure.PERMANENT, "The carrier filtered the message as unwanted."): (30007,),
    (Failure.PERMANENT, "A part of the message went missing."): (30009,),
    (Failure.PERMANENT, "The message would cost more than allowed."): (30010,),
    (Failure.PERMANENT, "The message waited too long and expired."): (30036,),
    (Failure.PERMANENT, "The channel does not accept this content."): (63005, 63006, 63021),
    (Failure.PERMANENT, "The message violates the channel's policy."): (63013,),
    (Failure.PERMANENT, "WhatsApp has rejected, paused or disabled the template."): (63040, 63041, 63042),
    (Failure.PERMANENT, "WhatsApp declined this marketing template for now."): (63049,),
}
CODES: dict[str, tuple[Failure, str]] = {
    str(code): meaning for meaning, codes in MEANINGS.items() for code in codes
}
# Limits that count over an hour or a day outlast the usual pauses between tries; seconds.
RETRY_AFTER = {"63018": 3600.0, "63038": 6 * 3600.0}


def meaning(code: str) -> tuple[Failure, str]:
    """Why a delivery failed, and the sentence for the agent. Unknown codes are permanent."""
    return CODES.get(code, (Failure.PERMANENT, "Twilio could not deliver the message."))


def from_answer(status: int, code: str = "", retry_after: float | None = None) -> SendError:
    """The error of a refused request: by its code where the table has it, else by the HTTP status."""
    failure, reason = CODES.get(code) or _by_status(status)
    if failure is Failure.TEMPORARY:
        return TemporaryFailure(reason, code or str(status), retry_after or RETRY_AFTER.get(code))
    return ERRORS[failure](reason, code or str(status))


def _by_status(status: int) -> tuple[Failure, str]:
    if status == 429:
        return CODES["20429"]
    if status in (401, 403):
        return CODES["20003"]
    if status == 408 or not 400 <= status < 500:
        return Failure.UNKNOWN, "Twilio failed while it handled the message."
    return Failure.PERMANENT, "Twilio refused the message."
