"""What a download accepts: how much, for how long, and which answers."""

import gzip
from itertools import count
from unittest.mock import Mock

import pytest

from channels_app import download, pinned
from channels_app.errors import MediaUnavailable, TemporaryFailure
from tests.media_server import KB, body, fetch, file, redirect

pytestmark = pytest.mark.usefixtures("internet")


def test_a_file_arrives_with_its_name_type_and_size(server):
    disposition = 'Content-Disposition: attachment; filename="../../a\\\\b/cat.jpg"'
    server.give("/cat.jpg", file(b"meow", "Content-Type: image/jpeg; x=y", disposition))

    found = fetch()

    assert (found.mime_type, found.filename, found.size) == ("image/jpeg", "cat.jpg", 4)
    assert b"".join(found.chunks) == b"meow"


def test_three_redirects_are_followed_and_a_fourth_is_not(server):
    for step in range(4):
        server.give(f"/{step}", redirect(f"/{step + 1}"))
    server.give("/4", file(b"meow"))

    assert body("https://media.example.com/1") == b"meow"
    with pytest.raises(MediaUnavailable):
        fetch("https://media.example.com/0")
    assert [request.path for request in server.requests][-1] == "/3"


def test_a_promised_size_over_the_limit_is_refused_before_the_body(server):
    server.give("/cat.jpg", b"HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n")

    with pytest.raises(MediaUnavailable) as refusal:
        fetch()

    assert refusal.value.status == 200


def test_a_file_of_exactly_the_limit_is_accepted(server):
    server.give("/cat.jpg", file(b"x" * 64 * KB))

    assert len(body()) == 64 * KB


def test_an_endless_body_ends_at_the_limit(server):
    sent = count()

    def endless():
        yield b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
        while next(sent) < 100_000:
            yield b"400\r\n" + b"x" * KB + b"\r\n"

    server.answers["media.example.com", "/cat.jpg"] = endless
    received = []

    with pytest.raises(MediaUnavailable):
        received.extend(fetch().chunks)

    assert sum(map(len, received)) <= 64 * KB
    assert next(sent) < 100_000


def test_a_body_shorter_than_promised_is_worth_another_try(server):
    server.give("/cat.jpg", b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort")

    with pytest.raises(TemporaryFailure):
        body()


def test_bytes_beyond_the_promised_length_are_not_part_of_the_file(server):
    server.give("/cat.jpg", b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nmeow" + b"x" * KB)

    assert body() == b"meow"


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate", "br", "identity, gzip"])
def test_a_compressed_answer_is_refused_unread(encoding, server):
    bomb = gzip.compress(b"\0" * 1024 * KB)
    server.give("/cat.jpg", file(bomb, f"Content-Encoding: {encoding}"))

    with pytest.raises(MediaUnavailable):
        fetch()

    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_body_that_drips_for_ever_ends_at_the_deadline(server, clock):
    def drip():
        yield b"HTTP/1.1 200 OK\r\n\r\n"
        for _ in range(100):
            clock.return_value += 14
            yield b"x" * 16 * KB

    server.answers["media.example.com", "/cat.jpg"] = drip

    with pytest.raises(TemporaryFailure):
        list(fetch(limit=10 * 1024 * KB).chunks)

    assert clock.return_value > 1000 + download.TOTAL_TIMEOUT


def test_headers_that_drip_for_ever_end_at_the_deadline(server, clock):
    def drip():
        yield b"HTTP/1.1 200 OK\r\nX-Slow: "
        clock.return_value += download.TOTAL_TIMEOUT + 1
        yield b"x"

    server.answers["media.example.com", "/cat.jpg"] = drip

    with pytest.raises(TemporaryFailure):
        fetch()


def test_no_wait_is_longer_than_what_is_left_of_the_deadline(clock):
    clock.return_value += 117
    inner = Mock()

    pinned._TimedStream(inner, deadline=1120.0).read(10, timeout=15.0)

    inner.read.assert_called_once_with(10, 3.0)


@pytest.mark.parametrize("status", [204, 206, 304, 400, 401, 403, 404, 410, 451])
def test_a_refusal_of_the_server_is_final_and_carries_its_status(status, server):
    server.give("/cat.jpg", file(b"", status=f"{status} No"))

    with pytest.raises(MediaUnavailable) as refusal:
        fetch()

    assert refusal.value.status == status


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_busy_server_is_worth_another_try_when_it_says(status, server):
    server.give("/cat.jpg", file(b"", "Retry-After: 7", status=f"{status} Busy"))

    with pytest.raises(TemporaryFailure) as failure:
        fetch()

    assert failure.value.retry_after == 7


@pytest.mark.parametrize(
    "answer", [b"", b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"]
)
def test_an_answer_that_is_not_http_is_worth_another_try(answer, server):
    server.give("/cat.jpg", answer)

    with pytest.raises(TemporaryFailure):
        fetch()
