"""Whom a request comes from is known after one query, and by Django's own rules."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Assignment, Staff, StaffSession
from frontdesk.staff.permissions import Role
from frontdesk.staff.signed_in import session_and_staff
from tests.conftest import Cast, SignIn

ME = reverse("staff:me")
SIGN_IN = reverse("staff:sign_in")


def values(row: models.Model) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def key_of(client: Client) -> str:
    return client.session.session_key or ""


def test_one_query_reads_what_the_orm_reads(
    sign_in: SignIn, cast: Cast, menteng: Branch, jayapura: Branch, django_assert_num_queries
) -> None:
    Assignment.objects.create(staff=cast.anna, branch=jayapura, role=Role.BRANCH_MANAGER)
    key = key_of(sign_in(cast.anna))
    with django_assert_num_queries(1):
        found = session_and_staff(key, at=timezone.now())
        assert found
        session, staff = found
        assert staff
        assert staff.branches == [jayapura, menteng]
        assert all(assignment.staff is staff for assignment in staff.assigned)

    by_orm = Staff.objects.get(pk=cast.anna.pk)
    assert values(session) == values(StaffSession.objects.get(pk=key))
    assert values(staff) == values(by_orm)
    assert [values(a) for a in staff.assigned] == [values(a) for a in by_orm.assigned]
    assert [values(b) for b in staff.branches] == [values(b) for b in by_orm.branches]


def test_who_runs_the_chain_has_a_role_without_a_branch(sign_in: SignIn, cast: Cast) -> None:
    found = session_and_staff(key_of(sign_in(cast.citra)), at=timezone.now())
    assert found
    assert found[1]
    assert [assignment.branch for assignment in found[1].assigned] == [None]


def test_who_has_no_role_is_still_somebody(sign_in: SignIn, cast: Cast) -> None:
    client = sign_in(cast.anna)
    cast.anna.assignments.all().delete()
    found = session_and_staff(key_of(client), at=timezone.now())
    assert found
    assert found[1] == cast.anna
    assert found[1].assigned == []


def test_a_session_that_ran_out_is_none(sign_in: SignIn, cast: Cast) -> None:
    client = sign_in(cast.anna)
    StaffSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))
    assert client.get(ME).url.startswith(SIGN_IN)


@pytest.mark.parametrize("change", [{"is_active": False}, {"password": "another"}])
def test_a_session_ends_with_the_account_or_its_password(
    sign_in: SignIn, cast: Cast, change: dict[str, Any]
) -> None:
    client = sign_in(cast.anna)
    assert client.get(ME).status_code == 200
    Staff.objects.filter(pk=cast.anna.pk).update(**change)
    assert client.get(ME).url.startswith(SIGN_IN)


def test_a_session_of_another_backend_is_nobodys(sign_in: SignIn, cast: Cast, settings) -> None:
    client = sign_in(cast.anna)
    settings.AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend"]
    assert client.get(ME).url.startswith(SIGN_IN)


def test_a_session_outlives_a_change_of_the_secret(sign_in: SignIn, cast: Cast, settings) -> None:
    client = sign_in(cast.anna)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"
    assert client.get(ME).status_code == 200
