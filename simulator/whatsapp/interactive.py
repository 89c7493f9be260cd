"""Buttons, lists and template buttons: their limits, and what the phone shows of them."""

from typing import Any

from . import templates
from .refusals import invalid

JSON = dict[str, Any]

MAX_BUTTONS, MAX_TITLE, MAX_ROWS, MAX_ROW_TITLE, MAX_BODY = 3, 20, 10, 24, 1024
FILE_HEADERS = ("image", "video", "document")


def read(raw: JSON) -> tuple[str, JSON, str]:
    """Text, what the phone shows beside it, and the id of a file in the header, or "". Raises Refused."""
    text, action = str((raw.get("body") or {}).get("text", "")), raw.get("action") or {}
    if not text or len(text) > MAX_BODY:
        raise invalid("interactive: body is missing or too long")
    readers = {"button": _buttons, "list": _menu, "cta_url": _page}
    reader = readers.get(str(raw.get("type")))
    if reader is None:
        raise invalid(f"interactive: unsupported type {raw.get('type')}")
    header = raw.get("header") or {}
    payload = reader(action) | {
        "header": header.get("text", ""),
        "footer": (raw.get("footer") or {}).get("text", ""),
    }
    kind = str(header.get("type"))
    return text, payload, str(header[kind].get("id", "")) if kind in FILE_HEADERS else ""


def values(components: list[JSON]) -> list[str]:
    """What fills the body of a template, in its order."""
    bodies = [part for part in components if str(part.get("type", "")).lower() == "body"]
    given = [value for part in bodies for value in part.get("parameters", [])]
    return [str(value.get("text") or _fallback(value)) for value in given]


def template_payload(template: JSON, components: list[JSON]) -> JSON:
    """What the phone shows of a template. A button without a payload of its own answers with its text."""
    payloads = {
        str(part.get("index")): part["parameters"][0].get("payload", "")
        for part in components
        if str(part.get("type", "")).lower() == "button" and part.get("parameters")
    }
    rows = templates.component(template, "BUTTONS").get("buttons", [])
    buttons = [
        {"title": row["text"], "id": payloads.get(str(index)) or row["text"]}
        for index, row in enumerate(rows)
    ]
    named = {name: template[name] for name in ("name", "language", "category")}
    footer = templates.component(template, "FOOTER").get("text", "")
    return {"template": named, "buttons": buttons, "footer": footer}


def _fallback(value: JSON) -> str:
    return str((value.get("currency") or value.get("date_time") or {}).get("fallback_value", ""))


def _buttons(action: JSON) -> JSON:
    replies = [button.get("reply") or {} for button in action.get("buttons") or []]
    titles = [reply.get("title", "") for reply in replies]
    if not 1 <= len(replies) <= MAX_BUTTONS or len({reply.get("id") for reply in replies}) < len(replies):
        raise invalid("interactive: one to three buttons with different ids are needed")
    if not all(0 < len(title) <= MAX_TITLE for title in titles):
        raise invalid("interactive: a button title has 1 to 20 characters")
    return {"buttons": [{"id": reply.get("id"), "title": reply["title"]} for reply in replies]}


def _menu(action: JSON) -> JSON:
    rows = [row for section in action.get("sections") or [] for row in section.get("rows") or []]
    if not 1 <= len(rows) <= MAX_ROWS or not 0 < len(action.get("button", "")) <= MAX_TITLE:
        raise invalid("interactive: a list has one to ten rows and a button of at most 20 characters")
    if not all(0 < len(row.get("title", "")) <= MAX_ROW_TITLE for row in rows):
        raise invalid("interactive: a row title has 1 to 24 characters")
    return {"menu": {"button": action["button"], "rows": rows}}


def _page(action: JSON) -> JSON:
    page = action.get("parameters") or {}
    if not page.get("url") or not 0 < len(page.get("display_text", "")) <= MAX_TITLE:
        raise invalid("interactive: a page needs an address and a title of at most 20 characters")
    return {"buttons": [{"title": page["display_text"], "url": page["url"]}]}
