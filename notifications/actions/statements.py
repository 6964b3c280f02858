"""The statements of the hot path: prepared once a connection, always planned the same way.

A queue's statistics are wrong most of the time: they say "empty" of a table that has just been
filled, and the other way round. So these statements take the plan that holds for any size.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg import Cursor

_PLANS = {
    "plan_cache_mode": "force_generic_plan",
    "enable_seqscan": "off",
    "enable_bitmapscan": "off",
    "enable_hashjoin": "off",
    "enable_mergejoin": "off",
    "jit": "off",
    # Each changed row asks for it, and asking for what is not set costs more than the rest.
    "pgtrigger.ignore": "{}",
}
Values = Sequence[object] | Mapping[str, object]


def is_pooled() -> bool:
    """Say whether PgBouncer stands between us and the session: nothing in it stays ours."""
    return bool(settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"))


def run(sql: str, values: Values) -> list[tuple[Any, ...]]:
    """Run a statement with bound parameters; Django would write them into its text each time."""
    connection.ensure_connection()
    with connection.wrap_database_errors, Cursor(connection.connection) as cursor:
        cursor.execute(sql.encode(), values, prepare=not is_pooled())
        return cursor.fetchall() if cursor.description else []


@contextmanager
def hot_path() -> Iterator[None]:
    """Plans for the hot path, until the end of the block."""
    if is_pooled():
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config(name, value, false) FROM unnest(%s::text[], %s::text[])"
            " AS wanted (name, value)",
            [list(_PLANS), list(_PLANS.values())],
        )
    try:
        yield
    finally:
        _reset()


def _reset() -> None:
    try:
        with connection.cursor() as cursor:
            for name in _PLANS:
                cursor.execute(f"RESET {name}")
    except (InterfaceError, OperationalError):
        connection.close()
