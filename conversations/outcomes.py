"""What became of one item of a webhook."""

from dataclasses import dataclass
from enum import StrEnum


class Result(StrEnum):
    APPLIED = "applied"
    DUPLICATE = "duplicate"
    IGNORED = "ignored"
    WAITING = "waiting"
    FAILED = "failed"


@dataclass(frozen=True)
class Outcome:
    """`note` is one line for the person who reads the webhook event later; no bodies, no addresses."""

    result: Result
    note: str = ""


APPLIED = Outcome(Result.APPLIED)
DUPLICATE = Outcome(Result.DUPLICATE)


def ignored(reason: str) -> Outcome:
    return Outcome(Result.IGNORED, reason)
