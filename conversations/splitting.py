"""Text in pieces that fit a channel, counted in the channel's own unit and cut where a reader would cut."""

import re
import unicodedata
from collections.abc import Callable

from channels_app import segments
from channels_app.capabilities import TextLimit, TextUnit


def _utf16(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


MEASURES: dict[TextUnit, Callable[[str], int]] = {
    TextUnit.CHARACTERS: len,
    TextUnit.UTF16: _utf16,
    TextUnit.BYTES: lambda text: len(text.encode()),
    TextUnit.SEGMENTS: segments.segments,
}
# Where to cut, best first: between paragraphs, lines, sentences, words.
SEAMS = tuple(re.compile(pattern) for pattern in (r"\n{2,}", r"\n", r"(?<=[.!?。！？…])\s*", r"\s+"))
JOINERS = {"\u200d", "\ufe0e", "\ufe0f", "\u20e3"}


def length(text: str, unit: TextUnit) -> int:
    return MEASURES[unit](text)


def split(text: str, limit: TextLimit) -> list[str]:
    """The text in order, in pieces within the limit; nothing but white space at the cuts is lost."""
    pieces = []
    rest = text.strip()
    while length(rest, limit.unit) > limit.limit:
        cut = _cut(rest, limit)
        pieces.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*pieces, rest] if rest else pieces


def _cut(text: str, limit: TextLimit) -> int:
    furthest = _furthest(text, limit)
    for seam in SEAMS:
        ends = [m.start() for m in seam.finditer(text, 0, furthest) if m.start() >= furthest // 2]
        if ends:
            return ends[-1]
    return _before_cluster(text, furthest)


def _furthest(text: str, limit: TextLimit) -> int:
    """The most characters that still fit; at least one."""
    low, high = 1, min(len(text), limit.limit * 160)
    while low < high:
        middle = (low + high + 1) // 2
        if length(text[:middle], limit.unit) <= limit.limit:
            low = middle
        else:
            high = middle - 1
    return low


def _before_cluster(text: str, position: int) -> int:
    """Never inside what a reader sees as one character: joined emoji, flags, skin tones, accents."""
    start = position
    while start > 1 and position - start < 40 and _continues(text, start):
        start -= 1
    return start if not _continues(text, start) else position


def _continues(text: str, position: int) -> bool:
    """Whether the character at `position` belongs to the one before it."""
    if position >= len(text):
        return False
    here, before = text[position], text[position - 1]
    if here in JOINERS or before == "\u200d" or unicodedata.combining(here):
        return True
    if "\U0001f3fb" <= here <= "\U0001f3ff":
        return True
    return _is_flag(here) and _is_flag(before) and _flags_before(text, position) % 2 == 1


def _is_flag(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"


def _flags_before(text: str, position: int) -> int:
    count = 0
    while count < position and _is_flag(text[position - 1 - count]):
        count += 1
    return count
