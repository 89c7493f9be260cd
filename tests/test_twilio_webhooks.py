from dataclasses import replace
from urllib.parse import urlencode

import pytest
from twilio.request_validator import RequestValidator

from channels_app.adapter import WebhookRequest
from channels_app.adapters.twilio import TwilioSMS
from channels_app.errors import (
    InvalidSignature,
    MalformedPayload,
)
from tests import recordings, signing

SMS = TwilioSMS()
CHANNEL = signing.channel("twilio_sms")
ACCOUNT = "AC0123456789abcdef0123456789abcdef"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
HOOK = "https://desk.example.test/hooks/twilio/7/inbound"
HELLO = (
    b"AccountSid=AC0123456789abcdef0123456789abcdef&Body=Hi+%26+welcome+%C3%A9&From=%2B15005550101"
    b"&MessageSid=SM0123456789abcdef0123456789abcdef&NumMedia=0&To=%2B15005550102"
)
WITHOUT_PORT, WITH_PORT = "SMQ4siqp5RjOJLk06KG6jzGgPtw=", "RqHW3aaCHHWpRV/7khbOvI8LuPo="


def hook(body=HELLO, signature=WITHOUT_PORT, url=HOOK, query="", method="POST", **headers):
    return WebhookRequest(
        method=method,
        url=url,
        query=query,
        body=body,
        headers={**FORM, "X-Twilio-Signature": signature, **headers},
    )


def accepted(request, channel=CHANNEL):
    """Whether the channel takes the request for Twilio's."""
    try:
        SMS.verify(request, channel)
    except InvalidSignature:
        return False
    return True


def signature(text, **options):
    return RequestValidator(options.pop("token", CHANNEL.credentials["auth_token"])).compute_signature(
        text, {}, options.get("algorithm")
    )


def with_credentials(**credentials):
    channel = signing.channel("twilio_sms")
    return replace(channel, credentials={**channel.credentials, **credentials})


@pytest.mark.parametrize("given", [WITHOUT_PORT, WITH_PORT])
def test_port_may_or_may_not_be_part_of_the_signed_address(given):
    assert accepted(hook(signature=given))
    assert accepted(hook(signature=given, url=HOOK.replace(".test/", ".test:443/")))


def test_blank_fields_are_signed():
    assert accepted(hook(body=b"A=&B=x", signature="llf5WXJ9GTGwdhq2cv06qndZzJs="))


def test_json_is_signed_through_its_hash():
    digest = "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"
    events = {
        "url": "https://desk.example.test/hooks/twilio/7/events",
        "query": f"bodySHA256={digest}",
        "signature": "W1bgbWjuo3DP309oRJ8uKHB9klo=",
        "Content-Type": "application/json",
    }

    assert accepted(hook(body=b'{"a":1}', **events))
    assert not accepted(hook(body=b'{"a":2}', **events))
    assert not accepted(hook(body=b"", **events))
    assert not accepted(hook(body=b'{"a":1}', **{**events, "query": "bodySHA256="}))


def test_a_body_that_is_neither_signed_form_nor_hashed_is_refused():
    given = signature(HOOK)

    assert accepted(hook(body=b"", signature=given))
    assert not accepted(hook(body=HELLO, signature=given, **{"Content-Type": "text/plain"}))


@pytest.mark.parametrize(
    "changed",
    [
        {"body": HELLO + b"x"},
        {"body": HELLO + b"&New=1"},
        {"body": b""},
        {"query": "o=1"},
        {"url": HOOK + "/"},
        {"url": HOOK.replace("https", "http")},
        {"url": HOOK.replace(".test/", ".test:8443/"), "signature": WITH_PORT},
        {"signature": ""},
        {"signature": WITHOUT_PORT[:-1]},
        {"signature": "é\udc80"},
        {"method": "GET", "body": b""},
        {"body": b"Body=%ff"},
        {"body": b"Body=\xff\xfe"},
        {"url": "https://[::1/x"},
        {"url": "https://desk.example.test:99999/x"},
        {"url": "nonsense"},
        {"query": "\udc80"},
    ],
)
def test_anything_else_is_refused(changed):
    assert not accepted(hook(**changed))


@pytest.mark.parametrize(
    ("url", "signed"),
    [
        ("https://me:secret@desk.example.test:8443/x", "https://desk.example.test/x"),
        ("https://me:secret@desk.example.test:8443/x", "https://me:secret@desk.example.test:8443/x"),
        ("https://me:secret@desk.example.test/x", "https://desk.example.test:443/x"),
        ("https://[2001:db8::1]:8443/x", "https://[2001:db8::1]/x"),
        ("https://[2001:db8::1]/x", "https://[2001:db8::1]:443/x"),
        ("http://s/s", "http://s:80/s"),
        ("https://desk.example.test/x", "https://desk.example.test/x#rc=3&rp=all"),
    ],
)
def test_userinfo_addresses_in_brackets_and_retry_settings_are_understood(url, signed):
    assert accepted(hook(body=b"", url=url, signature=signature(signed)))


