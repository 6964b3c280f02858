import io
import re

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_every_change_of_a_table_has_its_migration():
    call_command("makemigrations", check_changes=True, dry_run=True, verbosity=0)


@pytest.mark.django_db
@pytest.mark.parametrize("label", ["customers", "notifications"])
def test_tables_made_at_once_can_be_taken_back(label):
    made = io.StringIO()
    call_command("sqlmigrate", label, "0001", stdout=made)
    taken_back = io.StringIO()
    call_command("sqlmigrate", label, "0001", backwards=True, stdout=taken_back)

    tables = re.findall(r'CREATE TABLE ("\w+")', made.getvalue())
    assert len(tables) > 5
    assert re.findall(r'DROP TABLE ("\w+")', taken_back.getvalue()) == tables[::-1]
