"""How times, sizes and texts are written. Each becomes a filter of the templates under its own name."""

import re
from datetime import datetime, timedelta
from functools import lru_cache

import phonenumbers
from django.utils import timezone
from django.utils.dateformat import format as written
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from markupsafe import Markup, escape

# A link ends before the punctuation of the sentence around it.
LINK = re.compile(r"https?://[^\s<>\"'“”]+[^\s<>\"'“”.,;:!?)\]}]", re.IGNORECASE)
E164 = re.compile(r"\+\d{7,15}", re.ASCII)
STEP = 1024


def ago(moment: datetime) -> str:
    """now, 5 m, 3 h, then the date; the year only when it is another one."""
    passed = timezone.now() - moment
    if passed < timedelta(days=1):
        return span(passed)
    return short_date(moment)


def since(moment: datetime) -> str:
    """How long ago, in the largest unit."""
    return span(timezone.now() - moment)


def until(moment: datetime) -> str:
    """How long from now, in the largest unit."""
    return span(moment - timezone.now())


def span(passed: timedelta) -> str:
    """A length of time in its largest unit: now, 5 m, 3 h, 2 d."""
    minutes = int(passed.total_seconds() // 60)
    if minutes < 1:
        return _("now")
    if minutes < 60:
        return _("%(count)s m") % {"count": minutes}
    if minutes < 60 * 24:
        return _("%(count)s h") % {"count": minutes // 60}
    return _("%(count)s d") % {"count": minutes // (60 * 24)}


def remaining(passed: timedelta) -> str:
    """A length of time in two units: 21 h 14 m, 14 m."""
    minutes = max(int(passed.total_seconds() // 60), 0)
    if minutes < 60:
        return _("%(count)s m") % {"count": minutes}
    return _("%(hours)s h %(minutes)s m") % {"hours": minutes // 60, "minutes": minutes % 60}


def clock(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%H:%M}"


def short_date(moment: datetime) -> str:
    local = timezone.localtime(moment)
    is_this_year = local.year == timezone.localtime().year
    return written(local, "j M" if is_this_year else "j M Y")


def day(moment: datetime) -> str:
    """Today, Yesterday, 14 November."""
    local = timezone.localtime(moment).date()
    today = timezone.localdate()
    if local in (today, today - timedelta(days=1)):
        return _("Today") if local == today else _("Yesterday")
    return date_format(local, "j F" if local.year == today.year else "j F Y")


def isodate(moment: datetime) -> str:
    """The day in the desk's time zone, to compare."""
    return timezone.localtime(moment).date().isoformat()


def full(moment: datetime) -> str:
    """For the hover text."""
    return written(timezone.localtime(moment), "j F Y, H:i:s")


def linkify(text: str) -> Markup:
    """Escaped, with http and https addresses as links that tell nothing about where they were."""
    pieces, end = [], 0
    for found in LINK.finditer(text):
        pieces += [escape(text[end : found.start()]), _link(found[0])]
        end = found.end()
    return Markup("").join([*pieces, escape(text[end:])])


def _link(address: str) -> Markup:
    return Markup('<a href="{0}" target="_blank" rel="noopener noreferrer nofollow">{0}</a>').format(address)


@lru_cache(maxsize=4096)
def _phone(number: str) -> str:
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.INTERNATIONAL)


def phone(shown: object) -> str:
    """A phone number as people read it, +55 11 95555-0147; anything else as it is."""
    text = str(shown)
    return _phone(text) if E164.fullmatch(text) else text


def duration(seconds: float) -> str:
    """0:14, 1:02:03."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def filesize(size: int) -> str:
    """812 B, 14 KB, 2.3 MB."""
    if size < STEP:
        return f"{size} B"
    if size < STEP * STEP:
        return f"{size / STEP:.0f} KB"
    return f"{size / STEP / STEP:.1f} MB"


SHOWN = (ago, since, until, span, remaining, clock, day, isodate, full, short_date)
FILTERS = {filter.__name__: filter for filter in (*SHOWN, linkify, phone, duration, filesize)}
