"""Rows and bubbles: every kind shown honestly, nothing of the customer's run as code, the same for every agent."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Agent
from channels_app.content import MessageKind
from channels_app.events import (
    DeliveryStatus,
    Media,
    MessageDeleted,
    MessageEdited,
    Party,
    ReactionChanged,
)
from conversations import actions, outbox
from conversations.activity import note_activity
from conversations.models import Attachment, Conversation, Message
from inbox import formats, lists, rendering, timeline

from . import factories

pytestmark = pytest.mark.django_db
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'"
SENDER = Party(addresses=(factories.CUSTOMER,))


@pytest.fixture
def channel():
    return factories.channel()


def shown(message):
    [found] = timeline.some(message.conversation, pk=message.pk)
    return rendering.bubble(found)


def row_of(message):
    return rendering.row(lists.rows(Conversation.objects.all()).get(pk=message.conversation_id))


def words(html):
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


def stored(message, **fields):
    """The message's file as it is once fetched."""
    Attachment.objects.filter(message=message).update(state="stored", file="x/y.bin", **fields)
    return message


# Safety


def test_names_texts_and_file_names_are_never_markup(channel):
    file = Media(reference="1", kind=MessageKind.DOCUMENT, filename=ATTACK)
    message = factories.received(channel, ATTACK, name=ATTACK, media=(file,), kind=MessageKind.DOCUMENT)

    for html in (shown(message), row_of(message), shown(stored(message))):
        assert "<script" not in html
        assert "<img" not in html
        assert "&lt;script&gt;" in html


STRUCTURES = {
    "location": {"latitude": ATTACK, "longitude": ATTACK, "name": ATTACK, "address": ATTACK},
    "contacts": [
        {"name": ATTACK, "organisation": ATTACK, "phones": [{"number": ATTACK}], "emails": [ATTACK]}
    ],
    "order": {"items": [{"product": ATTACK, "quantity": ATTACK, "price": ATTACK, "currency": ATTACK}]},
    "choice": {"title": ATTACK, "description": ATTACK, "source": ATTACK},
    "form": {ATTACK: [ATTACK]},
    "referral": {"source": ATTACK, "headline": ATTACK, "body": ATTACK, "url": f"javascript:{ATTACK}"},
    "quoted": {"kind": ATTACK, "text": ATTACK, "url": "javascript:alert(1)"},
    "poll": {"question": ATTACK, "options": [{"text": ATTACK, "votes": ATTACK}]},
    "buttons": [{"title": ATTACK, "url": "javascript:alert(1)"}],
    "menu": {"button": ATTACK, "sections": [{"title": ATTACK, "rows": [{"title": ATTACK}]}]},
    "template": {"name": ATTACK, "language": ATTACK, "preview": ATTACK},
    "unsupported": ATTACK,
    "author": ATTACK,
    "header": ATTACK,
}


@pytest.mark.parametrize("part", STRUCTURES)
def test_no_structured_part_carries_markup_or_script_addresses(channel, part):
    html = shown(factories.received(channel, "", content={part: STRUCTURES[part]}))

    assert "<script" not in html
    assert "<img" not in html
    assert 'href="javascript' not in html


def test_only_web_addresses_become_links():
    html = formats.linkify(
        "see https://a.example/x?y=1&z=2, javascript:alert(1) and <b>http://b.example</b>."
    )

    assert re.findall(r'href="([^"]+)"', html) == ["https://a.example/x?y=1&amp;z=2", "http://b.example"]
    assert "<b>" not in html
    assert html.count('rel="noopener noreferrer nofollow"') == 2


def test_a_quote_cannot_leave_the_link():
    assert '"onmouseover' not in formats.linkify('https://a.example/"onmouseover="alert(1)')


def test_nothing_depends_on_who_looks(channel):
    """Live pushes are rendered once for all: neither the author's own name nor their rows say “you”."""
    lucas = factories.agent(name="Lucas Brandt")
    talk = factories.conversation(channel=channel)
    reply = factories.sent(talk, by=lucas)
    actions.assign(talk, lucas, by=lucas)

    assert "Lucas Brandt" in words(shown(reply))
    assert not re.search(r"\b[Yy]ou\b", words(shown(reply)) + words(row_of(reply)))


