import pytest

from channels_app.segments import encoding, length, segments


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "GSM-7"),
        ("Hello, ÄÖÜ à è é ñ £ @ Δ\r\n", "GSM-7"),
        ("^{}\\[~]|€\f", "GSM-7"),
        ("ç", "UCS-2"),
        ("á", "UCS-2"),
        ("`", "UCS-2"),
        ("“quoted”", "UCS-2"),
        ("👋", "UCS-2"),
        ("\x1b", "UCS-2"),
        ("\t", "UCS-2"),
    ],
)
def test_one_character_outside_the_alphabet_moves_the_whole_text(text, expected):
    assert encoding(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("", 0), ("abc", 3), ("a€", 3), ("ação", 4), ("👋", 2), ("€👋", 3), ("👨‍👩‍👧", 8)]
)
def test_length_counts_septets_or_utf16_units(text, expected):
    assert length(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", 1),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("я" * 70, 1),
        ("я" * 71, 2),
        ("я" * 134, 2),
        ("я" * 135, 3),
        ("👋" * 35, 1),
        ("👋" * 36, 2),
    ],
)
def test_segments_at_the_edges(text, expected):
    assert segments(text) == expected


def test_an_escaped_character_never_straddles_two_parts():
    fits_by_counting_alone = "a" * 152 + "€" + "a" * 152

    assert length(fits_by_counting_alone) == 2 * 153
    assert segments(fits_by_counting_alone) == 3


def test_a_surrogate_pair_never_straddles_two_parts():
    fits_by_counting_alone = "я" * 66 + "👋" + "я" * 66

    assert length(fits_by_counting_alone) == 2 * 67
    assert segments(fits_by_counting_alone) == 3
