"""What an audience is chosen by: each app declares its conditions when it is loaded.

A condition is one question with small form fields for its answers, and a filter on customers. The
filter is one `Q`: a condition on another table is an `Exists` on an index of it, so that the same
filter counts a whole chain and picks the next ten thousand.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django_stubs_ext import StrOrPromise

Answers = Mapping[str, Any]


@dataclass(frozen=True)
class Condition:
    key: str
    label: StrOrPromise
    # Made anew for each form: choices may come from the database.
    fields: Callable[[], dict[str, forms.Field]]
    # The customers it holds for, at a moment.
    where: Callable[[Answers, datetime], Q]
    # Its answers in words, e.g. "lebih dari 90 hari lalu".
    told: Callable[[Answers], str]
    may_negate: bool = True


@dataclass(frozen=True)
class Choice:
    """One condition as it was chosen, with its answers as the form has them."""

    key: str
    answers: dict[str, Any] = field(default_factory=dict)
    is_negated: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"key": self.key, "answers": self.answers, "is_negated": self.is_negated}


_declared: dict[str, Condition] = {}


def declare(condition: Condition) -> Condition:
    _declared[condition.key] = condition
    return condition


def declared() -> Iterator[Condition]:
    yield from _declared.values()


def condition(key: str) -> Condition | None:
    return _declared.get(key)


def read_choices(rows: Sequence[Mapping[str, Any]]) -> list[Choice]:
    """Return the choices that were kept; one whose app is gone is an error, never left out."""
    choices = [
        Choice(row["key"], dict(row.get("answers", {})), bool(row.get("is_negated")))
        for row in rows
    ]
    if unknown := [choice.key for choice in choices if choice.key not in _declared]:
        raise LookupError(", ".join(unknown))
    return choices


def where(choices: Sequence[Choice], *, at: datetime) -> Q:
    """All of them at once."""
    found = Q()
    for choice in choices:
        held = _declared[choice.key].where(choice.answers, at)
        found &= ~held if choice.is_negated else held
    return found
