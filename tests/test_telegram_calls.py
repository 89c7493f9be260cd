"""Calls to the Bot API, beyond the recordings: the token, uploads, downloads, set-up, marks."""

import logging
import traceback
from dataclasses import replace

import pytest

from channels_app.adapter import ChannelConfig
from channels_app.adapters.telegram import Telegram
from channels_app.adapters.telegram.updates import ALLOWED
from channels_app.content import MessageKind
from channels_app.errors import (
    ChannelBroken,
    MediaUnavailable,
    PermanentFailure,
    SendError,
    TemporaryFailure,
)
from channels_app.events import Media
from channels_app.outbound import Outbound, Recipient
from tests.media_server import file
from tests.recordings import outbound, recorded, sent, serve
from tests.signing import CREDENTIALS, channel

telegram = Telegram()
bot = channel("telegram")
TOKEN = CREDENTIALS["telegram"]["token"]
ADA = Recipient(addresses=("5500600700",))
PHOTO = Media(reference="AgAC_y", kind=MessageKind.IMAGE, mime_type="image/jpeg", filename="lid.jpg")
FILES = replace(bot, base_url="https://media.example.com")
WEBHOOK = {
    "url": "https://desk.example/webhooks/telegram/",
    "secret_token": CREDENTIALS["telegram"]["secret_token"],
    "allowed_updates": list(ALLOWED),
    "max_connections": 20,
}
ME = {"id": 8100200300, "username": "acme_desk_bot", "can_read_all_group_messages": True}
HOOK = {"url": WEBHOOK["url"], "allowed_updates": list(ALLOWED), "pending_update_count": 0}


def call(method: str, fields: dict, result: object = True, **response) -> dict:
    answer = response or {"status": 200, "json": {"ok": True, "result": result}}
    request = {"method": "POST", "path": f"/bot{TOKEN}/{method}", "json": fields}
    return {"request": request, "response": answer}


def refusal(code: int, description: str) -> dict:
    return {"status": code, "json": {"ok": False, "error_code": code, "description": description}}


@pytest.mark.parametrize("recording", [param for param in sent("telegram") if "error" in param.values[0]])
def test_token_is_in_no_error_and_no_log(recording, monkeypatch, caplog):
    caplog.set_level(logging.DEBUG)
    serve(recording["exchanges"], monkeypatch)

    with pytest.raises(SendError) as caught:
        telegram.send(outbound(recording), bot)

    told = "".join(traceback.format_exception(caught.value)) + caplog.text + caught.value.reason
    assert TOKEN.partition(":")[2] not in told


def test_token_repeated_in_a_refusal_is_removed(monkeypatch):
    recording = recorded("telegram", "send", "error_unknown_refusal")
    recording["exchanges"][0]["response"] = refusal(400, f"Bad Request: no such path /bot{TOKEN}/x")
    serve(recording["exchanges"], monkeypatch)

    with pytest.raises(PermanentFailure, match=r"no such path /bot\(token\)/x"):
        telegram.send(outbound(recording), bot)


@pytest.mark.parametrize(
    "token", ["", "8100200300", f"{TOKEN}/../x", f"{TOKEN}?x=1", f"evil.example/{TOKEN}"]
)
def test_malformed_token_is_never_part_of_an_address(token, monkeypatch):
    serve([], monkeypatch)

    with pytest.raises(ChannelBroken):
        telegram.check(replace(bot, credentials={"token": token}))


def test_file_that_left_the_storage_fails_for_good(monkeypatch):
    serve([], monkeypatch)
    message = outbound(recorded("telegram", "send", "document"))

    with pytest.raises(PermanentFailure):
        telegram.send(replace(message, files=(Vanished(),)), bot)


class Vanished:
    name, mime_type, size, kind = "inv.pdf", "application/pdf", 5, MessageKind.DOCUMENT

    def open(self):
        raise FileNotFoundError("inv.pdf")


def test_header_and_footer_frame_the_text(monkeypatch):
    text = {"header": "Acme", "footer": "Reply STOP to end"}
    fields = {"chat_id": 5500600700, "text": "Acme\n\nHi\n\nReply STOP to end"}
    remaining = serve([call("sendMessage", fields, {"message_id": 5})], monkeypatch)

    message = Outbound(reference="m", to=ADA, kind=MessageKind.INTERACTIVE, text="Hi", content=text)

    assert telegram.send(message, bot).provider_id == "5500600700:5"
    assert not remaining


def test_refused_twice_is_refused(monkeypatch):
    recording = recorded("telegram", "send", "entities_refused")
    recording["exchanges"][1]["response"] = refusal(400, "Bad Request: can't parse entities: again")
    remaining = serve(recording["exchanges"], monkeypatch)

    with pytest.raises(PermanentFailure):
        telegram.send(outbound(recording), bot)
    assert not remaining


def test_every_kind_of_file_offered_has_a_recorded_upload():
    uploaded = {
        file["kind"] for param in sent("telegram") for file in param.values[0]["outbound"].get("files", [])
    }

    assert uploaded == {kind.value for kind in telegram.capabilities.files}


FOUND = call("getFile", {"file_id": "AgAC_y"}, {"file_id": "AgAC_y", "file_path": "photos/file_5.jpg"})


