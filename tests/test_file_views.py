"""Promises on files as they leave: who gets them, how a browser must treat them, and in which pieces."""

from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.core.signing import TimestampSigner
from django.utils import timezone

from channels_app.content import MessageKind
from conversations import files, intake
from conversations.models import Attachment

from . import factories, samples

pytestmark = pytest.mark.django_db

FILM = samples.mp4() + bytes(range(256)) * 1000


def attach(data: bytes, name: str = "", hint: MessageKind | None = None, message=None) -> Attachment:
    """A stored file of a message; of a received one unless `message` is given."""
    file = intake.store([data], name=name, claimed_type="", hint=hint, limit=10_000_000)
    return file.as_attachment(message or factories.received(factories.channel()), 0)


def sending(data: bytes = samples.photo(), name: str = "offer.jpg") -> files.StoredFile:
    """A file on its way out."""
    return files.of(attach(data, name, message=factories.sent(factories.conversation())))


@pytest.fixture
def agent(client):
    person = factories.agent()
    client.force_login(person)
    return person


def address(attachment: Attachment, part: str = "") -> str:
    return f"/files/{attachment.uid}/{part}"


def body(answer) -> bytes:
    return answer.getvalue()


def test_an_image_is_shown_in_place_and_kept_for_good(client, agent) -> None:
    answer = client.get(address(attach(samples.photo(), "home.jpg")))

    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Disposition"] == 'inline; filename="home.jpg"'
    assert answer["Cache-Control"] == "private, max-age=31536000, immutable"
    assert answer["Content-Length"] == str(len(body(answer)))
    assert b"Invented Camera" not in body(answer)


@pytest.mark.parametrize(
    ("data", "hint", "mime_type"),
    [
        (samples.ogg(), MessageKind.VOICE, "audio/ogg"),
        (FILM, None, "video/mp4"),
        (samples.image("WEBP"), MessageKind.STICKER, "image/webp"),
        (samples.animation("GIF"), None, "image/gif"),
    ],
)
def test_what_a_browser_can_play_is_shown_in_place(client, agent, data, hint, mime_type) -> None:
    answer = client.get(address(attach(data, hint=hint)))

    assert answer["Content-Type"] == mime_type
    assert answer["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"%PDF-1.7\n" + samples.SCRIPT, "a.pdf"),
        (b"<html>" + samples.SCRIPT, "a.html"),
        (b"<html>" + samples.SCRIPT, "a.html.png"),
        (b"<svg>" + samples.SCRIPT, "a.svg"),
        (b"<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'>", "a.xhtml"),
        (b"alert(1)", "a.js"),
        (b"plain text " + samples.SCRIPT, "a.txt"),
        (samples.archive(word__document=b"x"), "a.docx"),
        (samples.flood(), "a.png"),
        (samples.image("TIFF"), "a.tiff"),
    ],
)
def test_everything_else_is_only_for_saving(client, agent, data, name) -> None:
    answer = client.get(address(attach(data, name)))

    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert body(answer) == data


@pytest.mark.parametrize("kind", ["attachment", "thumbnail", "public", "part", "unsatisfiable"])
def test_every_answer_forbids_guessing_and_running(client, agent, kind) -> None:
    found = attach(samples.photo())
    ranges = {"part": {"Range": "bytes=0-1"}, "unsatisfiable": {"Range": "bytes=9999999-"}}
    paths = {"thumbnail": address(found, "thumbnail/"), "public": urlsplit(sending().public_url()).path}

    answer = client.get(paths.get(kind, address(found)), headers=ranges.get(kind, {}))

    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize(
    ("name", "disposition"),
    [
        ("Grüße.pdf", "attachment; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf"),
        ('a"b\\c;d.pdf', 'attachment; filename="c;d.pdf"'),
        ('a"b;c.pdf', 'attachment; filename="a\\"b;c.pdf"'),
        ("a\r\nX-Evil: 1.pdf", 'attachment; filename="aX-Evil: 1.pdf"'),
    ],
)
def test_a_name_cannot_leave_its_header(client, agent, name, disposition) -> None:
    answer = client.get(address(attach(b"%PDF-1.7", name)))

    assert answer["Content-Disposition"] == disposition
    assert "X-Evil" not in answer


def test_a_thumbnail_is_small_and_webp(client, agent) -> None:
    answer = client.get(address(attach(samples.image("PNG", (2000, 1000))), "thumbnail/"))

    assert answer["Content-Type"] == "image/webp"
    assert body(answer)[8:12] == b"WEBP"


def test_a_file_without_a_thumbnail_has_none(client, agent) -> None:
    assert client.get(address(attach(b"%PDF-1.7"), "thumbnail/")).status_code == 404


@pytest.mark.parametrize("part", ["", "thumbnail/"])
def test_who_is_not_signed_in_gets_no_file(client, part) -> None:
    answer = client.get(address(attach(samples.photo()), part))

    assert (answer.status_code, urlsplit(answer["Location"]).path) == (302, "/accounts/login/")


