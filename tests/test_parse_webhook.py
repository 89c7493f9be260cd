"""`manage.py parse_webhook`: what captured requests mean, line by line, without a database."""

import base64
import io
import json
from types import SimpleNamespace

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from channels_app.credential_names import recognised
from channels_app.registry import ADAPTERS
from tests.recordings import assert_subset, received, recorded, webhook_request
from tests.signing import CREDENTIALS, sign

FORM = {"Content-Type": "application/x-www-form-urlencoded"}
UPDATE = {
    "update_id": 1,
    "message": {
        "message_id": 5,
        "date": 1786000000,
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Ada"},
        "text": "hi",
    },
}
CASES = [(kind, *case.values) for kind in ADAPTERS for case in received(kind)]
NAMES = [case.id for kind in ADAPTERS for case in received(kind)]


@pytest.fixture
def parse(tmp_path, capsys):
    """Run the command on these lines (objects, or bytes as they are); one object per line printed."""

    def run(kind, *lines):
        file = tmp_path / "captured.jsonl"
        texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in lines]
        file.write_bytes(b"\n".join(texts))
        call_command("parse_webhook", kind, str(file))
        return [json.loads(line) for line in capsys.readouterr().out.encode().splitlines()]

    return run


def captured(request, credentials=None, **fields):
    return {
        "method": request.method,
        "path": request.url,
        "query": request.query,
        "headers": dict(request.headers),
        "body_base64": base64.b64encode(request.body).decode(),
        "credentials": credentials or {},
        **fields,
    }


def signed(kind, name="text"):
    return sign(kind, webhook_request(recorded(kind, "receive", name)), CREDENTIALS[kind])


@pytest.mark.parametrize(("kind", "recording"), CASES, ids=NAMES)
def test_every_recorded_webhook_is_verified_and_understood(kind, recording, parse):
    request = sign(kind, webhook_request(recording), CREDENTIALS[kind])

    (answer,) = parse(kind, captured(request, CREDENTIALS[kind]))

    assert answer["verified"] is True
    assert_subset(recording["events"], answer["events"])


@pytest.mark.parametrize("kind", ADAPTERS)
def test_without_credentials_events_are_shown_as_unverified(kind, parse):
    (answer,) = parse(kind, captured(signed(kind)))

    assert answer["verified"] is False
    assert [event["type"] for event in answer["events"]] == ["MessageReceived"]


@pytest.mark.parametrize("kind", ADAPTERS)
def test_wrong_credentials_verify_nothing_and_hide_nothing(kind, parse):
    wrong = {
        name: value if name in ("phone_number_id", "waba_id", "account_sid", "sender") else "wrong"
        for name, value in CREDENTIALS[kind].items()
    }

    (answer,) = parse(kind, captured(signed(kind), wrong))

    assert answer["verified"] is False
    assert len(answer["events"]) == 1


def test_a_challenge_answered_with_our_token_is_shown(parse):
    query = {"hub.mode": "subscribe", "hub.challenge": "42", "hub.verify_token": "t"}
    line = {"method": "get", "query": query, "credentials": {"verify_token": "t"}}

    assert parse("whatsapp", line) == [
        {"verified": True, "handshake": {"status": 200, "body": "42"}, "events": []}
    ]


def test_a_challenge_with_another_token_is_not_verified(parse):
    query = "?hub.mode=subscribe&hub.challenge=42&hub.verify_token=other"
    line = {"method": "GET", "query": query, "credentials": {"verify_token": "t"}}

    (answer,) = parse("whatsapp", line)

    assert (answer["verified"], answer["handshake"]) == (False, {"status": 403, "body": ""})


def test_a_broken_line_says_so_and_the_next_is_read(parse):
    lines = [b"nonsense", b"[1]", b"\xff\xfe", b"[" * 100_000, {"body": "no json"}, {"body": 5}, {"query": 5}]

    answers = parse("telegram", *lines, {"headers": [1]}, {"body_base64": "%"}, {"body": UPDATE})

    assert [list(answer) for answer in answers[:7]] == [["error"]] * 7
    assert [event["text"] for event in answers[-1]["events"]] == ["hi"]


def test_blank_lines_are_no_requests(parse):
    assert len(parse("telegram", b"", {"body": UPDATE}, b"  ", b"")) == 1


@pytest.mark.parametrize(
    "extra",
    [
        {"path": "https://desk.example/webhooks/key/"},
        {"path": "https://desk.example/webhooks/key/?", "query": ""},
        {"path": "/webhooks/key/", "headers": {"hOST": "desk.example"}},
        {"path": "webhooks/key/", "headers": {"Host": "desk.example", "X-FORWARDED-proto": "https, http"}},
        {"path": "/webhooks/key/", "headers": {"Host": "desk.example", "X-Forwarded-Proto": "http"}},
        {"path": "/webhooks/key/", "headers": {"Host": "web:8000", "X-Forwarded-Host": "desk.example"}},
        {"path": "http://web:8000/webhooks/key/", "headers": {"X-Forwarded-Host": "desk.example, web"}},
        {"path": "http://10.0.0.1:8000/webhooks/key/", "headers": {"Host": "desk.example"}},
        {"path": "http://desk.example/webhooks/key/"},
    ],
)
def test_the_signed_address_is_put_together_from_what_was_captured(extra, parse):
    request = signed("twilio_sms")
    headers = {**request.headers, **extra.pop("headers", {})}

    (answer,) = parse(
        "twilio_sms", captured(request, CREDENTIALS["twilio_sms"], **{**extra, "headers": headers})
    )

    assert answer["verified"] is True


