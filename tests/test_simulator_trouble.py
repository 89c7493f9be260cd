"""The provider's bad days: every switch does what it says, and the desk's promises hold."""

import httpx2
import pytest
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from channels_app import errors
from channels_app.content import MessageKind
from channels_app.outbound import Outbound, Recipient
from conversations.models import Message
from simulator import customer, deliver, receipts, switches
from simulator.models import Answer, MessageState, PhoneMessage, Switches, WireLine
from simulator.twilio import api as twilio_api

from .simulated import KINDS, Desk

pytestmark = pytest.mark.django_db
NORMAL_ANSWERS = [
    ("whatsapp", Answer.LIMIT, errors.TemporaryFailure),
    ("telegram", Answer.LIMIT, errors.TemporaryFailure),
    ("twilio_sms", Answer.LIMIT, errors.TemporaryFailure),
    ("twilio_whatsapp", Answer.LIMIT, errors.TemporaryFailure),
    ("whatsapp", Answer.ERROR, errors.TemporaryFailure),
    ("telegram", Answer.ERROR, errors.OutcomeUnknown),
    ("twilio_sms", Answer.ERROR, errors.OutcomeUnknown),
    ("whatsapp", Answer.REFUSE_WINDOW, errors.WindowClosed),
    ("twilio_whatsapp", Answer.REFUSE_WINDOW, errors.WindowClosed),
    ("whatsapp", Answer.REFUSE_STOPPED, errors.RecipientOptedOut),
    ("telegram", Answer.REFUSE_STOPPED, errors.RecipientUnreachable),
    ("twilio_sms", Answer.REFUSE_STOPPED, errors.RecipientOptedOut),
]


@pytest.fixture
def desk(monkeypatch, settings):
    return Desk(monkeypatch, settings)


def switch(channel, **fields):
    switches.of(channel)
    Switches.objects.filter(channel=channel).update(**fields)


def send(phone, text="Hello"):
    to = Recipient(addresses=(phone.address,))
    url = f"{phone.channel.webhook_url}?o=ours"
    message = Outbound(reference="ours", to=to, kind=MessageKind.TEXT, text=text, status_url=url)
    return phone.channel.adapter.send(message, phone.channel.config())


def texts(phone):
    return [row.text for row in phone.messages.filter(from_customer=False)]


@pytest.mark.parametrize(("kind", "answer", "error"), NORMAL_ANSWERS)
def test_a_switched_answer_means_what_the_adapter_reads(desk, kind, answer, error):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    switch(phone.channel, answer=answer)

    with pytest.raises(error):
        send(phone)

    assert texts(phone) == []


@pytest.mark.parametrize("kind", KINDS)
def test_a_limit_says_how_long_to_wait(desk, kind):
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    switch(phone.channel, answer=Answer.LIMIT)

    with pytest.raises(errors.TemporaryFailure) as refused:
        send(phone)

    assert refused.value.retry_after == switches.LIMIT_WAIT


@pytest.mark.parametrize("kind", KINDS)
def test_a_hanging_provider_has_taken_the_message(desk, kind, monkeypatch):
    waited = []
    monkeypatch.setattr(switches, "pause", waited.append)
    phone = desk.phone(kind)
    customer.write(phone, "Hi")
    switch(phone.channel, answer=Answer.HANG)

    send(phone)

    assert (texts(phone), waited) == (["Hello"], [switches.HANG])


