"""Everything at the same instant: constraints, not luck, keep one of each."""

import json
import random

import pytest

from .world import World, whatsapp_image, whatsapp_text

pytestmark = [pytest.mark.processes, pytest.mark.timeout(300)]
PROCESSES, THREADS = 2, 8


@pytest.fixture
def world(tmp_path, transactional_db):
    world = World(tmp_path)
    yield world
    world.close()


def at_once(world, bodies):
    """Post from several processes of several threads each, and give back every status."""
    requests = world.requests("at-once", *bodies)
    children = [world.start("post_at_once", requests, THREADS) for _ in range(PROCESSES)]
    outputs = [child.communicate(timeout=200)[0] for child in children]
    return {status for output in outputs for status in json.loads(output)}


def test_a_hundred_webhooks_delivered_five_times_at_once_are_a_hundred_messages(world):
    names = [f"wamid.{number}" for number in range(100)]
    bodies = [whatsapp_text(name, sender=f"4477009{number % 7:05}") for number, name in enumerate(names)] * 5
    random.Random(7).shuffle(bodies)
    statuses = at_once(world, bodies[:250])
    statuses |= at_once(world, bodies[250:])

    facts = world.facts()
    assert statuses == {200}
    assert sorted(facts["in"]) == sorted(names)
    assert (facts["customers"], facts["conversations"], facts["unread"]) == (7, 7, 100)
    assert len(facts["events"]) == 100


def test_ten_images_of_a_new_customer_at_the_same_instant_are_one_conversation(world):
    statuses = at_once(world, [whatsapp_image(f"wamid.{number}") for number in range(10)])

    facts = world.facts()
    assert statuses == {200}
    assert (facts["customers"], facts["conversations"], len(facts["in"])) == (1, 1, 10)
    assert len(facts["attachments"]) == 10
