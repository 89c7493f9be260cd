"""The gate: every reason to refuse, and none when there is no reason."""

from datetime import timedelta

import pytest
from django.utils import timezone

from channels_app.content import MessageKind
from channels_app.models import Template
from conversations import policy
from conversations.models import Conversation
from customers import suppressions

from . import factories

pytestmark = pytest.mark.django_db


def ask(conversation, kind=MessageKind.TEXT, template="", after=timedelta(0)):
    conversation = Conversation.objects.get(pk=conversation.pk)
    return policy.may_write(conversation, timezone.now() + after, kind, template).reasons


def approved(conversation, category="utility", status="approved"):
    return Template.objects.create(
        channel=conversation.channel, name="t", language="en", status=status, category=category
    ).name


def test_answering_a_customer_who_has_just_written_is_allowed():
    for kind in ("whatsapp", "telegram", "twilio_sms", "twilio_whatsapp"):
        assert ask(factories.conversation(kind)) == ()


def test_free_text_closes_with_the_window_and_a_template_still_goes():
    conversation = factories.conversation("whatsapp")
    template = approved(conversation)

    assert ask(conversation, after=timedelta(hours=23, minutes=58)) == ()
    assert ask(conversation, after=timedelta(hours=24)) == ("window_closed",)
    assert ask(conversation, MessageKind.TEMPLATE, template, timedelta(days=9)) == ()


def test_template_that_is_not_approved_is_refused():
    conversation = factories.conversation("whatsapp")

    assert ask(conversation, MessageKind.TEMPLATE, "unknown") == ("template_not_approved",)
    assert ask(conversation, MessageKind.TEMPLATE, approved(conversation, status="paused")) == (
        "template_not_approved",
    )


def test_channel_without_a_window_never_closes():
    assert ask(factories.conversation("telegram"), after=timedelta(days=400)) == ()


def test_who_never_wrote_to_a_bot_cannot_be_written_to():
    conversation = factories.conversation("telegram")
    Conversation.objects.update(last_inbound_at=None)

    assert ask(conversation) == ("never_wrote",)


def test_stop_to_everything_refuses_everything():
    conversation = factories.conversation("twilio_sms")
    suppressions.suppress(conversation.identity, "all", timezone.now())

    assert ask(conversation) == ("opted_out",)


def test_stop_to_offers_refuses_offers_only():
    conversation = factories.conversation("whatsapp")
    suppressions.suppress(conversation.identity, "marketing", timezone.now())

    assert ask(conversation) == ()
    template = approved(conversation, category="marketing")
    assert ask(conversation, MessageKind.TEMPLATE, template) == ("marketing_opted_out",)


def test_template_of_unknown_category_counts_as_an_offer():
    conversation = factories.conversation("whatsapp")
    suppressions.suppress(conversation.identity, "marketing", timezone.now())

    assert "marketing_opted_out" in ask(conversation, MessageKind.TEMPLATE, "unknown")


def test_unreachable_and_blocked_are_refused_with_every_reason():
    conversation = factories.conversation("telegram")
    suppressions.mark_unreachable(conversation.identity, timezone.now(), "blocked the bot")
    suppressions.block(conversation.identity)

    assert ask(conversation) == ("customer_blocked", "unreachable")


def test_every_reason_has_a_sentence():
    for reason in policy.REASONS:
        sentence = policy.Decision(policy.Verdict.REFUSE, (reason,)).text
        assert sentence.endswith(".")
        assert sentence != reason