def test_with_too_many_hanging_a_gateway_gives_up(desk, monkeypatch):
    phone = desk.phone("whatsapp")
    switch(phone.channel, answer=Answer.HANG)
    monkeypatch.setattr(switches, "_slots", switches.BoundedSemaphore(1))
    switches._slots.acquire()

    with pytest.raises(errors.OutcomeUnknown):
        send(phone)

    assert texts(phone) == ["Hello"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_webhook_delivered_twice_is_one_message(desk, kind):
    phone = desk.phone(kind)
    switch(phone.channel, twice=True)

    customer.write(phone, "Hi")
    desk.run()

    assert len(desk.posted) == 2
    assert Message.objects.filter(direction="in").count() == 1


def test_lost_receipts_are_lost_on_the_wire_only(desk):
    phone = desk.phone("whatsapp")
    customer.write(phone, "Hi")
    switch(phone.channel, lose_receipts=True)

    send(phone)
    desk.run()

    assert [webhook.label for webhook in desk.posted] == ["message text"]
    assert phone.messages.last().state == MessageState.DELIVERED
    assert WireLine.objects.filter(note="lost").count() == 2


def test_late_receipts_wait(desk):
    phone = desk.phone("whatsapp")
    customer.write(phone, "Hi")
    desk.run()
    switch(phone.channel, delay=3600)

    send(phone)
    desk.run(until=desk.courier.now + 60)
    early = len(desk.posted)
    desk.run()

    assert (early, len(desk.posted)) == (1, 3)


def test_shuffled_webhooks_all_arrive(desk):
    phone = desk.phone("telegram")
    switch(phone.channel, shuffle=True)

    for number in range(5):
        customer.write(phone, f"text {number}")
    desk.run()

    said = set(Message.objects.filter(direction="in").values_list("text", flat=True))
    assert said == {f"text {number}" for number in range(5)}


def test_a_shuffled_webhook_that_is_refused_comes_again(desk):
    phone = desk.phone("telegram")
    switch(phone.channel, shuffle=True)
    desk.answers = [500]

    customer.write(phone, "Hi")
    desk.run()

    assert Message.objects.get(direction="in").text == "Hi"


def test_what_was_overtaken_is_not_reported(desk):
    phone = desk.phone("whatsapp")
    customer.write(phone, "Hi")
    send(phone)
    message = phone.messages.last()

    receipts.report(message.pk, MessageState.READ)
    desk.run()

    assert [webhook.label for webhook in desk.posted if webhook.receipt] == ["status read"]


def test_a_refused_webhook_comes_again(desk):
    phone = desk.phone("whatsapp")
    desk.answers = [503, 0, 500]

    said = customer.write(phone, "Hi")
    desk.run()

    said.refresh_from_db()
    assert said.state == MessageState.ARRIVED
    assert [line.status for line in WireLine.objects.order_by("id")] == [503, 0, 500, 200]


def test_a_message_nobody_takes_is_given_up_and_shown_so(desk):
    phone = desk.phone("twilio_sms")
    desk.answers = [500] * 20

    said = customer.write(phone, "Hi")
    desk.run()

    said.refresh_from_db()
    assert said.state == MessageState.FAILED
    assert len(desk.answers) == 20 - 1 - len(deliver.RETRIES["twilio_sms"])


def test_a_failing_update_holds_back_the_rest_of_its_chat(desk):
    phone = desk.phone("telegram")
    desk.answers = [500, 500]

    customer.write(phone, "first")
    customer.write(phone, "second")
    desk.run()

    assert list(Message.objects.order_by("id").values_list("text", flat=True)) == ["first", "second"]


def test_repeats_carry_the_same_idempotency_token(desk):
    phone = desk.phone("twilio_sms")
    switch(phone.channel, twice=True)

    customer.write(phone, "Hi")
    desk.run()

    assert len({webhook.headers["I-Twilio-Idempotency-Token"] for webhook in desk.posted}) == 1


def test_nothing_is_posted_outside_the_desk(monkeypatch, settings):
    settings.PUBLIC_URL = "http://desk.test"
    asked = []
    monkeypatch.setattr(httpx2, "post", lambda *args, **options: asked.append(args))
    webhook = deliver.Webhook(
        channel=None, url="http://desk.test.evil.example/", headers={}, body=b"", label=""
    )

    assert deliver.post(webhook) == 0
    assert asked == []


def test_the_wire_log_keeps_the_last_lines_and_no_token(desk):
    phone = desk.phone("telegram")
    for number in range(105):
        customer.write(phone, f"text {number}")
    send(phone)
    desk.run()
    for _ in range(100):
        send(phone)

    assert WireLine.objects.count() <= 200
    assert not WireLine.objects.filter(line__contains=phone.channel.credentials["token"]).exists()


def test_a_media_ticket_is_not_guessable(client):
    assert client.get("/simulator/twilio/storage/made-up").status_code == 403
    assert twilio_api.STORAGE_SECONDS <= 600


def test_the_simulator_refuses_production(settings):
    settings.PRODUCTION = True

    with pytest.raises(ImproperlyConfigured):
        apps.get_app_config("simulator").ready()


def test_a_phone_message_is_never_shown_before_it_arrived(desk):
    phone = desk.phone("whatsapp", blocked=True)
    send(phone)
    desk.run()

    assert PhoneMessage.objects.get().state in (MessageState.SENT, MessageState.FAILED)
