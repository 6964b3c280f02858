"""What a choice is called, straight from its enumeration.

Django's own `get_state_display` translates every choice of the field to find one: on a queue of
forty guests that took longer than the queries.
"""

from collections.abc import Callable

from django.db import models


def label_of(field: str, kinds: type[models.TextChoices]) -> Callable[[models.Model], str]:
    """Return the method `get_<field>_display` of a model."""
    labels = {kind.value: kind.label for kind in kinds}

    def shown(row: models.Model) -> str:
        value = getattr(row, field)
        return str(labels.get(value, value))

    return shown
