"""Rows the database keeps, so that very long tables may point to them unchecked."""

import pytest
from django.apps import apps
from django.db import ProgrammingError, models, transaction

from tests.factories import CustomerFactory, StaffFactory

UNCHECKED = [
    field
    for model in apps.get_models()
    for field in model._meta.concrete_fields
    if isinstance(field, models.ForeignKey) and not field.db_constraint
]


@pytest.mark.parametrize("field", UNCHECKED, ids=str)
def test_what_is_pointed_to_unchecked_cannot_be_deleted(field):
    triggers = field.related_model._meta.triggers
    assert {trigger.name for trigger in triggers} & {"kept", "append_only"}
    assert field.remote_field.on_delete is models.PROTECT


def test_planning_a_message_checks_nothing_else():
    checked = {
        field.name
        for model in map(apps.get_model, ["notifications.Message", "notifications.MessageEvent"])
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and field.db_constraint
    }
    assert checked == set()


@pytest.mark.django_db
@pytest.mark.parametrize("make", [CustomerFactory, StaffFactory])
def test_nobody_is_deleted_even_past_the_ORM(make):
    row = make()
    with pytest.raises(ProgrammingError, match="Cannot delete rows"), transaction.atomic():
        type(row).objects.filter(pk=row.pk)._raw_delete(using="default")
    assert type(row).objects.filter(pk=row.pk).exists()
