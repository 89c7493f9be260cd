"""Where a download may go, and where credentials may go with it."""

import socket
import ssl
from ipaddress import ip_address
from unittest.mock import Mock

import pytest

from channels_app import pinned
from channels_app.addresses import is_public
from channels_app.errors import MediaUnavailable, TemporaryFailure
from tests.hostile_addresses import HOSTILE_FORMS, HOSTILE_HOSTS
from tests.media_server import PUBLIC, TOKEN, body, fetch, file, redirect

pytestmark = pytest.mark.usefixtures("internet")


def test_the_connection_goes_to_the_checked_address_under_the_real_name(server, names):
    server.give("/cat.jpg", file(b"meow"))

    body(headers=TOKEN)

    assert server.dialled == [PUBLIC]
    assert server.requests[0].host == "media.example.com"
    assert server.requests[0].headers["authorization"] == TOKEN["Authorization"]
    assert names.asked == ["media.example.com"]


def test_a_certificate_of_another_name_is_refused(server, names):
    names.answers["impostor.example.com"] = [[PUBLIC]]

    with pytest.raises(TemporaryFailure):
        fetch("https://impostor.example.com/x", allowed_hosts=("impostor.example.com",))

    assert server.dialled == [PUBLIC]
    assert server.requests == []


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_an_inner_address_is_never_connected_to(host, server):
    url = f"https://{host}/x"

    with pytest.raises(MediaUnavailable):
        fetch(url, allowed_hosts=(host.strip("[]"),))

    assert (server.dialled, server.accepted) == ([], 0)


@pytest.mark.parametrize("url", HOSTILE_FORMS)
def test_an_address_of_a_hostile_form_is_never_connected_to(url, server, names):
    with pytest.raises(MediaUnavailable):
        fetch(url)

    assert (server.dialled, server.accepted, names.asked) == ([], 0, [])


@pytest.mark.parametrize("host", HOSTILE_HOSTS)
def test_a_name_that_leads_to_an_inner_address_is_never_connected_to(host, server, names):
    inner = [entry[4][0] for entry in names(host.strip("[]"), 443, type=socket.SOCK_STREAM)]
    names.answers["media.example.com"] = [[PUBLIC, *inner]]

    with pytest.raises(MediaUnavailable):
        fetch()

    assert (server.dialled, server.accepted) == ([], 0)


def test_a_second_private_answer_of_the_name_server_is_never_used(server, names):
    names.answers["media.example.com"] = [[PUBLIC], ["127.0.0.1"]]
    server.give("/cat.jpg", file(b"meow"))

    assert body() == b"meow"
    assert (server.dialled, len(names.asked)) == ([PUBLIC], 1)


def test_the_next_address_is_tried_when_the_first_does_not_answer(server, names, monkeypatch):
    names.answers["media.example.com"] = [["2606:2800:21f:cb07::1", PUBLIC]]
    server.give("/cat.jpg", file(b"meow"))
    reachable = socket.create_connection

    def dial(address, *args, **options):
        if ":" in address[0]:
            raise OSError("no route")
        return reachable(address, *args, **options)

    monkeypatch.setattr(socket, "create_connection", dial)

    assert body() == b"meow"


def test_an_unknown_name_is_worth_another_try(server, monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", Mock(side_effect=socket.gaierror))

    with pytest.raises(TemporaryFailure):
        fetch()


@pytest.mark.parametrize(
    "text", ["8.8.8.8", "64:ff9b::808:808", "2002:808:808::1", "::ffff:8.8.8.8", "2606:4700::1"]
)
def test_public_addresses_are_reachable_in_every_form(text):
    assert is_public(ip_address(text))


@pytest.mark.parametrize("host", ["cdn.media.example.com", "media.example.com"])
def test_a_suffix_allows_the_hosts_below_it(host, server):
    server.give("/x", file(b"meow"), host=host)

    assert body(f"https://{host}/x", allowed_hosts=(".example.com",)) == b"meow"


@pytest.mark.parametrize(
    "location",
    [
        "https://127.0.0.1/x",
        "https://localhost/x",
        "https://[::ffff:127.0.0.1]/x",
        "https://169.254.169.254/latest/meta-data/",
        "https://other.example.net/x",
        "https://user@media.example.com/x",
        "https://media.example.com:6379/x",
        "http://media.example.com/x",
        "//127.0.0.1/x",
        "file:///etc/passwd",
        "gopher://media.example.com/",
        "https://[broken/x",
        "",
    ],
)
def test_a_redirect_is_checked_like_the_first_address(location, server):
    server.give("/cat.jpg", redirect(location))
    allowed = ("media.example.com", "127.0.0.1", "localhost", "::ffff:7f00:1", "169.254.169.254")

    with pytest.raises(MediaUnavailable):
        fetch(allowed_hosts=allowed)

    assert (server.dialled, server.accepted) == ([PUBLIC], 1)


@pytest.mark.parametrize(("kept", "sent"), [(False, None), (True, "Bearer secret")])
def test_credentials_go_to_another_host_only_when_the_adapter_says_so(kept, sent, server):
    server.give("/cat.jpg", redirect("https://other.example.net/a"))
    server.give("/a", redirect("https://media.example.com/b"), host="other.example.net")
    server.give("/b", file(b"meow"))

    body(allowed_hosts=("media.example.com", "other.example.net"), headers=TOKEN, redirect_headers=kept)

    assert [request.headers.get("authorization") for request in server.requests] == [
        "Bearer secret",
        sent,
        sent,
    ]


def test_credentials_stay_with_the_host_that_redirects_to_itself(server):
    server.give("/cat.jpg", redirect("/b", "307 Temporary Redirect"))
    server.give("/b", file(b"meow"))

    body(headers=TOKEN)

    assert [request.headers["authorization"] for request in server.requests] == ["Bearer secret"] * 2


@pytest.fixture
def simulator(settings):
    settings.PUBLIC_URL = "https://localhost"
    settings.SIMULATOR, settings.PRODUCTION = True, False
    return settings


def test_the_simulator_of_a_development_desk_may_be_local(simulator, server, monkeypatch):
    monkeypatch.setattr(pinned, "tls_context", ssl._create_unverified_context)
    server.give("/x", file(b"meow"), host="localhost")

    assert body("https://localhost/x", allowed_hosts=()) == b"meow"


@pytest.mark.parametrize(
    "url", ["https://127.0.0.1/x", "http://localhost/x", "https://localhost:8000/x", "https://u@localhost/x"]
)
def test_only_the_exact_origin_of_the_simulator_may_be_local(url, simulator, server):
    with pytest.raises(MediaUnavailable):
        fetch(url, allowed_hosts=("localhost", "127.0.0.1"))

    assert server.dialled == []


@pytest.mark.parametrize("changed", [{"SIMULATOR": False}, {"PRODUCTION": True}])
def test_production_has_no_local_exception(changed, simulator, server):
    for name, value in changed.items():
        setattr(simulator, name, value)

    with pytest.raises(MediaUnavailable):
        fetch("https://localhost/x", allowed_hosts=("localhost",))

    assert server.dialled == []


def test_a_plain_http_simulator_is_reached(settings, server, monkeypatch):
    settings.PUBLIC_URL, settings.SIMULATOR, settings.PRODUCTION = "http://127.0.0.1:8000", True, False
    server.tls = Mock(wrap_socket=lambda connection, server_side: connection)
    server.give("/x", file(b"meow"), host="127.0.0.1:8000")

    assert body("http://127.0.0.1:8000/x", allowed_hosts=()) == b"meow"
