"""How a customer is spoken to: greeted alike, never guessed about, asked what she can answer."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from notifications.linting.findings import Finding, Severity, Text, whole
from notifications.linting.words import (
    CAPITALS,
    FEASTS,
    GUESSES_IN_GREETING,
    HEALTH,
    OPEN_QUESTIONS,
    PROMO,
    RELIGIOUS_GREETINGS,
)

GREETING = re.compile(
    r"\s*(?:halo|hai|selamat (?:pagi|siang|sore|malam|datang|ulang tahun)|salam hangat"
    r"|salam sehat)\b,?",
    re.IGNORECASE,
)
# Up to here the customer is addressed.
ADDRESS_ENDS = re.compile(r"[.!?\n]|,(?! ?¤)")
BOTH = re.compile(
    r"(?:bapak|pak|ibu|bu|mbak|mas)\s?(?:/|dan|atau|&)\s?(?:bapak|pak|ibu|bu|mbak|mas)",
    re.IGNORECASE,
)
GUESSES = whole(*sorted(GUESSES_IN_GREETING))
RELIGION, FEAST = whole(*RELIGIOUS_GREETINGS), whole(*FEASTS)
PROMISES = re.compile(rf"(?<![\w-])(?:{'|'.join(PROMO)})(?!\w)", re.IGNORECASE)
BODIES = whole(*HEALTH)

LAST_QUESTION = re.compile(r"([^.!?\n]*)\?[^\w?¤]*(?:\([^)]*\)[^\w?]*)?$")
# How to answer may follow the question.
HOW_TO_ANSWER = re.compile(
    r"\s*(?:silakan )?(?:balas|ketik|jawab)\b[^.?\n]*[.]?\s*$", re.IGNORECASE
)
CLOSED_START = re.compile(
    r"\W*(?:\w+kah\b|apa (?:ada|anda|boleh|bisa|benar|kami|sudah|perlu)\b)", re.IGNORECASE
)
OPEN_START = re.compile(r"\W*(?:(?:di|ke|dari) )?(?:apa|apa yang)\b", re.IGNORECASE)
WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")

STOPS = re.compile(r"[!?]*!{2,}[!?]*|\?!+|!\?+|\?{2,}")
CAPITAL_WORD = re.compile(r"(?<![\w¤])[A-Z]{4,}(?![\w¤])")

_SIGN = r"[\U0001F300-\U0001FAFF\u2600-\u27BF\u2B00-\u2BFF\u2190-\u21FF\u231A\u231B\u23E9-\u23FA]"
_SHADE = r"[\uFE0F\U0001F3FB-\U0001F3FF]*"
EMOJI = re.compile(
    rf"[\U0001F1E6-\U0001F1FF]{{2}}|[0-9#*]\uFE0F?\u20E3|{_SIGN}{_SHADE}(?:\u200D{_SIGN}{_SHADE})*"
)
WAY_OUT = re.compile(r"\b(?:BERHENTI|STOP)\b|\{opt_out\w*\}")


def greeting(text: Text) -> Iterator[Finding]:
    if not GREETING.match(text.words):
        yield Finding(
            "greeting",
            Severity.WARNING,
            _("Mulailah dengan sapaan yang sama untuk semua, misalnya “Halo” atau “Selamat pagi”."),
        )


def guesses(text: Text) -> Iterator[Finding]:
    """Whoever reads it, woman or man, young or old, is greeted with the same words."""
    greeted = GREETING.match(text.words)
    ends = ADDRESS_ENDS.search(text.words, greeted.end() if greeted else 0)
    address = text.words[: ends.start() if ends else len(text.words)]
    both = {place for found in BOTH.finditer(address) for place in range(*found.span())}
    for found in GUESSES.finditer(address):
        if found.start() not in both:
            yield Finding(
                "guess",
                Severity.ERROR,
                _("“%(word)s” menebak siapa pembacanya. Pakai sapaan netral atau {name}.")
                % {"word": found[0]},
                *found.span(),
            )


def religion(text: Text) -> Iterator[Finding]:
    for found in text.find(RELIGION):
        yield Finding(
            "religion",
            Severity.ERROR,
            _("“%(word)s” menebak agama pembacanya. Pakai sapaan netral.") % {"word": found[0]},
            *found.span(),
        )
    for found in text.find(FEAST):
        yield Finding(
            "feast",
            Severity.WARNING,
            _("Tidak semua pelanggan merayakannya: kirim “%(word)s” hanya kepada yang merayakan.")
            % {"word": found[0]},
            *found.span(),
        )


def closing_question(text: Text) -> Iterator[Finding]:
    words = HOW_TO_ANSWER.sub("", text.words) or text.words
    found = LAST_QUESTION.search(words.rstrip())
    if found is None:
        yield Finding(
            "question",
            Severity.WARNING,
            _("Akhiri dengan pertanyaan ya atau tidak, misalnya “Apakah Anda dapat hadir?”"),
        )
    elif not _is_closed(found[1]):
        yield Finding(
            "question",
            Severity.WARNING,
            _("Pertanyaan penutup sebaiknya dapat dijawab ya atau tidak."),
            found.start(1) + len(found[1]) - len(found[1].lstrip()),
            found.end(1) + 1,
        )


def _is_closed(question: str) -> bool:
    first = WORD.search(question)
    if first is None or first[0].lower() in OPEN_QUESTIONS:
        return False
    if CLOSED_START.match(question):
        return True
    words = {found.lower() for found in WORD.findall(question)}
    return words.isdisjoint(OPEN_QUESTIONS) and not OPEN_START.match(question)


def promo(text: Text) -> Iterator[Finding]:
    for found in text.find(PROMISES):
        yield Finding(
            "promo",
            Severity.ERROR,
            _(
                "“%(word)s” adalah promo: WhatsApp menolaknya dalam templat layanan. "
                "Pindahkan ke templat promo."
            )
            % {"word": found[0]},
            *found.span(),
        )


def way_out(text: Text) -> Iterator[Finding]:
    if not WAY_OUT.search(text.raw):
        yield Finding(
            "way_out",
            Severity.WARNING,
            _("Sebutkan cara berhenti, misalnya “Balas BERHENTI bila tidak ingin menerima promo.”"),
        )


def shouting(text: Text) -> Iterator[Finding]:
    for found in text.find(STOPS):
        yield Finding(
            "stops", Severity.ERROR, _("Cukup satu tanda seru atau tanda tanya."), *found.span()
        )
    singles = list(re.finditer(r"(?<![!?])!(?![!?])", text.words))
    for found in singles[1:]:
        yield Finding(
            "stops", Severity.WARNING, _("Cukup satu tanda seru dalam satu pesan."), *found.span()
        )
    for found in text.find(CAPITAL_WORD):
        if found[0] not in CAPITALS:
            yield Finding(
                "capitals",
                Severity.WARNING,
                _("“%(word)s” dengan huruf besar terbaca seperti berteriak.") % {"word": found[0]},
                *found.span(),
            )


def emoji(text: Text) -> Iterator[Finding]:
    for found in list(EMOJI.finditer(text.raw))[1:]:
        yield Finding(
            "emoji", Severity.ERROR, _("Paling banyak satu emoji dalam satu pesan."), *found.span()
        )


def health(text: Text) -> Iterator[Finding]:
    for found in text.find(BODIES):
        yield Finding(
            "health",
            Severity.WARNING,
            _(
                "“%(word)s” menyangkut kesehatan. "
                "Jangan menyebut keadaan tubuh pelanggan dalam pesan."
            )
            % {"word": found[0]},
            *found.span(),
        )
