"""What agents send: visible at once, sent once, in order, with one honest state."""

from datetime import timedelta

import httpx2
import pytest
from django.utils import timezone

from channels_app.events import DeliveryStatus, StatusChanged
from channels_app.models import ChannelHealth
from conversations import delivery, outbox
from conversations.drafts import Draft
from conversations.models import (
    AttemptOutcome,
    Conversation,
    ConversationStatus,
    Message,
    SendAttempt,
    SendDecision,
    Verdict,
)
from customers import suppressions
from jobs.models import Job

from . import factories, wire

pytestmark = pytest.mark.django_db
LATER = timedelta(hours=2)


@pytest.fixture
def telegram(monkeypatch):
    return wire.install(monkeypatch)


@pytest.fixture
def conversation():
    return factories.conversation("telegram", address="5500600700")


def fresh(message):
    return Message.objects.get(pk=message.pk)


def drain_all(run_jobs):
    return run_jobs(until=timezone.now() + LATER)


def test_reply_is_visible_at_once_and_ends_the_waiting(conversation):
    sent = factories.sent(conversation, "On my way")

    conversation.refresh_from_db()
    assert fresh(sent).status == DeliveryStatus.QUEUED
    assert (conversation.preview, conversation.unread_count) == ("On my way", 0)
    assert conversation.waiting_since is None


def test_accepted_reply_has_provider_id_attempt_and_decision(telegram, conversation, run_jobs):
    sent = factories.sent(conversation, "On my way")
    run_jobs()

    assert fresh(sent).status == DeliveryStatus.ACCEPTED
    assert fresh(sent).provider_id == "5500600700:501"
    attempt = SendAttempt.objects.get()
    assert (attempt.outcome, attempt.decision.verdict) == (AttemptOutcome.ACCEPTED, Verdict.ALLOW)
    assert telegram.texts == ["On my way"]


def test_repeated_click_is_one_message(telegram, conversation, run_jobs):
    lena = factories.agent()
    first = outbox.queue(conversation, Draft(text="Once"), lena, "token-1")
    again = outbox.queue(conversation, Draft(text="Once"), lena, "token-1")
    run_jobs()

    assert [m.pk for m in first] == [m.pk for m in again]
    assert telegram.texts == ["Once"]


def test_long_text_leaves_in_order_as_parts(telegram, conversation, run_jobs):
    words = " ".join(f"word{number}" for number in range(1500))
    outbox.queue(conversation, Draft(text=words), None, "t")
    run_jobs()

    assert len(telegram.texts) == 4
    assert " ".join(telegram.texts) == words


def test_order_holds_when_the_first_has_to_wait(telegram, conversation, run_jobs):
    telegram.script = [wire.refuse(429, "Too Many Requests: retry after 7", retry_after=7)]
    for text in ("one", "two", "three"):
        factories.sent(conversation, text)
    drain_all(run_jobs)

    assert telegram.texts == ["one", "one", "two", "three"]


def test_provider_asking_for_patience_is_given_it(telegram, conversation, run_jobs):
    telegram.script = [wire.refuse(429, "Too Many Requests: retry after 7", retry_after=7)]
    sent = factories.sent(conversation)
    before = timezone.now()
    run_jobs()

    assert fresh(sent).status == DeliveryStatus.QUEUED
    assert Job.objects.get().run_at >= before + timedelta(seconds=7)
    assert "429" not in fresh(sent).failure_reason


def test_a_provider_that_never_recovers_ends_in_failed(telegram, conversation, run_jobs):
    telegram.script = [httpx2.ConnectError("refused")] * 50
    sent = factories.sent(conversation)
    drain_all(run_jobs)

    assert fresh(sent).status == DeliveryStatus.FAILED
    assert SendAttempt.objects.count() == delivery.MOST_ATTEMPTS


def test_lost_answer_is_unknown_and_never_sent_again(telegram, conversation, run_jobs):
    telegram.script = [httpx2.ReadTimeout("slow")]
    sent = factories.sent(conversation)
    drain_all(run_jobs)

    assert fresh(sent).status == DeliveryStatus.OUTCOME_UNKNOWN
    assert len(telegram.texts) == 1


