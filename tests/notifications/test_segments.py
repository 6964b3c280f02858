"""Counted as the networks count, against the tables that providers publish."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.segments import BASIC, EXTENDED, count, to_gsm7


def test_the_alphabet_is_whole():
    # 128 places, one of them the escape.
    assert len(BASIC) == 127
    assert len(EXTENDED) == 10
    assert not BASIC & EXTENDED


@pytest.mark.parametrize(
    "text,is_gsm7,units,segments",
    [
        ("", True, 0, 0),
        ("a", True, 1, 1),
        ("a" * 160, True, 160, 1),
        ("a" * 161, True, 161, 2),
        ("a" * 306, True, 306, 2),
        ("a" * 307, True, 307, 3),
        ("a" * 459, True, 459, 3),
        ("a" * 460, True, 460, 4),
        ("€" * 80, True, 160, 1),
        ("€" * 81, True, 162, 2),
        # 153 is odd: an escape and its letter are not split, so each segment holds only 76 of them.
        ("€" * 152, True, 304, 2),
        ("€" * 153, True, 306, 3),
        ("a" * 152 + "€" + "a" * 152, True, 306, 3),
        ("{}[]\\^~|€", True, 18, 1),
        ("Ñandú"[:4], True, 4, 1),
        ("ç", False, 1, 1),
        ("Ç", True, 1, 1),
        ("“" * 70, False, 70, 1),
        ("“" * 71, False, 71, 2),
        ("“" * 134, False, 134, 2),
        ("“" * 135, False, 135, 3),
        ("🌸" * 35, False, 70, 1),
        ("🌸" * 36, False, 72, 2),
        # 67 is odd: a letter of two units goes whole into the next segment.
        ("🌸" * 66, False, 132, 2),
        ("🌸" * 67, False, 134, 3),
    ],
)
def test_counted_as_published(text, is_gsm7, units, segments):
    found = count(text)
    assert (found.is_gsm7, found.units, found.segments) == (is_gsm7, units, segments)


@pytest.mark.parametrize("length,left", [(0, 160), (150, 10), (160, 0), (161, 145), (306, 0)])
def test_how_much_is_left(length, left):
    assert count("a" * length).left == left


@pytest.mark.parametrize(
    "text,plain",
    [
        ("“Halo” – ‘Ibu’ Sari…", "\"Halo\" - 'Ibu' Sari..."),
        ("Kontrol Anda 🌸 besok", "Kontrol Anda besok"),
        ("José Núñez, Zoë", "José Nuñez, Zoe"),
        ("Ŝiauliai 😀👩‍⚕️", "Siauliai"),
        ("10.000\u00a0rupiah\r\nTerima kasih", "10.000 rupiah\nTerima kasih"),
        ("5 × 2 • satu\tdua", "5 x 2 - satu dua"),
        ("½ harga", "1/2 harga"),
        ("a{b}[c] ~€^|\\", "a{b}[c] ~€^|\\"),
        ("ｆｕｌｌ", "full"),
    ],
)
def test_forced_into_the_alphabet(text, plain):
    assert to_gsm7(text) == plain


@given(st.text(max_size=400))
def test_what_is_forced_is_always_gsm7_and_stays_so(text):
    plain = to_gsm7(text)
    assert count(plain).is_gsm7
    assert to_gsm7(plain) == plain


@given(st.text(alphabet=sorted(BASIC | EXTENDED), max_size=700))
def test_segments_are_never_fuller_than_allowed(text):
    found = count(text)
    if found.units > 160:
        assert (found.segments - 1) * 152 < found.units <= found.segments * 153
    else:
        assert found.segments == (1 if text else 0)
