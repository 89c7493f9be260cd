"""What an agent may see: absent and forbidden are the same answer."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404

from accounts.models import Role
from conversations import access, actions
from conversations.models import Attachment

from . import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def teams():
    return factories.team("Returns"), factories.team("Billing")


@pytest.fixture
def theirs(teams):
    """A conversation of the second team."""
    conversation = factories.conversation()
    actions.assign_team(conversation, teams[1], factories.agent())
    return conversation


def sees(agent, conversation):
    try:
        return access.conversation(agent, conversation.pk).pk == conversation.pk
    except Http404:
        return False


def test_conversations_without_a_team_are_everybodys():
    assert sees(factories.agent(), factories.conversation())


def test_another_teams_conversation_is_not_found(teams, theirs):
    stranger, member = factories.agent(teams=(teams[0],)), factories.agent(teams=(teams[1],))

    assert sees(member, theirs)
    assert not sees(stranger, theirs)
    assert not access.conversations(stranger).exists()


def test_the_owner_sees_it_whatever_the_team(theirs):
    owner = factories.agent()
    actions.assign(theirs, owner, owner)

    assert sees(owner, theirs)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_supervisors_see_everything(theirs, role):
    assert sees(factories.agent(role=role), theirs)


def test_who_was_deactivated_sees_nothing(theirs):
    assert not sees(factories.agent(role=Role.ADMINISTRATOR, is_active=False), theirs)


def test_messages_and_files_follow_their_conversation(theirs):
    stranger = factories.agent()
    message = theirs.messages.first()
    attachment = Attachment.objects.create(message=message, kind="image")

    with pytest.raises(Http404):
        access.message(stranger, message.pk)
    with pytest.raises(Http404):
        access.attachment(stranger, attachment.uid)


def test_channels_are_for_administrators():
    channel = factories.channel()
    assert access.channel(factories.agent(role=Role.ADMINISTRATOR), channel.pk) == channel

    with pytest.raises(PermissionDenied):
        access.channel(factories.agent(role=Role.SUPERVISOR), channel.pk)
