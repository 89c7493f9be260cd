"""What arrives becomes rows: once, in the right place, whatever its order."""

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.errors import Failure
from channels_app.events import (
    ConsentAction,
    ConsentChanged,
    DeliveryStatus,
    IdentityChanged,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    Party,
    ReachabilityChanged,
    ReactionChanged,
    ReadByCustomer,
    StatusChanged,
    TemplateChanged,
    Unsupported,
)
from channels_app.models import Template
from conversations.models import Conversation, ConversationStatus, Message, Waiting
from conversations.outcomes import Result
from customers.models import Customer, Identity

from . import factories
from .factories import happened, received

pytestmark = pytest.mark.django_db
NOW = timezone.now
ADA = Party(addresses=("+491515550101",), name="Ada")


def message(provider_id="m1", **fields):
    return MessageReceived(
        **{"provider_id": provider_id, "sender": ADA, "at": NOW(), "text": "Hello", **fields}
    )


def status(state, provider_id="out1", **fields):
    return StatusChanged(**{"provider_id": provider_id, "status": state, "at": NOW(), **fields})


def outgoing(provider_id="out1", **fields):
    conversation = factories.conversation("telegram")
    sent = factories.sent(conversation)
    Message.objects.filter(pk=sent.pk).update(
        **{"provider_id": provider_id, "status": DeliveryStatus.ACCEPTED, **fields}
    )
    return Message.objects.get(pk=sent.pk)


def test_first_message_makes_customer_identity_and_conversation():
    text = received(factories.channel(), "Hello", name="Ada")

    conversation = text.conversation
    assert (Customer.objects.count(), Identity.objects.count()) == (1, 1)
    assert conversation.customer.name == "Ada"
    assert (conversation.unread_count, conversation.preview) == (1, "Hello")
    assert conversation.waiting_since == conversation.last_inbound_at == text.sent_at


def test_repeated_message_changes_nothing():
    channel = factories.channel()
    assert happened(channel, message()) is Result.APPLIED

    assert happened(channel, message(text="other")) is Result.DUPLICATE
    assert Message.objects.get().text == "Hello"
    assert Conversation.objects.get().unread_count == 1


def test_same_provider_id_on_two_channels_is_two_messages():
    happened(factories.channel(), message())
    happened(factories.channel(), message())

    assert Message.objects.count() == 2


def test_one_person_under_two_address_forms_is_one_identity():
    channel = factories.channel()
    received(channel, sender=Party(addresses=("447700900123",)))
    received(channel, sender=Party(addresses=("GB.2001", "447700900123")))
    received(channel, sender=Party(addresses=("GB.2001",)))

    assert Identity.objects.count() == 1
    assert Conversation.objects.get().messages.count() == 3


def test_late_message_keeps_its_own_time_and_does_not_open_the_window():
    channel = factories.channel()
    late = NOW() - timedelta(hours=30)
    received(channel, "late", at=late)

    assert Conversation.objects.get().last_inbound_at == late


def test_overtaken_message_does_not_replace_the_preview():
    channel = factories.channel()
    received(channel, "second", at=NOW())
    received(channel, "first", at=NOW() - timedelta(minutes=1))

    conversation = Conversation.objects.get()
    assert conversation.preview == "second"
    assert list(conversation.messages.order_by("sent_at").values_list("text", flat=True)) == [
        "first",
        "second",
    ]


def test_time_from_the_future_is_taken_as_now():
    text = received(factories.channel(), at=NOW() + timedelta(days=2))

    assert text.sent_at <= NOW()


def test_answer_soon_after_resolving_reopens_the_conversation():
    channel = factories.channel()
    conversation = received(channel).conversation
    Conversation.objects.update(status=ConversationStatus.RESOLVED, resolved_at=NOW())
    received(channel, "one more thing")

    conversation.refresh_from_db()
    assert conversation.status == ConversationStatus.OPEN
    assert conversation.resolved_at is None


def test_message_long_after_resolving_begins_a_new_conversation():
    channel = factories.channel()
    received(channel)
    Conversation.objects.update(status=ConversationStatus.RESOLVED, resolved_at=NOW() - timedelta(days=10))
    received(channel, "new matter")

    assert Conversation.objects.count() == 2
    assert Customer.objects.count() == 1


