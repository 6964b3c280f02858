"""Lists as clinics have them, made on the fly: small ones by hand, nasty ones by the thousand."""

import csv
import io
import random
from datetime import date, datetime, timedelta
from typing import Any

import xlsxwriter

FIRST = ("Ani", "Budi", "Citra", "Dewi", "Eka", "Fitri", "Gita", "Hana", "Indah", "Joko", "Kartika")
LAST = ("Contoh", "Pratama", "Wulandari", "Saputra", "Lestari", "Anggraini", "Permata", "Utami")
NASTY_HEADINGS = ["No", "Nama Lengkap", "Tgl. Lahir", "No. HP / WA", "Alamat", "Alergi", "Poin"]


def xlsx(rows: list[list[Any]], *, sheet: str = "Daftar") -> bytes:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    day = book.add_format({"num_format": "dd/mm/yyyy"})
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            if isinstance(cell, date | datetime):
                page.write_datetime(r, c, cell, day)
            elif isinstance(cell, str) and cell:
                page.write_string(r, c, cell)
            elif cell is not None and cell != "":
                page.write(r, c, cell)
    book.close()
    return output.getvalue()


def csv_text(rows: list[list[Any]], *, delimiter: str = ",") -> str:
    output = io.StringIO(newline="")
    csv.writer(output, delimiter=delimiter).writerows(rows)
    return output.getvalue()


def nasty_rows(count: int, *, seed: int = 7) -> list[list[Any]]:
    """Return a title, headings and `count` rows of which about one in fifty cannot be taken."""
    dice = random.Random(seed)
    rows: list[list[Any]] = [["DAFTAR PELANGGAN KLINIK CONTOH"], [], [*NASTY_HEADINGS]]
    for number in range(1, count + 1):
        name = f"{dice.choice(FIRST)} {dice.choice(LAST)} {_letters(number)}"
        rows.append([number, name, _birth(dice), _phone(dice, number), "Jl. Melati", "", 10])
        if dice.random() < 0.02:
            rows.append(list(rows[-1]))
        if dice.random() < 0.01:
            rows.append([])
    return rows


def _letters(number: int) -> str:
    text = ""
    while number:
        number, rest = divmod(number, 26)
        text += chr(97 + rest)
    return text


def _phone(dice: random.Random, number: int) -> Any:
    digits = f"81{number % 9}{number:07}"
    return dice.choice(
        [
            f"0{digits}",
            f"+62 {digits[:3]}-{digits[3:7]}-{digits[7:]}",
            f"62{digits}",
            f"6262{digits}",
            float(digits),
            f"'0{digits}",
            f"0{digits} / 021-5550{number % 1000:03}",
            "",
            *(["8,13E+11"] if dice.random() < 0.1 else []),
        ]
    )


def _birth(dice: random.Random) -> Any:
    day = date(1960, 1, 1) + timedelta(days=dice.randrange(15_000))
    return dice.choice(
        [
            day,
            f"{day:%d/%m/%Y}",
            f"{day:%d-%m-%y}",
            f"{day:%Y-%m-%d}",
            f"{day:%d %b %Y}",
            (day - date(1899, 12, 30)).days,
            "",
            *(["31/02/1990"] if dice.random() < 0.05 else []),
        ]
    )
