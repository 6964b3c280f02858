"""The statements of the hot path: prepared once a connection, always planned the same way.

A queue's statistics are wrong most of the time: they say "empty" of a table that has just been
filled, and the other way round. So these statements take the plan that holds for any size.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from psycopg import RawCursor

_NAME = re.compile(r"%\((\w+)\)s")
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


def is_pooled() -> bool:
    """Say whether PgBouncer stands between us and the session: nothing in it stays ours."""
    return bool(settings.DATABASES["default"].get("DISABLE_SERVER_SIDE_CURSORS"))


class Statement:
    """SQL with `%(name)s` for what is bound to it; turned into the server's own words only once.

    Django would write the values into the text, so that no plan could be kept.
    """

    def __init__(self, sql: str) -> None:
        self.names = list(dict.fromkeys(_NAME.findall(sql)))
        numbered = _NAME.sub(lambda found: f"${self.names.index(found[1]) + 1}", sql)
        self.sql = numbered.encode()

    def run(self, values: Mapping[str, object]) -> list[tuple[Any, ...]]:
        connection.ensure_connection()
        if not is_pooled():
            # Django says never, because PgBouncer might stand in between; its own cursors still do.
            connection.connection.prepare_threshold = 0
        with connection.wrap_database_errors, RawCursor(connection.connection) as cursor:
            cursor.execute(self.sql, [values[name] for name in self.names], prepare=True)
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
