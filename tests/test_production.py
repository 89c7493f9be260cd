"""The desk in production mode as a person sets it up: static files, a first administrator, a real Chromium."""

import http.client
import re
import secrets
import subprocess
import sys

import pytest

from .browser import CHROMIUM, Desk, chromium
from .world import ROOT

pytestmark = [
    pytest.mark.browser,
    pytest.mark.timeout(300),
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium"),
]
HASHED = re.compile(r"/static/.+\.[0-9a-f]{12}\.\w+$")
PASSWORD = "correct-horse-battery"


class ProductionDesk(Desk):
    """As behind a proxy that ends TLS."""

    command = "serve"

    def start(self):
        self.environment |= {
            "PRODUCTION": "1",
            "SECRET_KEY": secrets.token_urlsafe(50),
            "CREDENTIAL_KEYS": secrets.token_urlsafe(50),
            "ALLOWED_HOSTS": "127.0.0.1",
            "PUBLIC_URL": f"https://127.0.0.1:{self.port}",
            "CSRF_TRUSTED_ORIGINS": self.url,
            "TRUSTED_PROXIES": "1",
        }
        self.manage("migrate")
        self.manage("collectstatic", "--noinput")
        self.link = self.manage("create_agent", "you@desk.example", "--role", "administrator").split()[-1]
        super().start()

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment, capture_output=True, text=True, check=True
        ).stdout


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    desk = ProductionDesk(tmp_path_factory.mktemp("production"))
    yield desk
    desk.stop()


@pytest.fixture(scope="module")
def answers(desk):
    """Every answer a browser got from the link of the first administrator to the inbox and the settings."""
    with chromium() as browser:
        page = browser.new_context(extra_http_headers={"X-Forwarded-Proto": "https"}).new_page()
        found, page.complaints = [], []
        page.on("response", lambda answer: found.append(answer))
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        choose_password(page, desk)
        page.goto(f"{desk.url}/inbox/")
        page.wait_for_selector("html[data-live=on]")
        for address in ("/settings/channels/new/telegram/", "/settings/agents/", "/admin/", "/accounts/2fa/"):
            page.goto(desk.url + address, wait_until="networkidle")
        assert page.complaints == []
        yield found


def choose_password(page, desk):
    """Follow the link, choose a password and sign in with it."""
    page.goto(desk.link.replace("https:", "http:"))
    page.fill("input[name=password1]", PASSWORD)
    page.fill("input[name=password2]", PASSWORD)
    page.press("input[name=password2]", "Enter")
    page.wait_for_url("**/done/")
    page.goto(f"{desk.url}/accounts/login/")
    page.fill("input[name=login]", "you@desk.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/inbox/**")


def test_every_page_finds_all_it_asks_for(answers):
    assert [answer.url for answer in answers if answer.status >= 400] == []


def test_static_files_have_hashed_names_and_are_kept_for_good(answers):
    static = [answer for answer in answers if "/static/" in answer.url]

    assert len(static) > 20
    assert [answer.url for answer in static if not HASHED.search(answer.url)] == []
    assert {answer.headers["cache-control"] for answer in static} == {"max-age=315360000, public, immutable"}


def test_a_module_that_others_import_has_one_name(answers):
    """Under two names it would run twice, and every click in it count twice."""
    modules = {answer.url for answer in answers if answer.url.endswith(".js")}
    names = [re.sub(r"\.[0-9a-f]{12}\.", ".", url) for url in modules]

    assert any(url.endswith("/js/live/parts.js") for url in names)
    assert len(names) == len(set(names))


def test_there_is_no_simulator(desk):
    connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=10)
    connection.request("GET", "/simulator/", headers={"X-Forwarded-Proto": "https"})

    assert connection.getresponse().status == 404
