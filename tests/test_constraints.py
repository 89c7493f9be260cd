"""The database itself refuses what must never exist, whatever the code above it does."""

import pytest
from django.db import IntegrityError

from conversations.models import Conversation, ConversationStatus, Message
from customers.models import Identity, IdentityAddress

from . import factories

pytestmark = pytest.mark.django_db


def copy_of(row, **changes):
    """Insert the same row once more."""
    row.pk = None
    row._state.adding = True
    for name, value in changes.items():
        setattr(row, name, value)
    row.save()


def test_one_message_per_provider_id():
    message = factories.received(factories.channel())

    with pytest.raises(IntegrityError):
        copy_of(message, uid="00000000-0000-4000-8000-000000000001")


def test_one_message_per_click_and_part():
    sent = factories.sent(factories.conversation(), by=factories.agent())

    with pytest.raises(IntegrityError):
        copy_of(sent, uid="00000000-0000-4000-8000-000000000001")


def test_one_open_conversation_per_identity():
    conversation = factories.conversation()

    with pytest.raises(IntegrityError):
        copy_of(conversation)


def test_any_number_of_resolved_conversations():
    conversation = factories.conversation()
    for _ in range(2):
        copy_of(conversation, status=ConversationStatus.RESOLVED)

    assert Conversation.objects.count() == 3


def test_one_identity_per_address():
    factories.conversation()

    with pytest.raises(IntegrityError):
        copy_of(Identity.objects.get())


def test_one_identity_per_form_of_an_address():
    factories.conversation()

    with pytest.raises(IntegrityError):
        copy_of(IdentityAddress.objects.get())


def test_one_webhook_event_per_delivery():
    channel = factories.channel()
    event = factories.webhook_event(channel)

    with pytest.raises(IntegrityError):
        copy_of(event)


def test_messages_without_a_provider_id_do_not_collide():
    conversation = factories.conversation()
    for _ in range(2):
        factories.sent(conversation)

    assert Message.objects.filter(provider_id="").count() == 2
