"""Money and dates as they are written here: Rp1.250.000 and Minggu, 22 November 2026."""

import re
from collections.abc import Iterator
from datetime import date

from django.utils.translation import gettext as _

from frontdesk.money import rupiah
from notifications.linting.findings import Finding, Severity, Text
from notifications.linting.words import FOREIGN_MONTHS, MONTHS, WEEKDAYS

_AMOUNT = r"\d[\d.,]*(?<![.,])"
_UNIT = r"(?:rb|ribu|jt|juta|k|miliar)"
MONEY = re.compile(
    rf"(?<![\w¤])(?:(?:rp\.?|idr)\s*{_AMOUNT}(?:\s?{_UNIT})?(?:,-+)?|{_AMOUNT}\s?(?:rb|jt|k))(?![\w¤])",
    re.IGNORECASE,
)
WELL_FORMED = re.compile(r"Rp(?:\d{1,3}(?:\.\d{3})*|\d{1,3}(?:,\d)? (?:ribu|juta|miliar))")
UNITS = {"rb": 1_000, "ribu": 1_000, "k": 1_000, "jt": 1_000_000, "juta": 1_000_000}

BY_NUMBERS = re.compile(r"(?<![\w/.-])(\d{1,2})([/.-])(\d{1,2})\2(\d{4}|\d{2})(?![\w/-])")
YEAR_FIRST = re.compile(r"(?<![\w/-])(\d{4})-(\d{2})-(\d{2})(?![\w-])")
_FOREIGN = "|".join(sorted(FOREIGN_MONTHS, key=len, reverse=True))
_NUMBER = r"(\d{1,2})(?:st|nd|rd|th)?"
DAY_THEN_MONTH = re.compile(
    rf"(?<!\w){_NUMBER}\s+({_FOREIGN})\b\.?(?:\s+(\d{{4}}))?", re.IGNORECASE
)
MONTH_THEN_DAY = re.compile(rf"\b({_FOREIGN})\.?\s+{_NUMBER}\b(?:,?\s+(\d{{4}}))?", re.IGNORECASE)
IN_WORDS = re.compile(
    rf"(?:\b({'|'.join(WEEKDAYS)}|Jum'at|Ahad),?\s+)?"
    rf"(?<!\w)(\d{{1,2}})\s+({'|'.join(MONTHS)})(?:\s+(\d{{4}}))?\b",
    re.IGNORECASE,
)


def money(text: Text) -> Iterator[Finding]:
    for found in text.find(MONEY):
        if WELL_FORMED.fullmatch(found[0]):
            continue
        amount = _amount(found[0])
        right = rupiah(amount) if amount is not None else "Rp1.250.000"
        yield Finding(
            "money",
            Severity.ERROR,
            _("Tulis uang seperti %(right)s, bukan “%(wrong)s”.")
            % {"right": right, "wrong": found[0]},
            *found.span(),
        )


def _amount(written: str) -> int | None:
    unit = re.search(rf"{_UNIT}$", written.lower())
    number = re.search(_AMOUNT, written)
    if number is None:
        return None
    if unit is None:
        digits = re.sub(r"[.,]00$", "", number[0])
        return int(re.sub(r"\D", "", digits))
    try:
        value = float(number[0].replace(",", "."))
    except ValueError:
        return None
    return int(value * UNITS[unit[0]]) if unit[0] in UNITS else None


def dates(text: Text) -> Iterator[Finding]:
    for found in text.find(BY_NUMBERS):
        year = int(found[4]) + (2000 if len(found[4]) == 2 else 0)
        day = _day(year, int(found[3]), int(found[1]))
        # 10.30.45 is a time and 1.25.10 a version, unless a whole year stands there.
        if found[2] == "." and (day is None or len(found[4]) == 2):
            continue
        yield _date(found, day)
    for found in text.find(YEAR_FIRST):
        yield _date(found, _day(int(found[1]), int(found[2]), int(found[3])))
    for found in text.find(DAY_THEN_MONTH):
        yield _month(found, number=found[1], month=found[2], year=found[3])
    for found in text.find(MONTH_THEN_DAY):
        yield _month(found, number=found[2], month=found[1], year=found[3])
    yield from _in_words(text)


def _in_words(text: Text) -> Iterator[Finding]:
    for found in text.find(IN_WORDS):
        weekday, number, month, year = found.groups()
        # Without a year the 29th of February may exist.
        day = _day(int(year or 2028), _index(MONTHS, month) + 1, int(number))
        if day is None:
            sentence = _("“%(date)s” tidak ada dalam kalender.")
            yield Finding("date", Severity.ERROR, sentence % {"date": found[0]}, *found.span())
        elif weekday and year and _index(WEEKDAYS, _usual(weekday)) != day.weekday():
            yield Finding(
                "date",
                Severity.ERROR,
                _("%(date)s adalah hari %(weekday)s.")
                % {"date": _written(day), "weekday": WEEKDAYS[day.weekday()]},
                *found.span(),
            )


def _usual(weekday: str) -> str:
    return {"jum'at": "Jumat", "ahad": "Minggu"}.get(weekday.lower(), weekday)


def _index(names: tuple[str, ...], name: str) -> int:
    return [one.lower() for one in names].index(name.lower())


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _written(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


def _date(found: "re.Match[str]", day: date | None) -> Finding:
    right = _written(day) if day else "22 November 2026"
    return Finding(
        "date",
        Severity.ERROR,
        _("Tulis tanggal seperti %(right)s, bukan “%(wrong)s”.")
        % {"right": right, "wrong": found[0]},
        *found.span(),
    )


def _month(found: "re.Match[str]", *, number: str, month: str, year: str | None) -> Finding:
    name = MONTHS[FOREIGN_MONTHS[month.lower()] - 1]
    right = f"{int(number)} {name}" + (f" {year}" if year else "")
    return Finding(
        "date",
        Severity.ERROR,
        _("Tulis tanggal seperti %(right)s, bukan “%(wrong)s”.")
        % {"right": right, "wrong": found[0]},
        *found.span(),
    )
