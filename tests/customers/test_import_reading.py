"""Files as they come: every kind of table, every encoding, and what only looks like one."""

import base64
import io
import zipfile
import zlib
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter

from customers.importing import reading, sheets
from customers.importing.headings import Field
from customers.importing.reading import MAX_BYTES, CannotRead, check_kind, read_list
from tests.customers.lists import csv_text, xlsx

ROWS = [["Nama", "No HP", "Tgl Lahir"], ["Ani Contoh", "081234567890", "22/11/1990"]]
# A workbook of Excel 97 with one customer, as bytes because nothing here can write one.
OLD_EXCEL = (
    'c-rk)O=uHA6#i!OAKEmjsn7~#30Soj>d(bXyKRlug9%Xttq8ic(T3JUmR$6p)taLqcv8F+>cLCZi$5r$HxELk9t1'
    '&1^dz1H3m)36Z(cT%R>cOiP?>L;Z{EC_xAS&p-pua4o{bcz?zfe&483rnYzN@2(Fsa{Y9S1&w{0m_b3Y|pVND_6r'
    '-}4>@TBpTPtKv7?-DfJbH5-4K2SP_vq<K$X?+zjz&@Bl`p`oxaEmk{w6a&t%qN-GG2i8uPnr8zbCtP=+7`u8%o@q'
    'gUCt^#qQ$r_1bN?wZ1ava+tGrTaur{^CMs<`=(jTF_!_HdcQ;@fG@*m(Y}%6LCfr64h{wAViS8jn5mB1#Y0TR?@U'
    '<G%&vm6=UA+M5zb)1Kexvu(Brexq*WADa>=PU$1sNjlN+8G0Q+d-`z&1#Qlal5c(?eNK-<P7j{LtxfeZM)Hv1o1d'
    'XEXZlTsEH@4a$w4H-_+%jiHePrh#|_O)N(^Y{KN(!ksU3iQ$xSoHY}C7*vjojnYHdxFjveIK(v?vx`zE%UhW*^Ib'
    'Qv+{PTGHBEU(s>KoZPI8+oT-!nY>}0$#Hr2?RNiKXo@Tk4;(bz)r%wXw!bmpxwg%}-SBV;eHNpy)War1`6W22f2X'
    'M1_i-1^g2<JZED@3wO;Hepc)7a_u2Dap|hKT4W2R?=Gh!dkGk91j<bkYH<IE;j#Z$G`<m)@$U~Gp~kTtr-t^`1)!'
    'N=O7dm6ciK`6ciK`{s`f`io2Xo1dsEo?{og^EK(|~-z5Jn4kAZao<1t~AWON0b9Jqs_3()5y~GM_s{acm4pZ+I#x'
    'Tr&jMcq<=~GSAKF^8`!+$S?>g~T=kDvdz|L;=B*1`'
)  # fmt: skip
_ODF = "urn:oasis:names:tc:opendocument:xmlns"
ODS_CONTENT = f"""<office:document-content office:version="1.2"
  xmlns:office="{_ODF}:office:1.0"
  xmlns:table="{_ODF}:table:1.0" xmlns:text="{_ODF}:text:1.0"><office:automatic-styles/>
<office:body><office:spreadsheet><table:table table:name="Daftar">
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Nama</text:p></table:table-cell>
<table:table-cell office:value-type="string"><text:p>No HP</text:p></table:table-cell>
</table:table-row>
<table:table-row>
<table:table-cell office:value-type="string"><text:p>Ani</text:p></table:table-cell>
<table:table-cell office:value-type="float" office:value="81234567890"><text:p>8</text:p>
</table:table-cell>
</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>"""


def ods() -> bytes:
    output = io.BytesIO()
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    manifest = (
        '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/>'
        "</manifest:manifest>"
    )
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr("META-INF/manifest.xml", manifest)
        archive.writestr("content.xml", ODS_CONTENT.replace("\n", ""))
    return output.getvalue()


def test_excel() -> None:
    source = read_list(xlsx([["DAFTAR"], [], *ROWS]))
    assert not source.is_csv
    assert list(source.data_rows) == [(4, ["Ani Contoh", "081234567890", "22/11/1990"])]


def test_old_excel() -> None:
    source = read_list(zlib.decompress(base64.b85decode("".join(OLD_EXCEL))))
    assert list(source.data_rows) == [(2, ["Ani Contoh", 81234567890.0, date(1990, 11, 22)])]


def test_open_document() -> None:
    assert list(read_list(ods()).data_rows) == [(2, ["Ani", 81234567890.0])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"]
)
def test_csv(delimiter: str, encoding: str) -> None:
    rows = [ROWS[0], ['Renée, "Ani" Contoh', "0812;1", "22/11/1990"]]
    source = read_list(csv_text(rows, delimiter=delimiter).encode(encoding))
    assert source.delimiter == delimiter
    assert [row for _number, row in source.data_rows] == [rows[1]]


