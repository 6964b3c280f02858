"""Good and correct Indonesian, written out."""

import re
from collections.abc import Iterator

from django.utils.translation import gettext as _

from notifications.linting.findings import Finding, Severity, Text
from notifications.linting.words import ABBREVIATIONS, NOT_IN_CAPITALS, TITLES

_SLASHED = [re.escape(word) for word in ABBREVIATIONS if "/" in word]
TOKEN = re.compile(rf"(?<![\w¤/-])(?:(?:{'|'.join(_SLASHED)})|[^\W\d_]+)(?![\w-])", re.IGNORECASE)
NAME_FOLLOWS = re.compile(r"\.?\s?(?:[A-Z]|¤)")
DOUBLED = re.compile(r"(?<![\w¤-])([a-z]{3,})2(nya|an)?(?![\w-])", re.IGNORECASE)
STRETCHED = re.compile(r"(?<![\w¤])\w*([a-z])\1{2,}\w*")


def abbreviations(text: Text) -> Iterator[Finding]:
    for found in text.find(TOKEN):
        word = found[0].lower()
        instead = ABBREVIATIONS.get(word)
        if instead is None or (found[0].isupper() and word in NOT_IN_CAPITALS):
            continue
        if word in TITLES and NAME_FOLLOWS.match(text.words, found.end()):
            continue
        yield Finding(
            "abbreviation",
            Severity.ERROR,
            _("Tulis “%(instead)s”, bukan “%(word)s”.") % {"instead": instead, "word": found[0]},
            *found.span(),
        )


def doubled_by_digit(text: Text) -> Iterator[Finding]:
    for found in text.find(DOUBLED):
        if found[1].isupper():
            continue
        written = f"{found[1]}-{found[1].lower()}{found[2] or ''}"
        yield Finding(
            "abbreviation",
            Severity.ERROR,
            _("Tulis “%(instead)s”, bukan “%(word)s”.") % {"instead": written, "word": found[0]},
            *found.span(),
        )


def stretched(text: Text) -> Iterator[Finding]:
    for found in text.find(STRETCHED):
        yield Finding(
            "stretched",
            Severity.WARNING,
            _("“%(word)s”: tulis tanpa huruf yang diulang-ulang.") % {"word": found[0]},
            *found.span(),
        )
