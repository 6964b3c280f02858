"""Writing new rows by a statement that is put together once.

What the ORM puts together for each row takes it longer than it takes PostgreSQL to write it.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, connections, models


def insert_rows(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model in one statement; they do not learn their keys."""
    if not rows:
        return
    fields, beginning, row = _statement(type(rows[0]))
    values = [value for one in rows for value in _values(one, fields)]
    with connection.cursor() as cursor:
        cursor.execute(beginning + ", ".join([row] * len(rows)), values)


def insert_row(one: models.Model) -> None:
    """Write a new row, which learns its key."""
    fields, beginning, row = _statement(type(one))
    with connection.cursor() as cursor:
        cursor.execute(f"{beginning}{row} RETURNING id", _values(one, fields))
        (one.pk,) = cursor.fetchone() or (None,)
    one._state.adding, one._state.db = False, connection.alias


def _values(one: models.Model, fields: "list[models.Field[Any, Any]]") -> list[Any]:
    database = connections[DEFAULT_DB_ALIAS]
    return [field.get_db_prep_save(getattr(one, field.attname), database) for field in fields]


@cache
def _statement(model: type[models.Model]) -> tuple[list["models.Field[Any, Any]"], str, str]:
    """Return the fields that are written, and the two parts of the statement."""
    fields = [f for f in model._meta.concrete_fields if not (f.primary_key or f.generated)]
    columns = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    beginning = f"INSERT INTO {model._meta.db_table} ({columns}) VALUES "  # noqa: S608 # nosec B608
    return fields, beginning, f"({', '.join(['%s'] * len(fields))})"
