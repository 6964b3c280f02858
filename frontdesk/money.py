"""Money is a whole number of Rupiah; this is how it is written and read."""

import re

# No more digits than any sum of a clinic has: thousands of them are no number even to Python.
_THOUSAND = re.compile(r"(?P<amount>\d{1,9}(?:[.,]\d{1,6})?)(?:rb|ribu|k)")
_MILLION = re.compile(r"(?P<amount>\d{1,6}(?:[.,]\d{1,6})?)(?:jt|juta)")
_PLAIN = re.compile(r"\d{1,15}|\d{1,3}(?:\.\d{3}){1,4}|\d{1,3}(?:,\d{3}){1,4}")


class NotMoney(ValueError):
    """The text is no amount of whole Rupiah."""


def rupiah(amount: int) -> str:
    """Return an amount as a clinic writes it: `Rp1.250.000`, `−Rp50.000`."""
    grouped = f"{abs(amount):,}".replace(",", ".")
    return f"{'−' if amount < 0 else ''}Rp{grouped}"


def parse_rupiah(text: str) -> int:
    """Read `450000`, `Rp 450.000,00`, `450rb` or `1,5 jt`; raise NotMoney for anything else."""
    plain = re.sub(r"\s", "", text).lower().replace("−", "-")
    sign = -1 if plain.startswith("-") else 1
    plain = plain.removeprefix("-").removeprefix("rp").removeprefix(".")
    plain = re.sub(r",(?:00?|-)$", "", plain)
    if match := _THOUSAND.fullmatch(plain):
        return sign * _scaled(match["amount"], 1_000)
    if match := _MILLION.fullmatch(plain):
        return sign * _scaled(match["amount"], 1_000_000)
    if _PLAIN.fullmatch(plain):
        return sign * int(re.sub(r"[.,]", "", plain))
    raise NotMoney(text)


def _scaled(amount: str, unit: int) -> int:
    whole, _, fraction = amount.replace(",", ".").partition(".")
    value = int(whole + fraction) * unit
    parts: int = 10 ** len(fraction)
    if value % parts:
        raise NotMoney(amount)
    return value // parts
