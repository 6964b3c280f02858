"""Deeds of the counter that join the queue with the treatment rooms, in one transaction."""

from datetime import datetime

from django.db import transaction

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from treatments.actions import CannotChangeControl, keep_controls

# Who comes to buy a cream has not been to her control.
KEEPS_CONTROLS = frozenset({Purpose.TREATMENT, Purpose.CONSULTATION})


@transaction.atomic
def check_in_customer(
    customer: Customer,
    *,
    branch: Branch,
    purpose: Purpose,
    by: Staff,
    at: datetime,
    keeps_controls: bool = True,
) -> Visit:
    """Give a known customer her number, and note the controls she keeps by coming."""
    visit = visits.check_in(branch=branch, purpose=purpose, customer=customer, by=by, at=at)
    if keeps_controls:
        _keep_controls(visit, by=by, at=at)
    return visit


@transaction.atomic
def identify_visit(visit: Visit, *, customer: Customer, by: Staff, at: datetime) -> None:
    """Say who a guest in the queue is, and note the controls she keeps by coming."""
    visits.identify_guest(visit, customer=customer, by=by, at=at)
    _keep_controls(visit, by=by, at=at)


def _keep_controls(visit: Visit, *, by: Staff, at: datetime) -> None:
    if Purpose(visit.purpose) not in KEEPS_CONTROLS:
        return
    try:
        keep_controls(visit, by=by, at=at)
    except CannotChangeControl:
        # Somebody moved or kept it a moment ago; hers counts, and the guest gets her number.
        return
