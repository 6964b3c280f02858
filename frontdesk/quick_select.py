"""Asking a question of the ORM again without putting its statement together again.

For what every page asks, that takes the ORM longer than it takes PostgreSQL to answer.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection, models
from django.db.models import Lookup
from django.db.models.expressions import Expression
from django.db.models.query import get_related_populators  # type: ignore[attr-defined]

Row = TypeVar("Row", bound=models.Model)


class Given(Expression):
    """Stands in a question for a value that is said whenever it is asked."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class _Among(Lookup[Any]):
    """One place for all keys; PostgreSQL looks each up by index, as it does for `IN`."""

    lookup_name = "among"

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, list[Any]]:
        column, params = self.process_lhs(compiler, connection)
        return f"{column} = ANY(%s::bigint[])", [*params, self.rhs]


def among(field: str, keys: str) -> _Among:
    """Return the condition that a field is one of the keys given by that name."""
    return _Among(models.F(field), Given(keys))


class Question(Generic[Row]):
    """A queryset's statement and how its rows are read, worked out when it is first asked.

    Whatever is not `Given` stays as it was then: nothing of a request may stand in it.
    """

    def __init__(self, make: "Callable[[], models.QuerySet[Row]]") -> None:
        self._make = make

    def ask(self, **values: Any) -> list[Row]:
        statement = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, statement.filled(values))
            return [statement.read(row) for row in cursor.fetchall()]

    @cached_property
    def _statement(self) -> "_Statement[Row]":
        return _Statement(self._make())


class _Statement(Generic[Row]):
    def __init__(self, queryset: "models.QuerySet[Row]") -> None:
        compiler = queryset.query.get_compiler(DEFAULT_DB_ALIAS)
        self.sql, self._params = compiler.as_sql()
        told: Any = compiler.klass_info
        own = told["select_fields"]
        self._model: type[Row] = told["model"]
        self._own = slice(own[0], own[-1] + 1)
        self._names = [column.target.attname for column, *_ in compiler.select[self._own]]
        self._related = get_related_populators(told, compiler.select, DEFAULT_DB_ALIAS)
        self._annotated = compiler.annotation_col_map or {}
        self._converters = compiler.get_converters([column for column, *_ in compiler.select])

    def filled(self, values: dict[str, Any]) -> list[Any]:
        return [values[p.name] if isinstance(p, Given) else p for p in self._params]

    def read(self, row: tuple[Any, ...]) -> Row:
        row = self._converted(row) if self._converters else row
        found = self._model.from_db(DEFAULT_DB_ALIAS, self._names, row[self._own])
        for related in self._related:
            related.populate(row, found)
        for name, place in self._annotated.items():
            setattr(found, name, row[place])
        return found

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, (converters, column) in self._converters.items():
            for convert in converters:
                values[place] = convert(values[place], column, connection)
        return tuple(values)
