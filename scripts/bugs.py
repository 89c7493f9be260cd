"""Bugs to plant in what sorts out reports that come late, twice, out of order, or after a second try."""

from dataclasses import dataclass

DISORDER = "tests/test_disorder.py"
SETTLING = "tests/test_settling.py"


@dataclass(frozen=True)
class Bug:
    """`before` stands exactly once in `path`; `tests` is what should notice."""

    name: str
    path: str
    before: str
    after: str
    tests: str


DISORDERLY = (
    Bug(
        "a lost answer hides that the message was delivered",
        "conversations/delivery.py",
        "    if message.status == DeliveryStatus.SENDING:\n        _show_outcome",
        "    if message:\n        _show_outcome",
        SETTLING,
    ),
    Bug(
        "an acceptance is hidden by the failure of an earlier try",
        "conversations/delivery.py",
        "(is_ours and message.provider_id != answer.provider_id)",
        "False",
        SETTLING,
    ),
    Bug(
        "a receipt of an earlier try stands for the new one",
        "conversations/receipts.py",
        " and not _is_of_earlier_try(message, item)",
        "",
        SETTLING,
    ),
    Bug(
        "a failure of an earlier try stains the new one",
        "conversations/receipts.py",
        " and receipt.provider_id == message.provider_id:",
        ":",
        SETTLING,
    ),
    Bug(
        "an old stop read again stops a customer who resumed",
        "customers/suppressions.py",
        "lifted_at__lt=at",
        "lifted_at__isnull=False",
        DISORDER,
    ),
    Bug(
        "a start lifts a stop that was repeated after it",
        "customers/suppressions.py",
        "    stops.filter(lifted_at=None, since__lt=at).update(since=at, evidence=word)\n",
        "",
        DISORDER,
    ),
    Bug(
        "an old block read again makes a customer unreachable",
        "customers/suppressions.py",
        ".exclude(reach_known_at__gt=at)",
        "",
        DISORDER,
    ),
    Bug(
        "a block from before their last message makes a customer unreachable",
        "conversations/notices.py",
        "    elif threads.heard_since(identity, item.at):",
        "    elif False:",
        DISORDER,
    ),
    Bug(
        "a webhook read again is taken for what happens now",
        "conversations/processing.py",
        "if at is not None and at > arrival else item",
        "if False else item",
        DISORDER,
    ),
    Bug(
        "a dead letter disappears when its waiting ends",
        "conversations/waiting.py",
        "filter(waits__in=old, state=EventState.WAITING)",
        "filter(waits__in=old)",
        DISORDER,
    ),
    Bug(
        "an old alert pauses a mended channel",
        "conversations/health.py",
        "    if channel.health_at is not None and at < channel.health_at:\n        return False\n",
        "",
        DISORDER,
    ),
    Bug(
        "a warning resumes a broken channel",
        "conversations/health.py",
        "    if channel.health == ChannelHealth.BROKEN and state != ChannelHealth.BROKEN:",
        "    if False:",
        DISORDER,
    ),
    Bug(
        "an answer leaves its topic",
        "conversations/arrivals.py",
        "threads.current(channel, identity, at, topic)",
        "threads.current(channel, identity, at)",
        DISORDER,
    ),
    Bug(
        "an edited file never arrives",
        "conversations/revisions.py",
        "        arrivals.attach(message, item.media)\n",
        "",
        DISORDER,
    ),
    Bug(
        "the second of two quick edits is lost",
        "conversations/revisions.py",
        "    return item.at < message.edited_at or is_known",
        "    return True",
        DISORDER,
    ),
    Bug(
        "a withdrawn reaction comes back",
        "conversations/revisions.py",
        " or {WITHDRAWN}\n    before",
        "\n    before",
        DISORDER,
    ),
)
