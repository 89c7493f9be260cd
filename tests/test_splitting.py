"""Long text: cut where a reader would, in the channel's own unit, and nothing lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_app.capabilities import TextLimit, TextUnit
from conversations.splitting import length, split

TEN = TextLimit(limit=10)


def test_short_text_stays_whole():
    assert split("hello", TEN) == ["hello"]


def test_nothing_to_say_is_no_message():
    assert split(" \n ", TEN) == []


def test_paragraphs_come_before_words():
    assert split("a b c\n\nd e f", TEN) == ["a b c", "d e f"]


def test_words_stay_whole():
    assert split("hello wonderful", TEN) == ["hello", "wonderful"]


def test_word_longer_than_the_limit_is_cut():
    assert split("x" * 25, TEN) == ["x" * 10, "x" * 10, "x" * 5]


@pytest.mark.parametrize("cluster", ["👩‍👩‍👧", "🇩🇪", "👍🏽", "e\u0301", "❤️"])
def test_what_a_reader_sees_as_one_character_is_not_cut(cluster):
    pieces = split("x" * (10 - 1) + cluster + "yz", TEN)

    assert pieces[0] == "x" * 9
    assert pieces[1].startswith(cluster)


def test_emoji_count_twice_where_the_provider_counts_utf16():
    limit = TextLimit(limit=10, unit=TextUnit.UTF16)

    assert split("😀" * 7, limit) == ["😀" * 5, "😀" * 2]


UNITS = st.sampled_from([TextUnit.CHARACTERS, TextUnit.UTF16, TextUnit.BYTES])
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=200)


@given(text=TEXTS, unit=UNITS, size=st.integers(12, 40))
def test_every_piece_fits_and_nothing_but_white_space_is_lost(text, unit, size):
    pieces = split(text, TextLimit(limit=size, unit=unit))

    assert all(0 < length(piece, unit) <= size for piece in pieces)
    assert "".join("".join(pieces).split()) == "".join(text.split())
