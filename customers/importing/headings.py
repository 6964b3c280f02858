"""Which column of a list says what: headings in Indonesian or English, as clinics write them."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.importing.cells import Cell, plain_text, word_set


class Field(models.TextChoices):
    NAME = "name", _("Nama")
    PHONE = "phone", _("No HP")
    BIRTH_DATE = "birth_date", _("Tanggal lahir")
    MEMBER = "member", _("Nomor anggota")
    CALL_NAME = "call_name", _("Panggilan")
    HONORIFIC = "honorific", _("Sapaan")
    ADDRESS = "address", _("Alamat")
    EMAIL = "email", _("E-mail")
    ALLERGIES = "allergies", _("Alergi")
    NOTES = "notes", _("Catatan")
    TAGS = "tags", _("Label")
    BRANCH = "branch", _("Cabang")
    CONSENT_SERVICE = "consent_service", _("Persetujuan pengingat")
    CONSENT_PROMO = "consent_promo", _("Persetujuan promo")


# What a refused file says in addition; read again, these columns say nothing about the customer.
ORIGINAL_ROW, PROBLEM_COLUMN, REASON = _("Baris asal"), _("Kolom bermasalah"), _("Alasan")
_OWN_HEADINGS = {
    "baris asal",
    "kolom bermasalah",
    "alasan",
    "original row",
    "problem column",
    "reason",
}

# Several columns may say these; the first column alone counts for the others.
JOINED = {Field.PHONE, Field.NOTES}


_WHOSE = word_set(
    "pelanggan customer customers pasien patient client klien konsumen anggota member tamu"
)
_CONSENT = word_set("persetujuan consent setuju izin ijin optin opt bersedia boleh terima")

# Each field: a heading has one of the first words, and no word outside both sets.
_RULES: tuple[tuple[Field, frozenset[str], frozenset[str]], ...] = (
    (
        Field.CONSENT_PROMO,
        word_set("promo promos promosi promotion promotions promotional marketing pemasaran"),
        _CONSENT | word_set("in to for wa whatsapp pesan dikirim kirim kiriman info untuk"),
    ),
    (
        Field.CONSENT_SERVICE,
        _CONSENT,
        word_set(
            "in to for wa whatsapp pesan pengingat reminder reminders layanan service dihubungi"
            " diingatkan kirim dikirim kontak data pdp untuk kontrol"
        )
        | _WHOSE,
    ),
    (
        Field.CALL_NAME,
        word_set("panggilan nickname alias callname called"),
        word_set("nama name call by") | _WHOSE,
    ),
    (Field.HONORIFIC, word_set("sapaan salutation honorific title form"), word_set("of address")),
    (
        Field.BRANCH,
        word_set("cabang branch branches outlet klinik clinic gerai"),
        word_set("nama name kode code asal home"),
    ),
    (
        Field.BIRTH_DATE,
        word_set("lahir birth birthday birthdate dob ttl ultah tgllahir tanggallahir"),
        word_set("tgl tanggal date of tempat hari") | _WHOSE,
    ),
    (Field.ALLERGIES, word_set("alergi allergy allergies"), word_set("riwayat obat kulit history")),
    (
        Field.EMAIL,
        word_set("email emails mail surel imel"),
        word_set("e alamat address aktif active pribadi") | _WHOSE,
    ),
    (Field.TAGS, word_set("label labels tag tags"), _WHOSE),
    (
        Field.ADDRESS,
        word_set("alamat address domisili"),
        word_set("lengkap rumah full home tinggal tempat") | _WHOSE,
    ),
    (
        Field.NOTES,
        word_set("catatan keterangan ket notes note remark remarks memo komentar comment comments"),
        word_set("khusus lain tambahan lainnya") | _WHOSE,
    ),
    (
        Field.PHONE,
        word_set(
            "hp handphone hape telp telpon telepon telephone tlp telf phone mobile wa whatsapp"
            " ponsel seluler nohp notelp nowa notlp msisdn"
        ),
        word_set("no nomor nomer number num aktif utama dan or atau kontak contact") | _WHOSE,
    ),
    (
        Field.MEMBER,
        word_set("member membership anggota keanggotaan kode code id kartu"),
        word_set("no nomor nomer number card") | _WHOSE,
    ),
    (
        Field.NAME,
        word_set("nama name fullname namalengkap"),
        word_set("lengkap full sesuai ktp asli") | _WHOSE,
    ),
    (Field.MEMBER, word_set("no nomor nomer number"), _WHOSE),
    (Field.NAME, _WHOSE - word_set("anggota member"), frozenset()),
)
_BIRTH_PLACE = word_set("tempat lahir")
_NUMBER_WORDS = word_set("no nomor nomer number")


@dataclass(frozen=True, slots=True)
class Headings:
    """Where the headings stand and which columns they name."""

    row_index: int
    titles: tuple[str, ...]
    columns: dict[Field, tuple[int, ...]]
    left: tuple[int, ...]
    own: frozenset[int]

    def title_of(self, *fields: Field) -> str:
        return "; ".join(self.titles[self.columns[f][0]] for f in fields if f in self.columns)


def match_heading(text: str) -> Field | None:
    """Return the field that a heading names, or None for one that is not ours."""
    words = _heading_words(re.sub(r"\(.*?\)|\[.*?\]", " ", text)) or _heading_words(text)
    if not words:
        return None
    # "No" alone counts the rows; only "No pelanggan" numbers a customer.
    if words <= _NUMBER_WORDS or words == _BIRTH_PLACE:
        return None
    for field, core, filler in _RULES:
        if words & core and words <= core | filler:
            return field
    return None


def find_headings(
    rows: Sequence[Sequence[Cell]], *, all_rows: Sequence[Sequence[Cell]] = ()
) -> Headings | None:
    """Return the row among `rows` that names most columns, a name at least; the first of equals."""
    best: Headings | None = None
    for index, row in enumerate(rows):
        found = _read_headings(index, row, below=all_rows[index + 1 :][:500] if all_rows else ())
        if found and (best is None or len(found.columns) > len(best.columns)):
            best = found
    return best


def _read_headings(
    index: int, row: Sequence[Cell], *, below: Sequence[Sequence[Cell]]
) -> Headings | None:
    columns: dict[Field, tuple[int, ...]] = {}
    titles, left, own = [], [], set()
    for position, cell in enumerate(row):
        text = plain_text(cell)
        titles.append(text or _letter(position))
        field = match_heading(text) if isinstance(cell, str) else None
        if field is not None and (field not in columns or field in JOINED):
            columns[field] = (*columns.get(field, ()), position)
        elif " ".join(text.casefold().split()) in _OWN_HEADINGS:
            own.add(position)
        elif text or any(len(r) > position and plain_text(r[position]) for r in below):
            left.append(position)
    if Field.NAME not in columns:
        return None
    return Headings(index, tuple(titles), columns, tuple(left), frozenset(own))


def _heading_words(text: str) -> frozenset[str]:
    decomposed = unicodedata.normalize("NFKD", text)
    bare = "".join(char for char in decomposed if not unicodedata.combining(char))
    return frozenset(re.sub(r"[^a-z0-9]+", " ", bare.casefold()).split())


def _letter(position: int) -> str:
    letters = ""
    position += 1
    while position:
        position, rest = divmod(position - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
