"""What Telegram's updates mean, beyond the recordings: ids, hostile values, odd cases."""

import copy
import json
from dataclasses import replace

import pytest
from django.utils import timezone

from channels_app.adapters.telegram import Telegram
from channels_app.adapters.telegram.updates import ALLOWED, HANDLERS, UNSHOWN
from channels_app.errors import MalformedPayload
from channels_app.events import Event, Unsupported
from channels_app.serialize import as_json
from tests.mutations import paths, replaced
from tests.recordings import received, recorded, webhook_request
from tests.signing import channel

telegram = Telegram()
bot = channel("telegram")
UNSTORABLE = ["\x00\ud800", {"first_name": "\x00", "id": 1, "text": "\ud800"}, ["\x00"], 10**30]
DEEP = b'{"message":' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def update(name: str) -> dict:
    return copy.deepcopy(recorded("telegram", "receive", name)["request"]["body"])


def parse(body: object) -> list[Event]:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    request = webhook_request(recorded("telegram", "receive", "text"))
    return telegram.parse(replace(request, body=raw), bot)


def test_redelivered_update_has_the_same_key_and_an_edit_another():
    first, edit = (webhook_request(recorded("telegram", "receive", name)) for name in ("text", "edited_text"))

    again = replace(first, body=first.body.replace(b", ", b","))

    assert telegram.dedupe_key(first) == telegram.dedupe_key(again) == "update:900000001"
    assert telegram.dedupe_key(edit) != telegram.dedupe_key(first)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"update_id": true}', b'{"update_id": "1"}'])
def test_update_without_a_number_is_known_by_its_digest(body):
    request = replace(webhook_request(recorded("telegram", "receive", "text")), body=body)

    assert telegram.dedupe_key(request) == ""


def test_equal_numbers_in_two_chats_are_two_messages():
    ours, theirs, business = update("text"), update("text"), update("business_message")
    theirs["message"]["chat"]["id"] = theirs["message"]["from"]["id"] = 5500600701
    business["business_message"]["message_id"] = 41

    ids = {event.provider_id for body in (ours, theirs, business) for event in parse(body)}

    assert ids == {"5500600700:41", "5500600701:41", "bc_AAA1:5500600700:41"}


def test_scope_is_the_bot():
    assert telegram.scope(bot) == "8100200300"


@pytest.mark.parametrize("body", [b"", b"null", b"[]", b"\xff", b'{"a":NaN}', b'{"a":1e999}', DEEP])
def test_unreadable_body_is_malformed(body):
    with pytest.raises(MalformedPayload):
        parse(body)


@pytest.mark.parametrize("recording", received("telegram"))
def test_absurd_value_anywhere_loses_at_most_one_update(recording):
    body = recording["request"]["body"]

    for path in paths(body):
        for value in UNSTORABLE:
            events = parse(replaced(body, path, value))
            stored = json.dumps([as_json(event) for event in events if not isinstance(event, Unsupported)])
            assert events, path
            assert "\\u0000" not in stored, path
            assert "\\ud800" not in stored, path


@pytest.mark.parametrize("date", [None, "1786000000", -1, 0, 10**12, 10**30, 1786000000.5, True])
def test_absurd_date_becomes_the_time_of_arrival(date, time_of_arrival):
    body = update("text")
    body["message"]["date"] = date

    assert parse(body)[0].at == time_of_arrival


@pytest.fixture
def time_of_arrival(monkeypatch):
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    return now


def test_characters_no_database_takes_are_replaced_and_formatting_keeps_its_place():
    body = update("text")
    body["message"]["text"] = "a\x00b\ud800 bold"
    body["message"]["entities"] = [{"type": "bold", "offset": 5, "length": 4}]

    event = parse(body)[0]

    assert event.text == "a\ufffdb\ufffd bold"
    assert event.text[5:9] == "bold"
    assert event.content["entities"] == [{"type": "bold", "offset": 5, "length": 4}]


def test_start_in_a_group_names_the_bot_and_still_carries_its_code():
    body = update("group_thread_reply")
    body["message"]["text"] = "/start@acme_desk_bot camp_8"

    assert parse(body)[0].content["referral"] == {"source": "deep_link", "source_id": "camp_8"}


def test_own_number_shown_by_our_side_does_not_become_the_customers():
    body = update("business_message_owner")
    body["business_message"].pop("text")
    body["business_message"]["contact"] = {"phone_number": "447700900999", "user_id": 7700800900}

    event = parse(body)[0]

    assert event.outgoing
    assert event.sender.phone == ""


def test_nested_answers_of_a_mini_app_become_texts():
    body = update("web_app_data")
    body["message"]["web_app_data"]["data"] = '{"sizes": ["S", "\\u0000"], "note": "\\u0000"}'

    assert parse(body)[0].content["form"] == {"sizes": '["S", "\\u0000"]', "note": "\ufffd"}


def test_update_of_two_kinds_loses_neither():
    body = {**update("text"), "new_kind": {}}

    assert [type(event).__name__ for event in parse(body)] == ["MessageReceived", "Unsupported"]


def test_every_kind_asked_for_has_a_meaning():
    assert set(ALLOWED) <= set(HANDLERS) | set(UNSHOWN)


def test_sizes_no_database_takes_are_unknown():
    body = update("photo")
    for picture in body["message"]["photo"]:
        picture.update(width=2**31, height=-1, file_size=2**40)

    picture = parse(body)[0].media[0]

    assert (picture.width, picture.height, picture.size) == (None, None, 2**40)
