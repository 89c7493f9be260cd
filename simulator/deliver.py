"""Webhooks on their way to the desk: posted, repeated on refusal, and spoilt as the switches say."""

import random
from collections import defaultdict, deque
from dataclasses import replace
from threading import Lock
from typing import Final

import httpx2
from django.conf import settings

from . import courier, switches, wire
from .models import MessageState, PhoneMessage
from .webhook import Webhook

TIMEOUT: Final = 10.0  # seconds a provider waits for an answer
# Seconds before each further try. Meta and Telegram go on for hours, Twilio as RETRIES in its address says.
RETRIES: Final = {
    "whatsapp": (1, 2, 5, 15, 60, 300),
    "telegram": (1, 2, 4, 8, 16, 32, 64, 64),
    "twilio_sms": (1, 1, 1),
    "twilio_whatsapp": (1, 1, 1),
}
SHUFFLED_OVER: Final = 4.0  # seconds

_lanes: dict[str, deque[Webhook]] = defaultdict(deque)
_lock = Lock()


def send(webhook: Webhook) -> None:
    """Hand a webhook to the courier."""
    trouble = switches.of(webhook.channel)
    if webhook.receipt and trouble.lose_receipts:
        wire.note(webhook.channel, webhook.label, 0, outbound=False, remark="lost")
        return
    delay = float(trouble.delay) if webhook.receipt else 0.0
    if trouble.shuffle:
        late = delay + random.uniform(0, SHUFFLED_OVER)  # noqa: S311
        courier.courier.after(late, attempt, replace(webhook, lane=""), 0)
    elif webhook.lane:
        _line_up(webhook)
    else:
        courier.courier.after(delay, attempt, webhook, 0)


def attempt(webhook: Webhook, tries: int) -> bool:
    """Post once, and once more when webhooks come twice. A refused one is tried again later."""
    status = post(webhook)
    wire.note(webhook.channel, webhook.label, status, outbound=False, remark=_remark(status, tries))
    if not 200 <= status < 300:
        return _again(webhook, tries)
    _arrived(webhook)
    if switches.of(webhook.channel).twice:
        again = post(webhook)
        wire.note(webhook.channel, webhook.label, again, outbound=False, remark="duplicate")
    return True


def post(webhook: Webhook) -> int:
    """The status of the desk's answer, 0 without one. Nothing is posted outside this desk."""
    if not webhook.url.startswith(f"{settings.PUBLIC_URL}/"):
        return 0
    try:
        answer = httpx2.post(
            webhook.address,
            content=webhook.body,
            headers=dict(webhook.headers),
            timeout=TIMEOUT,
            trust_env=False,
        )
    except httpx2.TransportError:
        return 0
    return answer.status_code


def _remark(status: int, tries: int) -> str:
    said = [] if status else ["no answer"]
    return ", ".join([*said, *([f"try {tries + 1}"] if tries else [])])


def _again(webhook: Webhook, tries: int) -> bool:
    waits = RETRIES[webhook.channel.kind]
    if tries >= len(waits):
        wire.note(webhook.channel, webhook.label, 0, outbound=False, remark="given up")
        PhoneMessage.objects.filter(pk=webhook.message).update(state=MessageState.FAILED)
        return True
    if not webhook.lane:
        courier.courier.after(waits[tries], attempt, webhook, tries + 1)
    return False


def _arrived(webhook: Webhook) -> None:
    waiting = PhoneMessage.objects.filter(pk=webhook.message, state=MessageState.SENDING)
    waiting.update(state=MessageState.ARRIVED)


def _line_up(webhook: Webhook) -> None:
    with _lock:
        lane = _lanes[webhook.lane]
        lane.append(webhook)
        alone = len(lane) == 1
    if alone:
        courier.courier.after(0, _drain, webhook.lane, 0)


def _drain(name: str, tries: int) -> None:
    """Deliver the head of a lane; what is behind it waits until it has arrived or was given up."""
    with _lock:
        webhook = _lanes[name][0]
    done = False
    try:
        done = attempt(webhook, tries)
    finally:
        # Also after an error in here: a lane that stops would hold back its chat for ever.
        _go_on(name, webhook, tries, done=done)


def _go_on(name: str, webhook: Webhook, tries: int, *, done: bool) -> None:
    waits = RETRIES[webhook.channel.kind]
    if not done and tries < len(waits):
        courier.courier.after(waits[tries], _drain, name, tries + 1)
        return
    with _lock:
        _lanes[name].popleft()
        more = bool(_lanes[name])
    if more:
        courier.courier.after(0, _drain, name, 0)
