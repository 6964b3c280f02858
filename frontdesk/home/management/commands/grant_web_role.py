"""Give the role of the web pages what it needs, and no way to change history."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from psycopg import sql

# The tables that are written once carry a trigger of this name (frontdesk/append_only.py).
APPEND_ONLY_TABLES = """
    SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger
    WHERE NOT tgisinternal AND tgname LIKE '%%append\\_only%%'
"""
ALL_TABLES = """
    SELECT c.oid::regclass::text FROM pg_class c
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm')
    AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')
"""


class Command(BaseCommand):
    help = (
        "Grants a database role what web, worker and beat need: reading and writing rows, but only"
        " adding to tables of history. Run it as the owner of the tables, after every migrate."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("role", help="a role that exists and owns no table")

    def handle(self, *args: Any, role: str, **options: Any) -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            _refuse_owner(cursor, role)
            history = _names(cursor, APPEND_ONLY_TABLES) | {"django_migrations"}
            tables = _names(cursor, ALL_TABLES)
            grant(cursor, role, tables, history)
        self.stdout.write(
            f"{role} may write {len(tables - history)} tables and only add to"
            f" {len(tables & history) - 1}."
        )


def grant(cursor: CursorWrapper, role: str, tables: set[str], history: set[str]) -> None:
    """From nothing to exactly what is needed, so that a table that became history loses rights."""
    names = {"role": sql.Identifier(role), "schema": sql.Identifier("public")}
    for statement in (
        "GRANT USAGE ON SCHEMA {schema} TO {role}",
        "REVOKE ALL ON ALL TABLES IN SCHEMA {schema} FROM {role}",
        "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA {schema} TO {role}",
    ):
        cursor.execute(sql.SQL(statement).format(**names))
    for table in sorted(tables):
        rights = "SELECT, INSERT, UPDATE, DELETE"
        if table == "django_migrations":
            rights = "SELECT"
        elif table in history:
            rights = "SELECT, INSERT"
        cursor.execute(
            sql.SQL("GRANT {} ON {} TO {}").format(sql.SQL(rights), sql.SQL(table), names["role"])
        )


def _refuse_owner(cursor: CursorWrapper, role: str) -> None:
    cursor.execute("SELECT rolsuper FROM pg_roles WHERE rolname = %s", [role])
    row = cursor.fetchone()
    if row is None:
        raise CommandError(f"There is no database role {role}: CREATE ROLE {role} LOGIN first.")
    cursor.execute(
        "SELECT count(*) FROM pg_tables WHERE schemaname = 'public' AND tableowner = %s", [role]
    )
    if row[0] or cursor.fetchone()[0]:
        raise CommandError(
            f"{role} is a superuser or owns tables, so nothing could keep it from changing"
            " history: name another role."
        )


def _names(cursor: CursorWrapper, query: str) -> set[str]:
    cursor.execute(query, [])
    return {row[0] for row in cursor.fetchall()}
