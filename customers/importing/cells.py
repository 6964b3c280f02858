"""What one cell of a list says. What cannot be read without guessing is refused with a sentence."""

import re
import unicodedata
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from customers.importing.dates import BadDate, parse_date
from customers.models import MOST_YEARS_OLD, Honorific, Tag
from customers.phone import BadPhone, parse_phone


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


Cell = str | float | int | bool | date | datetime | time | timedelta

_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
_BLANK = re.compile(r"[-–—_.?\s]*|n/?a|null|nan|none|#n/a", re.IGNORECASE)
_NOTHING = re.compile(r"(tidak|tdk|tak|gak|ga|nggak)?\s*(ada|punya)|tidak|tdk|nihil|nil|no|kosong")
# Excel's way to keep a text: ="0812…"; a refused file's way to defuse: '=… '+… '@…
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)
_DEFUSED = re.compile(r"'(?=[=+\-@\t\r0-9])")
_FLOAT_TAIL = re.compile(r"(\+?\d{6,})[.,]0{1,2}")
_SCIENTIFIC = re.compile(r"\d([.,]\d+)?e\+?\d+", re.IGNORECASE)
_LABEL = re.compile(r"\b(wa|whatsapp|hp|telp?|tlp|phone|mobile|no|nomor)\b[.:]?|\([^()\d]*\)", re.I)
_BETWEEN = re.compile(r"\s*(?:[/;,|&\n]|\batau\b|\bdan\b|\bor\b)\s*", re.IGNORECASE)
_BETWEEN_TAGS = re.compile(r"[,;\n]")
_DASH = re.compile("[\u2010-\u2015\u2212]")
_E164 = re.compile(r"\+\d{8,15}")
_LEAST_DIGITS = 8
_LOST_ZEROS = 6

_YES = word_set("ya yes y iya setuju ok oke true benar 1 boleh bersedia mau v ✓ ✔ x agree agreed")
_NO = word_set("tidak no n tdk false salah 0 jangan menolak tolak t disagree") | {
    "tidak setuju",
    "tidak boleh",
    "tidak bersedia",
    "tidak mau",
}
_HONORIFICS = {
    word: honorific
    for honorific, words in {
        Honorific.KAK: "kak kakak kk",
        Honorific.IBU: "ibu bu ny nyonya mrs mdm madam",
        Honorific.BAPAK: "bapak bpk bp pak tn tuan mr sir",
        Honorific.MBAK: "mbak mba nona nn miss ms",
        Honorific.MAS: "mas",
    }.items()
    for word in words.split()
}


class BadCell(ValueError):
    """The message says why this cell is not taken, in words the desk may read."""


def plain_text(cell: Cell) -> str:
    """Return a cell as one clean line."""
    return " ".join(long_text(cell).split())


def long_text(cell: Cell) -> str:
    """Return a cell as text that keeps its lines, without characters nobody sees."""
    if not isinstance(cell, str):
        return _figure_text(cell)
    text = unicodedata.normalize("NFC", cell)
    text = _CONTROL.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if quoted := _AS_TEXT.fullmatch(text):
        text = quoted[1].replace('""', '"').strip()
    return _DEFUSED.sub("", text, count=1) if text.startswith("'") else text


def _figure_text(cell: Cell) -> str:
    if isinstance(cell, bool):
        return "ya" if cell else "tidak"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else repr(cell)
    if isinstance(cell, datetime):
        return f"{cell:%d/%m/%Y}" if cell.time() == time() else f"{cell:%d/%m/%Y %H:%M}"
    return f"{cell:%d/%m/%Y}" if isinstance(cell, date) else str(cell)


def is_blank(text: str) -> bool:
    return _BLANK.fullmatch(text) is not None


def quote(text: str) -> str:
    """Return the text as a reason cites it: one line, not too long."""
    text = " ".join(text.split())
    return text if len(text) <= 40 else text[:39] + "…"


# Words ----------------------------------------------------------------------------------------


