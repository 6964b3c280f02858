"""The rows that were not taken, as a file that can be mended and read again."""

import csv
import io
import re
from collections.abc import Iterable, Sequence

import xlsxwriter
from django.utils.translation import gettext as _

from customers.importing.cells import long_text
from customers.importing.headings import ORIGINAL_ROW, PROBLEM_COLUMN, REASON
from customers.importing.reading import SourceList
from customers.importing.taking import RefusedRow

_ACTIVE = ("=", "+", "-", "@", "\t", "\r")
_PHONE = re.compile(r"\+?[\d\s().-]+")


def refused_suffix(source: SourceList) -> str:
    return ".csv" if source.is_csv else ".xlsx"


def write_refused(source: SourceList, refused: Sequence[RefusedRow]) -> bytes:
    """Return the refused rows in the list's own columns, with their row, column and reason.

    CSV for a CSV (UTF-8 with its mark, same separator), an .xlsx of texts for everything else:
    Excel shortens no number in a text column. What a spreadsheet would run as a formula starts
    with ', which reading takes away again.
    """
    columns = [i for i in range(len(source.headings.titles)) if i not in source.headings.own]
    titles = [source.headings.titles[i] for i in columns]
    head = [*titles, str(ORIGINAL_ROW), str(PROBLEM_COLUMN), str(REASON)]
    rows = (_row(row, columns) for row in refused)
    if source.is_csv:
        return _write_csv(head, rows, delimiter=source.delimiter)
    return write_xlsx(head, rows, sheet=_("Ditolak"))


def _row(row: RefusedRow, columns: Sequence[int]) -> list[str]:
    texts = [long_text(row.cells[i]) if i < len(row.cells) else "" for i in columns]
    return [
        *texts,
        str(row.number),
        "; ".join(problem.column for problem in row.problems),
        " ".join(problem.reason for problem in row.problems),
    ]


def _write_csv(head: Sequence[str], rows: Iterable[Sequence[str]], *, delimiter: str) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter)
    for row in ([*head], *rows):
        writer.writerow([defuse(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def write_xlsx(head: Sequence[str], rows: Iterable[Sequence[str]], *, sheet: str) -> bytes:
    """Return a workbook of one sheet in which every cell is a text."""
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True, "strings_to_formulas": False})
    page = book.add_worksheet(sheet)
    text = book.add_format({"num_format": "@"})
    page.set_column(0, len(head) - 1, 18, text)
    page.freeze_panes(1, 0)
    for column, title in enumerate(head):
        page.write_string(0, column, defuse(title), book.add_format({"bold": True}))
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if cell:
                # A number in a text cell is safe here, and stays what people know it as.
                shown = cell if _PHONE.fullmatch(cell) else defuse(cell)
                page.write_string(number, column, shown[:32767], text)
    book.close()
    return output.getvalue()


def defuse(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_ACTIVE) else text
