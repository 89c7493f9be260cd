"""Careful reading of an update: every value may be absent, of another type, or absurd."""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone

from channels_app.errors import MalformedPayload

Fields = Mapping[str, Any]

EARLIEST = 1_000_000_000  # seconds, September 2001: before Telegram
LATEST = 4_102_444_800  # seconds, January 2100
UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UnreadableError(ValueError):
    """An update without which something essential cannot be known. The text is a sentence."""


def load(body: bytes) -> Fields:
    """The update as an object. Raises MalformedPayload; NaN and infinite numbers are malformed too."""
    try:
        value = loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedPayload("The body is not JSON.") from error
    if not isinstance(value, dict):
        raise MalformedPayload("The body is not an object.")
    return value


def loads(text: bytes | str) -> Any:
    """JSON without the numbers that JSON cannot hold. Raises ValueError or RecursionError."""
    return json.loads(text, parse_constant=_finite, parse_float=_finite)


def _finite(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise ValueError("not a finite number")
    return value


def part(fields: Fields, key: str) -> Fields:
    """An object, {} when it is none."""
    value = fields.get(key)
    return value if isinstance(value, dict) else {}


def parts(fields: Fields, key: str) -> list[Fields]:
    """The objects of a list, without what is none."""
    value = fields.get(key)
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def words(fields: Fields, key: str) -> str:
    """A text that can be stored. Replacements keep the UTF-16 length, so entity offsets stay right."""
    value = fields.get(key)
    return clean(value) if isinstance(value, str) else ""


def clean(text: str) -> str:
    """Without NUL and half surrogate pairs, which no database takes."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def whole(fields: Fields, key: str) -> int | None:
    """An integer of at most 64 bits."""
    value = fields.get(key)
    return value if type(value) is int and abs(value) < 2**63 else None


def count(fields: Fields, key: str) -> int | None:
    """How many: pixels, seconds, votes. At most 31 bits."""
    value = size(fields, key)
    return value if value is not None and value < 2**31 else None


def size(fields: Fields, key: str) -> int | None:
    """How many bytes."""
    value = whole(fields, key)
    return value if value is not None and value >= 0 else None


def number(fields: Fields, key: str) -> float | None:
    value = fields.get(key)
    return value if isinstance(value, float) else whole(fields, key)


def moment(fields: Fields, *keys: str) -> datetime:
    """The first sensible time among the keys, in seconds; now when Telegram gives none."""
    for key in keys:
        seconds = whole(fields, key)
        if seconds is not None and EARLIEST <= seconds <= LATEST:
            return datetime.fromtimestamp(seconds, UTC)
    return timezone.now()
