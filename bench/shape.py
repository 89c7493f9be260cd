"""What a generated desk looks like: everything follows from its size, so that an interrupted load can go on.

Conversations have power-law sizes: of N conversations the largest holds about (10 N) / N ** 0.385 messages.
"""

import random
from array import array
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

SEED = 20_260_101
EXPONENT = 2.6
STRIDE = 7_919  # a prime, to scatter the large conversations
STEP = timedelta(seconds=6)  # from one message of the desk to the next
TEAMS = 5
SMALL = 10_000
VOCABULARY = """
    order parcel invoice address where still waiting thanks please colour size refund late today tomorrow
    broken blue received number help account change cancel confirm payment card shop delivery phone morning
"""
WORDS = VOCABULARY.split()


@dataclass(frozen=True)
class Shape:
    """Ids run from 1, in the order of the rows; `end` is when the newest message was sent."""

    conversations: int
    messages: int
    end: datetime

    @property
    def customers(self) -> int:
        """Ten conversations each, as long as that leaves enough who may have an open one."""
        return self.conversations if self.conversations <= SMALL else self.conversations // 10

    @property
    def opened(self) -> int:
        """How many are open; at least a few full pages, so that small and large lists can be compared."""
        return min(self.conversations, max(500, self.conversations // 20))

    @property
    def agents(self) -> int:
        return max(5, min(40, self.conversations // 200))

    def sent_at(self, message: int) -> datetime:
        return self.end - (self.messages - message) * STEP

    def customer(self, conversation: int) -> int:
        return (conversation - 1) % self.customers + 1

    def is_open(self, conversation: int) -> bool:
        """The last ones, of which each customer has at most one."""
        return conversation > self.conversations - self.opened

    def assignee(self, conversation: int) -> int | None:
        """A quarter of the open ones are nobody's."""
        if self.is_open(conversation) and conversation % 4 == 0:
            return None
        return conversation // 4 % self.agents + 1

    def team(self, conversation: int) -> int | None:
        return None if conversation % 10 < 3 else conversation // 10 % TEAMS + 1

    def is_incoming(self, message: int) -> bool:
        return message * 2_654_435_761 % 1000 < 600

    def text(self, message: int) -> str:
        start = message * 31 % len(WORDS)
        return " ".join(WORDS[(start + index * (1 + message % 7)) % len(WORDS)] for index in range(10))

    @cached_property
    def owners(self) -> "array[int]":
        """The conversation of each message, by message id; index 0 is unused."""
        number = random.Random(SEED)  # noqa: S311  nothing secret
        owners = array("i", [0]) + array("i", range(1, self.conversations + 1))
        for _ in range(self.messages - self.conversations):
            rank = int(self.conversations * number.random() ** EXPONENT)
            owners.append(rank * STRIDE % self.conversations + 1)
        return owners

    @cached_property
    def last_messages(self) -> "array[int]":
        """The id of the newest message of each conversation, by conversation id."""
        last = array("i", bytes(4 * (self.conversations + 1)))
        for message, owner in enumerate(self.owners):
            last[owner] = message
        return last
