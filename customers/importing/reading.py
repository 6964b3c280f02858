"""A file somebody picked: what kind it is, and the table in it."""

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import python_calamine
from django.utils.translation import gettext as _
from python_calamine import CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from customers.importing.cells import Cell
from customers.importing.headings import Headings, find_headings

MAX_BYTES = 20 * 1024 * 1024
MAX_UNPACKED_BYTES = 400 * 1024 * 1024
MAX_ROWS = 200_000
# Calamine lays a sheet out densely: one stray cell in the last corner would ask for 400 GB.
MAX_SHEET_CELLS = 12_000_000
HEADING_SEARCH = 30

_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"RIFF", b"\x1f\x8b")
_MARKUP = (b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<meta", b"<style")
_DELIMITERS = (";", ",", "\t", "|")
_SEPARATOR_LINE = re.compile(r"sep=(.)", re.IGNORECASE)
_FILLED_CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*[^/>]>')


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
    try:
        return _first_table(CalamineWorkbook.from_filelike(io.BytesIO(data)))
    except python_calamine.PasswordError as error:
        raise CannotRead(_locked()) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise CannotRead(_broken()) from error
    except BaseException as error:
        # A broken file can make the reader panic, which is no Exception.
        if type(error).__name__ != "PanicException":
            raise
        raise CannotRead(_broken()) from error


def _locked() -> str:
    return _("File ini terkunci kata sandi. Simpan salinannya tanpa kata sandi, lalu pilih lagi.")


def _broken() -> str:
    return _(
        "File ini rusak atau bukan Excel. Buka di Excel, simpan ulang sebagai .xlsx, coba lagi."
    )


def _first_table(workbook: CalamineWorkbook) -> SourceList:
    sheets = [
        sheet.name
        for sheet in workbook.sheets_metadata
        if sheet.typ == SheetTypeEnum.WorkSheet and sheet.visible == SheetVisibleEnum.Visible
    ]
    for name in sheets:
        sheet = workbook.get_sheet_by_name(name)
        first: list[list[Cell]] = sheet.to_python(skip_empty_area=False, nrows=HEADING_SEARCH)
        if find_headings(first) is None:
            continue
        rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
        headings = find_headings(rows[:HEADING_SEARCH], all_rows=rows)
        assert headings is not None
        others = tuple(other for other in sheets if other != name)
        return SourceList(rows=rows, headings=headings, sheet=name, other_sheets=others)
    raise CannotRead(_no_headings())


def _check_archive(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = set(archive.namelist())
            is_ods = "mimetype" in names and b"spreadsheet" in archive.read("mimetype")[:100]
            if not is_ods and names.isdisjoint({"xl/workbook.xml", "xl/workbook.bin"}):
                raise CannotRead(_wrong_kind())
            if sum(entry.file_size for entry in archive.infolist()) > MAX_UNPACKED_BYTES:
                raise CannotRead(_too_wide())
            for name in names:
                if name.startswith("xl/worksheets/") and name.endswith(".xml"):
                    _check_sheet(archive, name)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, OSError, EOFError) as error:
        raise CannotRead(_broken()) from error


def _too_wide() -> str:
    return _(
        "Lembar kerja ini terlalu besar: mungkin ada isi jauh di bawah atau di kanan daftar. "
        "Salin daftarnya saja ke file baru, lalu pilih lagi."
    )


def _check_sheet(archive: zipfile.ZipFile, name: str) -> None:
    last_row, last_column, rest = 0, 0, b""
    with archive.open(name) as sheet:
        while block := sheet.read(1 << 22):
            text = rest + block
            for column, row in set(_FILLED_CELL.findall(text)):
                last_row = max(last_row, int(row))
                last_column = max(last_column, _column_number(column))
            rest = text[-200:]
    if last_row * last_column > MAX_SHEET_CELLS:
        raise CannotRead(_too_wide())


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


# Text -----------------------------------------------------------------------------------------


def _read_csv(data: bytes) -> SourceList:
    text = _decode(data)
    best: tuple[int, str] = 0, ""
    first_line = text[:20].splitlines()[0] if text else ""
    named = _SEPARATOR_LINE.fullmatch(first_line.strip().strip('"'))
    for delimiter in named.group(1) if named else _DELIMITERS:
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
