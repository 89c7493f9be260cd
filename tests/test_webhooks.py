"""The door: what is not proven stays out, what is proven is kept, and 200 means stored."""

import json

import pytest
from django.db import OperationalError

from channels_app.adapter import WebhookRequest
from conversations.models import Conversation, EventState, Message, WebhookEvent
from customers.models import Customer

from . import factories
from .signing import CREDENTIALS, sign

pytestmark = pytest.mark.django_db
PHONE = CREDENTIALS["whatsapp"]["phone_number_id"]


def text(wamid="wamid.1", body="Hello", **fields):
    return {
        "from": "447700900123",
        "id": wamid,
        "timestamp": "1786000000",
        "type": "text",
        "text": {"body": body},
        **fields,
    }


def envelope(*messages, **value):
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": PHONE}, **value}
    if messages:
        value["messages"] = list(messages)
    change = {"field": "messages", "value": value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "100200300400500", "changes": [change]}]}


def post(client, channel, body, **headers):
    """Post as the provider would: signed, unless the test gives a signature of its own."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    if "X-Hub-Signature-256" not in headers:
        request = WebhookRequest(method="POST", url=channel.webhook_url, body=raw)
        headers |= sign("whatsapp", request, channel.credentials).headers
    path = f"/webhooks/{channel.webhook_key}/"
    return client.post(path, raw, content_type="application/json", headers=headers)


@pytest.fixture
def channel():
    return factories.channel("whatsapp")


def test_signed_message_is_stored_and_answered(client, channel):
    answer = post(client, channel, envelope(text()))

    assert answer.status_code == 200
    assert WebhookEvent.objects.get().state == EventState.DONE
    assert Message.objects.get().text == "Hello"


def test_redelivered_webhook_changes_nothing(client, channel):
    for _ in range(3):
        assert post(client, channel, envelope(text())).status_code == 200

    assert (WebhookEvent.objects.count(), Message.objects.count()) == (1, 1)


def test_same_message_in_another_body_is_kept_as_a_duplicate(client, channel):
    post(client, channel, envelope(text()))
    post(client, channel, envelope(text(), extra="field"))

    assert Message.objects.count() == 1
    states = set(WebhookEvent.objects.values_list("state", flat=True))
    assert states == {EventState.DONE, EventState.DUPLICATE}


def test_unknown_key_is_not_found(client):
    assert client.post("/webhooks/nobody/", b"{}", content_type="application/json").status_code == 404


@pytest.mark.parametrize("signature", ["", "sha256=", "sha256=" + "0" * 64, "sha1=abc", "sha256=" + "é" * 64])
def test_forged_webhook_is_refused_counted_and_not_stored(client, channel, signature):
    answer = post(client, channel, envelope(text()), **{"X-Hub-Signature-256": signature})

    channel.refresh_from_db()
    assert answer.status_code == 403
    assert channel.rejected_webhooks == 1
    assert not WebhookEvent.objects.exists()


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"\xff\xfe", b"null", b"[]", b'"text"', b"1e400", b"[" * 50_000, b'{"entry": 5}', b"\x00"],
)
def test_signed_nonsense_is_kept_as_a_dead_letter(client, channel, body):
    assert post(client, channel, body).status_code == 200

    event = WebhookEvent.objects.get()
    assert event.state in (EventState.FAILED, EventState.IGNORED)
    assert bytes(event.body) == body
    assert event.error or event.state == EventState.IGNORED


def test_body_over_the_limit_is_refused(client, channel, settings):
    settings.WEBHOOK_BODY_LIMIT = 100

    assert post(client, channel, b"x" * 101).status_code == 413
    assert not WebhookEvent.objects.exists()


def test_poisonous_item_leaves_the_rest_of_the_batch_alive(client, channel, monkeypatch):
    from conversations import arrivals

    def record(event, *rest, real=arrivals.message_received):
        if event.text == "poison":
            Customer.objects.create(name="half-written")
            raise RuntimeError("boom")
        return real(event, *rest)

    monkeypatch.setattr(arrivals, "message_received", record)
    batch = [text(f"wamid.{number}", "poison" if number == 5 else "fine") for number in range(10)]
    assert post(client, channel, envelope(*batch)).status_code == 200

    assert Message.objects.count() == 9
    assert not Customer.objects.filter(name="half-written").exists()
    event = WebhookEvent.objects.get()
    assert (event.state, "boom" in event.error) == (EventState.FAILED, False)


def test_failed_event_can_be_replayed_and_replayed_again(client, channel, monkeypatch):
    from conversations import arrivals, processing

    with monkeypatch.context() as broken:
        broken.setattr(arrivals, "message_received", lambda *args: 1 / 0)
        post(client, channel, envelope(text()))
    event = WebhookEvent.objects.get()
    assert event.state == EventState.FAILED

    processing.process(event)
    assert event.state == EventState.DONE
    processing.process(event)
    assert event.state == EventState.DUPLICATE
    assert Message.objects.count() == 1


def test_adapter_bug_keeps_the_request(client, channel, monkeypatch):
    monkeypatch.setattr(type(channel.adapter), "parse", lambda *args: 1 / 0)

    assert post(client, channel, envelope(text())).status_code == 200
    assert WebhookEvent.objects.get().state == EventState.FAILED


def test_database_out_of_reach_asks_the_provider_to_come_back(client, channel, monkeypatch):
    from conversations import webhooks

    def away(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(webhooks, "_insert", away)
    answer = post(client, channel, envelope(text()))
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_database_lost_in_the_middle_stores_nothing(client, channel, monkeypatch):
    from conversations import ingest

    def away(*args):
        raise OperationalError("gone")

    monkeypatch.setattr(ingest, "record", away)
    assert post(client, channel, envelope(text())).status_code == 503
    assert not WebhookEvent.objects.exists()


def test_text_no_database_can_keep_is_stored_with_a_replacement(client, channel):
    raw = json.dumps(envelope(text(body="a\x00b"))).encode().replace(b"\\u0000", b"\\u0000\\ud800")
    assert post(client, channel, raw).status_code == 200

    assert Message.objects.get().text == "a\ufffd\ufffdb"


def test_handshake_answers_the_challenge_only_with_the_token(client, channel):
    path = f"/webhooks/{channel.webhook_key}/"
    query = {"hub.mode": "subscribe", "hub.challenge": "<b>1158</b>", "hub.verify_token": "wrong"}
    assert client.get(path, query).status_code == 403

    answer = client.get(path, query | {"hub.verify_token": channel.credentials["verify_token"]})
    assert (answer.status_code, answer.content) == (200, b"<b>1158</b>")
    assert answer["Content-Type"].startswith("text/plain")


def test_batch_of_one_customer_is_one_conversation(client, channel):
    post(client, channel, envelope(*(text(f"wamid.{number}") for number in range(10))))

    assert (Customer.objects.count(), Conversation.objects.count(), Message.objects.count()) == (1, 1, 10)


def test_webhook_needs_neither_session_nor_csrf_token(channel):
    from django.test import Client

    strict = Client(enforce_csrf_checks=True)
    answer = post(strict, channel, envelope(text()))
    assert answer.status_code == 200
    assert not answer.cookies
