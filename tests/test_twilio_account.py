import base64
from dataclasses import replace

import pytest

from channels_app import download
from channels_app.adapters.twilio import TwilioSMS, TwilioWhatsApp
from channels_app.content import MessageKind
from channels_app.errors import (
    MediaUnavailable,
    PermanentFailure,
    TemporaryFailure,
)
from channels_app.events import Media
from channels_app.outbound import Download, Recipient
from tests import signing, twilio_wire

SMS, WHATSAPP = TwilioSMS(), TwilioWhatsApp()
CHANNEL = signing.channel("twilio_sms")
WHATSAPP_CHANNEL = signing.channel("twilio_whatsapp")
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
FILE = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT}/Messages/MM1/Media/ME1"


def with_credentials(**credentials):
    channel = signing.channel("twilio_sms")
    return replace(channel, credentials={**channel.credentials, **credentials})


def opened(monkeypatch, error=None):
    """What `fetch` asks of the download, which is tested by itself."""
    calls = []

    def stream(url, **options):
        calls.append((url, options))
        if error:
            raise error
        return Download(chunks=iter([b"x"]))

    monkeypatch.setattr(download, "stream", stream)
    return calls


def test_credentials_go_to_twilio_and_not_to_its_storage(monkeypatch):
    calls = opened(monkeypatch)

    SMS.fetch(Media(reference=FILE, kind=MessageKind.IMAGE), CHANNEL)

    [(url, options)] = calls
    pair = base64.b64decode(options["headers"]["Authorization"].removeprefix("Basic ")).decode()
    assert (url, pair) == (FILE, f"{ACCOUNT}:{CHANNEL.credentials['auth_token']}")
    assert options["redirect_headers"] is False
    assert ".twiliocdn.com" in options["allowed_hosts"]


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/f",
        "http://api.twilio.com/f",
        "https://mms.twiliocdn.com/f",
        "https://s3.amazonaws.com/f",
        "https://api.twilio.com.evil.example/f",
        "https://api.twilio.com@evil.example/f",
        "https://eviltwilio.com/f",
        "file:///etc/passwd",
    ],
)
def test_only_twilio_is_shown_the_credentials(url, monkeypatch):
    calls = opened(monkeypatch)

    with pytest.raises(MediaUnavailable):
        SMS.fetch(Media(reference=url, kind=MessageKind.IMAGE), CHANNEL)

    assert not calls


def test_a_file_that_is_not_there_yet_is_asked_for_again(monkeypatch):
    opened(monkeypatch, MediaUnavailable("absent", 404))

    with pytest.raises(TemporaryFailure):
        SMS.fetch(Media(reference=FILE, kind=MessageKind.IMAGE), CHANNEL)


def test_a_file_that_is_gone_is_gone(monkeypatch):
    opened(monkeypatch, MediaUnavailable("gone", 410))

    with pytest.raises(MediaUnavailable):
        SMS.fetch(Media(reference=FILE, kind=MessageKind.IMAGE), CHANNEL)


def account_answer(monkeypatch, **answer):
    request = {"method": "GET", "path": f"/2010-04-01/Accounts/{ACCOUNT}.json", "host": "api.twilio.com"}
    response = {"status": 200, "json": {"sid": ACCOUNT, "friendly_name": "Desk", "type": "Full", **answer}}
    return twilio_wire.serve([{"request": request, "response": response}], monkeypatch)


def test_a_working_account_is_healthy_and_asked_with_its_own_token(monkeypatch):
    asked = account_answer(monkeypatch, status="active")
    channel = with_credentials(api_key_sid="SK1", api_key_secret="invented")

    assert SMS.check(channel).ok
    assert base64.b64decode(asked[0].headers["Authorization"][6:]).startswith(b"AC")


def test_a_suspended_account_is_not_healthy(monkeypatch):
    account_answer(monkeypatch, status="suspended")

    health = SMS.check(CHANNEL)

    assert (health.ok, health.text) == (False, "The Twilio account Desk is suspended.")


