"""Twilio's errors. https://www.twilio.com/docs/api/errors"""

from dataclasses import dataclass

from django.http import HttpResponse, JsonResponse

from channels_app.models import Channel
from simulator import switches
from simulator.models import Answer


@dataclass(frozen=True)
class Refusal:
    code: int
    text: str
    status: int = 400


class Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


AUTHENTICATE = Refusal(20003, "Authenticate", 401)
NOT_FOUND = Refusal(20404, "The requested resource was not found", 404)
LIMIT = Refusal(20429, "Too Many Requests", 429)
ERROR = Refusal(20500, "An internal server error has occurred", 500)
STOPPED = Refusal(21610, "Attempt to send to unsubscribed recipient")
BLOCKED = Refusal(63024, "Invalid message recipient")
WINDOW = Refusal(63016, "Failed to send freeform message because you are outside the allowed window.")
NO_BODY = Refusal(21602, "Message body is required.")
TOO_LONG = Refusal(21617, "The concatenated message body exceeds the 1600 character limit.")
TOO_MANY_FILES = Refusal(21623, "Number of media files exceeds allowed limit.")
BAD_RECIPIENT = Refusal(21211, "Invalid 'To' Phone Number")
BAD_SENDER = Refusal(21606, "The 'From' phone number provided is not a valid message-capable Twilio number.")
BAD_TEMPLATE = Refusal(21655, "The ContentSid is Invalid")
BAD_VARIABLES = Refusal(21656, "The ContentVariables Parameter is invalid")

# Numbers with which everybody tests what Twilio does with a bad recipient.
MAGIC = {
    "+15005550001": BAD_RECIPIENT,
    "+15005550002": Refusal(21612, "The message cannot be sent with the current combination of To and From."),
    "+15005550004": STOPPED,
    "+15005550009": Refusal(21614, "'To' number is not a valid mobile number"),
}
ANSWERS = {
    Answer.LIMIT: LIMIT,
    Answer.ERROR: ERROR,
    Answer.REFUSE_WINDOW: WINDOW,
    Answer.REFUSE_STOPPED: STOPPED,
}


def switched(channel: Channel) -> None:
    """Raise what the switches ask for."""
    answer = Answer(switches.of(channel).answer)
    if answer is Answer.REFUSE_STOPPED and channel.kind == "twilio_whatsapp":
        raise Refused(BLOCKED)
    if answer in ANSWERS:
        raise Refused(ANSWERS[answer])


def response(refusal: Refusal) -> HttpResponse:
    error = {
        "code": refusal.code,
        "message": refusal.text,
        "more_info": f"https://www.twilio.com/docs/errors/{refusal.code}",
        "status": refusal.status,
    }
    answer = JsonResponse(error, status=refusal.status)
    if refusal.status == 429:
        answer["Retry-After"] = str(switches.LIMIT_WAIT)
    return answer
