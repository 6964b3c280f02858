"""`manage.py import_customers`, as somebody types it."""

import io
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import StaffEvent, StaffEventKind
from tests.customers.lists import csv_text, nasty_rows, xlsx

ROWS = [
    ["Nama", "No HP", "Instagram"],
    ["Ani", "0812 3456 7890", "@ani"],
    ["Ani", "081234567890", "@ani"],
    ["Budi", "8,13E+11", "@budi"],
]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "pelanggan.csv"
    path.write_text(csv_text(ROWS))
    return path


def run(*arguments: object) -> str:
    output = io.StringIO()
    call_command("import_customers", *map(str, arguments), stdout=output)
    return output.getvalue()


def test_run(menteng: Branch, file: Path) -> None:
    said = run(file)
    assert "Kolom yang dibaca: Nama → Nama; No HP → No HP" in said
    assert "Kolom yang dibiarkan: Instagram" in said
    assert "Baris 4, No HP: “8,13E+11”" in said
    assert "3 baris: 1 baru, 1 sudah ada (1 terulang di daftar), 1 ditolak." in said
    assert Customer.objects.get().home_branch == menteng
    refused = file.with_name("pelanggan-ditolak.csv")
    assert str(refused) in said
    assert "Budi" in refused.read_text()
    event = StaffEvent.objects.get(kind=StaffEventKind.IMPORTED)
    assert (event.branch, event.detail) == (menteng, "1 baru, 1 sudah ada, 1 ditolak")


def test_a_dry_run_says_the_same_and_writes_nothing(
    menteng: Branch, file: Path, tmp_path: Path
) -> None:
    dry = run(file, "--dry-run", "--errors", tmp_path / "a.csv")
    assert "Percobaan" in dry
    assert not Customer.objects.exists()
    assert not StaffEvent.objects.exists()
    wet = run(file, "--errors", tmp_path / "b.csv")
    assert dry.splitlines()[:3] == wet.splitlines()[:3]
    assert dry.splitlines()[-2] == wet.splitlines()[-2]
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()


def test_a_file_in_mending_is_not_written_over(menteng: Branch, file: Path) -> None:
    run(file)
    mending = file.with_name("pelanggan-ditolak.csv")
    mending.write_text("sedang diperbaiki")
    run(file)
    assert mending.read_text() == "sedang diperbaiki"
    assert file.with_name("pelanggan-ditolak-2.csv").exists()


def test_branches(menteng: Branch, jayapura: Branch, file: Path) -> None:
    with pytest.raises(CommandError, match=r"--branch KODE.*JYP \(Jayapura\).*JKT \(Menteng\)"):
        run(file)
    with pytest.raises(CommandError, match="tidak ada"):
        run(file, "--branch", "XXX")
    run(file, "--branch", "jyp")
    assert Customer.objects.get().home_branch == jayapura


def test_a_list_that_names_its_branches_is_asked_for_none(
    menteng: Branch, jayapura: Branch, tmp_path: Path
) -> None:
    file = tmp_path / "rantai.csv"
    rows = [["Nama", "Cabang"], ["Ani", "jyp"], ["Budi", "Menteng"], ["Citra", ""]]
    file.write_text(csv_text(rows))
    said = run(file)
    assert "Baris 4, Cabang: Cabangnya belum diisi" in said
    homes = dict(Customer.objects.values_list("name", "home_branch__code"))
    assert homes == {"Ani": "JYP", "Budi": "JKT"}
    noted = StaffEvent.objects.filter(kind=StaffEventKind.IMPORTED)
    assert {event.branch for event in noted} == {menteng, jayapura}
    run(file, "--branch", "JKT")
    assert Customer.objects.get(name="Citra").home_branch == menteng

    file.write_text(csv_text([["Nama", "Cabang"], ["Dewi", ""]]))
    with pytest.raises(CommandError, match="--branch KODE"):
        run(file)


def test_progress_is_shown_where_somebody_looks(
    menteng: Branch, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal, pipe = Terminal(), io.StringIO()
    for stderr in (pipe, terminal):
        monkeypatch.setattr("sys.stderr", stderr)
        run(file, "--dry-run")
    assert "3/3" in terminal.getvalue()
    assert pipe.getvalue() == ""


def test_what_cannot_be_read(menteng: Branch, file: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        run(tmp_path / "tidak-ada.xlsx")
    picture = tmp_path / "foto.xlsx"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n")
    with pytest.raises(CommandError, match="bukan Excel"):
        run(picture)
    with pytest.raises(CommandError, match="menimpa"):
        run(file, "--errors", file)


def test_the_first_twenty_refused_rows_are_printed(menteng: Branch, tmp_path: Path) -> None:
    file = tmp_path / "panjang.xlsx"
    file.write_bytes(xlsx([["Nama"], *[["?"]] * 30]))
    said = run(file)
    assert said.count("Baris ") == 21
    assert "… dan 10 baris lain" in said


def test_a_nasty_list(menteng: Branch, tmp_path: Path) -> None:
    file = tmp_path / "pelanggan.xlsx"
    file.write_bytes(xlsx(nasty_rows(300)))
    run(file)
    assert Customer.objects.count() > 250
    assert " 0 baru, " in run(file)
