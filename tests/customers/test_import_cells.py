"""What single cells say, and that none of them can break the reading."""

import re
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from customers.importing import cells
from customers.importing.cells import BadCell
from customers.importing.dates import is_month_first_column

TODAY = date(2026, 11, 22)
WHOLE = "+6281234567890"


@pytest.mark.parametrize(
    "cell",
    [
        "081234567890", "0812-3456-7890", "0812 3456 7890", "+62 812-3456-7890", "62812 3456 7890",
        "6262 81234567890", "+62081234567890", "812.3456.7890", "(0812) 3456 7890", "81234567890.0",
        "81234567890,00", 81234567890, 81234567890.0, 6281234567890.0, "'081234567890",
        '="081234567890"', "'+6281234567890", "WA 081234567890", "HP: 0812 3456 7890",
        "081234567890 (ibu)", "0812/3456/7890", "\u200e+62 812\u00a03456\u00a07890",
        "8.1234567890E+10", "0812–3456–7890",
        "0062 812 3456 7890",
    ],
)  # fmt: skip
def test_phones_as_people_write_them(cell: Any) -> None:
    assert cells.read_phone(cell) == (WHOLE, [])


@pytest.mark.parametrize("cell", ["", " ", "-", "0", "0000", 0, 0.0, "n/a", "NULL"])
def test_no_phone(cell: Any) -> None:
    assert cells.read_phone(cell) == ("", [])


@pytest.mark.parametrize(
    "cell", ["8,13E+11", "8.13E+11", "8,13e11", 813000000000.0, 813000000000, "813000000000",
             "6.28123E+12"],
)  # fmt: skip
def test_lost_digits_are_told(cell: Any) -> None:
    with pytest.raises(BadCell, match="sudah hilang"):
        cells.read_phone(cell)


@pytest.mark.parametrize(
    "cell", ["12", "0812", "O81234567890", "08123456789012345", "tidak punya", 1.5, -5, 1e20, True,
             "0812345678x", "0812-3456-7890 a/n Sari 2", date(1990, 1, 1), "٠٨١٢٣٤٥٦٧٨٩٠"],
)  # fmt: skip
def test_unreadable_phones_are_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.read_phone(cell)


@pytest.mark.parametrize(
    ("cell", "others"),
    [
        ("081234567890/0813 1111 2222", ["0813 1111 2222"]),
        ("081234567890; 021-5550123", ["021-5550123"]),
        ("081234567890 atau 081311112222", ["081311112222"]),
        ("081234567890\n081311112222,0814 1111 2222", ["081311112222", "0814 1111 2222"]),
    ],
)
def test_two_phones_in_one_cell(cell: str, others: list[str]) -> None:
    assert cells.read_phone(cell) == (WHOLE, others)


@pytest.mark.parametrize(
    "cell",
    [
        "22/11/1990", "22-11-1990", "22.11.1990", "22 11 1990", "22/11/90", "22-11-90",
        "1990-11-22",
        "1990/11/22", "22 Nov 1990", "22-Nov-90", "22 November 1990", "22 Nopember 1990",
        "22 NOP 1990", "Nov 22, 1990", "November 22 1990", "22nd Nov 1990", "Jakarta, 22-11-1990",
        "Kamis, 22 November 1990", "1990-11-22T00:00:00", "1990-11-22 00:00:00", "22/11/1990 0:00",
        "22111990", "19901122", 33199, 33199.0, 33199.5, "33199", datetime(1990, 11, 22, 7),
        date(1990, 11, 22), "'22/11/1990", 22111990.0,
    ],
)  # fmt: skip
def test_days_as_lists_write_them(cell: Any) -> None:
    assert cells.read_birth_date(cell, today=TODAY) == date(1990, 11, 22)


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1/2/05", date(2005, 2, 1)),
        ("23/11/26", date(1926, 11, 23)),
        ("22/11/26", date(2026, 11, 22)),
        ("5 agt 1988", date(1988, 8, 5)),
        ("5 Agustus 1988", date(1988, 8, 5)),
        ("17 Mei 1999", date(1999, 5, 17)),
        ("9 des 01", date(2001, 12, 9)),
        ("29/02/2000", date(2000, 2, 29)),
        (5111990.0, date(1990, 11, 5)),
    ],
)
def test_more_days(cell: Any, day: date) -> None:
    assert cells.read_birth_date(cell, today=TODAY) == day


@pytest.mark.parametrize("cell", ["", "-", "00/00/0000", "0000-00-00", 0, 0.0, "NULL"])
def test_no_day(cell: Any) -> None:
    assert cells.read_birth_date(cell, today=TODAY) is None


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("31/02/1990", "kalender"),
        ("29/02/1990", "kalender"),
        ("11/22/1990", "tidak ada bulan 22"),
        ("1990-13-01", "tidak ada bulan 13"),
        ("22/11/2030", "belum terjadi"),
        (datetime(2030, 1, 1), "belum terjadi"),
        ("01/01/1800", "120 tahun"),
        (date(1900, 1, 1), "120 tahun"),
        ("1990", "hanya tahun"),
        (1990.0, "hanya tahun"),
        ("kemarin", "bukan tanggal"),
        ("22/11", "bukan tanggal"),
        (True, "bukan tanggal"),
        (timedelta(days=3), "bukan tanggal"),
        (time(7), "bukan tanggal"),
        (-5.0, "bukan tanggal"),
        (1e300, "bukan tanggal"),
        ("22 foo 1990", "bukan tanggal"),
    ],
)
def test_impossible_days_are_refused(cell: Any, why: str) -> None:
    with pytest.raises(BadCell, match=why):
        cells.read_birth_date(cell, today=TODAY)