# Kinds


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("location", {"location": {"latitude": 52.5, "longitude": 13.4, "name": "Pier 7"}}, "Pier 7 52.5, 13.4"),
        ("contacts", {"contacts": [{"name": "Ana", "phones": [{"number": "+49 30", "own": True}]}]}, "their own number"),
        ("order", {"order": {"items": [{"product": "SKU-1", "quantity": 2, "price": 9.5, "currency": "EUR"}]}}, "SKU-1 2 9.5 EUR"),
        ("choice", {"choice": {"title": "Yes", "source": "button"}}, "Tapped a button"),
        ("form", {"form": {"size": "M", "extras": ["für"]}}, 'size M extras ["für"]'),
        ("poll", {"poll": {"question": "When?", "options": [{"text": "Now", "votes": 3}]}}, "When? Now 3"),
        ("interactive", {"header": "Sizes", "buttons": [{"title": "Large"}]}, "Large"),
        ("template", {"template": {"name": "hello", "language": "en", "preview": "Hi Ana"}}, "Template · hello · en Hi Ana"),
        ("unsupported", {"unsupported": "a pinned message"}, "cannot be shown yet: a pinned message"),
        ("text", {"forwarded": "often"}, "Forwarded many times"),
        ("text", {"referral": {"source": "ad", "headline": "Sale"}}, "Came from an advertisement Sale"),
        ("text", {"quoted": {"kind": "story", "text": "nice"}}, "Answer to a story nice"),
    ],
)  # fmt: skip
def test_every_kind_shows_what_it_holds(channel, kind, content, expected):
    message = factories.received(channel, "", kind=MessageKind(kind), content=content)

    assert expected in words(shown(message))


def test_a_place_links_to_a_map(channel):
    content = {"location": {"latitude": -23.5, "longitude": -46.6}}

    html = shown(factories.received(channel, "", kind=MessageKind.LOCATION, content=content))

    assert "https://www.openstreetmap.org/?mlat=-23.5&mlon=-46.6" in html


@pytest.mark.parametrize(
    ("kind", "mime_type", "expected"),
    [
        ("image", "image/jpeg", "<img "),
        ("sticker", "image/webp", "<img "),
        ("video", "video/mp4", "<video "),
        ("voice", "audio/ogg", "<audio "),
        ("document", "application/pdf", 'class="document"'),
        ("image", "application/octet-stream", 'class="document"'),
        ("sticker", "application/x-tgsticker", 'class="document"'),
    ],
)
def test_a_stored_file_is_shown_as_what_it_is(channel, kind, mime_type, expected):
    media = (Media(reference="1", kind=MessageKind(kind)),)
    message = factories.received(channel, "", kind=MessageKind(kind), media=media)

    html = shown(stored(message, mime_type=mime_type, size=2_400_000, duration=14.2))

    assert expected in html
    assert f"/files/{message.attachments.get().uid}/" in html


def test_a_file_on_its_way_and_a_lost_one_are_told_apart(channel):
    media = (Media(reference="1", kind=MessageKind.IMAGE, filename="dent.jpg"),)
    message = factories.received(channel, "", kind=MessageKind.IMAGE, media=media)
    assert "Fetching “dent.jpg”" in words(shown(message))

    Attachment.objects.update(state="unavailable", error="The provider no longer has it.")
    assert "“dent.jpg” is not available: The provider no longer has it." in words(shown(message))


def test_a_name_the_provider_made_up_is_not_shown(channel):
    media = (Media(reference="1", kind=MessageKind.IMAGE, filename="c786cffe9d719f5e"),)
    message = factories.received(channel, "", kind=MessageKind.IMAGE, media=media)

    assert "Fetching “Photo”" in words(shown(message))


def test_the_link_of_a_row_needs_nothing_from_the_list_it_may_leave(channel):
    html = row_of(factories.received(channel))

    assert 'hx-swap="outerHTML" hx-push-url="true"' in html


