"""What log lines say of requests, and what they keep to themselves."""

import logging

import pytest
from django.test import RequestFactory

from helpdesk.logs import RoutesOnly
from helpdesk.wsgi import pages, webhooks

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines():
    """What the console would show from here on."""
    shown = []
    handler = logging.Handler()
    handler.addFilter(RoutesOnly())
    handler.emit = lambda record: shown.append(record.getMessage())
    logging.getLogger().addHandler(handler)
    yield shown
    logging.getLogger().removeHandler(handler)


def ask(handler, path):
    environ = RequestFactory().get(path, SERVER_NAME="127.0.0.1").environ
    statuses = []
    b"".join(handler(environ, lambda status, headers, exc_info=None: statuses.append(status)))
    return int(statuses[0][:3])


@pytest.mark.parametrize(
    ("handler", "needed", "path", "route"),
    [
        (webhooks, "conversations.webhooks.Channel", "/webhooks/a-secret/", "/webhooks/<str:key>/"),
        (pages, "conversations.files.read_token", "/files/public/a-secret/", "/files/public/<str:token>/"),
    ],
)
def test_a_failure_is_told_by_its_route_and_not_by_a_key(handler, needed, path, route, lines, monkeypatch):
    monkeypatch.delattr(needed)

    assert ask(handler, path) == 500
    assert lines == [f"Internal Server Error: {route}"]


@pytest.mark.parametrize("path", ["/webhooks/a-secret/", "/files/public/a-secret/", "/nowhere/a-secret/"])
def test_a_wrong_address_is_answered_and_not_logged(path, lines):
    assert ask(webhooks if path.startswith("/webhooks/") else pages, path) == 404
    assert lines == []


def test_an_address_without_a_route_is_not_named(lines):
    request = RequestFactory().get("/a-secret/")
    request.resolver_match = None

    logging.getLogger("django.request").error("%s: %s", "Bad", "/a-secret/", extra={"request": request})

    assert lines == ["Bad: an unknown address"]


def test_every_line_is_printed_once():
    assert logging.getLogger("django").handlers == []
