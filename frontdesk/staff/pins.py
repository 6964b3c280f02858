"""Six digits that nobody should choose."""

import re
from datetime import date
from itertools import pairwise

from django.utils.translation import gettext as _

PIN_LENGTH = 6
_LAYOUTS = ((0, 2, 4), (4, 2, 0), (2, 0, 4))


def why_easy_to_guess(pin: str) -> str:
    """Return why these six digits are refused, or an empty string."""
    if not re.fullmatch(rf"[0-9]{{{PIN_LENGTH}}}", pin):
        return _("PIN terdiri dari enam angka.")
    if _is_pattern(pin):
        return _("PIN ini mudah ditebak. Pilih enam angka yang tidak berurutan atau berulang.")
    if _is_date(pin):
        return _("PIN ini seperti tanggal. Pilih enam angka yang bukan tanggal lahir.")
    return ""


def _is_pattern(pin: str) -> bool:
    steps = {(int(b) - int(a)) % 10 for a, b in pairwise(pin)}
    repeats = pin[:3] == pin[3:] or pin[:2] == pin[2:4] == pin[4:]
    pairs = pin[0] == pin[1] and pin[2] == pin[3] and pin[4] == pin[5]
    mirrored = pin == pin[::-1]
    return steps <= {0, 1} or steps <= {0, 9} or len(set(pin)) <= 2 or repeats or pairs or mirrored


def _is_date(pin: str) -> bool:
    """Say whether it reads as day-month-year in any usual order, or as a year and a month."""
    for day, month, year in _LAYOUTS:
        try:
            # Every fourth year has a 29 February; 2000 + year keeps that right.
            date(
                2000 + int(pin[year : year + 2]),
                int(pin[month : month + 2]),
                int(pin[day : day + 2]),
            )
        except ValueError:
            continue
        return True
    return pin[:2] in {"19", "20"} and 1 <= int(pin[4:]) <= 12
