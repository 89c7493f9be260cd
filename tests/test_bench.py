"""The benchmark's own arithmetic, and the desks it generates: what a figure rests on."""

import asyncio
from collections import Counter
from datetime import UTC, datetime

import pytest
from django.db import connection

from bench import generate, webhooks
from bench.http_load import is_complete
from bench.inside import people
from bench.ratios import RATIOS, Pair, Verdict, alternate, of_pairs, percentile
from bench.shape import Shape
from bench.sockets import Subscription, take_frame
from channels_app.adapter import ChannelConfig, WebhookRequest
from channels_app.registry import adapter
from conversations.models import Conversation, Message
from customers.models import Identity

NOW = datetime(2026, 1, 2, tzinfo=UTC)
WHATSAPP = ChannelConfig(kind="whatsapp", credentials=webhooks.CREDENTIALS["whatsapp"])


def test_a_ratio_is_the_median_of_its_pairs():
    pairs = [Pair(10, 10), Pair(30, 10), Pair(100, 50)]

    result = of_pairs(3, pairs)

    assert result.value == 2
    assert (result.figures["lowest ratio"], result.figures["highest ratio"]) == (1, 3)


def test_sides_take_turns_in_going_first():
    order = []

    alternate(3, lambda: order.append("ours") or 1, lambda: order.append("reference") or 1)

    assert order == ["ours", "reference", "reference", "ours", "ours", "reference"]


@pytest.mark.parametrize(
    ("number", "value", "verdict"),
    [
        (1, 0.81, Verdict.REACHED),
        (1, 0.6, Verdict.FIRST),
        (1, 0.49, Verdict.MISSED),
        (2, 3, Verdict.REACHED),
        (2, 3.5, Verdict.FIRST),
        (2, 4.1, Verdict.MISSED),
    ],
)
def test_the_verdict_knows_on_which_side_of_a_target_is_good(number, value, verdict):
    assert RATIOS[number].verdict(value) is verdict


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1, 100), (0.001, 1)])
def test_a_percentile_is_a_value_that_was_seen(share, value):
    assert percentile(range(100, 0, -1), share) == value


def test_nothing_measured_has_no_percentile():
    with pytest.raises(ValueError, match="nothing"):
        percentile([], 0.5)


@pytest.fixture(scope="module")
def shape():
    return Shape(conversations=2_000, messages=20_000, end=NOW)


def test_every_conversation_has_a_message_and_few_have_most(shape):
    sizes = Counter(shape.owners[1:])

    assert len(sizes) == shape.conversations
    assert sum(size for _, size in sizes.most_common(shape.conversations // 10)) > shape.messages / 3


def test_the_same_size_gives_the_same_desk(shape):
    again = Shape(shape.conversations, shape.messages, NOW)

    assert again.owners == shape.owners


@pytest.mark.parametrize("conversations", [1_000, 100_000, 1_000_000])
def test_no_customer_has_two_open_conversations(conversations):
    shape = Shape(conversations, conversations * 10, NOW)
    opened = range(conversations - shape.opened + 1, conversations + 1)

    assert len({shape.customer(number) for number in opened}) == shape.opened


def test_a_conversation_shows_its_last_message(shape):
    row = generate.conversation(shape, 7, {"whatsapp": 1, "telegram": 2}, list(range(1, 50)))
    last = max(number for number, owner in enumerate(shape.owners) if owner == 7)

    assert row["last_message_at"] == shape.sent_at(last)
    assert row["preview"] == shape.text(last)


@pytest.mark.parametrize("model", [Conversation, Message, Identity])
def test_generated_rows_name_only_columns_that_exist(model, shape):
    channels, agents = {"whatsapp": 1, "telegram": 2}, list(range(1, 50))
    make = {
        Conversation: lambda: generate.conversation(shape, 1, channels, agents),
        Message: lambda: generate.message(shape, 1, channels, agents),
        Identity: lambda: generate.identity(1),
    }[model]

    assert set(make()) <= {field.column for field in model._meta.concrete_fields}


@pytest.mark.skipif(connection.vendor != "postgresql", reason="the generator loads PostgreSQL by COPY")
def test_an_interrupted_load_goes_on(transactional_db):
    people(agents=5)
    shape = Shape(conversations=50, messages=500, end=NOW)
    generate.load(shape)
    Message.objects.filter(pk__gt=300).delete()

    generate.load(shape)

    assert Message.objects.count() == 500
    assert all(
        conversation.preview == conversation.messages.latest("sent_at").text
        for conversation in Conversation.objects.all()
    )


def test_posted_webhooks_are_signed_and_no_two_are_alike():
    made = webhooks.requests(1_000)
    found = []
    for text in (next(made), next(made)):
        head, _, body = text.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines()[1:])
        request = WebhookRequest(method="POST", url="", headers=headers, body=body)
        adapter("whatsapp").verify(request, WHATSAPP)
        found += adapter("whatsapp").parse(request, WHATSAPP)

    assert len({event.provider_id for event in found}) == 2


@pytest.mark.parametrize(
    ("received", "complete"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", True),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\no", False),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n", True),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n", False),
        (b"HTTP/1.1 200 OK\r\n", False),
    ],
)
def test_an_answer_is_complete_when_all_of_it_is_here(received, complete):
    assert is_complete(received) is complete


@pytest.mark.parametrize("length", [5, 300, 70_000])
def test_a_frame_is_taken_when_it_is_whole(length):
    size = {5: b"\x05", 300: b"\x7e\x01\x2c", 70_000: b"\x7f" + (70_000).to_bytes(8, "big")}[length]
    frame = b"\x81" + size + b"x" * length

    assert take_frame(frame[:-1]) is None
    assert take_frame(frame + b"next") == (1, b"x" * length, b"next")


async def test_a_subscription_waits_for_the_rest_of_a_payload():
    heard = []
    receiver = Subscription(lambda found, now: heard.append(found), "bench")

    receiver.data_received(b'*3\r\n$7\r\nmessage\r\n$5\r\nbench\r\n$7\r\n{"a"')
    receiver.data_received(b": 1}\r\n")

    await asyncio.wait_for(receiver.ready, 1)
    assert heard == [{"a": 1}]
