"""What is known of a send when its answer, its receipts and a person's second try cross each other."""

import pytest
from django.utils import timezone

from channels_app.errors import ChannelBroken, Failure, OutcomeUnknown, PermanentFailure, TemporaryFailure
from channels_app.events import DeliveryStatus, StatusChanged
from channels_app.outbound import Accepted
from conversations import delivery, outbox
from conversations.models import Conversation, Message

from . import factories

pytestmark = pytest.mark.django_db
ADDRESS = "5500600700"


@pytest.fixture
def sent():
    return factories.sent(factories.conversation("telegram", address=ADDRESS), by=factories.agent())


def fresh(message):
    return Message.objects.get(pk=message.pk)


def begin(message):
    """The attempt as a worker holds it while it waits for the provider's answer."""
    return delivery._intend(message.pk)


def report(message, status, provider_id, **fields):
    """A receipt that names our reference, as Twilio's and WhatsApp's do."""
    item = StatusChanged(
        provider_id=provider_id, status=status, at=timezone.now(), reference=str(message.uid), **fields
    )
    factories.happened(message.channel, item)


def fail(message, provider_id):
    report(message, DeliveryStatus.FAILED, provider_id, failure=Failure.PERMANENT, reason="no luck")


@pytest.mark.parametrize("error", [OutcomeUnknown, PermanentFailure, TemporaryFailure, ChannelBroken])
def test_a_delivery_reported_before_the_answer_outlives_a_bad_answer(sent, error):
    attempt = begin(sent)
    report(sent, DeliveryStatus.DELIVERED, "P1")
    delivery._record(attempt, error("lost"))

    assert (fresh(sent).status, fresh(sent).failure_reason) == (DeliveryStatus.DELIVERED, "")


def test_an_answer_after_its_own_failure_receipt_does_not_hide_the_failure(sent):
    attempt = begin(sent)
    fail(sent, "P1")
    delivery._record(attempt, Accepted(provider_id="P1"))

    assert (fresh(sent).status, fresh(sent).failure_reason) == (DeliveryStatus.FAILED, "no luck")


def tried_again(message, first="P1"):
    """The first try was accepted and failed; the second waits for its answer."""
    delivery._record(begin(message), Accepted(provider_id=first))
    fail(message, first)
    assert outbox.retry(fresh(message), message.author)


def test_a_late_receipt_of_the_first_try_does_not_stand_for_the_second(sent):
    tried_again(sent)
    report(sent, DeliveryStatus.FAILED, "P1", code="other", failure=Failure.PERMANENT, reason="again")
    assert (fresh(sent).status, fresh(sent).provider_id) == (DeliveryStatus.QUEUED, "")

    delivery._record(begin(sent), Accepted(provider_id="P2"))
    fail(sent, "P2")
    assert (fresh(sent).provider_id, fresh(sent).status) == ("P2", DeliveryStatus.FAILED)


def test_a_second_failure_of_the_first_try_does_not_stain_the_second(sent):
    tried_again(sent)
    delivery._record(begin(sent), Accepted(provider_id="P2"))
    report(sent, DeliveryStatus.FAILED, "P1", code="other", failure=Failure.PERMANENT, reason="stain")

    assert (fresh(sent).status, fresh(sent).failure_reason) == (DeliveryStatus.ACCEPTED, "")


def test_a_failed_unknown_try_does_not_hide_that_the_second_was_accepted(sent):
    delivery._record(begin(sent), OutcomeUnknown("lost"))
    assert outbox.retry(fresh(sent), sent.author)
    attempt = begin(sent)
    fail(sent, "P1")
    delivery._record(attempt, Accepted(provider_id="P2"))

    assert (fresh(sent).provider_id, fresh(sent).status) == ("P2", DeliveryStatus.ACCEPTED)
    assert fresh(sent).failure_reason == ""


@pytest.mark.parametrize("error", [OutcomeUnknown, PermanentFailure, TemporaryFailure])
def test_a_late_failure_of_a_stalled_try_leaves_the_second_alone(sent, error):
    stalled = begin(sent)
    begin(sent)  # the next worker finds it cut off
    assert outbox.retry(fresh(sent), sent.author)
    begin(sent)
    delivery._record(stalled, error("no"))

    assert fresh(sent).status == DeliveryStatus.SENDING


def test_an_unknown_try_that_turns_out_delivered_is_not_sent_again(sent):
    delivery._record(begin(sent), OutcomeUnknown("lost"))
    assert outbox.retry(fresh(sent), sent.author)
    report(sent, DeliveryStatus.DELIVERED, "P1")

    assert begin(sent) is None
    assert fresh(sent).status == DeliveryStatus.DELIVERED


def test_the_list_shows_at_once_that_a_message_is_tried_again(sent):
    delivery._record(begin(sent), PermanentFailure("no"))
    outbox.retry(fresh(sent), sent.author)

    assert Conversation.objects.get().preview_status == DeliveryStatus.QUEUED
