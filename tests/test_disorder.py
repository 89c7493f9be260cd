"""Reports that come late, twice, out of order, or again by a replay: the youngest fact stands."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.errors import Failure
from channels_app.events import (
    ChannelAlert,
    Chat,
    ConsentAction,
    ConsentChanged,
    DeliveryStatus,
    Media,
    MemberChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Party,
    ReachabilityChanged,
    ReactionChanged,
    Severity,
    StatusChanged,
    TemplateChanged,
)
from channels_app.models import ChannelHealth, Template
from conversations import processing, replay, waiting
from conversations.models import Attachment, Conversation, EventState, Message, Waiting
from conversations.outcomes import Result
from customers import suppressions
from customers.models import Identity

from . import factories
from .factories import happened, received

pytestmark = pytest.mark.django_db
START = timezone.now() - timedelta(hours=1)
ADA = Party(addresses=(factories.CUSTOMER,))


def at(minute):
    return START + timedelta(minutes=minute)


def consent(action, minute):
    return ConsentChanged(sender=ADA, action=action, purpose="all", at=at(minute), evidence="word")


def stop(minute):
    return consent(ConsentAction.WITHDRAW, minute)


def resume(minute):
    return consent(ConsentAction.GRANT, minute)


def reach(reachable, minute):
    return ReachabilityChanged(sender=ADA, reachable=reachable, at=at(minute), reason="blocked")


def reaction(minute, *emojis):
    return ReactionChanged(provider_id="m1", sender=ADA, emojis=emojis, at=at(minute))


def edit(text, minute, *files):
    return MessageEdited(provider_id="m1", at=at(minute), text=text, media=files)


def photo(reference):
    return Media(reference=reference, kind=MessageKind.IMAGE)


@pytest.fixture
def channel():
    channel = factories.channel("telegram")
    received(channel, "Hello", provider_id="m1", at=at(0))
    return channel


def all_happen(channel, *events):
    return [happened(channel, event) for event in events]


def stopped():
    return set(suppressions.active(Identity.objects.get()))


def test_a_stop_read_again_after_a_start_stops_nothing(channel):
    all_happen(channel, stop(1), resume(2))

    assert happened(channel, stop(1)) is Result.DUPLICATE
    assert stopped() == set()


def test_a_new_stop_after_a_start_stops_again(channel):
    all_happen(channel, stop(1), resume(2))

    assert happened(channel, stop(3)) is Result.APPLIED
    assert stopped() == {"all"}


def test_a_start_between_two_stops_that_comes_last_lifts_nothing(channel):
    all_happen(channel, stop(1), stop(3), resume(2))

    assert stopped() == {"all"}


def test_a_block_read_again_after_the_unblocking_blocks_nothing(channel):
    all_happen(channel, reach(False, 1), reach(True, 2))

    assert happened(channel, reach(False, 1)) is Result.DUPLICATE
    assert Identity.objects.get().unreachable_since is None


def test_an_unblocking_between_two_blocks_that_comes_last_changes_nothing(channel):
    all_happen(channel, reach(False, 1), reach(False, 3), reach(True, 2))

    assert Identity.objects.get().unreachable_since == at(1)


def test_a_block_from_before_their_last_message_changes_nothing(channel):
    received(channel, "I am back", at=at(5))

    assert happened(channel, reach(False, 4)) is Result.IGNORED
    assert Identity.objects.get().unreachable_since is None


def test_a_message_from_before_the_block_does_not_unblock(channel):
    happened(channel, reach(False, 5))
    received(channel, "late", at=at(4))

    assert Identity.objects.get().unreachable_since == at(5)


def test_a_failure_from_before_their_last_message_does_not_make_them_unreachable(channel):
    sent = factories.sent(Conversation.objects.get())
    Message.objects.filter(pk=sent.pk).update(provider_id="o1", status=DeliveryStatus.ACCEPTED)
    received(channel, "I am here", at=at(5))
    failed = StatusChanged(
        provider_id="o1", status=DeliveryStatus.FAILED, at=at(4), failure=Failure.UNREACHABLE
    )
    happened(channel, failed)

    assert Identity.objects.get().unreachable_since is None


def test_a_message_in_a_group_that_had_lost_us_makes_it_reachable():
    channel = factories.channel("telegram")
    group = Chat(address="-100", kind="group", title="Acme")
    removed = MemberChanged(chat=group, member=ADA, change="removed", at=at(1), us=True)
    happened(channel, removed)
    received(channel, "welcome back", chat=group, at=at(2))

    assert Identity.objects.get(is_group=True).unreachable_since is None


def test_a_reaction_that_overtook_its_own_removal_stays_removed(channel):
    all_happen(channel, reaction(2), reaction(1, "👍"))

    assert not Message.objects.get().reactions.exists()
    happened(channel, reaction(3, "❤️"))
    assert [found.emoji for found in Message.objects.get().reactions.all()] == ["❤️"]


def test_a_reaction_confirmed_later_is_not_undone_by_one_in_between(channel):
    all_happen(channel, reaction(1, "👍"), reaction(3, "👍"), reaction(2, "😮"))

    assert [found.emoji for found in Message.objects.get().reactions.all()] == ["👍"]


def test_the_second_of_two_edits_in_one_second_stays_when_the_first_is_read_again(channel):
    all_happen(channel, edit("one", 1), edit("two", 1), edit("one", 1))

    message = Message.objects.get()
    assert message.text == "two"
    assert [revision.text for revision in message.revisions.all()] == ["Hello", "one"]


def test_an_edit_of_a_deleted_message_changes_nothing(channel):
    all_happen(channel, MessageDeleted(provider_id="m1", at=at(1)))

    assert happened(channel, edit("back", 2)) is Result.DUPLICATE
    assert Message.objects.get().text == "Hello"


def test_an_edit_that_brings_another_file_replaces_it_and_keeps_the_first():
    channel = factories.channel("telegram")
    received(channel, "look", provider_id="m1", at=at(0), kind=MessageKind.IMAGE, media=(photo("a"),))
    all_happen(channel, edit("look", 1, photo("b")), edit("look!", 2, photo("b")))

    message = Message.objects.get()
    assert [file.reference for file in message.attachments.all()] == ["b"]
    assert Attachment.with_replaced.get(reference="a").replaced_at == at(1)
    assert message.text == "look!"


def test_a_replaced_file_is_still_fetched(run_jobs, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "conversations.media._download", lambda attachment: asked.append(attachment.reference)
    )
    monkeypatch.setattr("conversations.media._settle_stored", lambda attachment, stored: None)
    channel = factories.channel("telegram")
    received(channel, "look", provider_id="m1", at=at(0), media=(photo("a"),))
    happened(channel, edit("look", 1, photo("b")))
    run_jobs()

    assert asked == ["a", "b"]


def test_an_edit_of_the_first_of_two_messages_in_one_second_leaves_the_row_alone(channel):
    received(channel, "World", at=at(0))
    happened(channel, edit("Hello!", 1))

    assert Conversation.objects.get().preview == "World"


def test_each_topic_of_a_group_is_a_conversation_that_answers_into_it():
    from conversations.envelopes import outbound

    channel = factories.channel("telegram")
    for number, topic in enumerate(("7", "9", "7")):
        chat = Chat(address="-100", kind="group", title="Acme", topic=topic)
        received(channel, f"text {number}", chat=chat)

    topics = {conversation.topic: conversation for conversation in Conversation.objects.all()}
    assert {topic: found.messages.count() for topic, found in topics.items()} == {"7": 2, "9": 1}
    assert outbound(factories.sent(topics["7"])).to.topic == "7"


def test_an_alert_from_before_the_last_check_does_not_pause_the_channel(channel):
    channel.record_health(ChannelHealth.WORKING, "checked")
    alert = ChannelAlert(severity=Severity.CRITICAL, code="1", text="locked", at=at(1), broken=True)

    assert happened(channel, alert) is Result.DUPLICATE
    channel.refresh_from_db()
    assert not channel.is_paused


def test_a_failed_message_from_before_the_last_check_does_not_pause_the_channel(channel):
    sent = factories.sent(Conversation.objects.get())
    Message.objects.filter(pk=sent.pk).update(provider_id="o1", status=DeliveryStatus.ACCEPTED)
    channel.record_health(ChannelHealth.WORKING, "mended")
    failure = Failure.CHANNEL_BROKEN
    happened(
        channel, StatusChanged(provider_id="o1", status=DeliveryStatus.FAILED, at=at(1), failure=failure)
    )

    channel.refresh_from_db()
    assert not channel.is_paused


def test_a_warning_does_not_mend_a_broken_channel(channel):
    channel.record_health(ChannelHealth.BROKEN, "token revoked")
    happened(channel, ChannelAlert(severity=Severity.WARNING, code="2", text="slow", at=timezone.now()))

    channel.refresh_from_db()
    assert channel.is_paused


def test_what_has_no_time_of_its_own_happened_when_it_arrived_also_when_read_again():
    channel = factories.channel("twilio_sms")
    body = b"MessageSid=SM1&From=%2B491515550101&To=%2B15005550006&Body=Hi&NumMedia=0&AccountSid="
    body += channel.credentials["account_sid"].encode()
    arrived = timezone.now() - timedelta(days=2)
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    event = factories.webhook_event(channel, body=body, headers=form, received_at=arrived)
    processing.process(event)

    assert Message.objects.get().sent_at == arrived


def test_a_dead_letter_stays_visible_although_it_also_waited_in_vain(channel):
    event = factories.webhook_event(channel, state=EventState.FAILED, error="TypeError")
    since = timezone.now() - timedelta(days=8)
    Waiting.objects.create(event=event, channel=channel, provider_id="x", since=since)
    waiting.catch_up.call()

    event.refresh_from_db()
    assert (event.state, event.error) == (EventState.FAILED, "TypeError")
    assert not Waiting.objects.exists()


def test_an_event_that_cannot_be_read_any_more_stops_waiting(channel):
    event = factories.webhook_event(channel, body=b"[", state=EventState.WAITING)
    Waiting.objects.create(event=event, channel=channel, provider_id="m1")
    replay.replay([event.pk])

    event.refresh_from_db()
    assert event.state == EventState.FAILED
    assert not Waiting.objects.exists()


def test_work_for_rows_that_are_gone_is_over(run_jobs):
    from conversations import courtesies, delivery, media
    from jobs.models import Job

    for task in (
        waiting.reprocess,
        courtesies.acknowledge,
        courtesies.mark_read,
        delivery.deliver,
        media.fetch,
    ):
        task.enqueue(404)
    run_jobs()

    assert not Job.objects.exists()


def test_impossible_measures_and_long_names_do_not_keep_a_message_out():
    channel = factories.channel("telegram")
    huge = Media(reference="r", kind=MessageKind.IMAGE, size=10**20, width=-1, filename="n" * 999)
    sender = Party(addresses=("1",), name="N" * 999, username="u" * 999, locale="x" * 99)
    text = received(channel, "T" * 100_000, sender=sender, media=(huge,))

    file = text.attachments.get()
    assert (file.size, file.width, len(file.original_name)) == (None, None, 255)
    assert len(text.text) == 100_000


def test_a_long_word_in_a_template_report_is_cut():
    channel = factories.channel()
    report = TemplateChanged(name="t", language="en", at=at(1), status="s" * 99, quality="q" * 99)
    happened(channel, report)

    template = Template.objects.get()
    assert (len(template.status), len(template.quality)) == (30, 20)


def test_two_long_addresses_with_the_same_beginning_are_never_one_person():
    channel = factories.channel()
    for ending in "12":
        sender = Party(addresses=("a" * 200 + ending,))
        item = MessageReceived(provider_id=ending, sender=sender, at=at(1), text="Hello")
        processing._apply(item, factories.webhook_event(channel))

    # A database that knows no lengths keeps both; the other makes both visible dead letters.
    assert Identity.objects.count() in (0, 2)
