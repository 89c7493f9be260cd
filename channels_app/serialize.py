"""Events as plain JSON: for recordings, commands and logs of what a payload meant."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from .events import Event


def as_json(event: Event) -> dict[str, Any]:
    """The event's fields and its class name under "type".

    Times are ISO strings, tuples lists, enumerations their values; a number JSON cannot hold is None.
    """
    return {"type": type(event).__name__, **_fields(event)}


def _fields(value: Any) -> dict[str, Any]:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else None
        case datetime():
            return value.isoformat()
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _ if is_dataclass(value):
            return _fields(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no JSON form")
