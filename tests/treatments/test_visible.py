"""Who sees a visit, slip or customer: the same whether one row is asked about or all of them."""

from collections import defaultdict

from django.db.models import Model

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Assignment, Staff
from frontdesk.staff.permissions import Role
from frontdesk.visits.models import Visit
from tests.conftest import Cast
from tests.factories import create_slip, put_on_duty
from treatments.models import Slip
from treatments.states import SlipState


def test_one_row_is_seen_by_those_who_see_it_among_many(
    cast: Cast, menteng: Branch, jayapura: Branch
) -> None:
    for branch, role in ((jayapura, Role.BEAUTICIAN), (jayapura, Role.FRONT_OFFICER)):
        Assignment.objects.create(staff=cast.rara, branch=branch, role=role)
    put_on_duty(cast.rara, branch=jayapura)
    for branch, desk in ((menteng, cast.anna), (jayapura, cast.boris)):
        for state in (SlipState.DRAFT, SlipState.ISSUED):
            create_slip(branch=branch, desk=desk, beautician=cast.rara, state=state)
    create_slip(branch=menteng, desk=cast.anna, beautician=cast.tari)

    seen: dict[type[Model], dict[str, int]] = defaultdict(dict)
    for person in Staff.objects.all():
        for kind in (Customer, Visit, Slip):
            among_many = set(kind.objects.visible_to(person))
            assert among_many == {row for row in kind.objects.all() if row.is_visible_to(person)}
            seen[kind][person.username] = len(among_many)
    slips, customers = seen[Slip], seen[Customer]
    assert (slips["anna"], slips["tari"], slips["rara"]) == (3, 1, 3)
    assert (slips["boris"], slips["citra"]) == (2, 5)
    # Customers belong to the chain, for whoever may see any.
    assert (customers["anna"], customers["boris"], customers["dewi"]) == (5, 5, 5)
    assert (customers["tari"], customers["gita"]) == (0, 0)
