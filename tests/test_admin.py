"""History for supervisors: readable, complete, escaped, fast, and not to be changed."""

import html
import json
import re
from io import StringIO

import pytest
from django.contrib import admin
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.models import Role
from channels_app import review
from conversations import processing, transcript
from conversations.models import Conversation, EventState, Message, WebhookEvent
from conversations.replay import replay
from customers.models import Customer, Identity
from tests import factories
from tests.recordings import recorded, webhook_request
from tests.signing import CREDENTIALS

pytestmark = pytest.mark.django_db
REVIEWED = [model for model, page in admin.site._registry.items() if isinstance(page, review.ReviewAdmin)]


@pytest.fixture
def browser(client):
    client.force_login(factories.agent("mira@desk.example", Role.SUPERVISOR))
    return client


@pytest.fixture
def conversation():
    """A conversation of some length, with a reply and a note of its agent."""
    found = factories.conversation()
    agent = factories.agent()
    factories.sent(found, "Good day", agent)
    return found


def address(row, what="change"):
    name = f"admin:{row._meta.app_label}_{row._meta.model_name}_{what}"
    return reverse(name, args=[row.pk] if what == "change" else [])


def text(response):
    assert response.status_code == 200
    return html.unescape(response.content.decode())


def stored(name="text", **fields):
    """A recorded WhatsApp webhook as it was kept, not understood yet."""
    request = webhook_request(recorded("whatsapp", "receive", name))
    channel = fields.pop("channel", None) or factories.channel()
    return factories.webhook_event(channel, request.body, **fields)


@pytest.mark.parametrize("model", REVIEWED, ids=lambda model: model.__name__)
def test_supervisors_read_every_list_and_write_none(browser, conversation, model):
    stored()
    row = model.objects.first()
    pages = [address(model, "changelist"), *([address(row)] if row else [])]

    assert [browser.get(page).status_code for page in pages] == [200] * len(pages)
    assert browser.get(address(model, "add")).status_code == 403
    assert row is None or browser.post(address(row), {}).status_code == 403


def test_agents_read_none_of_it(client, conversation):
    client.force_login(factories.agent())

    assert client.get(address(conversation)).status_code == 302
    assert client.get(address(conversation), follow=True).status_code == 403


def test_supervisors_see_teams_and_administrators_arrange_them(browser):
    team = factories.team()

    assert browser.get(address(team)).status_code == 200
    assert browser.post(address(team), {"name": "Mine"}).status_code == 403
    browser.force_login(factories.agent(role=Role.ADMINISTRATOR))
    browser.post(address(team), {"name": "Returns"})
    team.refresh_from_db()
    assert team.name == "Returns"


def test_a_transcript_shows_who_said_what(browser, conversation):
    page = text(browser.get(address(conversation)))

    assert page.index("Hello") < page.index("Good day")


def test_what_customers_write_is_text_and_nothing_else(browser):
    found = factories.conversation(text="<script>alert(1)</script>", name="<b>Eve</b>")
    message = found.messages.get()

    pages = [browser.get(address(row)) for row in (found, message, found.customer)]

    raw = "".join(page.content.decode() for page in pages)
    assert "<script>alert" not in raw
    assert "<b>Eve" not in raw
    assert "&lt;script&gt;alert(1)" in raw


def test_a_long_transcript_is_read_in_stretches(browser, conversation, monkeypatch):
    monkeypatch.setattr(transcript, "STRETCH", 2)
    for number in range(5):
        factories.received(conversation.channel, f"Line {number}")
    Message.objects.filter(text__in=["Line 1", "Line 2", "Line 3"]).update(sent_at=timezone.now())

    seen, before = [], ""
    for _ in range(4):
        found = transcript.of(str(conversation.pk), before)
        seen = [line.message.pk for line in found.lines] + seen
        before = str(found.older)

    newest = Message.objects.filter(conversation=conversation).order_by("sent_at", "pk")
    assert seen == list(newest.values_list("pk", flat=True))
    assert f"?before={transcript.of(str(conversation.pk)).older}" in text(browser.get(address(conversation)))


@pytest.mark.parametrize("before", ["x", "-1", "99999999999999999999", "٣"])
def test_a_nonsense_place_in_a_transcript_shows_the_newest(browser, conversation, before):
    assert "Good day" in text(browser.get(address(conversation), {"before": before}))


