"""What every kind of channel promises, checked over everything that was ever recorded for it."""

import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from channels_app import registry
from channels_app.errors import InvalidSignature, MalformedPayload
from channels_app.serialize import as_json
from tests.mutations import damaged, paths, replaced, structured, with_body
from tests.recordings import PAYLOADS, assert_subset, play, received, sent, webhook_request
from tests.signing import CREDENTIALS, SIGNATURE_HEADERS, channel, sign, with_header

KINDS = sorted(CREDENTIALS)
RECEIVED = [pytest.param(kind, *param.values, id=param.id) for kind in KINDS for param in received(kind)]
# Twilio's library has a transport of its own: test_twilio.py plays its recordings.
OTHER_WIRES = {"twilio_sms", "twilio_whatsapp"}
SENT = [
    pytest.param(kind, *param.values, id=param.id)
    for kind in KINDS
    if kind not in OTHER_WIRES
    for param in sent(kind)
]
UNREADABLE = {
    "empty": b"",
    "not UTF-8": b"\xff\xfe\x80",
    "NUL": b"\x00",
    "null": b"null",
    "a list": b"[1]",
    "a string": b'"x"',
    "a number": b"1e999",
    "not a number": b'{"update_id":NaN,"object":NaN,"entry":NaN}',
    "deep lists": b"[" * 100_000,
    "deep objects": b'{"entry":' * 100_000,
    "balanced depth": b'{"object":"whatsapp_business_account","entry":' + b"[" * 400 + b"]" * 400 + b"}",
    "a huge number": b'{"update_id":' + b"9" * 5000 + b"}",
    "half a surrogate": b'{"update_id":1,"message":"\\ud800"}',
}
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def parse(kind, request) -> list | None:
    """The events as JSON, None for a body that is refused as a whole. Anything else raised is a broken promise."""
    try:
        events = registry.adapter(kind).parse(request, channel(kind))
    except MalformedPayload:
        return None
    return [json.loads(json.dumps(as_json(event), allow_nan=False)) for event in events]


def test_every_registered_kind_has_credentials_a_signer_and_recordings():
    assert set(registry.ADAPTERS) == set(CREDENTIALS) == set(SIGNATURE_HEADERS)
    for kind in registry.ADAPTERS:
        for direction in ("receive", "send"):
            assert any((PAYLOADS / kind / direction).glob("*.json")), (
                f"{kind} has no recordings to {direction}"
            )


@pytest.mark.parametrize("kind", KINDS)
def test_adapter_is_registered_under_its_own_kind(kind):
    adapter = registry.adapter(kind)

    assert adapter.kind == kind
    assert adapter.label
    assert set(CREDENTIALS[kind]) <= {credential.name for credential in adapter.credentials}


@pytest.mark.parametrize(("kind", "recording"), RECEIVED)
def test_recorded_webhook_is_read_as_recorded(kind, recording):
    assert_subset(recording["events"], parse(kind, webhook_request(recording)))


@pytest.mark.parametrize(("kind", "recording"), SENT)
def test_recorded_send_asks_and_ends_as_recorded(kind, recording, monkeypatch):
    play(recording, registry.adapter(kind), channel(kind), monkeypatch)


@pytest.mark.parametrize(("kind", "recording"), RECEIVED)
def test_no_damage_of_a_recording_raises(kind, recording):
    for changed in damaged(recording):
        parse(kind, webhook_request(changed))


@pytest.mark.parametrize(("kind", "recording"), RECEIVED)
def test_truncated_recording_never_raises(kind, recording):
    request = webhook_request(recording)
    for length in range(0, len(request.body), max(1, len(request.body) // 40)):
        parse(kind, replace(request, body=request.body[:length]))


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
@pytest.mark.parametrize("kind", KINDS)
def test_unreadable_body_never_raises_anything_else(kind, body):
    for param in received(kind)[:3]:
        parse(kind, replace(webhook_request(param.values[0]), body=body))


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=40, deadline=None, derandomize=True, database=None)
@given(data=st.data())
def test_any_value_in_any_place_never_raises(kind, data):
    bodies = [param.values[0] for param in received(kind) if structured(param.values[0])]
    if not bodies:
        recording, body = received(kind)[0].values[0], data.draw(JSON_VALUES)
    else:
        recording = data.draw(st.sampled_from(bodies))
        place = data.draw(st.sampled_from(list(paths(structured(recording)))))
        body = replaced(structured(recording), place, data.draw(JSON_VALUES))

    parse(kind, webhook_request(with_body(recording, json.dumps(body))))


def signed(kind):
    return sign(kind, webhook_request(received(kind)[0].values[0]), CREDENTIALS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_signed_request_is_believed(kind):
    registry.adapter(kind).verify(signed(kind), channel(kind))


@pytest.mark.parametrize("damage", ["missing", "empty", "wrong", "truncated", "longer", "not ASCII", "lone"])
@pytest.mark.parametrize("kind", KINDS)
def test_damaged_signature_is_refused(kind, damage):
    request, name = signed(kind), SIGNATURE_HEADERS[kind]
    value = request.header(name)
    others = {key: kept for key, kept in request.headers.items() if key.lower() != name.lower()}
    values = {"empty": "", "wrong": value[:-2] + "zz", "truncated": value[:-1], "longer": value + "0"}
    values |= {"not ASCII": value[:-1] + "ä", "lone": value[:1]}
    changed = (
        with_header(request, name, values[damage]) if damage in values else replace(request, headers=others)
    )

    with pytest.raises(InvalidSignature):
        registry.adapter(kind).verify(changed, channel(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_signature_made_with_another_secret_is_refused(kind):
    others = {name: f"{value[:-1]}_" for name, value in CREDENTIALS[kind].items()}
    forged = sign(kind, webhook_request(received(kind)[0].values[0]), others)

    with pytest.raises(InvalidSignature):
        registry.adapter(kind).verify(forged, channel(kind))


@pytest.mark.parametrize("kind", KINDS)
def test_channel_without_secrets_believes_nothing(kind):
    empty = dict.fromkeys(CREDENTIALS[kind], "")
    forged = sign(kind, webhook_request(received(kind)[0].values[0]), empty)

    with pytest.raises(InvalidSignature):
        registry.adapter(kind).verify(forged, replace(channel(kind), credentials=empty))
