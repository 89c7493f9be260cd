"""What the Cloud API's error codes mean for a message, a customer or the channel.

Follows "Error codes" of the Cloud API. The HTTP status is unreliable there: the code decides.
"""

from dataclasses import dataclass

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
from channels_app.http import Answer

from .reading import JSON, mapping, number, text

MINUTES = 300.0  # seconds; the wait where the limit is counted per minute or hour
HOUR = 3600.0

CLASSES: dict[Failure, type[SendError]] = {
    kind.failure: kind
    for kind in (PermanentFailure, RecipientUnreachable, RecipientOptedOut, WindowClosed, ChannelBroken)
}


@dataclass(frozen=True)
class Meaning:
    failure: Failure
    reason: str
    retry_after: float | None = None

    def error(self, code: str, retry_after: float | None = None) -> SendError:
        if self.failure is Failure.TEMPORARY:
            return TemporaryFailure(self.reason, code, retry_after or self.retry_after)
        return CLASSES[self.failure](self.reason, code)


def _broken(reason: str) -> Meaning:
    return Meaning(Failure.CHANNEL_BROKEN, reason)


def _later(reason: str, retry_after: float | None = None) -> Meaning:
    return Meaning(Failure.TEMPORARY, reason, retry_after)


def _never(reason: str) -> Meaning:
    return Meaning(Failure.PERMANENT, reason)


def _unreachable(reason: str) -> Meaning:
    return Meaning(Failure.UNREACHABLE, reason)


ACCESS = _broken("WhatsApp refused the access token or a permission is missing.")
TROUBLE = _later("WhatsApp had a temporary problem.")
CALL_LIMIT = _later("The limit of calls to WhatsApp is used up for now.", MINUTES)
ARGUMENT = _never("WhatsApp refused the message: something in it is missing or not valid.")
LOCKED = _broken("WhatsApp has locked or restricted the account.")
REGISTRATION = _broken("The phone number is not registered, or its name is not approved.")
PAYMENT = _broken("WhatsApp reports a payment problem of the account.")
TEMPLATE = _never("The template does not exist or its variables do not fit.")
GROUP = _never("WhatsApp refused the message to the group.")

CODES: dict[int, Meaning] = {
    **dict.fromkeys((0, 3, 10, 190, *range(200, 300), 131005), ACCESS),
    **dict.fromkeys((1, 2, 131000, 131016, 133004), TROUBLE),
    **dict.fromkeys((4, 613, 80007), CALL_LIMIT),
    **dict.fromkeys((33, 100, 131008, 131009), ARGUMENT),
    **dict.fromkeys((368, 131031), LOCKED),
    **dict.fromkeys((131037, 131045, 133010, 133016), REGISTRATION),
    **dict.fromkeys((131042, 131044), PAYMENT),
    **dict.fromkeys((132000, 132001, 132005, 132008, 132012), TEMPLATE),
    **dict.fromkeys((131020, 131041, *range(131200, 131300)), GROUP),
    **dict.fromkeys(range(139100, 139104), _never("WhatsApp could not change the list of blocked people.")),
    130403: _unreachable("This customer is blocked on the WhatsApp account."),
    130429: _later("Too many messages at once for this phone number.", 5.0),
    130472: _never("WhatsApp holds back marketing messages to this customer for an experiment."),
    130497: _never("This account may not write to customers in that country."),
    131021: _never("A phone number cannot write to itself."),
    131026: _unreachable(
        "The message cannot be delivered: no WhatsApp, an old version, or terms not accepted."
    ),
    131030: _never("The test phone number may only write to its list of allowed recipients."),
    131047: Meaning(
        Failure.WINDOW_CLOSED, "More than 24 hours have passed since the customer's last message."
    ),
    131048: _later("WhatsApp limits this phone number because messages were reported as spam.", HOUR),
    131049: _never("WhatsApp held the message back: the customer got enough marketing for now."),
    131050: Meaning(Failure.OPTED_OUT, "The customer stopped marketing messages in WhatsApp."),
    131051: _never("WhatsApp does not support this type of message."),
    131052: _never("WhatsApp could not fetch the file."),
    131053: _later("WhatsApp could not take the file."),
    131056: _later("Too many messages to this customer in a short time.", 6.0),
    131057: _later("The phone number is being upgraded or maintained.", MINUTES),
    131060: _never("The message is not available."),
    131062: _never("This message can only be sent to a phone number."),
    131063: _never("Marketing messages are switched off for this account."),
    131064: _broken("WhatsApp limits the account because templates were put in the wrong category."),
    132007: _never("The template breaks a WhatsApp policy."),
    132015: _never("The template is paused because of its quality."),
    132016: _never("The template is disabled because of its quality."),
    132068: _never("The flow is blocked."),
    132069: _later("The flow is limited for now.", HOUR),
    135000: _never("WhatsApp refused the message without saying why."),
    137000: _never("The customer's identity has changed and must be confirmed first."),
    139200: _never("Sending without a template is blocked for this account."),
}


def meaning(error: JSON) -> Meaning:
    """What one error object says, in an answer or a status. Unknown codes are permanent unless transient."""
    if known := CODES.get(number_of(error)):
        return known
    if error.get("is_transient") is True:
        return TROUBLE
    said = (
        text(mapping(error.get("error_data")).get("details"))
        or text(error.get("message"))
        or text(error.get("title"))
    )
    return _never(f"WhatsApp refused the message: {said}" if said else "WhatsApp refused the message.")


def number_of(error: JSON) -> int:
    """The error's code, -1 when it has none."""
    found = number(error.get("code"))
    return -1 if found is None or not found.is_integer() else int(found)


def check(answer: Answer) -> JSON:
    """The answer's JSON object. Raises a SendError for any refusal.

    An answer that is neither a success nor a readable refusal is OutcomeUnknown.
    """
    data = answer.data
    if error := mapping(data.get("error")):
        raise _refusal(error, answer)
    if answer.status == 429:
        raise TemporaryFailure(CALL_LIMIT.reason, "429", answer.retry_after or CALL_LIMIT.retry_after)
    if answer.status in (401, 403):
        raise ChannelBroken(ACCESS.reason, str(answer.status))
    if 300 <= answer.status < 500:
        raise PermanentFailure("WhatsApp refused the request without saying why.", str(answer.status))
    if not data or answer.status >= 500:
        raise OutcomeUnknown("WhatsApp's answer could not be read.", str(answer.status))
    return data


def _refusal(error: JSON, answer: Answer) -> SendError:
    code = number_of(error)
    if code in CODES:
        return CODES[code].error(str(code), answer.retry_after)
    if answer.status == 429:
        return CALL_LIMIT.error(str(code), answer.retry_after)
    if answer.status >= 500 and code >= 0:
        return TROUBLE.error(str(code), answer.retry_after)
    if answer.status >= 500:
        return OutcomeUnknown("WhatsApp's answer could not be read.", str(answer.status))
    return meaning(error).error(str(code) if code >= 0 else str(answer.status))