def test_edit_keeps_the_earlier_text_and_the_latest_edit_wins():
    channel = factories.channel()
    text = received(channel, "helo", provider_id="m1")
    happened(channel, MessageEdited(provider_id="m1", at=NOW() + timedelta(seconds=9), text="hello!"))
    happened(channel, MessageEdited(provider_id="m1", at=NOW() + timedelta(seconds=5), text="hello"))

    text.refresh_from_db()
    assert text.text == "hello!"
    assert [revision.text for revision in text.revisions.all()] == ["helo"]
    assert text.conversation.preview == "hello!"


def test_deleted_message_keeps_its_row_and_hides_its_preview():
    channel = factories.channel()
    text = received(channel, "secret", provider_id="m1")
    happened(channel, MessageDeleted(provider_id="m1", at=NOW()))

    text.refresh_from_db()
    assert text.deleted_at is not None
    assert text.conversation.preview == ""


def test_reaction_that_overtakes_its_message_is_applied_when_the_message_arrives(run_jobs):
    channel = factories.channel()
    event = factories.webhook_event(channel)
    reaction = ReactionChanged(provider_id="m1", sender=ADA, emojis=("👍",), at=NOW())
    from conversations import ingest

    assert ingest.record(reaction, event).result is Result.WAITING
    assert Waiting.objects.count() == 1


def test_reactions_follow_the_last_report():
    channel = factories.channel()
    text = received(channel, provider_id="m1")
    for emojis, after in [(("👍",), 1), (("❤️",), 3), (("😮",), 2)]:
        at = NOW() + timedelta(seconds=after)
        happened(channel, ReactionChanged(provider_id="m1", sender=ADA, emojis=emojis, at=at))

    assert [reaction.emoji for reaction in text.reactions.all()] == ["❤️"]


STATES = (DeliveryStatus.ACCEPTED, DeliveryStatus.DELIVERED, DeliveryStatus.READ, DeliveryStatus.FAILED)


@pytest.mark.parametrize("order", list(permutations(STATES)))
def test_every_order_of_receipts_ends_in_the_same_state(order):
    sent = outgoing()
    for state in (*order, *order):
        happened(sent.channel, status(state, reason="no luck" if state == "failed" else ""))

    sent.refresh_from_db()
    assert sent.status == DeliveryStatus.READ
    assert sent.failure_reason == "no luck"
    assert sent.receipts.count() == 4


def test_failure_after_acceptance_stands():
    sent = outgoing()
    happened(sent.channel, status(DeliveryStatus.FAILED, reason="No such number", code="21211"))
    happened(sent.channel, status(DeliveryStatus.ACCEPTED))

    sent.refresh_from_db()
    assert (sent.status, sent.failure_reason) == (DeliveryStatus.FAILED, "No such number")


def test_receipt_before_the_provider_id_is_known_waits():
    sent = outgoing(provider_id="", status=DeliveryStatus.SENDING)

    assert happened(sent.channel, status(DeliveryStatus.DELIVERED)) is Result.WAITING
    assert Waiting.objects.get().provider_id == "out1"


def test_receipt_with_our_reference_settles_an_unknown_outcome():
    sent = outgoing(provider_id="", status=DeliveryStatus.OUTCOME_UNKNOWN)
    happened(sent.channel, status(DeliveryStatus.DELIVERED, reference=str(sent.uid)))

    sent.refresh_from_db()
    assert (sent.status, sent.provider_id) == (DeliveryStatus.DELIVERED, "out1")


def test_opt_out_error_in_a_receipt_suppresses_the_identity():
    sent = outgoing()
    happened(sent.channel, status(DeliveryStatus.FAILED, failure=Failure.OPTED_OUT, code="21610"))

    assert sent.conversation.identity.suppressions.get().purpose == "all"


def test_unreachable_customer_is_reachable_again_once_they_write():
    sent = outgoing()
    identity = sent.conversation.identity
    happened(sent.channel, status(DeliveryStatus.FAILED, failure=Failure.UNREACHABLE))
    identity.refresh_from_db()
    assert identity.unreachable_since

    received(sent.channel, "back", address=identity.address)
    identity.refresh_from_db()
    assert identity.unreachable_since is None


