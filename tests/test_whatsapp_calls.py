"""What is asked of the Graph API: sends, files, read marks, set-up and templates."""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest

from channels_app import download
from channels_app.adapters.whatsapp import WhatsApp
from channels_app.adapters.whatsapp.errors import CODES
from channels_app.capabilities import AfterWindow
from channels_app.content import MessageKind
from channels_app.errors import (
    ChannelBroken,
    Failure,
    MediaUnavailable,
    PermanentFailure,
    TemporaryFailure,
)
from channels_app.events import Media
from channels_app.outbound import Download, Outbound, Recipient
from tests.recordings import RecordedFile, serve
from tests.signing import channel

ADAPTER = WhatsApp()
CHANNEL = channel("whatsapp")
TO = Recipient(addresses=("447700900123",))
NUMBER = "/v26.0/106500000000001"
PHOTO = Media(reference="900100200300400", kind=MessageKind.IMAGE)


def test_scope_is_the_account_or_else_the_number():
    number_only = replace(CHANNEL, credentials={"phone_number_id": "106500000000001"})

    assert ADAPTER.scope(CHANNEL) == "100200300400500"
    assert ADAPTER.scope(number_only) == "106500000000001"


def test_capabilities_name_the_window_and_what_may_follow_it():
    can = ADAPTER.capabilities

    assert (can.window, can.after_window, can.may_start) == (timedelta(hours=24), AfterWindow.TEMPLATE, True)
    assert (can.buttons.count, can.buttons.title, can.buttons.payload) == (3, 20, 256)
    assert not can.idempotent


def test_marketing_stopped_in_whatsapp_stops_nothing_else():
    assert ADAPTER.capabilities.opt_out_purpose == "marketing"


def test_every_code_has_a_sentence_and_a_failure_that_can_be_raised():
    for code, meaning in CODES.items():
        error = meaning.error(str(code))

        assert error.failure is meaning.failure is not Failure.UNKNOWN
        assert error.reason.endswith(".")


def exchange(method, path, response, **request):
    return {
        "request": {"method": method, "path": path, **request},
        "response": {"status": 200, "json": response},
    }


def refused(method, path, code, status=400):
    answer = exchange(method, path, {"error": {"code": code, "message": "no"}})
    return {**answer, "response": {**answer["response"], "status": status}}


READ = {"messaging_product": "whatsapp", "status": "read", "message_id": "wamid.IN1"}


def test_read_mark_names_the_message(monkeypatch):
    left = serve([exchange("POST", f"{NUMBER}/messages", {"success": True}, json=READ)], monkeypatch)

    ADAPTER.mark_read("wamid.IN1", TO, CHANNEL)

    assert not left


def test_typing_marks_as_read_too(monkeypatch):
    mark = {**READ, "typing_indicator": {"type": "text"}}
    left = serve([exchange("POST", f"{NUMBER}/messages", {"success": True}, json=mark)], monkeypatch)

    ADAPTER.show_typing("wamid.IN1", TO, CHANNEL)

    assert not left


SUBSCRIBE = "/v26.0/100200300400500/subscribed_apps"


def test_connecting_gives_the_account_an_address_of_its_own(monkeypatch):
    address = {
        "override_callback_uri": "https://desk.example/webhooks/whatsapp/",
        "verify_token": "invented-verify-token",
    }
    left = serve([exchange("POST", SUBSCRIBE, {"success": True}, json=address)], monkeypatch)

    ADAPTER.connect(CHANNEL)

    assert not left


def test_unconfirmed_connection_is_a_failure(monkeypatch):
    serve(
        [exchange("POST", SUBSCRIBE, {"success": False}), refused("POST", SUBSCRIBE, 190, 401)], monkeypatch
    )

    with pytest.raises(PermanentFailure):
        ADAPTER.connect(CHANNEL)
    with pytest.raises(ChannelBroken):
        ADAPTER.connect(CHANNEL)


def health(monkeypatch, **said):
    name = {"verified_name": "Acme", "display_phone_number": "+1 555-0102-030", "quality_rating": "GREEN"}
    serve([exchange("GET", NUMBER, {**name, **said})], monkeypatch)
    return ADAPTER.check(CHANNEL)


def test_connected_number_is_healthy(monkeypatch):
    found = health(monkeypatch, status="CONNECTED", health_status={"can_send_message": "AVAILABLE"})

    assert (found.ok, found.text) == (True, "Acme +1 555-0102-030: ready")
    assert found.details["quality"] == "GREEN"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"status": "BANNED"}, "banned"),
        ({"status": "CONNECTED", "health_status": {"can_send_message": "BLOCKED"}}, "blocked"),
    ],
)
def test_number_that_cannot_send_is_not_healthy(monkeypatch, said, text):
    found = health(monkeypatch, **said)

    assert (found.ok, found.text) == (False, f"Acme +1 555-0102-030: {text}")


