"""What came of a promo: each app declares what it counts among those who got it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Outcome:
    key: str
    label: StrOrPromise
    # How many customers of this batch, whose first message left at that moment.
    count: Callable[[int, datetime], int]


_declared: dict[str, Outcome] = {}


def declare(outcome: Outcome) -> Outcome:
    _declared[outcome.key] = outcome
    return outcome


def declared() -> Iterator[Outcome]:
    yield from _declared.values()