def read_name(cell: Cell) -> str:
    text = plain_text(cell)
    if is_blank(text):
        raise BadCell(_("Nama kosong. Tulis namanya; satu kata saja boleh."))
    if not any(char.isalpha() for char in text):
        raise BadCell(_("“%(text)s” bukan nama: tidak ada hurufnya.") % {"text": quote(text)})
    return fit(text, 120)


def read_words(cell: Cell, most: int) -> str:
    text = plain_text(cell)
    return "" if is_blank(text) else fit(text, most)


def read_notes(cell: Cell) -> str:
    text = "\n".join(" ".join(line.split()) for line in long_text(cell).splitlines())
    return "" if is_blank(text) else fit(text, 2000)


def read_allergies(cell: Cell) -> str:
    """Return her allergies; "tidak ada" is none, or every card would warn of it."""
    text = read_words(cell, 300)
    return "" if _NOTHING.fullmatch(text.casefold().rstrip(".")) else text


def fit(text: str, most: int) -> str:
    if len(text) > most:
        raise BadCell(
            _(
                "Isinya %(length)s huruf, paling banyak %(most)s. "
                "Bila terasa aneh, periksa tanda kutip."
            )
            % {"length": len(text), "most": most}
        )
    return text


def read_member(cell: Cell) -> str:
    """Return a member number in capitals, without the `.0` that Excel gives to figures."""
    text = plain_text(cell).upper()
    if is_blank(text):
        return ""
    if not any(char.isdigit() for char in text):
        raise BadCell(
            _("“%(text)s” bukan nomor anggota: tidak ada angkanya.") % {"text": quote(text)}
        )
    if _SCIENTIFIC.fullmatch(text):
        raise BadCell(_lost_digits(text))
    return fit(text, 20)


def read_honorific(cell: Cell) -> str:
    text = plain_text(cell)
    if is_blank(text):
        return Honorific.KAK
    found = _HONORIFICS.get(text.casefold().strip(". "))
    if found is None:
        known = ", ".join(str(label) for label in Honorific.labels)
        raise BadCell(
            _("Sapaan “%(text)s” tidak dikenal. Pilih: %(known)s, atau kosongkan.")
            % {"text": quote(text), "known": known}
        )
    return found


def read_email(cell: Cell) -> str:
    """Return an address in small letters: nobody's differs by its capitals."""
    text = plain_text(cell).removeprefix("mailto:").strip("<>")
    if is_blank(text) or _NOTHING.fullmatch(text.casefold().rstrip(".")):
        return ""
    try:
        validate_email(text)
    except ValidationError as error:
        raise BadCell(
            _("“%(text)s” bukan satu alamat e-mail. Tulis misalnya sari@contoh.id, atau kosongkan.")
            % {"text": quote(text)}
        ) from error
    return fit(text.lower(), 254)


def read_tag_names(cell: Cell) -> list[str]:
    """Return the names of the tags in a cell, each once."""
    text = long_text(cell)
    if is_blank(text):
        return []
    names = (" ".join(part.split()) for part in _BETWEEN_TAGS.split(text))
    found = {name.casefold(): fit(name, Tag.MOST_LETTERS) for name in names if not is_blank(name)}
    return list(found.values())


def read_consent(cell: Cell) -> bool | None:
    """Return her yes or no, or None where the list does not say."""
    text = plain_text(cell)
    if is_blank(text):
        return None
    word = text.casefold().strip(". ")
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadCell(
        _("“%(text)s” tidak jelas. Tulis “ya” atau “tidak”, atau kosongkan.")
        % {"text": quote(text)}
    )


# Telephones -----------------------------------------------------------------------------------


def read_phone(cell: Cell) -> tuple[str, list[str]]:
    """Return the first number of a cell in E.164 and the others as they are written.

    Raises `BadCell` where digits were lost or the number would have to be guessed.
    """
    if isinstance(cell, bool | date | time | timedelta):
        raise BadCell(_bad_phone(plain_text(cell)))
    if isinstance(cell, float | int):
        return _read_phone_figure(cell), []
    text = long_text(cell)
    if is_blank(text) or not text.strip("0"):
        return "", []
    first, *others = _separate(text)
    return _read_phone_text(first), others


