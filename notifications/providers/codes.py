"""Twilio's error codes as data: what each means for the message that met it."""

from enum import StrEnum

from django.utils.translation import gettext_noop as _


class ErrorClass(StrEnum):
    # Certainly not created: may be sent again.
    SAFE = "safe"
    # The account, not the message: nothing goes out until a person looks.
    ACCOUNT = "account"
    # Nobody knows whether it was created.
    UNKNOWN = "unknown"
    BAD_NUMBER = "bad_number"
    NO_WHATSAPP = "no_whatsapp"
    OPTED_OUT = "opted_out"
    CONTENT = "content"
    RATE = "rate"
    DECLINED = "declined"
    UNREACHABLE = "unreachable"
    # Switched off or out of reach just then: another attempt may find it.
    HANDSET = "handset"
    BLOCKED = "blocked"
    # A code this table does not know: never sent again by itself.
    REVIEW = "review"


CODES: dict[int, ErrorClass] = {
    20429: ErrorClass.SAFE,
    21611: ErrorClass.SAFE,
    21730: ErrorClass.SAFE,
    20003: ErrorClass.ACCOUNT,
    20005: ErrorClass.ACCOUNT,
    20500: ErrorClass.UNKNOWN,
    20503: ErrorClass.UNKNOWN,
    20504: ErrorClass.UNKNOWN,
    21211: ErrorClass.BAD_NUMBER,
    21612: ErrorClass.BAD_NUMBER,
    21614: ErrorClass.BAD_NUMBER,
    63003: ErrorClass.BAD_NUMBER,
    63024: ErrorClass.NO_WHATSAPP,
    21610: ErrorClass.OPTED_OUT,
    63014: ErrorClass.OPTED_OUT,
    131050: ErrorClass.OPTED_OUT,
    21655: ErrorClass.CONTENT,
    21656: ErrorClass.CONTENT,
    63007: ErrorClass.CONTENT,
    63016: ErrorClass.CONTENT,
    63021: ErrorClass.CONTENT,
    30001: ErrorClass.RATE,
    63018: ErrorClass.RATE,
    63038: ErrorClass.RATE,
    63119: ErrorClass.RATE,
    63049: ErrorClass.DECLINED,
    30003: ErrorClass.HANDSET,
    30036: ErrorClass.HANDSET,
    30500: ErrorClass.HANDSET,
    # The provider leaves it alone too, because it may have arrived.
    30410: ErrorClass.UNREACHABLE,
    30004: ErrorClass.BLOCKED,
    30005: ErrorClass.BLOCKED,
    30006: ErrorClass.BLOCKED,
    30007: ErrorClass.BLOCKED,
    30008: ErrorClass.BLOCKED,
}

# Stored as they stand, translated where they are shown.
WORDS: dict[ErrorClass, str] = {
    ErrorClass.SAFE: _("Penyedia sedang sibuk; akan dicoba lagi"),
    ErrorClass.ACCOUNT: _("Penyedia menolak akun klinik; beri tahu administrator"),
    ErrorClass.UNKNOWN: _("Jawaban penyedia tidak jelas; sedang ditanyakan"),
    ErrorClass.BAD_NUMBER: _("Nomor ini tidak dapat menerima pesan"),
    ErrorClass.NO_WHATSAPP: _("Nomor ini tidak memakai WhatsApp"),
    ErrorClass.OPTED_OUT: _("Pelanggan tidak ingin menerima pesan"),
    ErrorClass.CONTENT: _("Templat atau pengirim ditolak penyedia; beri tahu administrator"),
    ErrorClass.RATE: _("Batas pengiriman tercapai"),
    ErrorClass.DECLINED: _("WhatsApp memilih tidak mengantarkan pesan ini"),
    ErrorClass.UNREACHABLE: _("Ponsel tidak dapat dijangkau"),
    ErrorClass.HANDSET: _("Ponsel sedang tidak dapat dijangkau"),
    ErrorClass.BLOCKED: _("Ditahan oleh operator"),
    ErrorClass.REVIEW: _("Ditolak dengan kode yang belum dikenal"),
}


def classify(code: int | str | None) -> ErrorClass:
    try:
        return CODES.get(int(code or 0), ErrorClass.REVIEW)
    except ValueError:
        return ErrorClass.REVIEW


def words(code: int | str | None) -> str:
    """What the desk reads for a code; empty when there is none."""
    return WORDS[classify(code)] if code else ""
