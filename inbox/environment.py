"""The Jinja2 environment of the inbox: its globals and filters, and nothing about a request."""

from functools import lru_cache
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.utils.translation import get_language, gettext, ngettext, npgettext, pgettext
from heroicons import jinja as heroicons
from jinja2 import ChainableUndefined, Environment
from markupsafe import Markup

from . import panel, sentences, standing, words
from .formats import FILTERS

BADGES = {"whatsapp": "W", "twilio_whatsapp": "W", "telegram": "T", "twilio_sms": "S"}
HUES = 8


def environment(**options: Any) -> Environment:
    """Named in the settings as the factory of the Jinja2 backend."""
    # A part of `content` that is absent is simply not shown, in development as in production.
    made = Environment(  # noqa: S701  Django passes autoescape=True
        extensions=["jinja2.ext.i18n"],
        **{**options, "undefined": ChainableUndefined, "trim_blocks": True, "lstrip_blocks": True},
    )
    made.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
    made.policies["json.dumps_kwargs"] = {"ensure_ascii": False}
    made.filters.update(FILTERS)
    made.globals.update(GLOBALS)
    return made


def url(name: str, *args: Any, **query: Any) -> str:
    """The address of a named view; empty parts of the query are left out."""
    given = {key: value for key, value in query.items() if value}
    address = _address(settings.ROOT_URLCONF, name, args)
    return f"{address}?{urlencode(given)}" if given else address


@lru_cache(maxsize=8192)
def _address(urlconf: str, name: str, args: tuple[Any, ...]) -> str:
    """A list page asks for a hundred addresses, most of them again."""
    return reverse(name, urlconf, args)


@lru_cache(maxsize=512)
def icon(name: str, classes: str = "", size: int = 16) -> str:
    """A heroicon: micro at 16, mini at 20, outline above. The delivery marks are drawn here."""
    if name in MARKS:
        return MARK.format(MARKS[name], classes)
    draw = {16: heroicons.heroicon_micro, 20: heroicons.heroicon_mini}.get(size, heroicons.heroicon_outline)
    return mark_safe(draw(name, size=size, **{"class": f"icon {classes}".strip()}))


def new_token() -> str:
    """Names one click on Send."""
    return uuid4().hex


def badge(kind: str) -> str:
    """The letter on a channel's badge."""
    return BADGES.get(kind) or panel.kind_label(kind)[:1].upper()


def hue(pk: int) -> int:
    """The same colour for the same person, everywhere."""
    return pk % HUES


MARK = Markup(
    '<svg viewBox="0 0 20 16" fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round"'
    ' stroke-linejoin="round" aria-hidden="true" width="20" height="16" class="icon {1}">{0}</svg>'
)
ONE_TICK = Markup('<path d="m5 8.5 3.2 3.2L15 4.5"/>')
TWO_TICKS = Markup('<path d="m1.5 8.5 3.2 3.2L11.5 4.5M9.2 11.4l.3.3L16.5 4.5"/>')
MARKS = {
    "queued": Markup('<circle cx="10" cy="8" r="5"/><path d="M10 5.2V8l1.8 1.4"/>'),
    "sending": Markup('<circle cx="10" cy="8" r="4.5" stroke-dasharray="18 11"/>'),
    "accepted": ONE_TICK,
    "delivered": TWO_TICKS,
    "read": TWO_TICKS,
}
GLOBALS: dict[str, Any] = {
    "url": url,
    "static": static,
    "icon": icon,
    "badge": badge,
    "hue": hue,
    "language": get_language,
    "KINDS": words.KINDS,
    "state": words.state,
    "writer": words.writer,
    "refusal_word": words.refusal_word,
    "new_token": new_token,
    "activity": sentences.activity,
    "marks": standing.marks,
    "kind_label": panel.kind_label,
    "settings": {"SIMULATOR": settings.SIMULATOR},
}
