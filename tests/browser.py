"""A desk as a person starts it, and a real Chromium in front of it."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from contextlib import contextmanager

import pytest

from .world import ROOT

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
PASSWORD = "helpdesk-demo"


class Desk:
    """`make run` on an empty directory, with its demonstration."""

    command = "desk"

    def __init__(self, directory):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        self.environment = bare | {"DATA_DIR": str(directory), "PORT": str(self.port), "PRODUCTION": "0"}
        self.log = (directory / "desk.log").open("wb")
        self.start()

    def start(self):
        command = [sys.executable, "manage.py", self.command]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=self.environment, stdout=self.log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 90
        while not self._answers():
            assert self.process.poll() is None, "the desk did not start"
            assert time.monotonic() < deadline, "the desk took too long"
            time.sleep(0.2)

    def stop(self, how=signal.SIGTERM):
        self.process.send_signal(how)
        self.process.wait(40)

    def _answers(self):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=5)
            connection.request("GET", "/livez")
            return connection.getresponse().status == 200
        except OSError:
            return False


@contextmanager
def chromium():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def sign_in(browser, desk, who="lena@example.com", **options):
    """A page of that agent's own window, signed in; what the page complains about is kept in `page.complaints`."""
    page = browser.new_context(viewport={"width": 1440, "height": 900}, **options).new_page()
    page.set_default_timeout(20_000)
    page.complaints = []
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.on("response", lambda answer: answer.status >= 400 and page.complaints.append(answer.url))
    page.on("console", lambda line: line.type == "error" and page.complaints.append(line.text))
    page.goto(f"{desk.url}/accounts/login/")
    page.fill("input[name=login]", who)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/inbox/**")
    return page


@pytest.fixture(scope="session")
def desk(tmp_path_factory):
    desk = Desk(tmp_path_factory.mktemp("desk"))
    yield desk
    desk.stop()


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture
def inbox(browser, desk):
    """Lena's inbox with all open conversations, listening."""
    page = sign_in(browser, desk)
    page.goto(f"{desk.url}/inbox/?view=all")
    page.wait_for_selector("html[data-live=on]")
    yield page
    page.context.close()


@pytest.fixture
def phones(browser, desk):
    page = sign_in(browser, desk, "mira@example.com")
    page.goto(f"{desk.url}/simulator/")
    yield page
    page.context.close()


def phone(phones, name):
    return phones.locator(f'section[aria-label="Phone of {name}"]')


def write(phone, text):
    phone.locator("input[name=text]").fill(text)
    phone.locator("button.send").click()


def unheard(words):
    """Words nobody has written before."""
    return f"{words} {uuid.uuid4().hex[:6]}"


def open_row(inbox, name):
    inbox.locator("#list li.row", has_text=name).first.click()
    inbox.wait_for_selector("#stream")


def answer(inbox, text):
    inbox.locator("form.reply textarea").fill(text)
    inbox.locator("form.reply textarea").press("Enter")
    return inbox.locator("#stream article.out", has_text=text)
