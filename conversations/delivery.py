"""One message to its provider: intent committed before the call, the answer after it, never a blind resend.

T1 claims the message, asks the gate and writes attempt and decision; the call happens outside any
transaction; T2 records what came of it. A process that dies in between leaves an unfinished attempt, which
the next holder of the job settles as "outcome unknown".
"""

import logging
import random
import time

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import timezone

from channels_app.errors import (
    ChannelBroken,
    Failure,
    OutcomeUnknown,
    SendError,
    TemporaryFailure,
)
from channels_app.events import DeliveryStatus
from channels_app.outbound import Accepted
from customers.identify import Scope, add_address
from jobs.errors import Retry
from jobs.failpoints import reach
from jobs.tasks import task

from . import changes, policy, receipts, row, waiting
from .envelopes import outbound
from .models import AttemptOutcome, Direction, Message, SendAttempt, SendDecision, Verdict

logger = logging.getLogger(__name__)
MOST_ATTEMPTS = 6
FIRST_WAIT = 4.0  # seconds, doubled each time
LONGEST_WAIT = 15 * 60.0
PAUSED_WAIT = 30.0
RECORD_PAUSES = (0.2, 1.0, 3.0, 6.0, 10.0)
UNKNOWN = "The connection was lost after the message left. It may have been delivered."


@task(queue="send", max_attempts=32_000, lease=90)
def deliver(message_id: int) -> None:
    """Send a queued message, or settle one whose sending was cut off."""
    attempt = _intend(message_id)
    if attempt is None:
        return
    reach("outbox.intended")
    answer = _call(attempt)
    reach("outbox.answered")
    _record_surely(attempt, answer)
    reach("outbox.settled")
    if isinstance(answer, SendError) and attempt.outcome == AttemptOutcome.RETRY:
        raise Retry(answer.reason, after=_wait(attempt, answer))


def _intend(message_id: int) -> SendAttempt | None:
    """T1. None: nothing may be sent now."""
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(of=("self",), no_key=True)
            .select_related(
                "channel", "conversation__customer", "conversation__identity", "conversation__channel"
            )
            .filter(pk=message_id, direction=Direction.OUT)
            .first()
        )
        reach("outbox.claimed")
        if message is None:
            return None
        if message.status == DeliveryStatus.SENDING:
            _abandon(message)
            return None
        if message.status != DeliveryStatus.QUEUED:
            return None
        if message.channel.is_paused:
            raise Retry("the channel is paused", after=PAUSED_WAIT)
        return _decide(message)


def _decide(message: Message) -> SendAttempt | None:
    decision = policy.may_send(message, timezone.now())
    record = SendDecision.objects.create(
        message=message, verdict=decision.verdict, reasons=list(decision.reasons)
    )
    reach("outbox.decided")
    if decision.verdict != Verdict.ALLOW:
        _fail(message, _failure_of(decision), decision.text)
        return None
    attempt = SendAttempt.objects.create(message=message, decision=record)
    _move(message, DeliveryStatus.SENDING)
    return attempt


def _failure_of(decision: policy.Decision) -> Failure:
    return Failure.WINDOW_CLOSED if "window_closed" in decision.reasons else Failure.PERMANENT


def _call(attempt: SendAttempt) -> Accepted | SendError:
    """The one place from which a message leaves."""
    message = attempt.message
    channel = message.channel
    try:
        return channel.adapter.send(outbound(message), channel.config())
    except SendError as error:
        return error
    except Exception as error:
        logger.exception("adapter %s broke while sending message %s", channel.kind, message.pk)
        return OutcomeUnknown(UNKNOWN, type(error).__name__)


def _record_surely(attempt: SendAttempt, answer: Accepted | SendError) -> None:
    """What the provider said must not be lost to a short outage of the database."""
    for pause in RECORD_PAUSES:
        try:
            _record(attempt, answer)
        except (OperationalError, InterfaceError):
            logger.warning("outcome of message %s not stored yet, trying again", attempt.message_id)
            time.sleep(pause)
            connection.close()
        else:
            return
    _record(attempt, answer)


def _record(attempt: SendAttempt, answer: Accepted | SendError) -> None:
    """T2. Only the attempt that is still open may be closed; an acceptance is a fact and always kept."""
    with transaction.atomic():
        message = (
            Message.objects.select_for_update(of=("self",), no_key=True)
            .select_related("channel", "conversation__identity")
            .get(pk=attempt.message_id)
        )
        reach("outbox.settling")
        attempt.outcome, attempt.code, attempt.reason = _outcome(attempt, answer)
        attempt.provider_id = answer.provider_id if isinstance(answer, Accepted) else ""
        is_ours = _close(attempt)
        if isinstance(answer, Accepted):
            _accept(message, answer, is_ours)
        elif is_ours:
            _settle(message, attempt, answer)


