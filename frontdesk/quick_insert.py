"""Writing a few rows of one table at once, where nobody needs their keys.

`bulk_create` asks for the keys back and takes far longer to put its statement together.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model in one statement; they do not learn their keys."""
    if not rows:
        return
    fields, beginning, row = _statement(type(rows[0]))
    values = [
        field.get_db_prep_save(getattr(one, field.attname), connection)
        for one in rows
        for field in fields
    ]
    with connection.cursor() as cursor:
        cursor.execute(beginning + ", ".join([row] * len(rows)), values)


@cache
def _statement(model: type[models.Model]) -> tuple[list["models.Field[Any, Any]"], str, str]:
    """Return the fields that are written, and the two parts of the statement."""
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key or f.generated)]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    beginning = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES "  # noqa: S608 # nosec B608
    return fields, beginning, f"({', '.join(['%s'] * len(fields))})"
