"""The file of refused rows: mended and read again, and harmless to open."""

import csv
import io
from datetime import date, timedelta

import pytest
from python_calamine import CalamineWorkbook

from customers.importing.headings import Field
from customers.importing.reading import SourceList, read_list
from customers.importing.refusals import defuse, write_refused
from customers.importing.sample import sample_list
from customers.importing.taking import Outcome, take_list
from customers.models import Customer
from frontdesk.branches.models import Branch
from tests.customers.lists import csv_text, xlsx
from tests.factories import NOW

EVIL = '=HYPERLINK("http://contoh.invalid","klik")'
ROWS = [
    ["DAFTAR LAMA"],
    ["Nama", "No HP", "Tgl Lahir", "Poin", "Catatan"],
    ["Ani", "081234567890", "22/11/1990", 10, ""],
    ["Budi", "8,13E+11", "31/02/1990", 20, EVIL],
    ["", "+62 812-3456-7891", date(1990, 11, 22), 30, "@nama"],
    ["Citra", 813000000000.0, "", "", "-1+1"],
]


def take(source: SourceList, branch: Branch, *, hours: int = 0) -> Outcome:
    at = NOW + timedelta(hours=hours)
    return take_list(source, branch=branch, branches=[branch], by=None, at=at, is_dry_run=False)


def table_of(data: bytes) -> list[list[str]]:
    return CalamineWorkbook.from_filelike(io.BytesIO(data)).get_sheet_by_index(0).to_python()


def test_excel(menteng: Branch) -> None:
    source = read_list(xlsx(ROWS))
    data = write_refused(source, take(source, menteng).refused)
    head, budi, nameless, citra = table_of(data)
    own = ["Baris asal", "Kolom bermasalah", "Alasan"]
    assert head == ["Nama", "No HP", "Tgl Lahir", "Poin", "Catatan", *own]
    assert budi[:7] == ["Budi", "8,13E+11", "31/02/1990", "20", f"'{EVIL}", "4", "No HP; Tgl Lahir"]
    assert "sudah hilang" in budi[7]
    assert "kalender" in budi[7]
    assert nameless[:5] == ["", "+62 812-3456-7891", "22/11/1990", "30", "'@nama"]
    assert citra[:2] == ["Citra", "813000000000"]


def test_csv_keeps_its_separator(menteng: Branch) -> None:
    source = read_list(csv_text(ROWS, delimiter=";").encode())
    data = write_refused(source, take(source, menteng).refused)
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert rows[2][1] == "'+62 812-3456-7891"
    assert not any(cell.startswith(("=", "+", "-", "@")) for row in rows for cell in row)


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_mended_and_read_again(menteng: Branch, kind: str) -> None:
    source = read_list(xlsx(ROWS) if kind == "xlsx" else csv_text(ROWS).encode())
    assert (take(source, menteng).new, Customer.objects.count()) == (1, 1)
    data = write_refused(source, take(source, menteng, hours=1).refused)
    again = read_list(data)
    assert [again.headings.titles[i] for i in again.headings.left] == ["Poin"]
    unmended = take(again, menteng, hours=2)
    assert (unmended.new, unmended.known, len(unmended.refused)) == (0, 0, 3)

    rows = [list(row) for row in again.rows]
    rows[1][1], rows[1][2], rows[2][0], rows[3][1] = "0813 0000 0001", "", "Dewi", "08131111 2222"
    mended = read_list(xlsx(rows) if kind == "xlsx" else csv_text(rows).encode("utf-8-sig"))
    outcome = take(mended, menteng, hours=3)
    assert (outcome.new, outcome.known, outcome.refused) == (3, 0, [])
    dewi = Customer.objects.get(name="Dewi")
    assert (dewi.phone, dewi.birth_date) == ("+6281234567891", date(1990, 11, 22))
    assert Customer.objects.get(name="Budi").notes == EVIL
    assert take(mended, menteng, hours=4).new == 0


def test_a_file_refused_again_keeps_one_set_of_its_own_columns(menteng: Branch) -> None:
    source = read_list(xlsx(ROWS))
    once = read_list(write_refused(source, take(source, menteng).refused))
    twice = table_of(write_refused(once, take(once, menteng, hours=1).refused))
    assert twice[0].count("Alasan") == 1
    assert len(twice[0]) == 8
    assert [row[5] for row in twice[1:]] == ["2", "3", "4"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"])
def test_formulas_are_defused(text: str) -> None:
    assert defuse(text) == f"'{text}"


def test_the_empty_list(menteng: Branch) -> None:
    source = read_list(sample_list(branch=menteng))
    assert set(source.headings.columns) == set(Field)
    outcome = take(source, menteng)
    assert (outcome.new, [row.number for row in outcome.refused]) == (0, [2, 3])
    assert all("baris contoh" in row.problems[0].reason for row in outcome.refused)
    rows = [list(row) for row in source.rows]
    for number, row in enumerate(rows[1:]):
        row[3] = f"A-{number}"
    assert take(read_list(xlsx(rows)), menteng, hours=1).new == 2
