"""Live screens: told after commit, only what they may see, and never left stale for long."""

import asyncio
import json
from importlib import import_module

import pytest
from asgiref.testing import ApplicationCommunicator
from django.conf import settings
from django.db import DatabaseError, InterfaceError, transaction

from accounts.models import Agent, Role
from conversations import actions, changes
from conversations.models import Conversation
from inbox import hub as hub_module
from inbox import live, rights
from inbox.consumer import NOT_SIGNED_IN, TRY_AGAIN, InboxConsumer
from inbox.hub import Hub, Listener
from inbox.rights import Rights

from . import children, factories
from .signing import CREDENTIALS
from .world import telegram_text

EVERYTHING = Rights(sees_all=True, teams=frozenset())
NO_TEAM = Rights(sees_all=False, teams=frozenset())


def listener(agent=1, may=NO_TEAM):
    return Listener(agent=agent, session="s", rights=may)


def received(listener):
    found = []
    while not listener.queue.empty():
        found.append(listener.queue.get_nowait())
    return [text and json.loads(text) for text in found]


@pytest.fixture
def published(monkeypatch):
    found = []
    monkeypatch.setattr(live, "publish", found.append)
    return found


@pytest.mark.django_db
def test_change_is_rendered_once_with_row_and_bubble(published, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        message = factories.received(factories.channel(), "Hello <b>you</b>", name="Ada")

    hint = published[-1]["hint"]
    assert hint["id"] == message.conversation_id
    assert f'id="row-{message.conversation_id}"' in hint["row"]
    assert f'id="message-{message.pk}"' in hint["bubbles"][0]
    assert "&lt;b&gt;" in hint["bubbles"][0]
    assert hint["version"] == Conversation.objects.get().version


@pytest.mark.django_db(transaction=True)
def test_message_through_the_providers_own_door_is_announced(published):
    factories.channel("telegram", webhook_key="telegram")
    request = {"path": "/webhooks/telegram/", "headers": {}, "body": json.dumps(telegram_text(1))}
    request["headers"]["X-Telegram-Bot-Api-Secret-Token"] = CREDENTIALS["telegram"]["secret_token"]

    assert children._post(request) == 200
    assert "Hello" in published[-1]["hint"]["bubbles"][0]


@pytest.mark.django_db
def test_what_was_rolled_back_is_never_announced(published, django_capture_on_commit_callbacks):
    conversation = factories.conversation()
    with django_capture_on_commit_callbacks(execute=True), pytest.raises(RuntimeError):
        with transaction.atomic():
            changes.announce(conversation.pk)
            raise RuntimeError

    assert published == []


@pytest.mark.django_db
def test_every_change_raises_the_version():
    conversation = factories.conversation()
    lena = factories.agent()
    before = conversation.version
    actions.assign(conversation, lena, lena)
    actions.resolve(conversation, lena)
    actions.reopen(conversation, lena)

    conversation.refresh_from_db()
    assert conversation.version >= before + 3


@pytest.mark.django_db
def test_a_broken_screen_does_not_break_the_write(monkeypatch, django_capture_on_commit_callbacks):
    def broken(*arguments):
        raise RuntimeError

    monkeypatch.setattr(live, "hint", broken)
    with django_capture_on_commit_callbacks(execute=True):
        factories.received(factories.channel())

    assert Conversation.objects.count() == 1


async def test_a_hint_reaches_exactly_those_who_may_see_it():
    hub = Hub()
    member = listener(1, Rights(sees_all=False, teams=frozenset({7})))
    owner, stranger, supervisor = listener(2), listener(3), listener(4, EVERYTHING)
    hub.listeners = {member, owner, stranger, supervisor}
    hub.fan_out({"name": "changed", "team": 7, "assignee": 2})

    assert [len(received(one)) for one in (member, owner, stranger, supervisor)] == [1, 1, 0, 1]


@pytest.mark.django_db
def test_typing_is_told_with_who_may_see_the_conversation(published):
    team, lena = factories.team(), factories.agent()
    conversation = factories.conversation()
    Conversation.objects.update(team=team, assignee=lena)
    live.on_ephemeral(None, conversation_id=conversation.pk, typing=True)

    hint = published[-1]["hint"]
    assert (hint["team"], hint["assignee"]) == (team.pk, lena.pk)


async def test_what_has_no_team_reaches_everybody():
    hub = Hub()
    hub.listeners = {listener(1), listener(2)}
    hub.fan_out({"name": "changed", "team": None, "assignee": None})

    assert all(len(received(one)) == 1 for one in hub.listeners)


async def test_a_page_that_cannot_follow_is_sent_away_to_come_back():
    slow = Listener(agent=1, session="s", rights=NO_TEAM, queue=asyncio.Queue(maxsize=2))
    for number in range(3):
        slow.put(str(number))

    assert received(slow) == [None]
    assert not slow.dismissed


@pytest.fixture
def versions(monkeypatch):
    rows = [(5, 3, None, None), (6, 9, 7, None)]
    monkeypatch.setattr(hub_module, "recent_versions", lambda: rows)


async def test_versions_are_told_even_when_no_hint_ever_arrived(versions):
    hub = Hub()
    page, supervisor = listener(1), listener(2, EVERYTHING)
    hub.listeners = {page, supervisor}
    await hub._tell_versions()

    assert received(page) == [{"name": "versions", "versions": [[5, 3]]}]
    assert received(supervisor)[0]["versions"] == [[5, 3], [6, 9]]


@pytest.mark.parametrize("error", [DatabaseError, InterfaceError])
async def test_an_outage_of_the_database_does_not_end_the_hub(monkeypatch, error):
    def away(*arguments):
        raise error

    monkeypatch.setattr(hub_module, "recent_versions", away)
    monkeypatch.setattr(hub_module, "_current_rights", away)
    hub = Hub()
    hub.listeners = {listener()}
    await hub._tell_versions()
    await hub.check_rights()

    assert hub.listeners


async def test_withdrawn_rights_end_the_socket_and_changed_ones_apply(monkeypatch):
    left, stayed = listener(1), listener(2)
    hub = Hub()
    hub.listeners = {left, stayed}
    monkeypatch.setattr(hub_module, "_current_rights", lambda who: ({2: EVERYTHING}, {"s"}))
    await hub.check_rights()

    assert (left.dismissed, received(left)) == (True, [None])
    assert stayed.rights is EVERYTHING


@pytest.mark.django_db
def test_rights_are_those_of_active_agents_and_living_sessions():
    team = factories.team()
    lena = factories.agent(teams=(team,))
    boss = factories.agent(role=Role.SUPERVISOR)
    gone = factories.agent(is_active=False)
    found = rights.of([lena.pk, boss.pk, gone.pk])

    assert found == {lena.pk: Rights(False, frozenset({team.pk})), boss.pk: EVERYTHING}


@pytest.mark.django_db
def test_a_session_that_was_ended_is_not_living():
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.create()
    key = session.session_key
    assert rights.living([key, "unknown"]) == {key}

    session.delete()
    assert rights.living([key]) == set()


async def open_socket(agent_id):
    """A page's socket, after the consumer has said whether it is welcome."""
    scope = {
        "type": "websocket",
        "path": "/ws/inbox/",
        "user": Agent(pk=agent_id),
        "session": import_module(settings.SESSION_ENGINE).SessionStore("s"),
    }
    socket = ApplicationCommunicator(InboxConsumer.as_asgi(), scope)
    await socket.send_input({"type": "websocket.connect"})
    assert (await socket.receive_output())["type"] == "websocket.accept"
    return socket


async def hint_from(socket):
    return json.loads((await socket.receive_output())["text"])["name"]


async def test_socket_of_nobody_is_closed(monkeypatch):
    monkeypatch.setattr(rights, "of", lambda ids: {})
    socket = await open_socket(None)

    assert (await socket.receive_output())["code"] == NOT_SIGNED_IN


async def test_socket_forwards_hints_and_closes_when_sent_away(monkeypatch):
    monkeypatch.setattr(rights, "of", lambda ids: dict.fromkeys(ids, NO_TEAM))
    socket = await open_socket(1)
    assert await hint_from(socket) == "welcome"

    hub_module.hub.fan_out({"name": "changed", "team": None, "assignee": None})
    assert await hint_from(socket) == "changed"

    for one in tuple(hub_module.hub.listeners):
        one.drop()
    assert (await socket.receive_output())["code"] == TRY_AGAIN
    await socket.send_input({"type": "websocket.disconnect", "code": TRY_AGAIN})
    await socket.wait()
    assert not hub_module.hub.listeners
