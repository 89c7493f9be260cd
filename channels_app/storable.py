"""Make what arrived storable: NUL and lone surrogates, which no database keeps as text, become U+FFFD."""

import dataclasses
import re
from typing import Any, TypeVar

SUSPECT = re.compile(rb"\x00|\\u0000|%00|\\u[dD][89a-fA-F]", re.IGNORECASE)
IMPOSSIBLE = re.compile("[\x00\ud800-\udfff]")
T = TypeVar("T")


def is_suspect(body: bytes) -> bool:
    """Whether text from this body may need `storable` at all; nearly every body does not."""
    return SUSPECT.search(body) is not None


def storable(value: T) -> T:
    """The same strings, containers and dataclasses, with every impossible character replaced."""
    return _storable(value)  # type: ignore[no-any-return]


def _storable(value: Any) -> Any:
    match value:
        case str():
            # A StrEnum member stays itself.
            return value if type(value) is not str else IMPOSSIBLE.sub("\ufffd", value)
        case dict():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return type(value)(_storable(item) for item in value)
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            fields = {f.name: _storable(getattr(value, f.name)) for f in dataclasses.fields(value)}
            return dataclasses.replace(value, **fields)
        case _:
            return value
