"""The Bot API's errors. https://core.telegram.org/bots/api#making-requests"""

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse, JsonResponse

from channels_app.models import Channel
from simulator import switches
from simulator.models import Answer


@dataclass(frozen=True)
class Refusal:
    code: int
    description: str
    retry_after: int = 0


class Refused(Exception):
    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


UNAUTHORIZED = Refusal(401, "Unauthorized")
NOT_FOUND = Refusal(404, "Not Found")
BLOCKED = Refusal(403, "Forbidden: bot was blocked by the user")
NOT_STARTED = Refusal(403, "Forbidden: bot can't initiate conversation with a user")
LIMIT = Refusal(429, f"Too Many Requests: retry after {switches.LIMIT_WAIT}", switches.LIMIT_WAIT)
ERROR = Refusal(500, "Internal Server Error")
ANSWERS = {Answer.LIMIT: LIMIT, Answer.ERROR: ERROR, Answer.REFUSE_STOPPED: BLOCKED}


def bad(description: str) -> Refused:
    return Refused(Refusal(400, f"Bad Request: {description}"))


def switched(channel: Channel) -> None:
    """Raise what the switches ask for."""
    answer = Answer(switches.of(channel).answer)
    if answer in ANSWERS:
        raise Refused(ANSWERS[answer])


def response(refusal: Refusal) -> HttpResponse:
    error: dict[str, Any] = {"ok": False, "error_code": refusal.code, "description": refusal.description}
    if refusal.retry_after:
        error["parameters"] = {"retry_after": refusal.retry_after}
    answer = JsonResponse(error, status=refusal.code)
    if refusal.retry_after:
        answer["Retry-After"] = str(refusal.retry_after)
    return answer