def test_a_message_shows_the_proof_of_its_sending(browser, conversation):
    message = conversation.messages.get(direction="out")
    decision = message.decisions.create(verdict="refuse", reasons=["window_closed"])
    message.attempts.create(decision=decision, outcome="unknown", reason="The line went dead.")
    message.receipts.create(status="delivered", at=timezone.now(), provider_id="wamid.proof")

    page = text(browser.get(address(message)))

    assert [
        word for word in ("window_closed", "The line went dead.", "wamid.proof") if word not in page
    ] == []


def test_a_customer_shows_all_addresses(browser, conversation):
    page = text(browser.get(address(conversation.customer)))

    assert factories.CUSTOMER in page


@pytest.mark.parametrize(
    ("typed", "found"), [("+49 1515", 1), ("491515550101", 1), ("5550101", 0), ("Hello", 0)]
)
def test_a_phone_number_is_found_by_its_beginning(browser, conversation, typed, found):
    Identity.objects.update(phone=factories.CUSTOMER)
    for model in (Customer, Conversation):
        page = text(browser.get(address(model, "changelist"), {"q": typed}))
        assert f"{found} result" in page


def test_a_number_is_found_exactly(browser, conversation):
    for row in (conversation, conversation.customer, conversation.messages.first()):
        assert "1 result" in text(browser.get(address(type(row), "changelist"), {"q": row.pk}))


def test_a_message_is_found_by_the_providers_id(browser):
    message = factories.received(factories.channel(), provider_id="wamid.ABC=")

    assert "1 result" in text(browser.get(address(Message, "changelist"), {"q": "wamid.ABC="}))
    assert address(message)


@pytest.mark.parametrize("model", [Conversation, Message, Customer, WebhookEvent], ids=lambda m: m.__name__)
def test_a_list_costs_the_same_however_long(browser, model):
    costs = []
    for number in range(8):
        made = factories.conversation(channel=factories.channel(), address=f"+49151555{number:04}")
        factories.sent(made, by=factories.agent())
        if number % 4 == 3:
            with CaptureQueriesContext(connection) as asked:
                browser.get(address(model, "changelist"))
            costs.append(len(asked))

    assert costs[0] == costs[1], "\n".join(query["sql"] for query in asked)
    assert not any("COUNT(" in query["sql"].upper() for query in asked)


def test_a_raw_body_is_readable_and_harmless(browser):
    event = stored()
    form = factories.webhook_event(event.channel, b"Body=<script>&From=%2B49")
    broken = factories.webhook_event(event.channel, b'{"text": "\\ud83d"}\xff')

    assert '\n  "object": "whatsapp_business_account"' in text(browser.get(address(event)))
    assert "&lt;script&gt;&amp;From" in browser.get(address(form)).content.decode()
    assert browser.get(address(broken)).status_code == 200


def test_half_a_surrogate_pair_in_a_body_does_not_break_its_page(browser):
    event = factories.webhook_event(factories.channel(), b'{"text": "\\ud83d"}')

    assert '"text": "?"' in text(browser.get(address(event)))


def test_neither_webhook_key_nor_secret_headers_are_shown(browser):
    secret = CREDENTIALS["telegram"]["secret_token"]
    channel = factories.channel("telegram")
    event = factories.webhook_event(channel, headers={"X-Telegram-Bot-Api-Secret-Token": secret})

    page = text(browser.get(address(event)))

    assert "X-Telegram-Bot-Api-Secret-Token" in page
    assert secret not in page
    assert channel.webhook_key not in page


def failed():
    """A good webhook event that a mistake of ours has let fail."""
    event = stored()
    WebhookEvent.objects.filter(pk=event.pk).update(state=EventState.FAILED)
    return event


def test_supervisors_replay_what_failed(browser):
    event = failed()
    form = {"action": "replay", "_selected_action": [event.pk]}

    page = browser.post(address(WebhookEvent, "changelist"), form, follow=True)

    event.refresh_from_db()
    assert event.state == EventState.DONE
    assert "1 done" in text(page)
    assert Message.objects.count() == 1


def test_too_many_at_once_are_left_to_the_command_line(browser, monkeypatch):
    monkeypatch.setattr("conversations.admin.webhooks.MOST_REPLAYED", 1)
    events = [failed(), failed()]
    form = {"action": "replay", "_selected_action": [event.pk for event in events]}

    page = browser.post(address(WebhookEvent, "changelist"), form, follow=True)

    assert "replay_webhooks" in text(page)
    assert Message.objects.count() == 0