def _read_phone_figure(figure: float) -> str:
    if figure == 0:
        return ""
    if figure != figure or figure < 0 or figure >= 1e15 or figure != int(figure):
        raise BadCell(_bad_phone(str(figure)))
    digits = str(int(figure))
    if digits.endswith("0" * _LOST_ZEROS):
        raise BadCell(_lost_digits(digits))
    return _parse(digits, shown=digits)


def _read_phone_text(text: str) -> str:
    bare = _LABEL.sub(" ", text).strip()
    if whole := _FLOAT_TAIL.fullmatch(bare):
        bare = whole[1]
    if _SCIENTIFIC.fullmatch(bare):
        bare = _unfold(bare)
    if any(char.isalpha() for char in bare):
        raise BadCell(
            _("“%(text)s” berisi huruf. Tulis angkanya saja, misalnya 0812 3456 7890.")
            % {"text": quote(text)}
        )
    if bare.isdigit() and bare.endswith("0" * (_LOST_ZEROS + 1)):
        raise BadCell(_lost_digits(text))
    return _parse(bare, shown=text)


def _unfold(text: str) -> str:
    """Return 8.1234567890E+10 in full, every digit being there; Excel's 8,13E+11 is refused."""
    try:
        number = Decimal(text.replace(",", "."))
    except InvalidOperation as error:
        raise BadCell(_bad_phone(text)) from error
    digits, exponent = number.as_tuple().digits, number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent != 0 or len(digits) > 15:
        raise BadCell(_lost_digits(text))
    return f"{number:f}"


def _separate(text: str) -> list[str]:
    """Return the numbers of "0812…/0813…"; a single number may be written 0812/3456/7890 too."""
    parts = [part for part in _BETWEEN.split(text) if part.strip()]
    if len(parts) > 1 and all(_digits(part) >= _LEAST_DIGITS for part in parts):
        return parts
    return [text]


def _digits(text: str) -> int:
    return sum(char.isdigit() for char in text)


def _parse(text: str, *, shown: str) -> str:
    plain = _DASH.sub("-", " ".join(text.split()))
    try:
        phone = parse_phone(plain)
    except BadPhone as error:
        raise BadCell(_bad_phone(shown)) from error
    if not plain.isascii() or not _E164.fullmatch(phone):
        raise BadCell(_bad_phone(shown))
    return phone


def _bad_phone(text: str) -> str:
    return _("“%(text)s” bukan nomor HP yang utuh. Tulis misalnya 0812 3456 7890.") % {
        "text": quote(text)
    }


def _lost_digits(text: str) -> str:
    return _(
        "“%(text)s”: angka belakangnya sudah hilang karena Excel memendekkan nomor. Ubah kolomnya "
        "menjadi Teks, lalu tulis nomornya lagi."
    ) % {"text": quote(text)}


# Days -----------------------------------------------------------------------------------------


def read_birth_date(cell: Cell, *, today: date, is_month_first: bool = False) -> date | None:
    """Return a birth date, None for an empty cell, or raise `BadCell`.

    `is_month_first`: the column proved to be American, so that 03/04/1990 cannot be read.
    """
    if isinstance(cell, str) and is_blank(long_text(cell)):
        return None
    value = plain_text(cell) if isinstance(cell, str) else cell
    try:
        day = parse_date(value, today=today, is_month_first=is_month_first)
    except BadDate as error:
        raise BadCell(str(error)) from error
    if day is None:
        return None
    if day > today:
        raise BadCell(_("%(day)s belum terjadi; periksa tahunnya.") % {"day": f"{day:%d/%m/%Y}"})
    if day.year < today.year - MOST_YEARS_OLD:
        raise BadCell(
            _("%(day)s lebih dari 120 tahun lalu; periksa tahunnya atau kosongkan.")
            % {"day": f"{day:%d/%m/%Y}"}
        )
    return day