def test_csv_of_excel_that_names_its_separator() -> None:
    source = read_list(b"sep=;\r\nNama;No HP\r\nAni;0812\r\n")
    assert list(source.data_rows) == [(3, ["Ani", "0812"])]


def test_empty_rows_are_skipped_and_numbers_stay() -> None:
    source = read_list(b"Nama,No HP\n\nAni,0812\n,  \n\nBudi,0813\n")
    assert [(number, row[0]) for number, row in source.data_rows] == [(3, "Ani"), (6, "Budi")]


def test_the_first_sheet_with_a_list_is_read_and_the_others_are_named() -> None:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    for name in ("Petunjuk", "Daftar", "Lama", "Rahasia"):
        sheet = book.add_worksheet(name)
        if name != "Petunjuk":
            for number, row in enumerate(ROWS):
                sheet.write_row(number, 0, row)
        if name == "Rahasia":
            sheet.hide()
    book.close()
    source = read_list(output.getvalue())
    assert (source.sheet, source.other_sheets) == ("Daftar", ("Petunjuk", "Lama"))
    assert source.headings.columns[Field.PHONE] == (1,)


def zipped(name: str) -> bytes:
    output = io.BytesIO()
    with zipfile.ZipFile(output, "w") as archive:
        archive.writestr(name, "x")
    return output.getvalue()


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "kosong"),
        (b"  \n ", "kosong"),
        (b"%PDF-1.7 ...", "bukan Excel"),
        (b"\x89PNG\r\n\x1a\n", "bukan Excel"),
        (b"\xff\xd8\xff\xe0JFIF", "bukan Excel"),
        (b"MZ\x90\0\x03\0\0\0\x04\0\0\0" + bytes(range(64)) * 4, "bukan Excel"),
        (zipped("word/document.xml"), "bukan Excel"),
        (zipped("xl/workbook.xml"), "rusak"),
        (b"PK\x03\x04 broken", "rusak"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 broken", "rusak"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "kata sandi"),
        (b"<html><table><tr><td>Nama</td></tr></table></html>", "halaman web"),
        (b"\n <?xml version='1.0'?><Workbook/>", "halaman web"),
        (b"No HP,Alamat\n0812,Jl. Melati\n", "judul kolom"),
        (xlsx([["a", "b"], ["c", "d"]]), "judul kolom"),
        (xlsx([]), "judul kolom"),
    ],
)
def test_what_is_no_list_is_told_so(data: bytes, why: str) -> None:
    with pytest.raises(CannotRead, match=why):
        read_list(data)


def test_too_big_a_file() -> None:
    with pytest.raises(CannotRead, match="20 MB"):
        check_kind(b"Nama", size=MAX_BYTES + 1)


def test_a_stray_cell_in_the_last_corner_costs_no_memory() -> None:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ROWS[0])
    sheet.write(1_048_575, 16_383, "x")
    book.close()
    with pytest.raises(CannotRead, match="terlalu besar"):
        read_list(output.getvalue())


def test_a_reader_that_dies_or_never_ends_is_told_as_a_broken_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for number, deed in enumerate(
        ("import os; os.abort()", "while True: pass", "print('[1', end='')")
    ):
        script = tmp_path / f"{number}.py"
        script.write_text(deed)
        monkeypatch.setattr(sheets, "__file__", str(script))
        monkeypatch.setattr(reading, "_MOST_SECONDS", 0.5)
        with pytest.raises(CannotRead, match="rusak atau terlalu besar"):
            read_list(xlsx(ROWS))


def test_formats_on_whole_rows_and_columns_are_no_matter() -> None:
    output = io.BytesIO()
    book = xlsxwriter.Workbook(output, {"in_memory": True})
    sheet, bold = book.add_worksheet(), book.add_format({"bold": True})
    sheet.write_row(0, 0, ROWS[0])
    sheet.write_row(1, 0, ROWS[1])
    sheet.write_blank(1_048_575, 16_383, None, bold)
    book.close()
    assert len(list(read_list(output.getvalue()).data_rows)) == 1


def test_a_lost_quotation_mark_swallows_nobody_silently() -> None:
    rows = "".join(f"Ani {n},0812345678{n:02},Jl. Melati\n" for n in range(40))
    source = read_list(f'Nama,No HP,Alamat\nBudi,0812,"Jl. Mawar\n{rows}'.encode())
    # The address of the first row holds all the others; it is refused for its length.
    (number, row), *rest = source.data_rows
    assert (number, rest) == (2, [])
    assert len(row[2]) > 200