def test_without_a_host_the_address_is_our_own(parse, settings):
    settings.PUBLIC_URL = "https://desk.example"

    (answer,) = parse(
        "twilio_sms", captured(signed("twilio_sms"), CREDENTIALS["twilio_sms"], path="/webhooks/key/")
    )

    assert answer["verified"] is True


def test_another_address_than_the_signed_one_is_not_verified(parse):
    request = signed("twilio_sms")
    elsewhere = [
        {"path": "https://desk.example/webhooks/other/"},
        {"path": "https://evil.example/webhooks/key/"},
    ]

    answers = parse(
        "twilio_sms", *(captured(request, CREDENTIALS["twilio_sms"], **fields) for fields in elsewhere)
    )

    assert [answer["verified"] for answer in answers] == [False, False]


@pytest.mark.parametrize(
    ("kind", "name", "own"),
    [
        ("telegram", "webhook_secret", "secret_token"),
        ("telegram", "TELEGRAM_SECRET", "secret_token"),
        ("whatsapp", "secret", "app_secret"),
        ("whatsapp", "appSecret", "app_secret"),
        ("twilio_sms", "token", "auth_token"),
        ("twilio_whatsapp", "TWILIO_AUTH_TOKEN", "auth_token"),
    ],
)
def test_a_credential_under_another_clear_name_is_recognised(kind, name, own, parse):
    (answer,) = parse(kind, captured(signed(kind), {name: CREDENTIALS[kind][own]}))

    assert answer["verified"] is True


@pytest.mark.parametrize(
    ("kind", "given", "unknown"),
    [
        ("whatsapp", {"token": "x"}, {"access_token", "verify_token"}),
        ("twilio_sms", {"secret": "x"}, {"api_key_secret", "signing_key_secret"}),
        ("telegram", {"token": "1:A", "bot_token": "2:B", "telegram": "x"}, {"secret_token"}),
    ],
)
def test_a_name_that_may_mean_two_credentials_means_none(kind, given, unknown):
    known = recognised(given, ADAPTERS[kind])

    assert known == given
    assert not unknown & known.keys()


def test_a_bots_token_is_recognised():
    assert recognised({"bot_token": "2:B"}, ADAPTERS["telegram"])["token"] == "2:B"


def test_headers_and_query_may_be_given_as_pairs_and_a_type_be_missing(parse):
    request = signed("twilio_sms")
    headers = [[name, [value]] for name, value in request.headers.items() if name != "Content-Type"]

    (answer,) = parse("twilio_sms", captured(request, CREDENTIALS["twilio_sms"], headers=headers, query=[]))

    assert (answer["verified"], answer["events"][0]["type"]) == (True, "MessageReceived")


def test_a_form_may_be_given_as_an_object(parse):
    fields = recorded("twilio_sms", "receive", "text")["request"]["form"]
    headers = {"content-type": "application/x-www-form-urlencoded; charset=UTF-8"}

    (answer,) = parse("twilio_sms", {"headers": headers, "body": fields})

    assert answer["events"][0]["text"] == "Hi & welcome é 👋"


def test_a_json_body_may_be_given_as_an_object_and_is_signed_compactly(parse):
    body = json.dumps(UPDATE, separators=(",", ":"))
    as_text, as_object = parse("telegram", {"body": body}, {"body": UPDATE})

    assert as_text == as_object


def test_letters_of_any_script_are_printed_as_they_are(tmp_path, capsys):
    (tmp_path / "in").write_text(
        json.dumps({"body": {**UPDATE, "message": {**UPDATE["message"], "text": "Привет 👋"}}})
    )

    call_command("parse_webhook", "telegram", str(tmp_path / "in"))

    assert "Привет 👋" in capsys.readouterr().out


def test_half_a_surrogate_pair_does_not_break_the_line(parse):
    value = {
        "messages": [
            {"type": "new\ud83d", "id": "wamid.1", "from": "491515550101", "timestamp": "1786000000"}
        ]
    }
    entry = {"id": "1", "changes": [{"field": "messages", "value": value}]}
    line = {"body": {"object": "whatsapp_business_account", "entry": [entry]}}

    (answer,) = parse("whatsapp", line, {"body": "\ud83d"})[:1]

    assert "new\ud83d" in answer["events"][0]["content"]["unsupported"]


def test_without_credentials_nothing_counts_as_proven(parse, monkeypatch):
    monkeypatch.setattr(type(ADAPTERS["telegram"]), "verify", lambda adapter, request, channel: None)

    plain, trusted = parse("telegram", {"body": UPDATE}, {"body": UPDATE, "credentials": {"token": "1:A"}})

    assert (plain["verified"], trusted["verified"]) == (False, True)


def test_requests_may_come_through_standard_input(monkeypatch, capsys):
    lines = io.BytesIO(json.dumps({"body": UPDATE}).encode() + b"\r\n")
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=lines))

    call_command("parse_webhook", "telegram")

    assert json.loads(capsys.readouterr().out)["events"][0]["text"] == "hi"


def test_an_unknown_kind_names_the_known_ones():
    with pytest.raises(CommandError, match="whatsapp, telegram, twilio_sms, twilio_whatsapp"):
        call_command("parse_webhook", "pigeon")


def test_a_missing_file_is_a_sentence():
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("parse_webhook", "telegram", "/nowhere/captured.jsonl")
