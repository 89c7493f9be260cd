"""Processes killed at every step: nothing lost, nothing doubled, and what is unknown is called unknown.

Each loop kills at the first point reached, then the second, and so on, until a run ends untouched.
"""

from itertools import count

import pytest

from .world import World, telegram_photo, telegram_text, whatsapp_text

pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]
HONEST = {"accepted", "outcome_unknown"}


@pytest.fixture
def world(tmp_path, transactional_db):
    world = World(tmp_path)
    yield world
    world.close()


def test_web_process_killed_at_every_step_of_ingest_loses_and_doubles_nothing(world):
    sent = []
    for k in count(1):
        name = f"wamid.{k}"
        sent.append(name)
        request = world.requests(name, whatsapp_text(name))
        answer = world.run("post", request, **world.failpoint(k))
        if answer is not None:
            break
        assert world.run("post", request) == [200]

    facts = world.facts()
    assert k > 6
    assert facts["in"] == sent
    assert (facts["customers"], facts["conversations"], facts["unread"]) == (1, 1, len(sent))
    assert set(facts["events"]) == {"done"}


def test_worker_killed_at_every_step_of_sending_never_sends_twice(world):
    world.run("post", world.requests("hello", telegram_text(1), kind="telegram"))
    for k in count(1):
        world.run("queue", "telegram", k)
        finished = world.run("drain", **world.failpoint(k)) is not None
        world.run("expire_leases")
        world.run("drain")
        if finished:
            break

    facts = world.facts()
    assert k > 5
    assert len(facts["out"]) == k
    assert {status for _, status in facts["out"]} <= HONEST
    assert max(world.provider.accepted.values()) == 1
    assert facts["undecided"] == 0
    unknown = [text for text, status in facts["out"] if status == "outcome_unknown"]
    sent = [text for text, status in facts["out"] if status == "accepted"]
    assert 0 < len(unknown) < k
    assert all(world.provider.accepted[text] == 1 for text in sent)


def test_click_killed_at_every_step_is_one_message(world):
    world.run("post", world.requests("hello", telegram_text(1), kind="telegram"))
    for k in count(1):
        if world.run("queue", "telegram", k, **world.failpoint(k)) is not None:
            break
        world.run("queue", "telegram", k)
    world.run("drain")

    assert k > 2
    assert world.facts()["out"] == [[f"answer {number}", "accepted"] for number in range(k)]
    assert set(world.provider.accepted.values()) == {1}


def test_worker_killed_at_every_step_of_fetching_a_file_still_stores_it(world):
    for k in count(1):
        world.run("post", world.requests(f"photo-{k}", telegram_photo(k), kind="telegram"))
        finished = world.run("drain", **world.failpoint(k)) is not None
        world.run("expire_leases")
        world.run("drain")
        if finished:
            break

    facts = world.facts()
    assert k > 3
    assert facts["attachments"] == ["stored"] * k
