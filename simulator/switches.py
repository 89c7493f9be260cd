"""The switches of a channel, and what they make of a provider's answer."""

from collections.abc import Callable
from threading import BoundedSemaphore
from time import sleep

from django.db.models import F
from django.http import HttpResponse

from channels_app.models import Channel

from .models import Answer, Switches

LIMIT_WAIT = 20  # seconds
HANG = 16.0  # seconds; longer than the desk waits for an answer
HANGING = 2  # requests at once, so that the desk keeps threads for everything else

REFUSALS: dict[str, tuple[Answer, ...]] = {
    "whatsapp": (Answer.REFUSE_WINDOW, Answer.REFUSE_STOPPED),
    "telegram": (Answer.REFUSE_STOPPED,),
    "twilio_sms": (Answer.REFUSE_STOPPED,),
    "twilio_whatsapp": (Answer.REFUSE_WINDOW, Answer.REFUSE_STOPPED),
}
_slots = BoundedSemaphore(HANGING)


def of(channel: Channel) -> Switches:
    """Read anew every time: they are changed while the desk runs."""
    found, _ = Switches.objects.get_or_create(channel=channel)
    return found


def answers(kind: str) -> list[tuple[str, str]]:
    """The answers this kind of provider has, as choices."""
    common = (Answer.NORMALLY, Answer.LIMIT, Answer.ERROR, Answer.HANG)
    return [(answer.value, str(answer.label)) for answer in (*common, *REFUSALS[kind])]


def next_number(channel: Channel) -> int:
    """The next number of a channel's updates."""
    of(channel)
    Switches.objects.filter(channel=channel).update(counter=F("counter") + 1)
    return Switches.objects.values_list("counter", flat=True).get(channel=channel)


def answered(channel: Channel, accept: Callable[[], HttpResponse]) -> HttpResponse:
    """Accept, then answer late when the provider hangs. With too many hanging, a gateway gives up at once."""
    response = accept()
    if of(channel).answer != Answer.HANG or response.status_code >= 400:
        return response
    if not _slots.acquire(blocking=False):
        return HttpResponse("<h1>504 Gateway Time-out</h1>", status=504)
    try:
        pause(HANG)
    finally:
        _slots.release()
    return response


def pause(seconds: float) -> None:
    sleep(seconds)