TEMPLATES = "/v26.0/100200300400500/message_templates"


def test_templates_are_read_page_by_page(monkeypatch):
    first = {"id": "7001", "name": "a", "language": "en-US", "status": "APPROVED", "category": "UTILITY"}
    body = {"type": "BODY", "text": "Hi"}
    second = {"id": "7002", "name": "b", "language": "de", "status": "REJECTED", "components": [body, None]}
    paging = {"cursors": {"after": "C1"}, "next": "https://graph.facebook.com/next"}
    pages = [{"data": [first, "nonsense"], "paging": paging}, {"data": [second]}]
    left = serve([exchange("GET", TEMPLATES, page) for page in pages], monkeypatch)

    one, two = ADAPTER.templates(CHANNEL)

    assert not left
    assert (one.name, one.language, one.status, one.category) == ("a", "en_US", "approved", "utility")
    assert (two.provider_id, two.status, two.components) == ("7002", "rejected", (body,))


def test_template_pages_that_never_end_are_left(monkeypatch):
    page = {
        "data": [{"name": "a"}],
        "paging": {"cursors": {"after": "C1"}, "next": "https://graph.facebook.com/"},
    }
    left = serve([exchange("GET", TEMPLATES, page)] * 3, monkeypatch)

    assert len(ADAPTER.templates(CHANNEL)) == 2
    assert len(left) == 1


FILE_URL = "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=900100200300400"


def opened(monkeypatch) -> list:
    """What the shared downloader is asked for; its own tests cover the wire below it."""
    asked = []
    monkeypatch.setattr(
        download,
        "stream",
        lambda url, **options: asked.append((url, options)) or Download(chunks=iter([b"x"])),
    )
    return asked


def test_file_is_fetched_at_a_fresh_address_with_the_token(monkeypatch):
    asked = opened(monkeypatch)
    query = {"phone_number_id": "106500000000001"}
    serve([exchange("GET", "/v26.0/900100200300400", {"url": FILE_URL}, query=query)], monkeypatch)

    assert b"".join(ADAPTER.fetch(PHOTO, CHANNEL).chunks) == b"x"

    [(url, options)] = asked
    assert (url, options["headers"]) == (FILE_URL, {"Authorization": "Bearer EAAinventedtoken"})
    assert options["allowed_hosts"] == (".fbsbx.com", ".fbcdn.net", ".facebook.com", ".whatsapp.net")
    assert not options.get("redirect_headers")


def test_simulated_channel_may_also_fetch_from_its_own_host(monkeypatch):
    asked = opened(monkeypatch)
    serve([exchange("GET", "/sim/v26.0/900100200300400", {"url": "http://127.0.0.1:8000/f"})], monkeypatch)

    ADAPTER.fetch(PHOTO, replace(CHANNEL, base_url="http://127.0.0.1:8000/sim/"))

    assert asked[0][1]["allowed_hosts"][-1] == "127.0.0.1"


def test_file_id_cannot_lead_to_another_endpoint(monkeypatch):
    opened(monkeypatch)
    serve([exchange("GET", "/v26.0/../me?x=", {"url": FILE_URL})], monkeypatch)

    ADAPTER.fetch(replace(PHOTO, reference="../me?x="), CHANNEL)


@pytest.mark.parametrize(
    ("code", "status", "raised"),
    [
        (100, 400, MediaUnavailable),
        (33, 404, MediaUnavailable),
        (190, 401, TemporaryFailure),
        (1, 500, TemporaryFailure),
    ],
)
def test_file_that_is_gone_is_told_from_one_that_may_come(monkeypatch, code, status, raised):
    serve([refused("GET", "/v26.0/900100200300400", code, status)], monkeypatch)

    with pytest.raises(raised):
        ADAPTER.fetch(PHOTO, CHANNEL)


class LostFile(RecordedFile):
    def open(self) -> BytesIO:
        raise FileNotFoundError(self.name)


def test_file_lost_on_our_side_is_never_sent(monkeypatch):
    serve([], monkeypatch)
    file = LostFile(name="a.jpg", mime_type="image/jpeg", kind=MessageKind.IMAGE)

    with pytest.raises(PermanentFailure):
        ADAPTER.send(Outbound(reference="1", to=TO, kind=MessageKind.IMAGE, files=(file,)), CHANNEL)


def test_second_file_of_a_message_is_refused_before_the_first_leaves(monkeypatch):
    serve([], monkeypatch)
    file = RecordedFile(name="a.jpg", mime_type="image/jpeg", kind=MessageKind.IMAGE)

    with pytest.raises(PermanentFailure):
        ADAPTER.send(Outbound(reference="1", to=TO, kind=MessageKind.IMAGE, files=(file, file)), CHANNEL)
