"""Test databases are copied from one that is migrated once, and emptied row by row.

Migrating takes seconds and a copy takes tenths. To delete the few rows of a test costs next to
nothing, where TRUNCATE makes every file of every table anew.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import django
import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection, transaction
from django.test import TransactionTestCase
from pytest_django import DjangoDbBlocker

from frontdesk import tables_at_once
from notifications import apps as notifications_app
from notifications import notices, quick_replies
from notifications.actions import senders

# What `migrate` writes and no test changes; what else it wrote is put back after each test.
KEPT = {"django_migrations", "django_content_type", "auth_permission"}
# The code that makes the tables and writes it; notices are declared in many places.
WRITERS = (tables_at_once, notifications_app, notices, quick_replies, senders)
MAKING = 20261122  # the advisory lock of whoever makes the database that is copied


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    django_db_modify_db_settings_parallel_suffix: None, django_db_blocker: DjangoDbBlocker
) -> None:
    """Let the database of this run, or of each of its workers, start as a copy."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = migrated_database()


def migrated_database() -> str:
    """The name of a database that every migration has run on; it stays for the next run."""
    family = f"test_{connection.settings_dict['NAME']}_migrated_"
    name = family + _print_of_migrations()
    with connection._nodb_cursor() as cursor, _alone(cursor):
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [family])
        there = {row[0] for row in cursor.fetchall()}
        if name not in there:
            for outdated in there:
                cursor.execute(f'DROP DATABASE "{outdated}" WITH (FORCE)')
            draft = f"{family}draft"
            cursor.execute(f'CREATE DATABASE "{draft}"')
            _migrate(draft)
            cursor.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    return name


def _print_of_migrations() -> str:
    """Changes with every migration of ours and of the packages, and with what `migrate` writes."""
    digest = hashlib.sha256(repr((django.VERSION, *_written())).encode())
    for app in apps.get_app_configs():
        for path in sorted((Path(app.path) / "migrations").glob("*.py")):
            digest.update(f"{app.label}.{path.name}".encode() + path.read_bytes())
    for module in WRITERS:
        digest.update(Path(str(module.__file__)).read_bytes())
    return digest.hexdigest()[:12]


def _written() -> Iterator[object]:
    """The words and senders that `notifications.apps.write_what_is_declared` starts with."""
    for one in notices.declared():
        yield one.key, str(one.name), str(one.message_class), one.body, one.sms_body
    yield settings.TWILIO_FROM_WHATSAPP, settings.TWILIO_FROM_SMS, settings.EMAIL_FROM


@contextmanager
def _alone(cursor: Any) -> Iterator[None]:
    cursor.execute("SELECT pg_advisory_lock(%s)", [MAKING])
    try:
        yield
    finally:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [MAKING])


def _migrate(name: str) -> None:
    usual = connection.settings_dict["NAME"]
    connection.settings_dict["NAME"] = name
    try:
        call_command("migrate", verbosity=0, interactive=False)
        _note_rows()
    finally:
        connection.close()
        connection.close_pool()  # nobody may be connected to what is copied
        connection.settings_dict["NAME"] = usual


def _note_rows() -> None:
    """Keep what migrations write, such as the words of the notices, to be put back."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA untouched")
        for table in _tables():
            cursor.execute(f"SELECT EXISTS (SELECT FROM {table})")
            if cursor.fetchone() == (True,):
                cursor.execute(f"CREATE TABLE untouched.{table} AS TABLE {table}")


def _empty(case: TransactionTestCase) -> None:
    """Delete every row, when whoever still writes is through, and put back what was there first."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_emptying())


@cache
def _emptying() -> str:
    tables = _tables()
    steps = [
        # History lets nobody delete it, and no row that others refer to stays.
        "SET LOCAL session_replication_role = replica",
        f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE",
        *(f"DELETE FROM {table}" for table in tables),
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, string_agg(quote_ident(column_name), ', ')"
            " FROM information_schema.columns c WHERE table_schema = 'public'"
            " AND is_generated = 'NEVER' AND EXISTS (SELECT FROM pg_tables"
            " WHERE schemaname = 'untouched' AND tablename = table_name) GROUP BY table_name"
        )
        steps += [
            f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM untouched."{table}"'
            for table, columns in cursor.fetchall()
        ]
    return ";".join(steps)


@cache
def _tables() -> list[str]:
    names = sorted(set(connection.introspection.table_names()) - KEPT)
    return [connection.ops.quote_name(name) for name in names]


TransactionTestCase._fixture_teardown = _empty
