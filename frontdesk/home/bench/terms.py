"""What clerks type, and the 200 worst things they could."""

import random

# What matches very much or very little, is misspelt, or means something to SQL.
# fmt: off
_WORST = [
    "a", "siti", "08", "%", "_", "'", "\\", "\"", "--", ";", "*", "?", "%%", "a%", "%a", "_a",
    "()", "0", "1", "62", "+62", "0812", "628", "+", "-", ".", "0 8", "000", "111", "999",
    "12345678901234", "siti nur", "nur siti", "s n", "a a", "a b c", "an an an an", "sa sa",
    "siti zzzq", "zzzq siti", "i", "an", "ar", "di", "sar", "ari", "rin", "ani", "nin", "wul",
    "dew", "ewi", "iti", "isa", "xqzw", "qqq", "zzzzzzzz", "stii", "dewwi", "sarri", "nurr",
    "lestarri", "wulandri", "anggrani", "é", "ñ", "ß", "œ", "İ", "😀", "中", "ا", "\u200b", "\t",
    "   ", "SITI", "SiTi", "siti.", "siti,", "siti/", "siti-nur", "nur'aini", "o'", "m0",
    "m000001", "M", "<b>", "&amp;", "{{", "{% x %}", "null", "none", "true", "1=1", "select",
    "drop table", "\x7f",
    "a" * 300, "ab " * 80, "0" * 60,
]
# fmt: on


def worst() -> list[str]:
    """Return 200 terms, always the same."""
    dice = random.Random(7)  # nosec B311: invented data, no secret
    letters = "abcdefghijklmnopqrstuvwxyz"
    found = list(dict.fromkeys(_WORST))
    found += [letter for letter in letters if letter not in found]
    while len(found) < 200:
        length = dice.choice((1, 2, 2, 3, 3, 4))
        term = "".join(dice.choices(letters + "aeiou" * 3 + "  0123456789", k=length))
        if term not in found:
            found.append(term)
    return found[:200]


def usual(names: list[str], phones: list[str], numbers: list[str]) -> list[str]:
    """Return what clerks type all day: beginnings, two words, last digits, member numbers."""
    terms = []
    for name, phone, number in zip(names, phones, numbers, strict=True):
        words = name.split()
        terms += [words[0][:3], words[-1], name, f"{words[-1][:4]} {words[0][:3]}"]
        terms += [phone[-4:], "0" + phone[3:], number]
    return terms
