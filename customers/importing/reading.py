"""A file somebody picked: what kind it is, and the table in it."""

import csv
import io
import json
import re
import subprocess
import sys
import tempfile
import threading
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import Any

from django.utils.translation import gettext as _

from customers.importing import sheets
from customers.importing.cells import Cell
from customers.importing.headings import Headings, find_headings

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_ROWS = 200_000
HEADING_SEARCH = sheets.HEAD_ROWS
# Less than the time after which a silent worker loses its list.
_MOST_SECONDS = 50

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"RIFF", b"\x1f\x8b")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<style")
_DELIMITERS = (";", ",", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
_BAD_ARCHIVE = (
    zipfile.BadZipFile,
    zlib.error,
    NotImplementedError,
    RuntimeError,
    OSError,
    EOFError,
    ValueError,
)


class CannotRead(Exception):
    """The message says what to do with the file, in words the desk may read."""


@dataclass(frozen=True, slots=True)
class SourceList:
    """The table of a file: row `i` of `rows` stands in row `i + 1` of the file."""

    rows: list[list[Cell]]
    headings: Headings
    delimiter: str = ""
    sheet: str = ""
    other_sheets: tuple[str, ...] = ()

    @property
    def is_csv(self) -> bool:
        return bool(self.delimiter)

    @property
    def data_rows(self) -> Iterator[tuple[int, list[Cell]]]:
        """Yield each row below the headings that says anything, with its number in the file."""
        start = self.headings.row_index + 1
        for number, row in enumerate(islice(self.rows, start, None), start + 1):
            if any(cell.strip() if isinstance(cell, str) else True for cell in row):
                yield number, row


def check_kind(head: bytes, *, size: int) -> None:
    """Raise `CannotRead` for what is plainly no list, judged by its content and not by its name."""
    if size > MAX_BYTES:
        raise CannotRead(_("File ini lebih dari 20 MB. Bagi daftarnya menjadi beberapa file."))
    if not head.strip():
        raise CannotRead(_("File ini kosong. Pilih daftar pelanggan dalam bentuk Excel atau CSV."))
    if head.startswith(_OTHER_KINDS):
        raise CannotRead(_wrong_kind())
    if head.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise CannotRead(
            _(
                "File ini sebenarnya halaman web, walaupun bernama Excel. "
                "Buka di Excel, simpan sebagai .xlsx, lalu pilih lagi."
            )
        )
    if not head.startswith((_ZIP, _OLE)):
        _decode(head[: len(head) // 4 * 4])


def read_list(data: bytes) -> SourceList:
    """Return the table in an .xlsx, .xlsb, .xls, .ods or CSV file, or raise `CannotRead`."""
    check_kind(data[:4096], size=len(data))
    found = _read_workbook(data) if data.startswith((_ZIP, _OLE)) else _read_csv(data)
    if len(found.rows) > MAX_ROWS:
        raise CannotRead(
            _("Daftar ini lebih dari %(count)s baris. Bagi menjadi beberapa file.")
            % {"count": f"{MAX_ROWS:,}".replace(",", ".")}
        )
    return found


def _wrong_kind() -> str:
    return _("File ini bukan Excel atau CSV. Pilih file .xlsx, .xls, .ods, atau .csv.")


def _no_headings() -> str:
    return _(
        "Baris judul kolom tidak ditemukan. Tulis judul di atas setiap kolom, "
        "paling sedikit “Nama”; judul lain misalnya “No HP” dan “Tanggal lahir”."
    )


# Workbooks ------------------------------------------------------------------------------------


def _read_workbook(data: bytes) -> SourceList:
    if data.startswith(_ZIP):
        _check_archive(data)
    elif "EncryptedPackage".encode("utf-16-le") in data:
        raise CannotRead(_locked())
    with tempfile.NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        return _ask_child(file.name)


def _ask_child(path: str) -> SourceList:
    """Return the first list of a workbook, read in a process that may die of it."""
    child = subprocess.Popen(
        [sys.executable, "-I", sheets.__file__, path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    watchdog = threading.Timer(_MOST_SECONDS, child.kill)
    watchdog.start()
    try:
        return _first_list(child)
    except (EOFError, BrokenPipeError) as error:
        code = child.wait()
        if code == sheets.LOCKED:
            raise CannotRead(_locked()) from error
        raise CannotRead(_broken() if code == sheets.BROKEN else _too_big()) from error
    finally:
        watchdog.cancel()
        child.kill()
        child.communicate()


def _first_list(child: "subprocess.Popen[str]") -> SourceList:
    heads: list[tuple[str, list[list[Cell]]]] = []
    while (said := _hear(child)) is not None:
        heads.append((said[0], _cells(said[1])))
    for number, (name, head) in enumerate(heads):
        if find_headings(head) is None:
            continue
        assert child.stdin is not None
        child.stdin.write(f"{number}\n")
        child.stdin.flush()
        rows: list[list[Cell]] = []
        while (block := _hear(child)) is not None:
            rows += _cells(block)
            if len(rows) > MAX_ROWS:
                break
        headings = find_headings(rows[:HEADING_SEARCH], all_rows=rows)
        assert headings is not None
        others = tuple(other for other, _head in heads if other != name)
        return SourceList(rows=rows, headings=headings, sheet=name, other_sheets=others)
    raise CannotRead(_no_headings())


def _hear(child: "subprocess.Popen[str]") -> Any:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line.endswith("\n"):
        raise EOFError
    return json.loads(line)


def _cells(rows: list[list[Any]]) -> list[list[Cell]]:
    return [[_day(cell) if isinstance(cell, list) else cell for cell in row] for row in rows]


def _day(cell: list[str]) -> date | datetime:
    kind, text = cell
    return date.fromisoformat(text) if kind == "d" else datetime.fromisoformat(text)


def _locked() -> str:
    return _("File ini terkunci kata sandi. Simpan salinannya tanpa kata sandi, lalu pilih lagi.")


def _broken() -> str:
    return _(
        "File ini rusak atau bukan Excel. Buka di Excel, simpan ulang sebagai .xlsx, coba lagi."
    )


def _too_big() -> str:
    return _(
        "File ini rusak atau terlalu besar: mungkin ada isi jauh di bawah atau di kanan daftar. "
        "Salin daftarnya saja ke file baru, lalu pilih lagi."
    )


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            is_ods = "mimetype" in names and b"spreadsheet" in archive.read("mimetype")[:100]
            if not is_ods and names.isdisjoint({"xl/workbook.xml", "xl/workbook.bin"}):
                raise CannotRead(_wrong_kind())
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise CannotRead(_too_big())
    except _BAD_ARCHIVE as error:
        raise CannotRead(_broken()) from error


# Text -----------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> SourceList:
    text = _decode(data)
    best: tuple[int, str] = 0, ""
    first_line = text[:20].splitlines()[0] if text else ""
    named = _SEPARATOR_LINE.fullmatch(first_line.strip().strip('"'))
    for delimiter in named.group(1) if named else _DELIMITERS:
        found = None
        with suppress(CannotRead):
            found = find_headings(list(islice(_csv_rows(text, delimiter), HEADING_SEARCH)))
        if found and len(found.columns) > best[0]:
            best = len(found.columns), delimiter
    if not best[0]:
        raise CannotRead(_no_headings())
    rows = list(_csv_rows(text, best[1]))
    headings = find_headings(rows[:HEADING_SEARCH], all_rows=rows)
    assert headings is not None
    return SourceList(rows=rows, headings=headings, delimiter=best[1])


def _csv_rows(text: str, delimiter: str) -> Iterator[list[Cell]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for row in reader:
            yield list(row)
    except csv.Error as error:
        raise CannotRead(
            _("Baris %(row)s tidak dapat dibaca; periksa tanda kutip di baris itu.")
            % {"row": reader.line_num}
        ) from error


def _decode(data: bytes) -> str:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_as(data, "utf-16")
    if data.startswith(b"\xef\xbb\xbf"):
        return _decode_as(data, "utf-8-sig")
    sample = data[:4096]
    if b"\0" in sample:
        # UTF-16 without its mark: every other byte of a western text is zero.
        if sample[1::2].count(0) > len(sample) * 0.3:
            return _decode_as(data, "utf-16-le")
        if sample[::2].count(0) > len(sample) * 0.3:
            return _decode_as(data, "utf-16-be")
        raise CannotRead(_wrong_kind())
    if sum(byte < 32 and byte not in b"\t\r\n\f\x1a" for byte in sample) > len(sample) * 0.05:
        raise CannotRead(_wrong_kind())
    for encoding in ("utf-8", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("latin-1")


def _decode_as(data: bytes, encoding: str) -> str:
    return data.decode(encoding, errors="replace")
