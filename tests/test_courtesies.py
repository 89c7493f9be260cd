"""Small signs to the customer: given where the channel has them, and never in the way of a message."""

import json

import httpx2
import pytest

from channels_app import http
from channels_app.content import MessageKind
from channels_app.models import ChannelHealth
from conversations import actions
from jobs.models import Job

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(monkeypatch):
    """Every call to the provider as (path, JSON body); all are answered with success."""
    found = []

    def answer(request):
        found.append((request.url.path, json.loads(request.content)))
        return httpx2.Response(200, json={"ok": True, "result": True, "success": True})

    client = httpx2.Client(transport=httpx2.MockTransport(answer))
    monkeypatch.setattr(http, "client", lambda: client)
    return found


def test_reading_is_shown_to_the_customer_once(calls, run_jobs):
    conversation = factories.conversation("whatsapp", provider_id="wamid.1")
    assert actions.mark_read(conversation)
    assert not actions.mark_read(conversation)
    run_jobs()

    [(_, body)] = calls
    assert (body["status"], body["message_id"]) == ("read", "wamid.1")


def test_typing_is_shown_on_the_customers_phone(calls, run_jobs):
    actions.typing(factories.conversation("telegram", address="5500600700"))
    run_jobs()

    [(path, body)] = calls
    assert path.endswith("/sendChatAction")
    assert body["action"] == "typing"


def test_a_channel_without_typing_is_not_bothered(run_jobs):
    actions.typing(factories.conversation("twilio_sms"))

    assert not Job.objects.exists()


def test_a_tapped_button_stops_spinning(calls, run_jobs):
    channel = factories.channel("telegram")
    factories.received(
        channel, "Yes", address="5500600700", provider_id="callback:77", kind=MessageKind.CHOICE
    )
    run_jobs()

    [(path, body)] = calls
    assert path.endswith("/answerCallbackQuery")
    assert body["callback_query_id"] == "77"


def test_a_refused_sign_is_forgotten(monkeypatch, run_jobs):
    client = httpx2.Client(transport=httpx2.MockTransport(lambda request: httpx2.Response(500)))
    monkeypatch.setattr(http, "client", lambda: client)
    actions.mark_read(factories.conversation("whatsapp"))
    run_jobs()

    assert not Job.objects.exists()


def test_a_paused_channel_gives_no_signs(calls, run_jobs):
    conversation = factories.conversation("whatsapp")
    conversation.channel.record_health(ChannelHealth.BROKEN, "no token")
    actions.mark_read(conversation)
    run_jobs()

    assert calls == []


def test_typing_view_answers_nothing_and_is_guarded(client):
    conversation = factories.conversation("telegram")
    assert client.post(f"/inbox/{conversation.pk}/typing/").status_code == 302

    client.force_login(factories.agent())
    assert client.post(f"/inbox/{conversation.pk}/typing/").status_code == 204
    assert client.get(f"/inbox/{conversation.pk}/typing/").status_code == 405
