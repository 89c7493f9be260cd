"""`manage.py desk` as a person starts it: a process of its own, on an empty directory."""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time

import pytest

from tests.source import ROOT

pytestmark = pytest.mark.processes


@pytest.fixture
def environment(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    own = {"DATA_DIR": str(tmp_path / "var"), "PORT": str(port), "HOST": "127.0.0.1", "REDIS_URL": ""}
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return bare | own | {"DATABASE_URL": f"sqlite:///{tmp_path}/var/desk.sqlite3", "PRODUCTION": "0"}


def start(environment):
    command = [sys.executable, "manage.py", "desk"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def serving(desk, environment):
    """Wait until it answers; its output when it ended instead."""
    while desk.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", int(environment["PORT"]), timeout=5)
            connection.request("GET", "/livez")
            return connection.getresponse().status
        except ConnectionError:
            time.sleep(0.1)
    return desk.stdout.read().decode()


def stop(desk):
    desk.send_signal(signal.SIGTERM)
    output, _ = desk.communicate(timeout=30)
    return output.decode()


def rows(environment, statement):
    with sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///")) as database:
        return database.execute(statement).fetchall()


def test_the_desk_serves_from_nothing_and_keeps_its_data(environment):
    first = start(environment)
    assert serving(first, environment) == 200
    rows(environment, "INSERT INTO accounts_team (name) VALUES ('Night shift')")
    assert f"http://127.0.0.1:{environment['PORT']}/" in stop(first)

    second = start(environment)
    assert serving(second, environment) == 200
    stop(second)

    assert ("Night shift",) in rows(environment, "SELECT name FROM accounts_team")


def test_the_desk_does_not_start_on_nonsense(environment):
    desk = start(environment | {"PRODUCTION": "1", "SECRET_KEY": "short", "EMBEDDED_WORKER": "1"})

    output = serving(desk, environment)

    assert desk.returncode == 1
    assert "The desk does not start:" in output
    assert "(helpdesk.E002)" in output


def test_a_second_desk_on_the_same_port_says_so(environment):
    with socket.create_server(("127.0.0.1", int(environment["PORT"]))):
        desk = start(environment)
        output, _ = desk.communicate(timeout=60)

    assert desk.returncode == 1
    assert b"choose another port" in output
