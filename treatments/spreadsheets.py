"""The recap as an Excel file: typed cells, and no text that a spreadsheet would run."""

from io import BytesIO

import xlsxwriter
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from treatments.reports import DayRecap

MONEY = '"Rp"#,##0'


def recap_workbook(recap: DayRecap) -> bytes:
    """Return the .xlsx of a day's recap: the sums, the rows, and the slips by name."""
    buffer = BytesIO()
    # Without these a name such as "=1+1" or a URL would be run or linked instead of shown.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(buffer, options) as book:
        bold = book.add_format({"bold": True})
        money = book.add_format({"num_format": MONEY})
        total = book.add_format({"bold": True, "top": 1, "num_format": MONEY})
        _sums(book.add_worksheet(_("Rekap")), recap, bold=bold, money=money, total=total)
        _slips(book.add_worksheet(_("Slip")), recap, bold=bold, money=money)
    return buffer.getvalue()


def _sums(sheet: Worksheet, recap: DayRecap, *, bold: Format, money: Format, total: Format) -> None:
    sheet.set_column(0, 1, 30)
    sheet.set_column(2, 4, 14)
    sheet.write_string(0, 0, _("Rekap slip"), bold)
    sheet.write_string(1, 0, recap.branch.name)
    sheet.write_string(1, 1, date_format(recap.on, "l, j F Y"))
    sheet.write_string(2, 0, _state_of(recap))
    figures = (
        (_("Terbawa masuk"), recap.carried_in),
        (_("Diterbitkan"), recap.issued),
        (_("Selesai"), recap.done),
        (_("Batal"), len(recap.cancelled)),
        (_("Terbawa keluar"), recap.carried_over),
    )
    for row, (name, figure) in enumerate(figures, start=4):
        sheet.write_string(row, 0, name)
        sheet.write_number(row, 1, figure)
    heads = (_("Beautician"), _("Perawatan"), _("Jumlah"), _("Menit"), _("Rupiah"))
    first = 11
    for column, head in enumerate(heads):
        sheet.write_string(first - 1, column, head, bold)
    for row, line in enumerate(recap.rows, start=first):
        sheet.write_string(row, 0, line.beautician)
        sheet.write_string(row, 1, line.treatment)
        sheet.write_number(row, 2, line.count)
        sheet.write_number(row, 3, line.minutes)
        sheet.write_number(row, 4, line.total, money)
    last = first + len(recap.rows)
    sheet.write_string(last, 0, pgettext("sum", "Jumlah"), total)
    sheet.write_string(last, 1, "", total)
    sheet.write_number(last, 2, recap.count, total)
    sheet.write_number(last, 3, recap.minutes, total)
    sheet.write_number(last, 4, recap.total, total)


def _slips(sheet: Worksheet, recap: DayRecap, *, bold: Format, money: Format) -> None:
    sheet.set_column(0, 4, 22)
    heads = (_("Slip"), _("Pelanggan"), _("Beautician"), _("Keadaan"), _("Rupiah"), _("Alasan"))
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, bold)
    for row, slip in enumerate([*recap.open, *recap.cancelled], start=1):
        sheet.write_string(row, 0, slip.code)
        sheet.write_string(row, 1, slip.customer.name)
        sheet.write_string(row, 2, slip.beautician.name if slip.beautician else "")
        sheet.write_string(row, 3, str(slip.get_state_display()))
        sheet.write_number(row, 4, slip.total, money)
        sheet.write_string(row, 5, slip.reason)


def _state_of(recap: DayRecap) -> str:
    if recap.closed is None:
        return _("Belum ditutup")
    return _("Ditutup oleh %(name)s, %(time)s") % {
        "name": recap.closed.closed_by.name,
        "time": date_format(recap.branch.local(recap.closed.closed_at), "j F Y H.i"),
    }
