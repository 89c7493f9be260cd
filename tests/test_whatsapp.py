"""What WhatsApp's webhooks mean beyond the recordings: signatures, hostile values, foreign numbers."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from channels_app.adapter import WebhookRequest
from channels_app.adapters.whatsapp import WhatsApp
from channels_app.content import MessageKind
from channels_app.errors import (
    InvalidSignature,
    MalformedPayload,
)
from channels_app.events import ChannelAlert, MessageReceived, Unsupported
from tests.recordings import recorded, webhook_request
from tests.signing import CREDENTIALS, channel, sign, with_header

ADAPTER = WhatsApp()
CHANNEL = channel("whatsapp")


def challenge(token="invented-verify-token", method="GET", mode="subscribe") -> WebhookRequest:
    query = f"hub.mode={mode}&hub.challenge=1158201444&hub.verify_token={token}"
    return WebhookRequest(method=method, url="https://desk.example/webhooks/key/", query=query)


def test_challenge_with_our_token_is_echoed_as_plain_text():
    reply = ADAPTER.handshake(challenge(), CHANNEL)

    assert (reply.status, reply.body, reply.content_type) == (200, "1158201444", "text/plain")


@pytest.mark.parametrize(
    "request_", [challenge("wrong"), challenge(""), challenge("%C3%A4%00"), challenge(mode="unsubscribe")]
)
def test_challenge_without_our_token_is_refused_and_echoes_nothing(request_):
    reply = ADAPTER.handshake(request_, CHANNEL)

    assert (reply.status, reply.body) == (403, "")


def test_challenge_is_refused_while_no_token_is_set():
    unset = replace(CHANNEL, credentials={**CREDENTIALS["whatsapp"], "verify_token": ""})

    assert ADAPTER.handshake(challenge(""), unset).status == 403


def test_only_a_get_is_a_challenge():
    assert ADAPTER.handshake(challenge(method="POST"), CHANNEL) is None
    assert ADAPTER.handshake(replace(challenge(), query="a=b"), CHANNEL) is None


def signed() -> WebhookRequest:
    return sign("whatsapp", webhook_request(recorded("whatsapp", "receive", "text")), CREDENTIALS["whatsapp"])


def test_signature_over_the_raw_bytes_is_accepted():
    ADAPTER.verify(signed(), CHANNEL)
    ADAPTER.verify(with_header(signed(), "x-hub-signature-256", header().replace("SHA", "sha")), CHANNEL)


def header() -> str:
    return signed().header("X-Hub-Signature-256")


@pytest.mark.parametrize(
    "value",
    [
        "",
        "sha256=",
        header()[:-1],
        header()[7:],
        header() + "0",
        "sha1=" + header()[7:],
        "sha256=" + "ä" * 64,
    ],
)
def test_anything_but_the_signature_is_refused(value):
    with pytest.raises(InvalidSignature):
        ADAPTER.verify(with_header(signed(), "X-Hub-Signature-256", value), CHANNEL)


def test_one_changed_byte_of_the_body_is_refused():
    request = signed()

    with pytest.raises(InvalidSignature):
        ADAPTER.verify(replace(request, body=request.body.replace(b"Hello", b"hello")), CHANNEL)


def test_without_an_app_secret_nothing_is_believed():
    unset = {**CREDENTIALS["whatsapp"], "app_secret": ""}

    with pytest.raises(InvalidSignature):
        ADAPTER.verify(sign("whatsapp", signed(), unset), replace(CHANNEL, credentials=unset))


def test_signature_is_kept_for_replays():
    assert "X-Hub-Signature-256" in ADAPTER.kept_headers


def parse(payload, on=CHANNEL):
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return ADAPTER.parse(WebhookRequest(method="POST", url="https://desk.example/", body=body), on)


def text_body() -> dict:
    return recorded("whatsapp", "receive", "text")["request"]["body"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"object":"page","entry":[]}',
        b'{"object":"whatsapp_business_account"}',
        b'{"object":"whatsapp_business_account","entry":{}}',
        b'{"object":"whatsapp_business_account","entry":[{"id":NaN}]}',
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 200 + b"]" * 200 + b"}",
        b'{"object":"whatsapp_business_account","entry":' + b"[" * 100_000,
        b'{"object":"whatsapp_business_account","entry":[' + b"9" * 5000 + b"]}",
    ],
)
def test_body_that_is_no_envelope_is_malformed(body):
    with pytest.raises(MalformedPayload):
        parse(body)


def test_channel_without_a_number_takes_every_number():
    unset = replace(CHANNEL, credentials={**CREDENTIALS["whatsapp"], "phone_number_id": ""})
    [event] = parse(recorded("whatsapp", "receive", "other_number")["request"]["body"], unset)

    assert isinstance(event, MessageReceived)


def test_message_to_another_number_keeps_its_raw_form():
    [event] = parse(recorded("whatsapp", "receive", "other_number")["request"]["body"])

    assert isinstance(event, Unsupported)
    assert event.raw["messages"][0]["text"]["body"] == "secret"


@pytest.mark.parametrize("stamp", [10**400, 1e308, -(10**30), "1e999", True, [], {}, "٣", 253402300800])
def test_absurd_times_never_raise(stamp):
    payload = text_body()
    payload["entry"][0]["changes"][0]["value"]["messages"][0]["timestamp"] = stamp

    [event] = parse(payload)

    assert event.reason == "a message without a readable time"


def read(name: str, **changes):
    """The one event of a recording whose message was changed."""
    payload = recorded("whatsapp", "receive", name)["request"]["body"]
    payload["entry"][0]["changes"][0]["value"]["messages"][0].update(changes)
    [event] = parse(payload)
    return event


def test_only_the_first_number_of_a_requested_card_is_the_senders_own():
    [card] = read("contacts_own_number").content["contacts"]

    assert [phone.get("own", False) for phone in card["phones"]] == [True, False]
    assert "own" not in read("contacts").content["contacts"][0]["phones"][0]


@pytest.mark.parametrize("latitude", ["1e999", "NaN", True, "north", None, 10**400])
def test_place_that_is_none_becomes_a_placeholder(latitude):
    event = read("location", location={"latitude": latitude, "longitude": 0})

    assert event.kind is MessageKind.UNSUPPORTED


@pytest.mark.parametrize("digest", ["YWJj", "not base64", None, 7, "ab" * 31])
def test_digest_that_is_none_is_not_promised(digest):
    event = read("image", image={"id": "1", "sha256": digest})

    assert event.media[0].sha256 == ""


def test_digest_in_hex_is_taken_too():
    assert read("image", image={"id": "1", "sha256": "AB" * 32}).media[0].sha256 == "ab" * 32


def test_sound_is_a_voice_note_only_when_whatsapp_says_true():
    assert read("audio", audio={"id": "1", "voice": "false"}).kind is MessageKind.AUDIO


def test_number_that_did_not_change_is_no_new_identity():
    event = read("system_number_changed", system={"type": "user_changed_number", "wa_id": "447700900123"})

    assert isinstance(event, Unsupported)


def test_unreadable_edit_does_not_empty_the_message():
    event = read("edit", edit={"original_message_id": "wamid.ORIG", "message": {"type": "hologram"}})

    assert isinstance(event, Unsupported)


def test_batch_of_a_thousand_keeps_every_message_in_order():
    payload = text_body()
    value = payload["entry"][0]["changes"][0]["value"]
    value["messages"] = [{**value["messages"][0], "id": f"wamid.{number}"} for number in range(1000)]

    assert [event.provider_id for event in parse(payload)] == [f"wamid.{number}" for number in range(1000)]


def test_alert_without_a_time_gets_an_aware_one():
    payload = recorded("whatsapp", "receive", "number_error")["request"]["body"]
    del payload["entry"][0]["time"]

    [event] = parse(payload)

    assert isinstance(event, ChannelAlert)
    assert event.at.utcoffset() == timedelta(0)


def test_hidden_depth_in_a_form_stays_text():
    payload = recorded("whatsapp", "receive", "flow_reply")["request"]["body"]
    reply = payload["entry"][0]["changes"][0]["value"]["messages"][0]["interactive"]["nfm_reply"]
    reply["response_json"] = '{"a":' * 100_000

    [event] = parse(payload)

    assert (event.kind, event.content.get("form")) == (MessageKind.FORM, None)
