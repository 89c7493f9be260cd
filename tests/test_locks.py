"""Two transactions over the same rows get along. Only PostgreSQL has locks on rows."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from threading import Barrier, BrokenBarrierError

import pytest
from django.db import connection, transaction
from django.utils import timezone

from channels_app.adapter import WebhookRequest
from channels_app.events import DeliveryStatus, MessageReceived, Party, ReadByCustomer, StatusChanged
from conversations import processing, receipts, replay, webhooks
from conversations.models import Conversation, Message, WebhookEvent
from customers.identify import Scope

from . import factories

pytestmark = pytest.mark.django_db(transaction=True)
ADA = Party(addresses=("1",))


@pytest.fixture(autouse=True)
def row_locks(db):
    if connection.vendor != "postgresql":
        pytest.skip("needs locks on rows")


@pytest.fixture
def channel():
    return factories.channel("telegram")


@pytest.fixture
def sent(channel):
    with transaction.atomic():
        sent = factories.sent(factories.conversation(channel=channel, sender=ADA))
    Message.objects.filter(pk=sent.pk).update(provider_id="o1", status=DeliveryStatus.ACCEPTED)
    return sent


def meanwhile(*works):
    """Do these at the same time, each on a connection of its own that waits no longer than 5 seconds."""

    def one(work):
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '5s'")
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(one, works))


def quote(channel):
    """Ada answers our message."""
    item = MessageReceived(provider_id="i1", sender=ADA, at=timezone.now(), text="yes", reply_to="o1")

    def arrive():
        with transaction.atomic():
            return factories.happened(channel, item)

    return arrive


def test_a_message_may_be_quoted_while_its_receipt_is_kept(channel, sent):
    item = StatusChanged(provider_id="o1", status=DeliveryStatus.READ, at=timezone.now())
    with transaction.atomic():
        receipts._find(item, channel)
        meanwhile(quote(channel))

    assert Message.objects.get(provider_id="i1").reply_to_id == sent.pk


def test_messages_arrive_while_a_webhook_event_is_replayed(channel, sent, monkeypatch):
    event = factories.webhook_event(channel)
    monkeypatch.setattr(processing, "process", lambda event: meanwhile(quote(channel)))
    replay.replay([event.pk])

    assert Message.objects.filter(provider_id="i1").exists()


def test_a_read_mark_locks_messages_and_not_their_conversation(channel, sent, monkeypatch):
    monkeypatch.setattr(receipts, "apply", lambda *arguments: meanwhile(quote(channel)))
    with transaction.atomic():
        reading = ReadByCustomer(sender=ADA, at=timezone.now())
        receipts.read_up_to(reading, channel, Scope(channel.kind, channel.scope))

    assert Message.objects.filter(provider_id="i1").exists()


def test_batches_that_block_each_other_are_both_kept(channel, monkeypatch):
    with transaction.atomic():
        first, second = (factories.conversation(channel=channel, address=address) for address in "12")
    orders = {b"1": (first, second), b"2": (second, first)}
    both_have_one = Barrier(2, timeout=5)

    def process(event):
        for conversation in orders[bytes(event.body)]:
            Conversation.objects.filter(pk=conversation.pk).update(preview=event.pk)
            with suppress(BrokenBarrierError):
                both_have_one.wait()
            both_have_one.abort()  # the second time round nobody waits

    monkeypatch.setattr(processing, "process", process)
    before = WebhookEvent.objects.count()
    works = [
        lambda body=body: webhooks.keep(channel, WebhookRequest(method="POST", url="", body=body))
        for body in orders
    ]
    meanwhile(*works)

    assert WebhookEvent.objects.count() == before + 2
