"""What a choice is called, straight from its enumeration.

Django's own `get_state_display` translates every choice of the field to find one: on a queue of
forty guests that took longer than the queries.
"""

from collections.abc import Callable
from functools import cache

from django.db import models
from django.utils.translation import get_language


def label_of(field: str, kinds: type[models.TextChoices]) -> Callable[[models.Model], str]:
    """Return the method `get_<field>_display` of a model."""

    @cache
    def labels(language: str | None) -> dict[str, str]:
        return {kind.value: str(kind.label) for kind in kinds}

    def shown(row: models.Model) -> str:
        value = getattr(row, field)
        return labels(get_language()).get(value, str(value))

    return shown
