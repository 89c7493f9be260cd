"""The agents' pages: what they show, what they let through, what they keep from whom."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from channels_app.events import ConsentAction, ConsentChanged, DeliveryStatus, Party
from conversations import actions
from conversations.models import Conversation, Direction, Message
from inbox import lists
from jobs.models import Job

from . import factories

pytestmark = pytest.mark.django_db
TOKEN = "0123456789abcdef"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def agent():
    return factories.agent("lucas@desk.example", name="Lucas Brandt")


@pytest.fixture
def desk(client, agent):
    client.force_login(agent)
    return client


@pytest.fixture
def talk():
    return factories.conversation(text="Where is my parcel?", name="Mira")


def text_of(response):
    return response.content.decode()


def post(desk, name, *args, **data):
    return desk.post(reverse(name, args=args), data, headers=HTMX)


def queries_of(desk, address):
    desk.get(address)
    with CaptureQueriesContext(connection) as captured:
        assert desk.get(address, headers=HTMX).status_code == 200
    return len(captured)


def closed_window(**fields):
    return factories.conversation(minutes_ago=60 * 25, **fields)


# Who may see what


EVERY_URL = [
    ("get", name) for name in ("conversation", "thread", "messages", "stream", "assignees", "templates")
] + [("post", name) for name in ("reply", "note", "assign", "resolve", "reopen", "read")]


@pytest.mark.parametrize(("method", "name"), EVERY_URL)
def test_another_teams_conversation_does_not_exist(desk, talk, method, name):
    Conversation.objects.filter(pk=talk.pk).update(team=factories.team())

    response = getattr(desk, method)(reverse(name, args=[talk.pk]), {"text": "x", "token": TOKEN})

    assert response.status_code == 404
    assert Message.objects.count() == 1


@pytest.mark.parametrize("name", ["retry", "mark_sent", "cancel"])
def test_another_teams_message_cannot_be_decided_on(desk, talk, name):
    message = factories.sent(talk)
    Conversation.objects.filter(pk=talk.pk).update(team=factories.team())

    assert post(desk, name, message.pk).status_code == 404
    message.refresh_from_db()
    assert message.status == DeliveryStatus.QUEUED


def test_another_teams_conversation_is_in_no_list_and_no_count(desk, agent, talk):
    Conversation.objects.filter(pk=talk.pk).update(team=factories.team())

    assert "Mira" not in text_of(desk.get(reverse("inbox"), {"view": "all"}))
    assert lists.counts(agent) == {"mine": 0, "unassigned": 0, "all": 0}


def test_every_page_asks_who_is_there(client, talk):
    for _method, name in EVERY_URL:
        assert client.get(reverse(name, args=[talk.pk])).status_code == 302
    for name in ("inbox", "list", "counts"):
        assert client.get(reverse(name)).status_code == 302


def test_a_signed_out_fragment_sends_the_whole_page_to_the_sign_in(client, talk):
    response = client.get(reverse("thread", args=[talk.pk]), headers=HTMX)

    assert response.headers["HX-Redirect"].startswith("/accounts/login/")
    assert "Mira" not in text_of(response)


def test_private_pages_stay_in_no_cache(desk, talk):
    for address in (reverse("inbox"), reverse("conversation", args=[talk.pk]), reverse("list")):
        assert "no-store" in desk.get(address).headers["Cache-Control"]


def test_reading_changes_nothing(desk, talk):
    for method, name in EVERY_URL:
        if method == "post":
            assert desk.get(reverse(name, args=[talk.pk])).status_code == 405


# Pages and fragments


def test_htmx_gets_the_fragment_and_a_browser_the_page(desk, talk):
    address = reverse("conversation", args=[talk.pk])

    assert "<html" in text_of(desk.get(address))
    assert "<html" not in text_of(desk.get(address, headers=HTMX))
    assert "<html" in text_of(desk.get(address, headers={**HTMX, "HX-History-Restore-Request": "true"}))


def test_an_empty_desk_offers_to_connect_a_channel(client, settings):
    client.force_login(factories.agent("root@desk.example", role="administrator"))

    assert "Connect a channel" in text_of(client.get(reverse("inbox")))


def test_an_empty_list_says_all_clear(desk):
    assert "All clear" in text_of(desk.get(reverse("inbox")))


@pytest.mark.parametrize("name", ["list", "inbox"])
def test_the_list_costs_the_same_for_one_row_and_for_fifty(desk, name):
    channel = factories.channel()
    factories.conversation(channel=channel)
    one = queries_of(desk, reverse(name) + "?view=all")
    for number in range(49):
        factories.received(channel, address=f"+49151555{number:05}")

    assert queries_of(desk, reverse(name) + "?view=all") == one


@pytest.mark.parametrize("name", ["thread", "stream", "messages", "conversation"])
def test_a_thread_costs_the_same_for_one_message_and_for_fifty(desk, agent, talk, name):
    address = reverse(name, args=[talk.pk])
    factories.sent(talk, by=agent)
    Message.objects.update(edited_at=timezone.now())
    few = queries_of(desk, address)
    for _ in range(24):
        first = factories.received(talk.channel)
        factories.sent(talk, by=agent, reply_to=first.pk)
    Message.objects.update(edited_at=timezone.now())

    assert queries_of(desk, address) == few


def test_list_pages_follow_each_other_without_gap_or_repeat(desk):
    channel = factories.channel()
    same = timezone.now() - timedelta(minutes=1)
    for number in range(120):
        factories.received(channel, address=f"+49151555{number:05}", at=same)

    seen, address = [], reverse("list") + "?view=all"
    while address:
        html = text_of(desk.get(address))
        seen += re.findall(r'id="row-(\d+)"', html)
        more = re.search(r'class="more" hx-get="([^"]+)"', html)
        address = more and more[1] + "&view=all"

    assert len(seen) == len(set(seen)) == 120


def test_the_list_is_newest_first(desk):
    channel = factories.channel()
    for minutes, name in ((5, "Second"), (9, "Third"), (1, "First")):
        factories.conversation(
            channel=channel, minutes_ago=minutes, name=name, address=f"+4915155501{minutes:02}"
        )

    html = text_of(desk.get(reverse("list"), {"view": "all"}))

    assert html.index("First") < html.index("Second") < html.index("Third")


def test_older_messages_follow_by_key(desk, talk):
    start = timezone.now() - timedelta(hours=3)
    for number in range(130):
        factories.received(talk.channel, f"number {number};", at=start + timedelta(minutes=number))

    seen, address = 0, reverse("stream", args=[talk.pk])
    while address:
        html = text_of(desk.get(address))
        seen += html.count("<article")
        older = re.search(r'class="older" hx-get="([^"]+)"', html)
        address = older and older[1]

    assert seen == 131


@pytest.mark.parametrize("before", ["x", "1-", "99999999999999999999-1", "1;drop"])
def test_a_made_up_cursor_is_a_bad_request(desk, talk, before):
    assert desk.get(reverse("list"), {"before": before}).status_code == 400
    assert desk.get(reverse("messages", args=[talk.pk]), {"before": before}).status_code == 400


def test_counts_come_in_one_query(agent, talk, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert lists.counts(agent) == {"mine": 0, "unassigned": 1, "all": 1}


def test_counting_stops_at_the_cap(agent, talk, monkeypatch):
    monkeypatch.setattr(lists, "MOST_COUNTED", 1)
    for number in range(4):
        factories.received(talk.channel, address=f"+4915155502{number:02}")

    assert lists.counts(agent)["all"] == 2


# Writing


def test_a_reply_is_queued_and_shown(desk, talk):
    response = post(desk, "reply", talk.pk, text="On its way", token=TOKEN)

    message = Message.objects.get(direction=Direction.OUT)
    assert (message.text, message.status, message.author.name) == ("On its way", "queued", "Lucas Brandt")
    assert f'id="message-{message.pk}"' in text_of(response)
    assert f'id="row-{talk.pk}"' in text_of(response)


def test_the_same_click_twice_is_one_message(desk, talk):
    for _ in range(2):
        assert post(desk, "reply", talk.pk, text="On its way", token=TOKEN).status_code == 200

    assert Message.objects.filter(direction=Direction.OUT).count() == 1


def test_a_closed_window_refuses_with_the_reason(desk):
    talk = closed_window()

    response = post(desk, "reply", talk.pk, text="Late answer", token=TOKEN)

    assert response.status_code == 409
    assert "reply window is closed" in text_of(response)
    assert not Message.objects.filter(direction=Direction.OUT).exists()


def test_a_closed_window_is_said_before_anybody_types(desk):
    html = text_of(desk.get(reverse("conversation", args=[closed_window().pk])))

    assert "reply window is closed" in html
    assert 'data-free="no" data-templates="yes"' in html


def test_nothing_is_no_reply(desk, talk):
    assert post(desk, "reply", talk.pk, text="   ", token=TOKEN).status_code == 422
    assert post(desk, "note", talk.pk, text="", token=TOKEN).status_code == 422


def test_a_reply_without_a_token_is_refused(desk, talk):
    assert post(desk, "reply", talk.pk, text="Hello").status_code == 422


def test_a_reply_cannot_quote_another_conversation(desk, talk):
    other = factories.received(talk.channel, address="+491515550199")

    assert post(desk, "reply", talk.pk, text="x", token=TOKEN, reply_to=other.pk).status_code == 422


def test_a_note_never_reaches_the_outbox(desk, talk):
    post(desk, "note", talk.pk, text="Be kind", token=TOKEN)

    assert Message.objects.get(text="Be kind").direction == Direction.NOTE
    assert not Job.objects.filter(queue="send").exists()


def test_a_file_goes_with_its_text(desk, talk):
    upload = SimpleUploadedFile("terms.pdf", b"%PDF-1.4\n%%EOF", "application/pdf")

    response = post(desk, "reply", talk.pk, text="Here", token=TOKEN, files=upload)

    assert response.status_code == 200
    assert Message.objects.get(text="Here").attachments.get().original_name == "terms.pdf"


def test_an_empty_file_is_refused_with_a_reason(desk, talk):
    response = post(desk, "reply", talk.pk, text="", token=TOKEN, files=SimpleUploadedFile("a.pdf", b" " * 0))

    assert response.status_code == 422
    assert not Message.objects.filter(direction=Direction.OUT).exists()


def test_an_opted_out_customer_cannot_be_written_to(desk, talk):
    party = Party(addresses=(factories.CUSTOMER,))
    stop = ConsentChanged(
        sender=party, action=ConsentAction.WITHDRAW, purpose="all", at=timezone.now(), evidence="STOP"
    )
    factories.happened(talk.channel, stop)

    assert post(desk, "reply", talk.pk, text="But", token=TOKEN).status_code == 409
    assert "opted out" in text_of(desk.get(reverse("list"), {"view": "all"}))


# Deciding


def test_assigning_moves_it_into_my_list_and_leaves_a_line(desk, agent, talk):
    response = post(desk, "assign", talk.pk, agent=agent.pk)

    assert "Lucas Brandt took the conversation" in text_of(response)
    assert "Mira" in text_of(desk.get(reverse("list"), {"view": "mine"}))


def test_assigning_to_nobody_takes_it_away(desk, agent, talk):
    actions.assign(talk, agent, by=agent)

    post(desk, "assign", talk.pk, agent="")

    talk.refresh_from_db()
    assert talk.assignee is None


def test_an_inactive_agent_gets_nothing(desk, talk):
    gone = factories.agent(is_active=False)

    assert post(desk, "assign", talk.pk, agent=gone.pk).status_code == 422


def test_resolved_and_reopened(desk, talk):
    assert "resolved the conversation" in text_of(post(desk, "resolve", talk.pk))
    assert "Mira" not in text_of(desk.get(reverse("list"), {"view": "all"}))
    assert "opened the conversation again" in text_of(post(desk, "reopen", talk.pk))


def test_reopening_beside_a_newer_conversation_is_refused(desk, agent, talk):
    actions.resolve(talk, by=agent)
    Conversation.objects.filter(pk=talk.pk).update(resolved_at=timezone.now() - timedelta(days=9))
    factories.received(talk.channel, "A new matter")

    assert post(desk, "reopen", talk.pk).status_code == 409


def test_opening_does_not_mark_as_read_but_reading_does(desk, talk):
    desk.get(reverse("conversation", args=[talk.pk]))
    talk.refresh_from_db()
    assert talk.unread_count == 1

    post(desk, "read", talk.pk)

    talk.refresh_from_db()
    assert talk.unread_count == 0


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("retry", DeliveryStatus.FAILED, DeliveryStatus.QUEUED),
        ("retry", DeliveryStatus.OUTCOME_UNKNOWN, DeliveryStatus.QUEUED),
        ("retry", DeliveryStatus.DELIVERED, DeliveryStatus.DELIVERED),
        ("mark_sent", DeliveryStatus.OUTCOME_UNKNOWN, DeliveryStatus.ACCEPTED),
        ("cancel", DeliveryStatus.QUEUED, DeliveryStatus.CANCELLED),
        ("cancel", DeliveryStatus.READ, DeliveryStatus.READ),
    ],
)
def test_a_person_settles_only_what_is_open(desk, talk, name, before, after):
    message = factories.sent(talk)
    Message.objects.filter(pk=message.pk).update(status=before)

    response = post(desk, name, message.pk)

    message.refresh_from_db()
    assert (response.status_code, message.status) == (200, after)


def test_a_broken_channel_is_said_in_the_thread(desk, agent, talk):
    actions.assign(talk, agent, by=agent)
    talk.channel.record_health("broken", "The token was revoked")

    assert "The token was revoked" in text_of(desk.get(reverse("thread", args=[talk.pk])))


@pytest.mark.parametrize(("role", "is_led"), [("agent", False), ("administrator", True)])
def test_who_can_mend_a_broken_channel_is_led_there(client, talk, role, is_led):
    client.force_login(factories.agent(role=role))
    talk.channel.record_health("broken", "The token was revoked")

    page = text_of(client.get(reverse("thread", args=[talk.pk])))
    assert (reverse("channel_settings", args=[talk.channel_id]) in page) is is_led


def test_without_a_script_a_reply_comes_back_to_the_page(desk, talk):
    response = desk.post(reverse("reply", args=[talk.pk]), {"text": "Plain", "token": TOKEN})

    assert response.headers["Location"] == reverse("conversation", args=[talk.pk])
    assert Message.objects.filter(text="Plain", status="queued").exists()
