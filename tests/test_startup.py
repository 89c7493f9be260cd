"""What the desk refuses before its first request."""

import os
import re
import socket
import subprocess
import sys

import pytest
from django.core.checks import run_checks
from django.db import OperationalError, connection

from helpdesk import checks, startup
from tests.source import ROOT

SECRET = "abcdefghij" * 6
DEVELOPMENT_SECRET = "development-only-never-in-production"
PRODUCTION = {
    "PRODUCTION": "1",
    "SECRET_KEY": SECRET,
    "CREDENTIAL_KEYS": SECRET,
    "ALLOWED_HOSTS": "desk.example.com",
    "PUBLIC_URL": "https://desk.example.com",
    "DATABASE_URL": "sqlite://:memory:",
    "REDIS_URL": "",
    "DEBUG": "0",
    "SIMULATOR": "0",
}


def check(environment, *arguments):
    """`manage.py check` in a process of its own, with nothing but this environment."""
    command = [sys.executable, "manage.py", "check", *arguments]
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        command, cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def production(settings):
    settings.PRODUCTION, settings.DEBUG, settings.SIMULATOR, settings.EMBEDDED_WORKER = (
        True,
        False,
        False,
        False,
    )
    settings.SECRET_KEY, settings.CREDENTIAL_KEYS = SECRET, [SECRET]
    settings.ALLOWED_HOSTS, settings.PUBLIC_URL = ["desk.example.com"], "https://desk.example.com"
    settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "simulator"]
    return settings


def broken_rules():
    return [found.id for found in checks.production_settings(None) if found.id.startswith("helpdesk.E")]


def test_sound_production_settings_are_accepted():
    result = check(PRODUCTION, "--deploy")

    assert result.returncode == 0
    assert re.findall(r"\((\w+\.\w+)\)", result.stderr) == ["helpdesk.W002"]  # SQLite


@pytest.mark.parametrize(
    ("nonsense", "sentence"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
        ({"SECRET_KEY": DEVELOPMENT_SECRET}, "SECRET_KEY is the development one"),
        ({"DEBUG": "1"}, "DEBUG is on in production"),
        ({"SIMULATOR": "1"}, "The simulator must not run in production"),
        ({"DATABASE_URL": "mysql://localhost/desk"}, "DATABASE_URL must begin with"),
    ],
)
def test_production_refuses_nonsense_in_a_sentence(nonsense, sentence):
    result = check(PRODUCTION | nonsense)

    assert result.returncode != 0
    assert sentence in result.stderr


def test_sound_settings_break_no_rule(production):
    assert broken_rules() == []


@pytest.mark.parametrize(
    ("name", "value", "rule"),
    [
        ("DEBUG", True, "E001"),
        ("SECRET_KEY", DEVELOPMENT_SECRET, "E002"),
        ("SECRET_KEY", "x" * 49, "E002"),
        ("SIMULATOR", True, "E003"),
        ("CREDENTIAL_KEYS", [], "E004"),
        ("CREDENTIAL_KEYS", [SECRET, DEVELOPMENT_SECRET], "E004"),
        ("ALLOWED_HOSTS", [], "E005"),
        ("ALLOWED_HOSTS", ["desk.example.com", "*"], "E005"),
        ("PUBLIC_URL", "http://desk.example.com", "E006"),
    ],
)
def test_each_unsound_setting_breaks_its_rule(name, value, rule, production):
    setattr(production, name, value)

    assert broken_rules() == [f"helpdesk.{rule}"]


def test_development_breaks_no_rule(production):
    production.PRODUCTION, production.DEBUG = False, True

    assert checks.production_settings(None) == []


@pytest.mark.django_db
def test_a_server_does_not_start_on_nonsense(settings):
    settings.PRODUCTION, settings.ALLOWED_HOSTS = True, ["*"]

    with pytest.raises(SystemExit, match=r"\(helpdesk\.E005\) ALLOWED_HOSTS"):
        startup.refuse_nonsense()


def answering(monkeypatch, answers):
    monkeypatch.setattr(checks, "_ask", lambda _, question: answers.get(question.split()[1], "on"))


@pytest.mark.parametrize("setting", ["synchronous_commit", "fsync"])
def test_a_postgresql_that_forgets_is_refused(setting, monkeypatch):
    answering(monkeypatch, {setting: "off"})

    assert [error.id for error in checks._postgresql(connection)] == ["helpdesk.E007"]


@pytest.mark.parametrize(
    ("journal", "synchronous"), [("delete", "2"), ("memory", "2"), ("wal", "1"), ("wal", "0")]
)
def test_an_sqlite_that_forgets_is_refused(journal, synchronous, monkeypatch):
    answering(monkeypatch, {"journal_mode": journal, "synchronous": synchronous})

    assert [error.id for error in checks._sqlite(connection)] == ["helpdesk.E008"]


def test_an_sqlite_file_as_the_desk_opens_it_is_accepted(tmp_path):
    file = {"DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3", "PRODUCTION": "0", "SIMULATOR": "0"}

    result = check(file, "--database", "default")

    assert (result.returncode, "helpdesk." in result.stderr) == (0, False), result.stderr


@pytest.mark.django_db
def test_the_database_of_the_tests_commits_safely():
    assert [found for found in run_checks(databases=["default"]) if found.id.startswith("helpdesk.E")] == []


def test_a_taken_port_is_refused_in_a_sentence(monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        monkeypatch.setenv("HOST", "127.0.0.1")
        monkeypatch.setenv("PORT", str(port))

        with pytest.raises(SystemExit, match=f"make run PORT={port + 1}"):
            startup.refuse_taken_port()


def test_a_database_that_is_down_is_a_warning(monkeypatch):
    def down(_):
        raise OperationalError("connection refused")

    monkeypatch.setattr(checks, "_database", down)

    assert [found.id for found in checks.durability(None, databases=["default"])] == ["helpdesk.W003"]
