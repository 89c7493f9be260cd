import json
import socket
import threading
from dataclasses import replace

import httpx2
import pytest

from channels_app.adapters.twilio import TwilioSMS, TwilioWhatsApp, errors
from channels_app.errors import (
    ChannelBroken,
    PermanentFailure,
    SendError,
    TemporaryFailure,
)
from channels_app.outbound import Recipient
from channels_app.serialize import as_json
from tests import recordings, signing, twilio_wire

ADAPTERS = {adapter.kind: adapter for adapter in (TwilioSMS(), TwilioWhatsApp())}
SMS, WHATSAPP = ADAPTERS["twilio_sms"], ADAPTERS["twilio_whatsapp"]
CHANNEL = signing.channel("twilio_sms")
WHATSAPP_CHANNEL = signing.channel("twilio_whatsapp")
ACCOUNT = "AC0123456789abcdef0123456789abcdef"


def with_credentials(kind="twilio_sms", **credentials):
    channel = signing.channel(kind)
    return replace(channel, credentials={**channel.credentials, **credentials})


@pytest.mark.parametrize("kind", ADAPTERS)
def test_both_directions_are_recorded(kind):
    assert len(recordings.received(kind)) >= 20
    assert len(recordings.sent(kind)) >= 10


@pytest.mark.parametrize(
    ("kind", "recording"), [(k, r.values[0]) for k in ADAPTERS for r in recordings.received(k)]
)
def test_a_recorded_request_is_verified_and_understood(kind, recording):
    channel = signing.channel(kind)
    request = signing.sign(kind, recordings.webhook_request(recording), channel.credentials)

    ADAPTERS[kind].verify(request, channel)
    events = [as_json(event) for event in ADAPTERS[kind].parse(request, channel)]

    recordings.assert_subset(recording["events"], events)
    json.dumps(events, allow_nan=False)


@pytest.mark.parametrize(
    ("kind", "recording"), [(k, r.values[0]) for k in ADAPTERS for r in recordings.sent(k)]
)
def test_a_recorded_send_asks_and_answers_the_same(kind, recording, monkeypatch):
    channel = with_credentials(kind, **recording.get("credentials", {}))
    asked = twilio_wire.serve(recording["exchanges"], monkeypatch)

    if "error" in recording:
        with pytest.raises(SendError) as caught:
            ADAPTERS[kind].send(recordings.outbound(recording), channel)
        recordings.assert_subset(recording["error"], recordings._error_as_json(caught.value))
    else:
        result = ADAPTERS[kind].send(recordings.outbound(recording), channel)
        recordings.assert_subset(recording["accepted"], recordings._accepted_as_json(result))
    assert len(asked) == len(recording["exchanges"])


def test_every_code_says_its_one_thing():
    listed = [code for codes in errors.MEANINGS.values() for code in codes]

    assert len(listed) == len(set(listed)) == len(errors.CODES)
    assert all(reason.endswith(".") for _, reason in errors.CODES.values())


@pytest.mark.parametrize(
    ("status", "error"),
    [(401, ChannelBroken), (403, ChannelBroken), (404, PermanentFailure), (429, TemporaryFailure)],
)
def test_without_a_known_code_the_http_status_decides(status, error):
    assert type(errors.from_answer(status, "99999")) is error


def test_a_simulated_channel_never_asks_twilio(monkeypatch):
    channel = replace(CHANNEL, base_url="http://127.0.0.1:8000/simulator/twilio/")
    path = f"/simulator/twilio/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    recording = recordings.recorded("twilio_sms", "send", "text")
    exchange = {
        "request": {"method": "POST", "path": path, "host": "127.0.0.1"},
        "response": recording["exchanges"][0]["response"],
    }
    asked = twilio_wire.serve([exchange], monkeypatch)

    SMS.send(recordings.outbound(recording), channel)

    assert asked[0].url.startswith("http://127.0.0.1:8000/simulator/twilio/")


def test_twilios_own_address_entered_by_hand_leaves_its_other_hosts_alone(monkeypatch):
    channel = replace(WHATSAPP_CHANNEL, base_url="https://api.twilio.com/")
    request = {"method": "POST", "path": "/v2/Indicators/Typing.json", "host": "messaging.twilio.com"}
    asked = twilio_wire.serve(
        [{"request": request, "response": {"status": 200, "json": {"success": True}}}], monkeypatch
    )

    WHATSAPP.show_typing("SM1", Recipient(addresses=("+15005550101",)), channel)

    assert len(asked) == 1


def test_the_environment_of_the_process_changes_no_host_and_lends_no_token(monkeypatch):
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "borrowed")
    recording = recordings.recorded("twilio_sms", "send", "text")
    asked = twilio_wire.serve(recording["exchanges"], monkeypatch)

    SMS.send(recordings.outbound(recording), CHANNEL)
    with pytest.raises(ChannelBroken):
        SMS.send(recordings.outbound(recording), with_credentials(auth_token=""))

    assert [httpx2.URL(request.url).host for request in asked] == ["api.twilio.com"]


def test_nothing_of_a_send_is_logged(monkeypatch, caplog):
    caplog.set_level("DEBUG")
    caplog.set_level("DEBUG", logger="twilio")
    recording = recordings.recorded("twilio_sms", "send", "opted_out")
    twilio_wire.serve(recording["exchanges"], monkeypatch)

    with pytest.raises(SendError) as caught:
        SMS.send(recordings.outbound(recording), CHANNEL)

    assert not caplog.records
    assert "+1500" not in str(caught.value)


@pytest.fixture
def loopback():
    """A server on this machine that refuses, hangs up after reading, or never answers."""
    sockets = []

    def start(script):
        server = socket.create_server(("127.0.0.1", 0))
        sockets.append(server)
        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        if script == "refuse":
            server.close()
        elif script == "hang up":
            threading.Thread(target=_hang_up, args=(server,), daemon=True).start()
        return address

    yield start
    for server in sockets:
        server.close()


def _hang_up(server):
    connection, _ = server.accept()
    connection.recv(65536)
    connection.close()


@pytest.mark.parametrize(
    ("script", "error"), [("refuse", "temporary"), ("hang up", "unknown"), ("silence", "unknown")]
)
def test_real_connections_break_as_the_recordings_say(script, error, loopback, monkeypatch):
    channel = replace(CHANNEL, base_url=loopback(script))
    monkeypatch.setattr("channels_app.adapters.twilio.wire.TIMEOUT", 0.2)

    with pytest.raises(SendError) as caught:
        SMS.send(recordings.outbound(recordings.recorded("twilio_sms", "send", "text")), channel)

    assert caught.value.failure == error
