"""The text of an SMS as the networks count it (3GPP TS 23.038), and forced into their alphabet."""

import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
# Each of these is sent as an escape and a second septet, which stay in one segment.
EXTENDED = frozenset("\f^{}\\[~]|€")
SEPTETS_ALONE, SEPTETS_EACH = 160, 153
UNITS_ALONE, UNITS_EACH = 70, 67

# What people type where the alphabet has something plainer.
_PLAINER = {
    "‘": "'", "’": "'", "‚": "'", "‛": "'", "`": "'", "´": "'", "ʼ": "'", "′": "'",
    "“": '"', "”": '"', "„": '"', "‟": '"', "«": '"', "»": '"', "″": '"',
    "‐": "-", "‑": "-", "‒": "-", "–": "-", "—": "-", "―": "-", "−": "-",
    "…": "...", "•": "-", "·": "-", "×": "x", "÷": "/", "⁄": "/", "№": "No.", "™": "TM",
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i", "œ": "oe", "Œ": "OE", "ç": "c",
    "\t": " ", "\r\n": "\n", "\r": "\n", "\f": " ", "\v": " ", "\u2028": "\n", "\u2029": "\n",
}  # fmt: skip


@dataclass(frozen=True)
class Count:
    """How a network counts a text: septets of GSM-7, or 16-bit units once one letter needs them."""

    is_gsm7: bool
    units: int
    segments: int
    # How many more fit into the last segment.
    left: int


def count(text: str) -> Count:
    is_gsm7 = all(letter in BASIC or letter in EXTENDED for letter in text)
    if is_gsm7:
        sizes = [2 if letter in EXTENDED else 1 for letter in text]
        alone, each = SEPTETS_ALONE, SEPTETS_EACH
    else:
        sizes = [2 if ord(letter) > 0xFFFF else 1 for letter in text]
        alone, each = UNITS_ALONE, UNITS_EACH
    units = sum(sizes)
    if units <= alone:
        return Count(is_gsm7, units, 1 if units else 0, alone - units)
    segments, left = 1, each
    for size in sizes:
        if size > left:
            segments, left = segments + 1, each
        left -= size
    return Count(is_gsm7, units, segments, left)


def to_gsm7(text: str) -> str:
    """The same words in the networks' own alphabet; emoji and the like are left out."""
    plain = "".join(_plain(letter) for letter in text.replace("\r\n", "\n"))
    lines = (" ".join(line.split()) for line in plain.split("\n"))
    return "\n".join(lines).strip()


def _plain(letter: str) -> str:
    if letter in _PLAINER:
        return _PLAINER[letter]
    if letter in BASIC or letter in EXTENDED:
        return letter
    if letter.isspace():
        return " "
    folded = unicodedata.normalize("NFKD", letter)
    parts = "".join(_PLAINER.get(part, part) for part in folded)
    return "".join(part for part in parts if part in BASIC or part in EXTENDED)
