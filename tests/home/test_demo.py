"""The invented chain that `up` shows."""

import io
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from customers.models import Customer
from frontdesk.branches.models import Branch, TimeZone
from frontdesk.home.demo.cast import BRANCHES, PASSWORD, PIN, STAFF
from frontdesk.home.demo.past import DAYS
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Role
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from notifications.models import NoticeSetting, Template
from treatments.models import Control, Recap, Slip, Treatment
from treatments.notices import CONTROL_TEMPLATE
from treatments.states import SlipState

pytestmark = pytest.mark.django_db


def run(**options: bool) -> str:
    said = io.StringIO()
    call_command("demo", stdout=said, **options)
    return said.getvalue()


@pytest.fixture
def no_reminders(reminder_text: Template) -> None:
    """Planning hundreds takes longer than all the rest, and is tested where it lives."""
    NoticeSetting.objects.create(
        notice=CONTROL_TEMPLATE, template=reminder_text, is_on=False, offsets=[-1]
    )


def test_a_chain_in_the_middle_of_its_morning(no_reminders: None):
    run()

    branches = {branch.code: branch for branch in Branch.objects.all()}
    assert {branch.time_zone for branch in branches.values()} == set(TimeZone)
    assert len(branches) == len(BRANCHES) == 3
    has_role = Staff.objects.active().filter(assignments__role__in=Role)
    assert set(has_role.values_list("assignments__role", flat=True)) == set(Role)
    assert Customer.objects.count() == 60
    assert Treatment.objects.filter(minutes__gt=0, price__gt=0).count() == 20
    assert any(len(one.control_days) > 1 for one in Treatment.objects.all())

    at = timezone.now()
    for branch in branches.values():
        today = branch.business_date(at)
        queue = Visit.objects.filter(branch=branch, business_date=today)
        assert {VisitState.WAITING, VisitState.CALLED, VisitState.SERVING, VisitState.DONE} <= set(
            queue.values_list("state", flat=True)
        )
        open_slips = Slip.objects.filter(branch=branch, business_date=today).open()
        assert {SlipState.ISSUED, SlipState.IN_PROGRESS} <= set(
            open_slips.values_list("state", flat=True)
        )
        month = [today - timedelta(days=back) for back in range(DAYS, 0, -1)]
        past = Slip.objects.filter(branch=branch, business_date__lt=today)
        assert sorted(set(past.values_list("business_date", flat=True))) == month
        closed = Recap.objects.filter(branch=branch).order_by("business_date")
        assert list(closed.values_list("business_date", flat=True)) == month
        assert Control.objects.filter(branch=branch, due_on__gt=today).exists()

    logins = run(print_logins=True)
    for one in STAFF:
        assert f"  {one.username} " in logins
    assert PASSWORD in logins
    assert PIN in logins
    assert run() == "Sudah ada data; contoh tidak dibuat.\n"


def test_no_logins_where_there_is_no_demo(menteng: Branch):
    assert run(print_logins=True) == ""