def test_a_message_without_anything_in_it_says_what_it_was(channel):
    message = factories.received(channel, "", kind=MessageKind.VOICE)

    assert "Voice note without content" in words(shown(message))


def test_a_reply_quotes_and_leads_to_what_it_answers(channel):
    first = factories.received(channel, "Is it back?", name="Mira")
    reply = factories.sent(Conversation.objects.get(), "Yes", reply_to=first.pk)

    assert f'href="#message-{first.pk}"' in shown(reply)
    assert "Mira Is it back? Yes" in words(shown(reply))


def test_an_edit_keeps_the_old_words_in_reach(channel):
    message = factories.received(channel, "My size is L")
    edit = MessageEdited(provider_id=message.provider_id, at=timezone.now(), text="My size is M")
    factories.happened(channel, edit)

    assert "My size is M" in words(shown(message))
    assert 'title="Before: My size is L"' in shown(message)


def test_a_deleted_message_is_folded_away_not_lost(channel):
    message = factories.received(channel, "my card is 4000")
    factories.happened(channel, MessageDeleted(provider_id=message.provider_id, at=timezone.now()))

    assert re.search(
        r"<details.*Deleted by the customer.*my card is 4000.*</details>", shown(message), re.DOTALL
    )
    assert "my card" not in row_of(message)
    assert "Deleted" in words(row_of(message))


def test_reactions_are_chips(channel):
    message = factories.received(channel)
    factories.happened(
        channel,
        ReactionChanged(provider_id=message.provider_id, sender=SENDER, emojis=("👍",), at=timezone.now()),
    )

    assert "👍" in words(shown(message))


# States


def state_of(channel_kind, status, **fields):
    address = "991" if channel_kind == "telegram" else factories.CUSTOMER
    talk = factories.conversation(channel_kind, address=address)
    message = factories.sent(talk)
    Message.objects.filter(pk=message.pk).update(status=status, **fields)
    return shown(message)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("queued", "Waiting to send"),
        ("sending", "Sending"),
        ("accepted", "Accepted by WhatsApp"),
        ("delivered", "Delivered"),
        ("read", "Read"),
        ("outcome_unknown", "Not known yet"),
        ("failed", "Failed"),
    ],
)
def test_each_state_has_its_own_words(status, expected):
    assert expected in words(state_of("whatsapp", status))


def test_a_channel_that_reports_nothing_more_says_so():
    assert "Telegram does not report delivery or reading." in state_of("telegram", "accepted")


def test_whatsapp_does_not_claim_silence():
    assert "does not report" not in state_of("whatsapp", "accepted")


def test_a_failure_gives_its_reason_and_a_way_on():
    html = state_of("whatsapp", "failed", failure="permanent", failure_reason="The number does not exist.")

    assert "Not delivered: The number does not exist." in words(html)
    assert "/retry/" in html


def test_an_unknown_outcome_asks_a_person():
    html = state_of("whatsapp", "outcome_unknown")

    assert "/retry/" in html
    assert "/mark-sent/" in html


# Rows


def test_a_row_tells_where_it_belongs(channel):
    message = factories.received(channel, "Hello")
    talk = Conversation.objects.get()

    row = row_of(message)

    for fact in (
        f'id="row-{talk.pk}"',
        'data-status="open"',
        'data-assignee=""',
        f'data-version="{talk.version}"',
    ):
        assert fact in row
    assert f'data-at="{talk.last_message_at.isoformat()}"' in row


def test_a_row_names_a_file_without_words(channel):
    media = (Media(reference="1", kind=MessageKind.VOICE),)

    assert "Voice note" in words(row_of(factories.received(channel, "", kind=MessageKind.VOICE, media=media)))


@pytest.mark.parametrize(("minutes", "late"), [(14, False), (16, True)])
def test_a_long_wait_turns_red(channel, minutes, late):
    message = factories.received(channel, at=timezone.now() - timedelta(minutes=minutes))

    assert ("wait late" in row_of(message)) is late