def test_the_query_is_signed_as_it_stands():
    query = "o=a%20b&x=%2B&x="

    assert accepted(hook(body=b"", query=query, signature=signature(f"{HOOK}?{query}"), method="GET"))
    assert not accepted(hook(body=b"", query="o=a+b&x=%2B&x=", signature=signature(f"{HOOK}?{query}")))


def test_headers_of_a_proxy_choose_no_address():
    forged = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "Host": "evil.example"}

    assert accepted(hook(**forged))
    assert not accepted(
        hook(signature=signature("http://evil.example/hooks/twilio/7/inbound"), body=b"", **forged)
    )


def test_a_shared_key_signs_with_sha256():
    channel = with_credentials(signing_key_id="key_1", signing_key_secret="shared")
    given = signature(HOOK, token="shared", algorithm="HMAC_SHA256")
    settings = {"X-Twilio-Webhooks-Signature-Settings": "key=key_1,algorithm=HMAC_SHA256"}

    assert accepted(hook(body=b"", signature=given, **settings), channel)
    assert not accepted(hook(body=b"", signature=given), channel)
    assert not accepted(hook(body=b"", signature=given, **settings), CHANNEL)
    assert accepted(hook(body=b"", signature=signature(HOOK)), channel)


@pytest.mark.parametrize(
    "named",
    [
        "key=key_1,algorithm=HMAC_MD5",
        "key=key_2,algorithm=HMAC_SHA256",
        "algorithm=HMAC_SHA256",
        "key=,algorithm=none",
    ],
)
@pytest.mark.parametrize("secret", ["shared", ""])
def test_an_unknown_key_or_algorithm_is_refused(named, secret):
    channel = with_credentials(signing_key_id="key_1", signing_key_secret=secret)
    tried = [
        signature(HOOK, token=token, algorithm=algorithm)
        for token in ("shared", "", CHANNEL.credentials["auth_token"])
        for algorithm in ("HMAC_SHA256", "HMAC_SHA1")
    ]

    headers = {"X-Twilio-Webhooks-Signature-Settings": named}
    assert not any(accepted(hook(body=b"", signature=given, **headers), channel) for given in tried)


def test_a_channel_without_a_token_verifies_nothing():
    channel = with_credentials(auth_token="")

    assert not accepted(hook(body=b"", signature=signature(HOOK, token="")), channel)


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"Body=%ff", FORM["Content-Type"]),
        (b"a=1&" * 2000, FORM["Content-Type"]),
        (b"\xff", "application/json"),
    ],
)
def test_an_unreadable_body_is_malformed(body, content_type):
    with pytest.raises(MalformedPayload):
        SMS.parse(hook(body=body, **{"Content-Type": content_type}), CHANNEL)


@pytest.mark.parametrize(
    "metadata", ["", "{", "[]", "1", '{"data": 1}', '{"data": {"context": ["x"]}}', "[" * 99999]
)
def test_metadata_that_cannot_be_read_harms_nothing(metadata):
    fields = {"AccountSid": ACCOUNT, "MessageSid": "SM1", "From": "+15005550101", "ChannelMetadata": metadata}

    [event] = SMS.parse(hook(body=urlencode(fields).encode()), CHANNEL)

    assert event.content == {}


def test_a_body_sent_along_with_a_get_is_not_read():
    request = hook(method="GET", query=f"AccountSid={ACCOUNT}&MessageSid=SM1&From=%2B15005550101&Body=signed")

    assert [event.text for event in SMS.parse(request, CHANNEL)] == ["signed"]


def test_a_retried_request_has_the_key_of_the_first():
    first = hook(**{"I-Twilio-Idempotency-Token": "t-1"})

    assert SMS.dedupe_key(first) == SMS.dedupe_key(replace(first, body=b"")) == "token:t-1"
    assert SMS.dedupe_key(hook()) == ""


def test_requests_by_get_do_not_pass_for_one_another():
    one, other = (hook(method="GET", body=b"", query=query) for query in ("MessageSid=SM1", "MessageSid=SM2"))

    assert SMS.dedupe_key(one) != SMS.dedupe_key(other) != ""
    assert SMS.dedupe_key(one) == SMS.dedupe_key(one)


def test_a_replay_can_be_verified_from_the_kept_headers():
    request = recordings.webhook_request(recordings.recorded("twilio_sms", "receive", "text"))
    signed = signing.sign("twilio_sms", request, CHANNEL.credentials)
    kept = {name: value for name, value in signed.headers.items() if name in SMS.kept_headers}

    assert accepted(replace(signed, headers=kept))
    assert SMS.dedupe_key(replace(signed, headers=kept)).startswith("token:")


def test_twilio_is_answered_with_an_empty_instruction():
    reply = SMS.acknowledgement

    assert (reply.status, reply.content_type) == (200, "text/xml")
    assert reply.body == '<?xml version="1.0" encoding="UTF-8"?><Response/>'
