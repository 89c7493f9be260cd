"""The Graph API's errors. Follows "Error codes" of the Cloud API; a status beside a code is the usual one."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse

from channels_app.models import Channel
from simulator import switches
from simulator.models import Answer


@dataclass(frozen=True)
class Refusal:
    code: int
    text: str
    status: int = 400
    details: str = ""
    subcode: int = 0


class Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


TOKEN = Refusal(190, "Error validating access token: Session has expired.", 401, subcode=463)
NO_TOKEN = Refusal(190, "Invalid OAuth access token - Cannot parse access token", 401)
WINDOW = Refusal(
    131047, "Re-engagement message", details="More than 24 hours have passed since the last reply."
)
STOPPED = Refusal(131050, "Unable to deliver the message. The recipient stopped marketing messages.")
LIMIT = Refusal(130429, "Rate limit hit", 429, "Cloud API message throughput has been reached.")
ERROR = Refusal(131000, "Something went wrong", 500, "Message failed to send because of an unknown error.")

ANSWERS = {
    Answer.LIMIT: LIMIT,
    Answer.ERROR: ERROR,
    Answer.REFUSE_WINDOW: WINDOW,
    Answer.REFUSE_STOPPED: STOPPED,
}


def invalid(details: str) -> Refused:
    return Refused(Refusal(131009, "Parameter value is not valid", details=details))


def missing(name: str) -> Refused:
    return Refused(Refusal(100, f"The parameter {name} is required."))


def unknown(path: str) -> Refused:
    """What Meta says of ids it does not know and of ids that belong to somebody else, alike."""
    text = f"Unsupported request. Object with ID '{path}' does not exist or cannot be loaded"
    return Refused(Refusal(100, text, subcode=33))


def switched(channel: Channel) -> None:
    """Raise what the switches ask for."""
    answer = Answer(switches.of(channel).answer)
    if answer in ANSWERS:
        raise Refused(ANSWERS[answer])


def response(refusal: Refusal) -> HttpResponse:
    error: dict[str, Any] = {
        "message": f"(#{refusal.code}) {refusal.text}",
        "type": "OAuthException",
        "code": refusal.code,
        "fbtrace_id": secrets.token_urlsafe(16),
    }
    if refusal.details:
        error["error_data"] = {"messaging_product": "whatsapp", "details": refusal.details}
    if refusal.subcode:
        error["error_subcode"] = refusal.subcode
    answer = JsonResponse({"error": error}, status=refusal.status)
    if refusal.status == 429:
        answer["Retry-After"] = str(switches.LIMIT_WAIT)
    return answer
