"""What a short reply means: obeyed only as a whole message, never as a word in a sentence."""

import re
import unicodedata
from enum import StrEnum


class Said(StrEnum):
    STOP = "stop"
    STOP_PROMO = "stop_promo"
    # It may be a wish to be left alone: a person decides.
    MAYBE_STOP = "maybe_stop"
    START = "start"
    YES = "yes"
    NO = "no"
    # "Cancel": an appointment, or the messages? It depends on what is answered.
    CANCEL = "cancel"
    OTHER = ""


STOP = {
    "stop", "stopall", "stop all", "setop", "berhenti", "stop pesan", "berhenti langganan",
    "berhenti berlangganan", "unsub", "unsubscribe", "unreg", "optout", "opt out", "hentikan",
    "hentikan pesan", "jangan kirim lagi", "jangan kirim pesan lagi", "jangan hubungi lagi",
    "jangan hubungi saya lagi", "jangan wa lagi", "stop semua", "berhenti semua",
}  # fmt: skip
STOP_PROMO = {
    "stop promo", "stoppromo", "berhenti promo", "hentikan promo", "jangan kirim promo",
    "jangan kirim promo lagi", "stop iklan", "stop promosi", "berhenti promosi", "unreg promo",
}  # fmt: skip
START = {"mulai", "mulai lagi", "start", "unstop", "langganan lagi", "aktifkan lagi"}
YES = {
    "ya", "iya", "y", "yes", "yap", "yup", "ok", "oke", "okay", "okey", "siap", "bisa", "hadir",
    "datang", "setuju", "baik", "bisa hadir", "bisa datang", "saya hadir", "saya datang",
    "saya bisa", "saya bisa hadir", "ya bisa", "iya bisa", "ya hadir", "ya saya hadir",
    "ya saya bisa", "ya saya bisa hadir", "ya saya dapat hadir", "dapat hadir", "saya dapat hadir",
}  # fmt: skip
NO = {
    "tidak", "tdk", "tidak bisa", "tdk bisa", "tidak hadir", "tidak bisa hadir",
    "tidak dapat hadir", "saya tidak bisa", "saya tidak bisa hadir", "no", "n", "nggak", "enggak",
    "gak", "ga", "gak bisa", "ga bisa", "nggak bisa", "enggak bisa", "belum bisa", "ganti hari",
    "hari lain", "pilih hari lain", "ingin hari lain", "minta hari lain", "tidak jadi",
}  # fmt: skip
CANCEL = {"batal", "batalkan", "dibatalkan", "cancel", "saya batal"}
MEANINGS = (
    (Said.STOP, STOP), (Said.STOP_PROMO, STOP_PROMO), (Said.START, START),
    (Said.YES, YES), (Said.NO, NO), (Said.CANCEL, CANCEL),
)  # fmt: skip
# Politeness around the word changes nothing.
POLITE = {"ya", "yah", "kak", "min", "admin", "mbak", "mas", "bu", "pak", "dong", "deh", "tolong",
          "mohon", "please", "pls", "terima", "kasih", "trims", "makasih", "saja", "aja", "dulu",
          "wa", "whatsapp", "sis", "maaf", "thanks", "thank", "you"}  # fmt: skip

STOP_WORDS = ("stop", "setop", "berhenti", "hentikan", "unsubscribe", "unsub", "unreg", "optout")
# Real words that look like a misspelt "stop".
LOOKALIKES = {"stok", "step", "shop", "spot", "stock", "top", "sop"}
NOT = {"jangan", "tidak", "tdk", "tak", "ga", "gak", "nggak", "enggak", "ndak", "bukan", "belum",
       "dont", "not", "never", "tanpa", "non"}  # fmt: skip
WISHES = re.compile(
    r"\b(jangan|tidak (mau|ingin|perlu)|(tdk|ga|gak|nggak) mau)"
    r"( (?!berhenti|stop)\w+){0,2}? "
    r"(kirim|kirimi|dikirim|dikirimi|hubungi|dihubungi|wa|chat|sms|ganggu|diganggu|menerima|terima)"
    r"|\bkeluar dari\b|\bhapus nomor\b|\bblokir\b|\bspam\b"
)
STOP_SIGNS = {"🛑", "⛔", "🚫", "✋"}
SIGNS = re.compile(r"[^\w\s]|_")
AGAIN = re.compile(r"(.)\1+")
# A typing error in a long sentence says too little.
FEW_WORDS = 4


def said(text: str) -> Said:
    words = _words(text)
    for politeness in (set(), POLITE - {"ya"}, POLITE):
        spelling = " ".join(word for word in words if word not in politeness)
        for meaning, spellings in MEANINGS:
            if spelling in spellings:
                return meaning
    return Said.MAYBE_STOP if _may_mean_stop(text, words) else Said.OTHER


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", "")
    return SIGNS.sub(" ", plain).split()


def _may_mean_stop(text: str, words: list[str]) -> bool:
    if WISHES.search(" ".join(words)):
        return True
    if not words:
        return any(sign in text for sign in STOP_SIGNS)
    if any(word in STOP_WORDS and not _is_negated(words, at) for at, word in enumerate(words)):
        return True
    is_short = len(words) <= FEW_WORDS
    return is_short and any(
        _looks_like_stop(word) and not _is_negated(words, at) for at, word in enumerate(words)
    )


def _is_negated(words: list[str], at: int) -> bool:
    return any(word in NOT for word in words[max(at - 2, 0) : at])


def _looks_like_stop(word: str) -> bool:
    if word in LOOKALIKES or len(word) < len("stp"):
        return False
    short = AGAIN.sub(r"\1", word)
    return any(
        short == AGAIN.sub(r"\1", known)
        or _distance(short, known) <= (1 if len(known) <= len("setop") else 2)
        for known in STOP_WORDS
    )


def _distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour."""
    rows = [list(range(len(other) + 1))]
    for i, letter in enumerate(one, 1):
        row = [i]
        for j, wanted in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (letter != wanted)))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]