def test_sending_cut_off_by_a_dead_worker_becomes_unknown(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    attempt = delivery._intend(sent.pk)
    assert fresh(sent).status == DeliveryStatus.SENDING
    run_jobs()

    assert fresh(sent).status == DeliveryStatus.OUTCOME_UNKNOWN
    assert SendAttempt.objects.get(pk=attempt.pk).outcome == AttemptOutcome.UNKNOWN
    assert telegram.texts == []


def test_late_answer_of_a_stalled_worker_is_still_a_fact(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    attempt = delivery._intend(sent.pk)
    run_jobs()
    delivery._record(attempt, delivery._call(attempt))

    assert fresh(sent).status == DeliveryStatus.ACCEPTED
    assert fresh(sent).provider_id


def test_late_failure_of_a_stalled_worker_does_not_overrule_a_person(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    attempt = delivery._intend(sent.pk)
    run_jobs()
    outbox.mark_as_sent(fresh(sent), factories.agent())
    telegram.script = [wire.refuse(400, "Bad Request: chat not found")]
    delivery._record(attempt, delivery._call(attempt))

    assert fresh(sent).status == DeliveryStatus.ACCEPTED


def test_refused_message_fails_with_a_reason_and_may_be_tried_again(telegram, conversation, run_jobs):
    telegram.script = [wire.refuse(400, "Bad Request: message text is empty")]
    sent = factories.sent(conversation, "hm")
    run_jobs()
    assert fresh(sent).status == DeliveryStatus.FAILED
    assert fresh(sent).failure_reason

    assert outbox.retry(fresh(sent), factories.agent())
    run_jobs()
    assert (fresh(sent).status, fresh(sent).failure_reason) == (DeliveryStatus.ACCEPTED, "")


def test_failure_receipt_of_an_earlier_try_does_not_stain_the_next(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    run_jobs()
    failed = StatusChanged(
        provider_id=fresh(sent).provider_id, status=DeliveryStatus.FAILED, at=timezone.now(), reason="no"
    )
    factories.happened(conversation.channel, failed)
    assert outbox.retry(fresh(sent), factories.agent())
    run_jobs()

    assert fresh(sent).status == DeliveryStatus.ACCEPTED


def test_revoked_token_pauses_the_channel_and_keeps_the_messages(telegram, conversation, run_jobs):
    telegram.script = [wire.refuse(401, "Unauthorized")]
    sent = [factories.sent(conversation, text) for text in ("one", "two")]
    run_jobs()
    conversation.channel.refresh_from_db()
    assert conversation.channel.health == ChannelHealth.BROKEN
    assert {fresh(m).status for m in sent} == {DeliveryStatus.QUEUED}

    conversation.channel.record_health(ChannelHealth.WORKING, "mended")
    outbox.resume(conversation.channel)
    run_jobs()
    assert telegram.texts == ["one", "one", "two"]


def test_withdrawal_between_queue_and_claim_stops_the_send(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    suppressions.suppress(conversation.identity, "all", timezone.now())
    run_jobs()

    assert fresh(sent).status == DeliveryStatus.FAILED
    assert SendDecision.objects.get().reasons == ["opted_out"]
    assert telegram.texts == []


def test_broken_gate_refuses(telegram, conversation, run_jobs, monkeypatch):
    sent = factories.sent(conversation)

    def broken(question):
        raise RuntimeError

    monkeypatch.setattr("conversations.policy.RULES", (broken,))
    run_jobs()
    assert fresh(sent).status == DeliveryStatus.FAILED
    assert telegram.texts == []


def test_closed_window_refuses_before_anything_is_queued():
    conversation = factories.conversation("whatsapp", minutes_ago=60 * 25)

    with pytest.raises(outbox.CannotSend) as refusal:
        factories.sent(conversation)
    assert refusal.value.code == "window_closed"
    assert not Message.objects.filter(direction="out").exists()


def test_cancelled_before_the_claim_is_not_sent(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)

    assert outbox.cancel(sent, factories.agent())
    run_jobs()
    assert fresh(sent).status == DeliveryStatus.CANCELLED
    assert telegram.texts == []
    assert not outbox.cancel(fresh(sent), factories.agent())


def test_note_never_leaves(telegram, conversation, run_jobs):
    outbox.note(conversation, "for the team", factories.agent(), "t")
    run_jobs()

    assert telegram.texts == []
    assert not SendAttempt.objects.exists()


def test_receipt_that_arrived_before_the_answer_is_applied_after_it(telegram, conversation, run_jobs):
    sent = factories.sent(conversation)
    early = StatusChanged(provider_id="5500600700:501", status=DeliveryStatus.READ, at=timezone.now())
    from conversations import ingest, waiting

    event = factories.webhook_event(conversation.channel)
    ingest.record(early, event)
    delivery.deliver.call(sent.pk)
    assert waiting.reprocess.name in set(Job.objects.values_list("task", flat=True))


def test_writing_to_a_resolved_conversation_opens_it(conversation):
    Conversation.objects.update(status=ConversationStatus.RESOLVED, resolved_at=timezone.now())
    factories.sent(Conversation.objects.get())

    assert Conversation.objects.get().status == ConversationStatus.OPEN


def test_echo_that_was_quicker_than_the_answer_is_the_same_message(telegram, conversation, run_jobs):
    sent = factories.sent(conversation, "On my way")
    address = conversation.identity.address
    factories.received(
        conversation.channel, "On my way", address=address, provider_id="5500600700:501", outgoing=True
    )
    run_jobs()

    assert fresh(sent).provider_id == "5500600700:501"
    assert conversation.messages.filter(direction="out").count() == 1


def test_an_id_that_belongs_to_a_customers_message_is_left_to_it(telegram, conversation, run_jobs):
    factories.received(conversation.channel, address="5500600700", provider_id="5500600700:501")
    sent = factories.sent(conversation)
    run_jobs()

    assert (fresh(sent).status, fresh(sent).provider_id) == (DeliveryStatus.ACCEPTED, "")
