"""Reading provider JSON that may hold anything anywhere: a wrong type reads as absent, never as an error."""

import base64
import binascii
import json
import math
import re
from datetime import UTC, datetime
from typing import Any

JSON = dict[str, Any]

MAX_DEPTH = 64  # levels of nesting; real payloads stay under 20
EARLIEST = 1_230_768_000  # 2009, the year WhatsApp began, as a Unix time
LATEST = 4_102_444_800  # 2100
MILLISECONDS = 10**12  # a larger time counts milliseconds
SHA256_HEX = re.compile(r"[0-9a-fA-F]{64}")


class ReadingError(Exception):
    """One item lacks what its event cannot do without. The text says what, in words."""


def document(source: str) -> JSON | None:
    """A JSON object, or None for anything else: not JSON, NaN, another type, absurdly deep."""
    try:
        value = json.loads(source, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and _shallow(value) else None


def text(value: Any) -> str:
    """Strings as they are, whole numbers in digits, the rest as ""."""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def mapping(value: Any) -> JSON:
    return value if isinstance(value, dict) else {}


def items(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def first(value: Any) -> JSON:
    """The first object of a list, or {}."""
    return next((item for item in items(value) if isinstance(item, dict)), {})


def number(value: Any) -> float | None:
    """Finite numbers, also when they are spelt as strings."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def moment(value: Any) -> datetime | None:
    """Unix seconds or milliseconds, number or digits. A time outside 2009 to 2100 is not one."""
    found = number(value)
    if found is None:
        return None
    seconds = found / 1000 if found >= MILLISECONDS else found
    return datetime.fromtimestamp(seconds, UTC) if EARLIEST <= seconds < LATEST else None


def sha256(value: Any) -> str:
    """Lower-case hex of a digest spelt in base64 or hex; "" for anything else."""
    spelt = text(value)
    if SHA256_HEX.fullmatch(spelt):
        return spelt.lower()
    try:
        digest = base64.b64decode(spelt, validate=True)
    except (binascii.Error, ValueError):
        return ""
    return digest.hex() if len(digest) == 32 else ""


def filled(**fields: Any) -> Any:
    """The fields that say something, for any of the typed dictionaries of `Content`."""
    return {name: value for name, value in fields.items() if value not in (None, "", [], {})}


def _shallow(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [child for item in level for child in _children(item)]
        if not level:
            return True
    return False


def _children(value: Any) -> list[Any]:
    found = value.values() if isinstance(value, dict) else items(value)
    return [child for child in found if isinstance(child, dict | list)]


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