@pytest.mark.parametrize(("hours", "expected"), [(19, "hidden"), (21, "2 h"), (25, "window closed")])
def test_a_closing_window_is_announced(channel, hours, expected):
    html = row_of(factories.received(channel, at=timezone.now() - timedelta(hours=hours)))

    flags = html[html.index('class="meta"') :]
    assert expected in flags


def test_a_failed_reply_is_marked_in_the_list(channel):
    talk = factories.conversation(channel=channel)
    factories.sent(talk)
    Conversation.objects.update(preview_status=DeliveryStatus.FAILED)

    assert "not delivered" in words(rendering.row(lists.rows(Conversation.objects.all()).get()))


# Activity and time


@pytest.mark.parametrize(
    ("what", "details", "expected"),
    [
        ("assigned", {"to": "Lena"}, "Lucas assigned the conversation to Lena"),
        ("assigned", {"to": "Lucas"}, "Lucas took the conversation"),
        ("team_assigned", {"to": ""}, "Lucas took the conversation out of its team"),
        (
            "consent_withdraw",
            {"purpose": "marketing", "evidence": "STOP"},
            "not to be written to (offers, “STOP”)",
        ),
        ("unreachable", {"reason": "blocked us"}, "cannot be reached any more: blocked us"),
        ("identity_changed", {"new": "+49", "same_person": False}, "who may be somebody else"),
        ("member_joined", {"name": "Ana", "us": False}, "Ana joined the group"),
        ("moved_to_moon", {}, "moved to moon"),
    ],
)
def test_activity_reads_as_a_sentence(channel, what, details, expected):
    talk = factories.conversation(channel=channel)
    lucas = Agent.objects.create_user("lucas@desk.example", None, name="Lucas")

    assert expected in words(shown(note_activity(talk, what, by=lucas, **details)))


def test_neighbours_of_one_writer_are_joined_within_minutes(channel):
    start = timezone.now() - timedelta(hours=1)
    for minutes in (0, 2, 30):
        factories.received(channel, at=start + timedelta(minutes=minutes))
    entries = list(timeline.newest(Conversation.objects.get()).entries())

    assert [entry.is_joined for entry in entries] == [True, False, False]


def test_the_new_line_stands_at_the_first_unread(channel):
    messages = [factories.received(channel, f"{n}") for n in range(4)]
    Conversation.objects.update(unread_count=2)

    assert timeline.newest(Conversation.objects.get()).unread == messages[2].pk


def test_two_messages_of_one_moment_keep_their_order(channel):
    talk = factories.conversation(channel=channel)
    now = timezone.now()
    first, second = (outbox.note(talk, "n", factories.agent(), f"token-{n}") for n in range(2))
    Message.objects.filter(pk__in=[first.pk, second.pk]).update(sent_at=now)

    assert [entry.pk for entry in timeline.newest(talk).messages][-2:] == [first.pk, second.pk]


@pytest.mark.parametrize(
    ("passed", "expected"),
    [(30, "now"), (150, "2 m"), (3 * 3600 + 5, "3 h"), (2 * 86400, "19 Nov"), (400 * 86400, "17 Oct 2025")],
)
def test_times_shrink_to_what_matters(time_machine, passed, expected):
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)

    assert formats.ago(timezone.now() - timedelta(seconds=passed)) == expected


@pytest.mark.parametrize(("days", "expected"), [(0, "Today"), (1, "Yesterday"), (7, "14 November")])
def test_days_have_names(time_machine, days, expected):
    time_machine.move_to("2026-11-21T12:00:00Z", tick=False)

    assert formats.day(timezone.now() - timedelta(days=days)) == expected


@pytest.mark.parametrize(("size", "expected"), [(812, "812 B"), (14_400, "14 KB"), (2_400_000, "2.3 MB")])
def test_sizes_are_round(size, expected):
    assert formats.filesize(size) == expected


@pytest.mark.parametrize(
    ("given", "expected"), [("+5511955550147", "+55 11 95555-0147"), ("Mira", "Mira"), ("+1", "+1")]
)
def test_phone_numbers_are_spaced(given, expected):
    assert formats.phone(given) == expected
