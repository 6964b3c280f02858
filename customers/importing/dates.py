"""Days as lists write them: 22/11/1990, 22-11-90, 1990-11-22, 22 Nov 1990, Excel's 33199."""

import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _

from customers.models import MOST_YEARS_OLD

_MONTHS = {
    word: number
    for number, words in enumerate(
        (
            "januari january jan",
            "februari february pebruari feb peb",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt ags agst aug",
            "september sept sep",
            "oktober october okt oct",
            "november nopember nov nop",
            "desember december des dec",
        ),
        start=1,
    )
    for word in words.split()
}
_PARTS = r"[-/.\s]+"
_TIME = re.compile(r"[T\s]+\d{1,2}[:.]\d{2}([:.]\d{2}(\.\d+)?)?\s*(am|pm|z|[+-]\d\d:?\d\d)?$", re.I)
# "Jakarta, 22-11-1990", "Kamis, 22 November 1990"
_PLACE = re.compile(r"^[^\d,]+,\s*(?=\d)")
_DAY_FIRST = re.compile(rf"(\d{{1,2}}){_PARTS}(\d{{1,2}}){_PARTS}(\d{{4}}|\d{{2}})")
_YEAR_FIRST = re.compile(rf"(\d{{4}}){_PARTS}(\d{{1,2}}){_PARTS}(\d{{1,2}})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?[-/.,\s]*([a-z]{3,9})[-/.,\s]*(\d{4}|\d{2})")
_NAMED_FIRST = re.compile(r"([a-z]{3,9})[-/.,\s]*(\d{1,2})(?:st|nd|rd|th)?[-/.,\s]+(\d{4})")
_UNSET = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}|0+")
# Day 0 of Excel's calendar, which believes in 29 February 1900.
_EXCEL_EPOCH = date(1899, 12, 30)


class BadDate(ValueError):
    """The message says why, in words the desk may read."""


def parse_date(value: object, *, today: date, is_month_first: bool = False) -> date | None:
    """Return the day a cell means, or None for one that says 00/00/0000."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, float | int) and not isinstance(value, bool):
        return _parse_figure(float(value), today=today)
    if not isinstance(value, str):
        raise BadDate(_unreadable(str(value)))
    text = _TIME.sub("", _PLACE.sub("", value.strip()))
    if _UNSET.fullmatch(text):
        return None
    if re.fullmatch(r"\d+([.,]\d+)?", text):
        return _parse_figure(float(text.replace(",", ".")), today=today)
    return _parse_text(text, shown=value, today=today, is_month_first=is_month_first)


def is_month_first_column(values: Iterable[object]) -> bool:
    """Say whether a column's days can only be American ones: more 11/22/1990 than 22/11/1990."""
    month_first = day_first = 0
    for value in values:
        match = isinstance(value, str) and _DAY_FIRST.fullmatch(_TIME.sub("", value.strip()))
        if match:
            first, second = int(match[1]), int(match[2])
            month_first += first <= 12 < second <= 31
            day_first += second <= 12 < first <= 31
    return month_first > day_first


def _parse_text(text: str, *, shown: str, today: date, is_month_first: bool) -> date:
    if match := _YEAR_FIRST.fullmatch(text):
        return _day(int(match[1]), int(match[2]), int(match[3]), shown=shown)
    if match := _DAY_FIRST.fullmatch(text):
        if is_month_first:
            raise BadDate(
                _(
                    "“%(text)s”: kolom ini memakai urutan bulan/hari, jadi tanggalnya tidak pasti. "
                    "Tulis hari/bulan/tahun, misalnya 22/11/1990, atau 1990-11-22."
                )
                % {"text": shown}
            )
        day, month = int(match[1]), int(match[2])
        return _day(_year(match[3], month, day, today=today), month, day, shown=shown)
    lower = text.casefold()
    if (match := _NAMED.fullmatch(lower)) and match[2] in _MONTHS:
        day, month = int(match[1]), _MONTHS[match[2]]
        return _day(_year(match[3], month, day, today=today), month, day, shown=shown)
    if (match := _NAMED_FIRST.fullmatch(lower)) and match[1] in _MONTHS:
        return _day(int(match[3]), _MONTHS[match[1]], int(match[2]), shown=shown)
    raise BadDate(_unreadable(shown))


def _parse_figure(figure: float, *, today: date) -> date | None:
    if figure == 0:
        return None
    whole = int(figure) if 0 < figure < 1e9 else 0
    if 1900 <= figure <= today.year and whole == figure:
        raise BadDate(
            _("“%(year)s” hanya tahun. Tulis hari/bulan/tahun, atau kosongkan.") % {"year": whole}
        )
    if 10_000_000 <= whole <= 99_999_999 and whole == figure:
        return _parse_eight(f"{whole:08}", today=today)
    if 1_000_000 <= whole < 10_000_000 and whole == figure:
        return _parse_eight(f"{whole:08}", today=today)
    if not 61 <= whole <= 60_000:
        raise BadDate(_unreadable(f"{figure:g}"))
    return _EXCEL_EPOCH + timedelta(days=whole)


def _parse_eight(digits: str, *, today: date) -> date:
    """Read 22111990 or 19901122; whatever could be both is refused."""
    found = set()
    for form in ("%d%m%Y", "%Y%m%d"):
        try:
            day = datetime.strptime(digits, form).date()  # noqa: DTZ007
        except ValueError:
            continue
        if today.year - MOST_YEARS_OLD <= day.year and day <= today:
            found.add(day)
    if len(found) != 1:
        raise BadDate(_unreadable(digits))
    return found.pop()


def _year(text: str, month: int, day: int, *, today: date) -> int:
    """Return the year, two digits being the last such birthday that is over."""
    year = int(text)
    if len(text) == 4:
        return year
    return (
        2000 + year
        if (2000 + year, month, day) <= (today.year, today.month, today.day)
        else 1900 + year
    )


def _day(year: int, month: int, day: int, *, shown: str) -> date:
    if not 1 <= month <= 12:
        raise BadDate(
            _("“%(text)s”: tidak ada bulan %(month)s. Urutannya hari/bulan/tahun.")
            % {"text": shown, "month": month}
        )
    try:
        return date(year, month, day)
    except ValueError as error:
        raise BadDate(
            _("“%(text)s”: tanggal itu tidak ada di kalender.") % {"text": shown}
        ) from error


def _unreadable(text: str) -> str:
    text = text if len(text) <= 40 else text[:39] + "…"
    return _("“%(text)s” bukan tanggal. Tulis hari/bulan/tahun, misalnya 22/11/1990.") % {
        "text": text
    }