def test_replaying_what_was_done_changes_nothing():
    event = stored()

    assert replay([event.pk]) == {"done": 1}
    assert replay([event.pk, event.pk, 10**9]) == {"duplicate": 1}
    assert Message.objects.count() == 1


def test_one_poisonous_event_does_not_stop_the_others(monkeypatch):
    bad = factories.webhook_event(factories.channel(), b"no json")
    good = stored(channel=bad.channel)

    assert replay([bad.pk, good.pk]) == {"failed": 1, "done": 1}


def test_an_outage_undoes_only_the_event_it_hit(monkeypatch):
    first, second = stored(), stored("status_read")
    real = processing.process

    def outage(event):
        if event.pk == second.pk:
            event.channel.webhook_events.filter(pk=event.pk).update(error="half done")
            raise ConnectionError
        real(event)

    monkeypatch.setattr(processing, "process", outage)
    with pytest.raises(ConnectionError):
        replay([first.pk, second.pk])

    assert list(WebhookEvent.objects.order_by("pk").values_list("state", "error")) == [
        ("done", ""), ("received", ""),
    ]  # fmt: skip


def command(*arguments):
    out = StringIO()
    call_command("replay_webhooks", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_replays_what_matches_every_condition():
    event, other = failed(), failed()
    old = failed()
    WebhookEvent.objects.filter(pk=old.pk).update(received_at="2020-01-01T00:00:00Z")

    said = command("--state", "failed", "--channel", str(event.channel_id), "--since", "2021-01-01")

    assert said == "done: 1\n"
    assert set(WebhookEvent.objects.filter(state="failed")) == {other, old}


def test_the_command_replays_the_ones_named():
    first, second = failed(), failed()

    assert command("--id", str(first.pk), "--id", str(second.pk)) == "done: 2\n"
    assert command("--state", "failed") == "No webhook event matches.\n"


@pytest.mark.parametrize("arguments", [[], ["--since", "yesterday"], ["--state", "pigeon"]])
def test_the_command_does_nothing_without_a_clear_condition(arguments):
    event = failed()

    with pytest.raises(CommandError):
        command(*arguments)

    event.refresh_from_db()
    assert event.state == EventState.FAILED


def test_a_filtered_list_is_counted_to_a_limit(monkeypatch):
    monkeypatch.setattr("jobs.admin.MOST_COUNTED", 3)
    for number in range(5):
        factories.received(factories.channel(), address=f"+4915155501{number:02}")

    some = review.EstimatingPaginator(Message.objects.filter(direction="in").order_by("pk"), 2)

    assert (some.count, some.num_pages) == (3, 2)


@pytest.mark.skipif(connection.vendor != "postgresql", reason="other databases keep no estimate")
def test_a_whole_table_is_estimated(monkeypatch):
    monkeypatch.setattr(review, "MOST_COUNTED", 3)
    for number in range(5):
        factories.received(factories.channel(), address=f"+4915155501{number:02}")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE conversations_message")

    whole = review.EstimatingPaginator(Message.objects.order_by("-pk"), 2)
    monkeypatch.setattr("jobs.admin.MOST_COUNTED", 1)

    assert whole.count == 5
    assert review.EstimatingPaginator(Message.objects.filter(direction="in").order_by("pk"), 2).count == 1


def test_nobody_turns_to_the_last_page_of_a_big_table(monkeypatch):
    monkeypatch.setattr(review, "MOST_PAGES", 2)
    for number in range(5):
        factories.received(factories.channel(), address=f"+4915155501{number:02}")

    assert review.EstimatingPaginator(Message.objects.order_by("-pk"), 1).num_pages == 2


def test_the_admin_keeps_our_content_policy(browser, conversation):
    stored()
    for row in (conversation, conversation.messages.first(), WebhookEvent.objects.first()):
        page = browser.get(address(row))
        raw = page.content.decode()
        assert "script-src 'self'" in page["Content-Security-Policy"]
        inline = [tag for tag in re.findall(r"<script[^>]*>", raw) if "src=" not in tag and "json" not in tag]
        assert inline == []
        assert not re.search(r"<style|\sstyle=|\son(click|load|change)=", raw)


def test_json_of_any_depth_is_shown(browser):
    body = json.dumps([[[{"deep": "er"}]]]).encode() + b" "

    assert '"deep": "er"' in text(browser.get(address(factories.webhook_event(factories.channel(), body))))