def _outcome(attempt: SendAttempt, answer: Accepted | SendError) -> tuple[AttemptOutcome, str, str]:
    if isinstance(answer, Accepted):
        return AttemptOutcome.ACCEPTED, "", ""
    code, reason = answer.code[:60], answer.reason[:500]
    if isinstance(answer, OutcomeUnknown):
        return AttemptOutcome.UNKNOWN, code, reason
    # Nothing is wrong with a message whose channel broke: it waits until an administrator has mended it.
    if isinstance(answer, ChannelBroken):
        return AttemptOutcome.RETRY, code, reason
    if isinstance(answer, TemporaryFailure) and _tried(attempt.message_id) < MOST_ATTEMPTS:
        return AttemptOutcome.RETRY, code, reason
    return AttemptOutcome.FAILED, code, reason


def _tried(message_id: int) -> int:
    """Attempts since a person last asked for one; earlier rounds ended in something else than a retry."""
    outcomes = (
        SendAttempt.objects.filter(message_id=message_id).order_by("-id").values_list("outcome", flat=True)
    )
    count = 1
    for outcome in list(outcomes)[1:]:
        if outcome != AttemptOutcome.RETRY:
            break
        count += 1
    return count


def _close(attempt: SendAttempt) -> bool:
    """Finish the attempt unless somebody settled it meanwhile."""
    return bool(
        SendAttempt.objects.filter(pk=attempt.pk, finished_at=None).update(
            finished_at=timezone.now(),
            outcome=attempt.outcome,
            code=attempt.code,
            reason=attempt.reason,
            provider_id=attempt.provider_id,
        )
    )


def _accept(message: Message, answer: Accepted, is_ours: bool) -> None:
    """What was said of another try counts no longer, unless it was a delivery."""
    if not message.provider_id or (is_ours and message.provider_id != answer.provider_id):
        message.provider_id = _claim(message, answer.provider_id)
        message.status, message.failure, message.failure_reason = DeliveryStatus.SENDING, "", ""
        message.save(update_fields=["provider_id"])
    _learn_addresses(message, answer.addresses)
    receipts.apply(message, receipts.accepted(message, answer, timezone.now()))
    if message.provider_id:
        waiting.settle(message.channel, message.provider_id)


def _claim(message: Message, provider_id: str) -> str:
    """The provider's id for this message, taken over from its own echo if that was quicker."""
    held = Message.objects.filter(channel=message.channel, provider_id=provider_id).exclude(pk=message.pk)
    held.filter(direction=Direction.OUT, author=None, client_token="").delete()
    if held.exists():
        logger.error("message %s was accepted under the id of another message", message.pk)
        return ""
    return provider_id


def _learn_addresses(message: Message, addresses: tuple[str, ...]) -> None:
    """Providers name the recipient in their own form, which is how the answer will come."""
    identity = message.conversation.identity
    for address in addresses:
        add_address(Scope(identity.kind, identity.scope), identity, address, timezone.now())


def _settle(message: Message, attempt: SendAttempt, error: SendError) -> None:
    if message.status == DeliveryStatus.SENDING:
        _show_outcome(message, attempt, error)
    receipts.conclude(message, error.failure, error.reason, timezone.now())


def _show_outcome(message: Message, attempt: SendAttempt, error: SendError) -> None:
    """Only while nobody knows better: a receipt may have been quicker than the answer."""
    if attempt.outcome == AttemptOutcome.RETRY:
        _move(message, DeliveryStatus.QUEUED, error)
    elif attempt.outcome == AttemptOutcome.UNKNOWN:
        _move(message, DeliveryStatus.OUTCOME_UNKNOWN, error)
    else:
        _fail(message, error.failure, error.reason)


def _abandon(message: Message) -> None:
    """The process that was sending is gone; only the provider knows how far it came."""
    message.attempts.filter(finished_at=None).update(
        finished_at=timezone.now(), outcome=AttemptOutcome.UNKNOWN, reason=UNKNOWN
    )
    _move(message, DeliveryStatus.OUTCOME_UNKNOWN, OutcomeUnknown(UNKNOWN))


def _fail(message: Message, failure: Failure, reason: str) -> None:
    message.failure, message.failure_reason = failure, reason[:500]
    message.status = DeliveryStatus.FAILED
    _show(message)


def _move(message: Message, status: DeliveryStatus, error: SendError | None = None) -> None:
    message.status = status
    message.failure = error.failure if error else ""
    message.failure_reason = error.reason[:500] if error else ""
    _show(message)


def _show(message: Message) -> None:
    message.save(update_fields=["status", "failure", "failure_reason"])
    row.show_status(message)
    changes.announce(message.conversation_id, message.pk)


def _wait(attempt: SendAttempt, error: SendError) -> float:
    """Seconds: what the provider asked for, else doubling; jitter keeps a crowd from returning at once."""
    backoff = min(FIRST_WAIT * 2 ** min(_tried(attempt.message_id) - 1, 20), LONGEST_WAIT)
    asked = error.retry_after if isinstance(error, TemporaryFailure) else None
    wait = backoff if asked is None else asked
    return wait + random.uniform(0, wait / 4 + 0.5)  # noqa: S311  jitter needs no secrecy