def test_file_is_fetched_with_the_name_and_type_of_the_message(server, internet, monkeypatch):
    serve([FOUND], monkeypatch)
    server.give(
        f"/file/bot{TOKEN}/photos/file_5.jpg", file(b"JPEG", "Content-Type: application/octet-stream")
    )

    download = telegram.fetch(PHOTO, FILES)

    assert b"".join(download.chunks) == b"JPEG"
    assert (download.mime_type, download.filename, download.size) == ("image/jpeg", "lid.jpg", 4)


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../x", "photos/../../x", "photos/x?y", "a@b", "//evil/x", 7]
)
def test_file_path_that_leads_elsewhere_is_not_followed(path, server, internet, monkeypatch):
    serve([call("getFile", {"file_id": "AgAC_y"}, {"file_path": path})], monkeypatch)

    with pytest.raises(MediaUnavailable):
        telegram.fetch(PHOTO, FILES)
    assert not server.requests


def test_file_known_to_be_too_big_is_not_asked_for(monkeypatch):
    serve([], monkeypatch)

    with pytest.raises(MediaUnavailable):
        telegram.fetch(replace(PHOTO, size=20 * 1024 * 1024 + 1), bot)


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (refusal(400, "Bad Request: file is too big"), MediaUnavailable),
        (refusal(400, "Bad Request: invalid file_id"), MediaUnavailable),
        (refusal(400, "Bad Request: file is temporarily unavailable"), TemporaryFailure),
        (refusal(401, "Unauthorized"), TemporaryFailure),
        (refusal(429, "Too Many Requests: retry after 7"), TemporaryFailure),
        (refusal(500, "Internal Server Error"), TemporaryFailure),
        ({"raises": "ReadTimeout"}, TemporaryFailure),
    ],
)
def test_only_a_file_that_is_gone_is_given_up(response, error, monkeypatch):
    serve([call("getFile", {"file_id": "AgAC_y"}, **response)], monkeypatch)

    with pytest.raises(error):
        telegram.fetch(PHOTO, bot)


def test_connect_asks_for_every_kind_of_update_with_the_secret(monkeypatch):
    remaining = serve([call("setWebhook", WEBHOOK)], monkeypatch)

    telegram.connect(bot)

    assert not remaining


@pytest.mark.parametrize(
    "changes",
    [{"webhook_url": ""}, {"credentials": {"token": TOKEN}}, {"credentials": {"secret_token": "x"}}],
)
def test_webhook_is_never_registered_without_address_secret_and_token(changes, monkeypatch):
    serve([], monkeypatch)

    with pytest.raises(ChannelBroken):
        telegram.connect(replace(bot, **changes))


def test_refused_webhook_keeps_telegrams_words(monkeypatch):
    words = "Bad Request: bad webhook: HTTPS url must be provided for webhook"
    serve([call("setWebhook", WEBHOOK, **refusal(400, words))], monkeypatch)

    with pytest.raises(PermanentFailure, match="HTTPS url must be provided"):
        telegram.connect(bot)


def health(hook: dict, monkeypatch, config: ChannelConfig = bot):
    serve([call("getMe", {}, ME), call("getWebhookInfo", {}, hook)], monkeypatch)
    return telegram.check(config)


def test_healthy_bot_says_its_name(monkeypatch):
    healthy = health(HOOK, monkeypatch)

    assert healthy.ok
    assert healthy.text == "@acme_desk_bot is connected."
    assert healthy.details["Reads all group messages"] == "yes"


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"url": ""}, "no webhook is registered"),
        ({"url": "https://old.example/secret-key/"}, "updates go to another address"),
        ({"allowed_updates": ["message"]}, "some updates are not asked for"),
        ({"allowed_updates": None}, "some updates are not asked for"),
        ({"pending_update_count": 3, "last_error_message": "Connection refused"}, "3 updates wait"),
    ],
)
def test_unhealthy_bot_says_why_and_never_the_address(changes, sentence, monkeypatch):
    ill = health({**HOOK, **changes}, monkeypatch)

    assert not ill.ok
    assert sentence in ill.text
    assert "secret-key" not in f"{ill.text}{ill.details}"


def test_revoked_token_breaks_the_channel(monkeypatch):
    serve([call("getMe", {}, **refusal(401, "Unauthorized"))], monkeypatch)

    with pytest.raises(ChannelBroken):
        telegram.check(bot)


@pytest.mark.parametrize(
    "response", [{}, refusal(400, "Bad Request: query is too old and response timeout expired")]
)
def test_pressed_button_stops_spinning_or_has_stopped_already(response, monkeypatch):
    remaining = serve([call("answerCallbackQuery", {"callback_query_id": "4382"}, **response)], monkeypatch)

    telegram.mark_read("callback:4382", ADA, bot)

    assert not remaining


@pytest.mark.parametrize(
    ("response", "error"),
    [
        (refusal(401, "Unauthorized"), ChannelBroken),
        (refusal(403, "Forbidden: not yours"), PermanentFailure),
        (refusal(429, "Too Many Requests: retry after 7"), TemporaryFailure),
    ],
)
def test_a_mark_swallows_nothing_else(response, error, monkeypatch):
    serve([call("answerCallbackQuery", {"callback_query_id": "4382"}, **response)], monkeypatch)

    with pytest.raises(error):
        telegram.mark_read("callback:4382", ADA, bot)


def test_ordinary_message_has_no_read_mark(monkeypatch):
    serve([], monkeypatch)

    telegram.mark_read("5500600700:41", ADA, bot)


def test_typing_is_shown_in_the_topic_or_the_business_chat(monkeypatch):
    topic = {"chat_id": -1001900800700, "message_thread_id": 12, "action": "typing"}
    business = {"chat_id": 5500600700, "business_connection_id": "bc_AAA1", "action": "typing"}
    remaining = serve([call("sendChatAction", topic), call("sendChatAction", business)], monkeypatch)

    telegram.show_typing("", Recipient(addresses=("-1001900800700",), topic="12"), bot)
    telegram.show_typing("", Recipient(addresses=("bc_AAA1:5500600700",)), bot)

    assert not remaining
