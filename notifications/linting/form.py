"""What the provider and the networks take: variables, length, segments."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from notifications.linting.findings import HIDDEN, Finding, Severity, Text
from notifications.segments import BASIC, EXTENDED, count, to_gsm7
from notifications.wording import VARIABLE, filled

LONGEST = 1024
# Two segments; what is longer is dear and, at some networks, not put together again.
LONGEST_SMS = 2
NEIGHBOURS = re.compile(rf"{VARIABLE.pattern}(\s*){VARIABLE.pattern}")
BRACE = re.compile(r"[{}]+[^{}\s]*[{}]*")
LEFT_OPEN = re.compile(
    r"\[[^\]\n]{2,30}\]|<[^>\n]{2,30}>|(?<!\w)(?:x{3,}|\.{4,}|_{3,})(?!\w)", re.IGNORECASE
)
MANY_LINES = re.compile(r"\n[ \t]*\n[ \t]*\n\s*")
WIDE = re.compile(r"\t+| {4,}")
# Networks here refuse short links, and telephone numbers in the text.
SHORT_LINK = re.compile(r"\b(?:bit\.ly|s\.id|tinyurl\.com|t\.co|cutt\.ly|goo\.gl)/\S*", re.I)
PHONE = re.compile(r"(?<![\w.])(?:\+?62|0)8\d[\d \-.]{6,12}\d")
Rule = Callable[[Text], Iterator[Finding]]


def nothing() -> Finding:
    return Finding("empty", Severity.ERROR, _("Tulis isi pesan."))


def variables(text: Text, offered: Mapping[str, str]) -> Iterator[Finding]:
    body = text.raw
    for found in VARIABLE.finditer(body):
        if found[1] not in offered:
            known = ", ".join(f"{{{name}}}" for name in offered) or "-"
            yield Finding(
                "variable",
                Severity.ERROR,
                _("%(name)s tidak dikenal di sini. Yang ada: %(known)s.")
                % {"name": found[0], "known": known},
                *found.span(),
            )
    start = re.match(rf"\s*({VARIABLE.pattern})", body)
    end = re.search(rf"({VARIABLE.pattern})\s*$", body)
    for found_at, sentence in (
        (start, _("WhatsApp menolak pesan yang dimulai dengan isian. Tulis kata di depannya.")),
        (end, _("WhatsApp menolak pesan yang berakhir dengan isian. Tulis kata di belakangnya.")),
    ):
        if found_at:
            yield Finding("edge", Severity.ERROR, sentence, *found_at.span(1))
    for found in NEIGHBOURS.finditer(body):
        yield Finding(
            "neighbours",
            Severity.ERROR,
            _("Dua isian tidak boleh bersebelahan. Tulis kata di antaranya."),
            *found.span(),
        )
    names = VARIABLE.findall(body)
    words = re.findall(r"\w+", text.words.replace(HIDDEN, " "))
    if len(words) < 2 * len(names) + 1:
        yield Finding(
            "few_words",
            Severity.WARNING,
            _("Terlalu banyak isian untuk pesan sependek ini; WhatsApp dapat menolaknya."),
        )


def left_open(text: Text) -> Iterator[Finding]:
    for found in text.find(BRACE):
        yield Finding(
            "brace",
            Severity.ERROR,
            _("“%(part)s” bukan isian. Pilih isian dari daftar di bawah teks.")
            % {"part": text.raw[slice(*found.span())]},
            *found.span(),
        )
    for found in text.find(LEFT_OPEN):
        yield Finding(
            "left_open",
            Severity.ERROR,
            _("“%(part)s” tampaknya belum diisi.") % {"part": text.raw[slice(*found.span())]},
            *found.span(),
        )


def gaps(text: Text) -> Iterator[Finding]:
    for found in MANY_LINES.finditer(text.raw):
        yield Finding(
            "lines",
            Severity.ERROR,
            _("Paling banyak satu baris kosong berturut-turut."),
            *found.span(),
        )
    for found in WIDE.finditer(text.raw):
        yield Finding(
            "lines", Severity.ERROR, _("Hapus tab dan spasi yang berderet."), *found.span()
        )


def length(text: Text, offered: Mapping[str, str]) -> Iterator[Finding]:
    size = max(len(text.raw), len(filled(text.raw, offered)))
    if size > LONGEST:
        yield Finding(
            "length",
            Severity.ERROR,
            _("Pesan ini %(size)d huruf; WhatsApp menerima paling banyak %(longest)d.")
            % {"size": size, "longest": LONGEST},
            LONGEST,
            len(text.raw),
        )


def short(text: Text, offered: Mapping[str, str], rules: Iterable[Rule]) -> Iterator[Finding]:
    """The short form is read by the same rules, and by those of the networks."""
    found = [finding for rule in rules for finding in rule(text)]
    found += [one for one in variables(text, offered) if one.rule == "variable"]
    for pattern, sentence in (
        (SHORT_LINK, _("Operator menolak tautan pendek dalam SMS.")),
        (PHONE, _("Operator dapat menolak SMS yang memuat nomor telepon.")),
    ):
        found += [
            Finding("network", Severity.WARNING, sentence, *place.span())
            for place in pattern.finditer(text.raw)
        ]
    yield from as_sms(found)
    yield from segments(text, offered)


def segments(text: Text, offered: Mapping[str, str]) -> Iterator[Finding]:
    foreign = sorted({letter for letter in text.raw if letter not in BASIC | EXTENDED})
    if foreign:
        yield Finding(
            "alphabet",
            Severity.WARNING,
            _("Dalam SMS %(letters)s diganti atau dihilangkan.") % {"letters": " ".join(foreign)},
            is_sms=True,
        )
    pieces = count(to_gsm7(filled(text.raw, offered))).segments
    if pieces > LONGEST_SMS:
        yield Finding(
            "segments",
            Severity.WARNING,
            ngettext(
                "Sebagai SMS pesan ini %(pieces)d bagian, dan dibayar sebanyak itu.",
                "Sebagai SMS pesan ini %(pieces)d bagian, dan dibayar sebanyak itu.",
                pieces,
            )
            % {"pieces": pieces},
            is_sms=True,
        )


def as_sms(findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, is_sms=True)