def numbers(monkeypatch, *found):
    path = f"/2010-04-01/Accounts/{ACCOUNT}/IncomingPhoneNumbers"
    listed = {
        "request": {
            "method": "GET",
            "path": f"{path}.json",
            "query": {"PhoneNumber": "+15005550102", "PageSize": "1"},
        },
        "response": {"status": 200, "json": {"incoming_phone_numbers": [{"sid": sid} for sid in found]}},
    }
    form = {"SmsUrl": CHANNEL.webhook_url + "#rc=3&rp=all", "SmsMethod": "POST"}
    changed = [
        {
            "request": {"method": "POST", "path": f"{path}/{sid}.json", "form": form},
            "response": {"status": 200, "json": {"sid": sid}},
        }
        for sid in found
    ]
    return twilio_wire.serve([listed, *changed], monkeypatch)


def test_connecting_sets_the_webhook_of_the_number_with_retries(monkeypatch):
    asked = numbers(monkeypatch, "PN0123456789abcdef0123456789abcdef")

    SMS.connect(CHANNEL)

    assert len(asked) == 2


def test_connecting_a_number_twilio_does_not_list_says_what_to_do(monkeypatch):
    asked = numbers(monkeypatch)

    with pytest.raises(PermanentFailure, match="#rc=3&rp=all"):
        SMS.connect(CHANNEL)

    assert len(asked) == 1


@pytest.mark.parametrize(
    ("adapter", "channel"),
    [(SMS, with_credentials(messaging_service_sid="MG1")), (WHATSAPP, WHATSAPP_CHANNEL)],
)
def test_where_only_a_person_can_connect_nothing_is_changed(adapter, channel, monkeypatch):
    twilio_wire.serve([], monkeypatch)

    with pytest.raises(PermanentFailure, match=channel.webhook_url):
        adapter.connect(channel)


def test_typing_that_twilio_did_not_show_is_an_error(monkeypatch):
    request = {
        "method": "POST",
        "path": "/v2/Indicators/Typing.json",
        "form": {"channel": "whatsapp", "messageId": "SM1"},
    }
    twilio_wire.serve(
        [{"request": request, "response": {"status": 200, "json": {"success": False}}}], monkeypatch
    )

    with pytest.raises(PermanentFailure):
        WHATSAPP.show_typing("SM1", Recipient(addresses=("+15005550101",)), WHATSAPP_CHANNEL)


def content(sid, **fields):
    return {"sid": sid, "friendly_name": "order_ready", "language": "en", "variables": {"1": "Ana"}, **fields}


def test_templates_of_all_pages_are_listed_by_the_name_they_are_sent_by(monkeypatch):
    approved = content(
        "HX1",
        types={"twilio/text": {"body": "Hi {{1}}"}},
        approval_requests={"status": "APPROVED", "category": "UTILITY"},
    )
    draft = content("HX2", types={"twilio/card": None}, approval_requests=None)
    following = "https://content.twilio.com/v1/ContentAndApprovals?PageSize=50&Page=1"
    pages = [
        {"contents": [page], "meta": {"key": "contents", "next_page_url": url}}
        for page, url in ((approved, following), (draft, None))
    ]
    request = {"method": "GET", "path": "/v1/ContentAndApprovals", "host": "content.twilio.com"}
    twilio_wire.serve(
        [{"request": request, "response": {"status": 200, "json": page}} for page in pages], monkeypatch
    )

    first, second = WHATSAPP.templates(WHATSAPP_CHANNEL)

    assert (first.name, first.status, first.category, first.language) == ("HX1", "approved", "utility", "en")
    assert {"type": "BODY", "text": "Hi {{1}}", "example": {"1": "Ana"}} in first.components
    assert (second.name, second.status) == ("HX2", "unsubmitted")


def test_sms_has_no_templates_and_no_typing():
    assert SMS.templates(CHANNEL) == []
    assert not SMS.capabilities.typing


def test_the_set_up_steps_name_the_retry_settings():
    assert all("#rc=3&rp=all" in adapter.help for adapter in (SMS, WHATSAPP))
