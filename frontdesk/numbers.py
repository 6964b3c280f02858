"""Whole numbers that come from outside, where anything may stand instead of one."""

# What a key of a row can be at most.
MOST = 2**63 - 1


def whole_number(text: str, *, most: int = MOST) -> int | None:
    """Return a number written in digits, from 0 on; None for everything else.

    `isdigit` says yes to "²", which `int` refuses, and so it does thousands of digits.
    """
    if not (text.isascii() and text.isdecimal()) or len(text) > len(str(most)):
        return None
    number = int(text)
    return number if number <= most else None