def test_read_watermark_reads_everything_sent_before():
    sent = outgoing()
    reader = Party(addresses=(sent.conversation.identity.address,))
    happened(sent.channel, ReadByCustomer(sender=reader, at=NOW()))

    sent.refresh_from_db()
    assert sent.status == DeliveryStatus.READ


def test_stop_suppresses_and_a_later_start_lifts():
    channel = factories.channel("twilio_sms")
    conversation = received(channel, "STOP").conversation
    stop = ConsentChanged(sender=ADA, action=ConsentAction.WITHDRAW, purpose="all", at=NOW(), evidence="STOP")
    happened(channel, stop)
    assert conversation.identity.suppressions.count() == 1

    start = ConsentChanged(sender=ADA, action=ConsentAction.GRANT, purpose="all", at=NOW(), evidence="START")
    happened(channel, start)
    assert conversation.identity.suppressions.count() == 0


def test_an_older_start_does_not_lift_a_younger_stop():
    channel = factories.channel("twilio_sms")
    received(channel)
    stop = ConsentChanged(sender=ADA, action=ConsentAction.WITHDRAW, purpose="all", at=NOW())
    earlier = NOW() - timedelta(minutes=5)
    happened(channel, stop)
    happened(channel, ConsentChanged(sender=ADA, action=ConsentAction.GRANT, purpose="all", at=earlier))

    assert Identity.objects.get().suppressions.count() == 1


def test_blocking_the_bot_makes_the_identity_unreachable():
    channel = factories.channel("telegram")
    received(channel)
    happened(channel, ReachabilityChanged(sender=ADA, reachable=False, at=NOW(), reason="blocked"))

    assert Identity.objects.get().unreachable_reason == "blocked"
    assert Message.objects.filter(content__activity="unreachable").exists()


def test_changed_phone_number_does_not_move_the_identity():
    channel = factories.channel()
    received(channel)
    moved = IdentityChanged(
        old="+491515550101", new=Party(addresses=("+491515550999",)), at=NOW(), same_person=False
    )
    happened(channel, moved)
    received(channel, "who am I?", address="+491515550999")

    assert Identity.objects.count() == 2


def test_renewed_id_of_the_same_account_is_the_same_identity():
    channel = factories.channel()
    received(channel, address="GB.1")
    happened(channel, IdentityChanged(old="GB.1", new=Party(addresses=("GB.2",)), at=NOW(), same_person=True))
    received(channel, "still me", address="GB.2")

    assert Identity.objects.count() == 1


def test_group_messages_share_one_conversation_and_keep_their_writers():
    from channels_app.events import Chat

    channel = factories.channel("telegram")
    chat = Chat(address="-100", kind="group", title="Acme help")
    for number, name in enumerate(("Ada", "Bo")):
        writer = Party(addresses=(str(number + 1),), name=name)
        received(channel, sender=writer, chat=chat)

    conversation = Conversation.objects.get()
    assert conversation.identity.is_group
    assert {m.content["author"] for m in conversation.messages.all()} == {"Ada", "Bo"}


def test_message_from_another_app_of_ours_is_outgoing_and_ends_the_waiting():
    channel = factories.channel()
    received(channel)
    received(channel, "On it", outgoing=True)

    conversation = Conversation.objects.get()
    assert conversation.waiting_since is None
    assert conversation.messages.get(text="On it").direction == "out"


def test_unsupported_message_is_shown_and_counts_as_unread():
    text = received(factories.channel(), "", kind=MessageKind.UNSUPPORTED, content={"unsupported": "a poll"})

    assert text.content["unsupported"] == "a poll"
    assert text.conversation.unread_count == 1


def test_unsupported_event_is_kept_with_its_reason():
    assert happened(factories.channel(), Unsupported(reason="a call", raw={})) is Result.IGNORED


def test_template_report_updates_only_what_it_says():
    channel = factories.channel()
    Template.objects.create(channel=channel, name="t", language="en", status="approved", category="utility")
    happened(channel, TemplateChanged(name="t", language="en", at=NOW(), status="paused"))

    template = Template.objects.get()
    assert (template.status, template.category) == ("paused", "utility")