@pytest.mark.parametrize("part", ["", "thumbnail/"])
def test_who_may_not_see_the_conversation_gets_no_file(client, agent, part) -> None:
    found = attach(samples.photo())
    conversation = found.message.conversation
    conversation.team = factories.team()
    conversation.save(update_fields=["team"])

    assert client.get(address(found, part)).status_code == 404
    conversation.team.members.add(agent)
    assert client.get(address(found, part)).status_code == 200


def test_unknown_pending_and_lost_files_are_not_found(client, agent) -> None:
    found = attach(samples.photo())

    assert client.get(f"/files/{uuid4()}/").status_code == 404
    Attachment.objects.update(state="pending")
    assert client.get(address(found)).status_code == 404
    Attachment.objects.update(state="stored")
    files.of(found).discard()
    assert client.get(address(found)).status_code == 404


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=0-", 0, len(FILM)),
        ("bytes=100-199", 100, 200),
        ("bytes=-500", len(FILM) - 500, len(FILM)),
        ("bytes=-999999999", 0, len(FILM)),
        (f"bytes={len(FILM) - 1}-999999999", len(FILM) - 1, len(FILM)),
    ],
)
def test_a_player_may_ask_for_a_part(client, agent, asked, start, stop) -> None:
    answer = client.get(address(attach(FILM)), headers={"Range": asked})

    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes {start}-{stop - 1}/{len(FILM)}"
    assert answer["Content-Length"] == str(stop - start)
    assert body(answer) == FILM[start:stop]


@pytest.mark.parametrize("asked", [f"bytes={len(FILM)}-", "bytes=-0", f"bytes={len(FILM)}-{len(FILM) + 5}"])
def test_a_part_beyond_the_end_cannot_be_had(client, agent, asked) -> None:
    answer = client.get(address(attach(FILM)), headers={"Range": asked})

    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{len(FILM)}")


@pytest.mark.parametrize(
    "asked", ["bytes=5-2", "bytes=-", "bytes=0-1,4-5", "items=0-1", "bytes=" + "9" * 5000 + "-", "bytes=²-3"]
)
def test_an_odd_range_is_answered_with_the_whole_file(client, agent, asked) -> None:
    answer = client.get(address(attach(FILM)), headers={"Range": asked})

    assert answer.status_code == 200
    assert body(answer) == FILM


def test_a_part_of_another_version_is_answered_with_the_whole_file(client, agent) -> None:
    answer = client.get(address(attach(FILM)), headers={"Range": "bytes=0-1", "If-Range": '"old"'})

    assert answer.status_code == 200


def test_head_tells_the_size_and_sends_nothing(client, agent) -> None:
    answer = client.head(address(attach(FILM)), headers={"Range": "bytes=0-1"})

    assert (answer.status_code, answer["Content-Length"], body(answer)) == (200, str(len(FILM)), b"")
    assert answer["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_files_are_only_read(client, agent, method) -> None:
    assert getattr(client, method)(address(attach(FILM))).status_code == 405


def test_a_provider_fetches_a_file_with_the_address_alone(client, settings) -> None:
    settings.PUBLIC_URL = "https://desk.example"
    file = sending()

    url = urlsplit(file.public_url())
    answer = client.get(url.path)

    assert f"{url.scheme}://{url.netloc}" == "https://desk.example"
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/jpeg")
    assert answer["Content-Disposition"] == 'attachment; filename="offer.jpg"'
    assert answer["Cache-Control"] == "private, no-store"
    assert not answer.cookies


def test_a_provider_is_told_the_true_type_of_a_document(client) -> None:
    answer = client.get(urlsplit(sending(b"%PDF-1.7", "a.pdf").public_url()).path)

    assert answer["Content-Type"] == "application/pdf"


def test_a_public_address_ends_after_an_hour(client, monkeypatch) -> None:
    path = urlsplit(sending().public_url()).path
    start = timezone.now().timestamp()

    for minutes, status in ((59, 200), (61, 404)):
        monkeypatch.setattr("time.time", lambda minutes=minutes: start + minutes * 60)
        assert client.get(path).status_code == status


def test_a_forged_or_foreign_token_opens_nothing(client) -> None:
    file = sending()
    good = urlsplit(file.public_url()).path.split("/")[-2]
    foreign = TimestampSigner(salt="something else").sign(str(file.uid))

    for token in (good[:-1] + "_", good.upper(), foreign, str(file.uid), "x", "\0"):
        assert client.get(f"/files/public/{token}/").status_code == 404


def test_what_customers_sent_has_no_public_address(client) -> None:
    file = files.of(attach(samples.photo()))

    assert client.get(urlsplit(file.public_url()).path).status_code == 404


def test_a_file_without_a_message_has_no_public_address() -> None:
    file = intake.store([FILM], name="a.mp4", claimed_type="", hint=None, limit=10_000_000)

    with pytest.raises(ValueError, match="message"):
        file.public_url()
