"""The rules of the house, kept by reading the code."""

import re
import socket
from pathlib import Path

import pytest

from tests.source import FUNCTION, OURS, ROOT, calls, functions

ADAPTER_SEND = re.compile(r"adapter(\(.*\))?\.send$")
SENDERS = ("conversations/outbox*.py", "conversations/delivery.py")


@pytest.mark.parametrize("path", OURS, ids=str)
def test_a_module_fits_in_the_head(path):
    most = 600 if path.parts[0] == "tests" else 300

    assert len((ROOT / path).read_text().splitlines()) <= most


@pytest.mark.parametrize("path", OURS, ids=str)
def test_a_function_does_one_step(path):
    long = [node.name for node in functions(path) if node.end_lineno - node.lineno >= FUNCTION]

    assert long == []


def test_no_file_is_named_after_nothing():
    empty_words = {"utils", "helpers", "services", "common", "managers", "misc"}

    assert [path for path in OURS if path.stem in empty_words and path.parts[0] != "scripts"] == []


def test_only_the_outbox_sends_through_an_adapter():
    above = [path for path in OURS if path.parts[0] not in {"channels_app", "tests"}]
    senders = [path for path in above if any(ADAPTER_SEND.search(call) for call in calls(path))]

    assert [path for path in senders if not any(path.match(allowed) for allowed in SENDERS)] == []


@pytest.mark.parametrize("call", ["adapter.send", "self.adapter.send", "registry.adapter(channel.kind).send"])
def test_a_send_through_an_adapter_is_recognised(call):
    assert ADAPTER_SEND.search(call)


def test_the_screens_reach_conversations_through_access_alone():
    ways_round = re.compile(r"\bConversation\.(objects|_default_manager)\b|get_object_or_404\(Conversation\b")
    views = [path for path in OURS if path.parts[0] == "inbox" and "views" in str(path)]

    assert [path for path in views if ways_round.search((ROOT / path).read_text())] == []


def test_every_setting_read_from_the_environment_is_in_the_example():
    read = set()
    for name in ("helpdesk/settings.py", "helpdesk/startup.py"):
        read |= set(re.findall(r"env(?:iron)?\.\w+\(\s*[\"']([A-Z_]+)[\"']", (ROOT / name).read_text()))
    example = set(re.findall(r"^#?([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))

    assert read == example


def test_the_rules_above_see_the_whole_project():
    seen = {Path("helpdesk/settings.py"), Path("channels_app/adapter.py"), Path("tests/test_project.py")}

    assert seen <= set(OURS)
    assert not any(".venv" in path.parts for path in OURS)


@pytest.mark.filterwarnings("ignore:A test tried")
def test_tests_cannot_reach_beyond_this_machine():
    with pytest.raises(RuntimeError, match=r"192\.0\.2\.1"):
        socket.create_connection(("192.0.2.1", 443), timeout=1)


@pytest.mark.filterwarnings("ignore:A test tried")
def test_a_pure_test_cannot_reach_anything(no_network):
    with pytest.raises(RuntimeError):
        socket.socket()
