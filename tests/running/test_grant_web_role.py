import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.db.utils import ProgrammingError

from frontdesk.home.management.commands.grant_web_role import APPEND_ONLY_TABLES, _names

pytestmark = pytest.mark.django_db

ROLE = "web_of_this_test"


@pytest.fixture
def history() -> str:
    """A table of history, with the rights of a web role granted and in force."""
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {ROLE}")
        call_command("grant_web_role", ROLE, verbosity=0)
        tables = _names(cursor, APPEND_ONLY_TABLES)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    return min(tables)


def is_refused(statement: str) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as problem:
        return "permission denied" in str(problem) or "must be owner" in str(problem)
    return False


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE {} SET id = id",
        "DELETE FROM {}",
        "TRUNCATE {} CASCADE",
        "ALTER TABLE {} DISABLE TRIGGER ALL",
        "DROP TABLE {} CASCADE",
        "CREATE TABLE public.other (id int)",
        "DELETE FROM django_migrations",
    ],
)
def test_the_web_role_cannot_change_history(history: str, statement: str):
    assert is_refused(statement.format(history))


def test_the_web_role_reads_history_and_adds_to_it(history: str):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {history}")
        cursor.execute(
            f"SELECT has_table_privilege('{history}', 'INSERT'),"
            " has_table_privilege('django_session', 'SELECT, INSERT'),"
            " has_table_privilege('django_session', 'UPDATE'),"
            " has_table_privilege('django_session', 'DELETE')"
        )
        assert cursor.fetchone() == (True, True, True, True)


def test_a_table_that_became_history_loses_the_rights_it_had(history: str):
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
        cursor.execute(f"GRANT ALL ON {history} TO {ROLE}")
        call_command("grant_web_role", ROLE, verbosity=0)
        cursor.execute(f"SET LOCAL ROLE {ROLE}")
    assert is_refused(f"DELETE FROM {history}")


def test_an_unknown_role_and_an_owner_are_refused():
    with pytest.raises(CommandError, match="CREATE ROLE nobody_here"):
        call_command("grant_web_role", "nobody_here")
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user")
        owner = cursor.fetchone()[0]
    with pytest.raises(CommandError, match="name another role"):
        call_command("grant_web_role", owner)