def test_an_american_column_is_not_guessed_at() -> None:
    assert is_month_first_column(["11/22/1990", "03/04/1990", ""])
    assert not is_month_first_column(["22/11/1990", "03/04/1990", "02/13/1990"])
    with pytest.raises(BadCell, match="bulan/hari"):
        cells.read_birth_date("03/04/1990", today=TODAY, is_month_first=True)
    day = cells.read_birth_date("1990-04-03", today=TODAY, is_month_first=True)
    assert day == date(1990, 4, 3)


def test_words() -> None:
    assert cells.read_name("  siti \u00a0 Nur\x00haliza ") == "siti Nurhaliza"
    assert cells.read_name("Isa") == "Isa"
    assert cells.read_allergies("Tidak ada") == ""
    assert cells.read_allergies("tdk ada.") == ""
    assert cells.read_allergies("tidak tahan parfum") == "tidak tahan parfum"
    assert cells.read_member(123.0) == "123"
    assert cells.read_member("a-007 ") == "A-007"
    assert cells.read_honorific("Bpk.") == "bapak"
    assert cells.read_honorific("") == "kak"
    assert cells.read_notes("baris satu\r\n  baris   dua") == "baris satu\nbaris dua"


@pytest.mark.parametrize("cell", ["", "-", "???", "12345", "...", 7.0])
def test_no_name_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.read_name(cell)


@pytest.mark.parametrize(
    ("cell", "answer"),
    [("Ya", True), ("yes", True), (True, True), (1.0, True), ("SETUJU", True), ("tidak", False),
     ("Tidak setuju", False), (False, False), ("", None), ("-", None)],
)  # fmt: skip
def test_consent(cell: Any, answer: bool | None) -> None:
    assert cells.read_consent(cell) is answer


def test_an_unclear_consent_is_refused() -> None:
    with pytest.raises(BadCell, match="tidak jelas"):
        cells.read_consent("mungkin")


ANY_CELL = st.one_of(
    st.text(),
    st.text(alphabet="0123456789+-/., ()'=eE"),
    st.floats(),
    st.integers(),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(cell=ANY_CELL)
def test_no_cell_breaks_the_reading(cell: Any) -> None:
    readers = (
        cells.read_name, cells.read_member, cells.read_notes, cells.read_allergies,
        cells.read_honorific, cells.read_consent, lambda cell: cells.read_words(cell, 40),
    )  # fmt: skip
    for read in readers:
        with suppress(BadCell):
            read(cell)
    with suppress(BadCell):
        phone, others = cells.read_phone(cell)
        assert phone == "" or re.fullmatch(r"\+[0-9]{8,15}", phone)
        assert all(others)


@given(
    cell=st.one_of(ANY_CELL, st.from_regex(r"\d{1,4}[-/. ]\w{1,9}[-/. ]\d{1,4}", fullmatch=True))
)
def test_no_cell_breaks_the_days(cell: Any) -> None:
    with suppress(BadCell):
        day = cells.read_birth_date(cell, today=TODAY)
        assert day is None or date(1906, 1, 1) <= day <= TODAY


@given(day=st.dates(min_value=date(1927, 1, 1), max_value=TODAY))
def test_each_day_is_read_as_it_was_written(day: date) -> None:
    for text in (f"{day:%d/%m/%Y}", f"{day:%d-%m-%y}", f"{day:%Y-%m-%d}", f"{day:%d %B %Y}"):
        assert cells.read_birth_date(text, today=TODAY) == day
    serial = (day - date(1899, 12, 30)).days
    assert cells.read_birth_date(float(serial), today=TODAY) == day


@given(digits=st.from_regex(r"8[1-9][0-9]{7,9}[1-9]", fullmatch=True))
def test_each_spelling_of_a_phone_is_the_same(digits: str) -> None:
    spellings = [
        f"0{digits}",
        digits,
        f"62{digits}",
        f"+62 {digits[:3]}-{digits[3:]}",
        float(digits),
    ]
    assert all(cells.read_phone(spelling) == (f"+62{digits}", []) for spelling in spellings)


@pytest.mark.parametrize(
    "cell",
    ["sari@contoh.id", " Sari@Contoh.ID ", "mailto:sari@contoh.id", "<sari@contoh.id>"],
)
def test_addresses_as_people_write_them(cell: str) -> None:
    assert cells.read_email(cell) == "sari@contoh.id"


@pytest.mark.parametrize("cell", ["", " ", "-", "n/a", "tidak ada", "Tidak punya."])
def test_no_address(cell: str) -> None:
    assert cells.read_email(cell) == ""


@pytest.mark.parametrize(
    "cell",
    [
        "sari", "sari@", "@contoh.id", "sari@contoh", "sari contoh.id", "sari@contoh,id",
        "sari@contoh.id; ana@contoh.id", "08123456789", 12.5, "a" * 250 + "@contoh.id",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(cell: Any) -> None:
    with pytest.raises(BadCell):
        cells.read_email(cell)


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ("VIP", ["VIP"]),
        ("VIP, Lama;  Ibu   muda", ["VIP", "Lama", "Ibu muda"]),
        ("VIP\nLama", ["VIP", "Lama"]),
        ("VIP,,vip; -", ["vip"]),
        ("", []),
        ("-", []),
        (2026.0, ["2026"]),
    ],
)
def test_tags_in_a_cell(cell: Any, names: list[str]) -> None:
    assert cells.read_tag_names(cell) == names


def test_a_remark_is_no_tag() -> None:
    with pytest.raises(BadCell, match="paling banyak 30"):
        cells.read_tag_names("VIP, pelanggan yang selalu datang bersama ibunya")
