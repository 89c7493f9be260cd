"""Every small damage of a recorded request: each part dropped, and retyped to what does not belong there."""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any

Path = tuple[str | int, ...]

WRONG_VALUES = (None, True, -1, 10**30, "", "\x00", "x" * 300, [], [None], {}, {"\x00": None})
WRONG_FIELDS = ("", "\x00", "-1", "9" * 400, "x" * 300, ["a", "b"])


def damaged(recording: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The recording with one damage each. Requests without a structured body have none."""
    request = recording["request"]
    if "form" in request:
        yield from (_with(recording, form=form) for form in _forms(request["form"]))
    elif (body := structured(recording)) is not None:
        yield from (_with(recording, body=json.dumps(changed)) for changed in _bodies(body))


def structured(recording: Mapping[str, Any]) -> Any:
    """The JSON body of a recording, None when it has none."""
    body = recording["request"].get("body")
    if not isinstance(body, str):
        return body
    try:
        return json.loads(body)
    except ValueError:
        return None


def paths(value: Any, root: Path = ()) -> Iterator[Path]:
    """Every place inside a JSON value."""
    children = (
        value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    )
    for key, child in children:
        yield (*root, key)
        yield from paths(child, (*root, key))


def replaced(value: Any, path: Path, new: Any) -> Any:
    """A copy of a JSON value with another value at that place."""
    changed, parent = _parent(value, path)
    parent[path[-1]] = new
    return changed


def with_body(recording: Mapping[str, Any], body: str) -> dict[str, Any]:
    return _with(recording, body=body)


def _bodies(body: Any) -> Iterator[Any]:
    for path in paths(body):
        changed, parent = _parent(body, path)
        del parent[path[-1]]
        yield changed
        yield from (replaced(body, path, wrong) for wrong in WRONG_VALUES)


def _forms(form: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for name in form:
        yield {key: value for key, value in form.items() if key != name}
        yield from ({**form, name: wrong} for wrong in WRONG_FIELDS)


def _parent(value: Any, path: Path) -> tuple[Any, Any]:
    changed = copy.deepcopy(value)
    parent = changed
    for key in path[:-1]:
        parent = parent[key]
    return changed, parent


def _with(recording: Mapping[str, Any], **changes: Any) -> dict[str, Any]:
    return {**recording, "request": {**recording["request"], **changes}}
