import pytest

from frontdesk.numbers import MOST, whole_number


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("007", 7), (str(MOST), MOST)])
def test_digits_are_a_number(text: str, number: int):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    "text", ["", " 1", "-1", "1.0", "²", "٣", "\0", "1e9", str(MOST + 1), "9" * 5_000]
)
def test_anything_else_is_none(text: str):
    assert whole_number(text) is None


def test_what_is_too_much_for_its_place_is_none():
    assert whole_number("99", most=99) == 99
    assert whole_number("100", most=99) is None
