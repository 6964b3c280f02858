"""Headings as clinics write them, in two languages, in any order."""

import pytest
from django.utils import translation

from customers.importing.headings import Field, find_headings, match_heading

HEADINGS = {
    Field.NAME: [
        "nama",
        "NAMA LENGKAP",
        "Nama Pelanggan",
        "Name",
        "Customer",
        "Nama_Customer",
        "Full Name",
        "Nama (sesuai KTP)",
        "Nama*",
        "Pasien",
        "nama pasien",
        "Customer Name",
        "Nama / Name",
    ],
    Field.PHONE: [
        "hp",
        "No HP",
        "no. telp",
        "No.HP",
        "Nomor Handphone",
        "WhatsApp",
        "wa",
        "No. WA",
        "Phone",
        "Mobile",
        "mobile phone",
        "Telepon",
        "No. HP / WA",
        "no_hp",
        "NoHP",
        "Phone Number",
        "Nomor Telepon Pelanggan",
        "HP (aktif)",
        "Contact Number HP",
    ],
    Field.BIRTH_DATE: [
        "tgl lahir",
        "Tanggal Lahir",
        "Tgl. Lahir",
        "birth date",
        "DOB",
        "Date of Birth",
        "Birthday",
        "TTL",
        "Tempat, Tanggal Lahir",
        "Tanggal lahir (hh/bb/tttt)",
        "tgl_lahir",
    ],
    Field.MEMBER: [
        "no member",
        "Nomor Anggota",
        "Member",
        "kode",
        "Kode Pelanggan",
        "Member ID",
        "ID",
        "No. Anggota",
        "Customer ID",
        "No Pelanggan",
        "Nomor Kartu",
        "Member No.",
    ],
    Field.ADDRESS: ["alamat", "Alamat Lengkap", "Address", "Alamat Rumah", "Domisili"],
    Field.EMAIL: ["email", "E-mail", "Alamat Email", "Email Address", "Surel", "e-mail pelanggan"],
    Field.TAGS: ["label", "Label pelanggan", "Tag", "Tags", "Customer tags"],
    Field.ALLERGIES: ["alergi", "Riwayat Alergi", "Allergies", "Alergi obat"],
    Field.NOTES: ["catatan", "keterangan", "Notes", "Ket.", "Remarks", "Catatan Khusus"],
    Field.CALL_NAME: ["panggilan", "Nama Panggilan", "Nickname"],
    Field.HONORIFIC: ["sapaan", "Salutation", "Title", "Form of address"],
    Field.BRANCH: ["cabang", "Branch", "Nama Cabang", "Cabang Asal", "Outlet", "Branches"],
    Field.CONSENT_SERVICE: [
        "persetujuan",
        "Consent",
        "Setuju dihubungi",
        "Boleh WA",
        "Persetujuan pengingat",
        "opt-in",
    ],
    Field.CONSENT_PROMO: [
        "Persetujuan promo",
        "Setuju promosi",
        "Marketing consent",
        "Consent to promotions",
        "Boleh promo",
    ],
}
OTHERS = [
    "No", "No.", "Email Orang Tua", "Setuju email", "Label Harga", "Tempat Lahir", "Tahun Lahir",
    "Nama Dokter", "Poin", "L/P", "HP Orang Tua", "Nama Orang Tua", "Tanggal Daftar",
    "Kunjungan Terakhir", "Instagram",
    "No RM", "Tanggal persetujuan", "", "   ", "***", "Jenis Kelamin", "12345",
]  # fmt: skip


@pytest.mark.parametrize(
    ("field", "text"), [(field, text) for field, texts in HEADINGS.items() for text in texts]
)
def test_known_headings(field: Field, text: str) -> None:
    assert match_heading(text) == field


@pytest.mark.parametrize("text", OTHERS)
def test_other_headings_are_left(text: str) -> None:
    assert match_heading(text) is None


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_empty_list_can_be_read_in_each_language(language: str) -> None:
    with translation.override(language):
        assert {field: match_heading(str(field.label)) for field in Field} == {
            field: field for field in Field
        }


def test_titles_above_and_unknown_columns() -> None:
    rows = [
        ["PELANGGAN"],
        [],
        ["No", "Nama", "Poin", "No HP", "", "WhatsApp", "Nama"],
        [1, "Ani", 10, "0812", "x", "0813", "Ani"],
    ]
    found = find_headings(rows, all_rows=rows)
    assert found is not None
    assert found.row_index == 2
    assert found.columns == {Field.NAME: (1,), Field.PHONE: (3, 5)}
    assert [found.titles[column] for column in found.left] == ["No", "Poin", "E", "Nama"]


def test_no_name_is_no_list() -> None:
    assert find_headings([["No HP", "Alamat"], ["0812", "Jl. Melati"]]) is None
