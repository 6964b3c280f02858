"""Who sees a visit or a slip: the same whether one row is asked about or all of them."""

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

    seen: dict[str, int] = {}
    for person in Staff.objects.all():
        for kind in (Visit, Slip):
            among_many = set(kind.objects.visible_to(person))
            assert among_many == {row for row in kind.objects.all() if row.is_visible_to(person)}
        seen[person.username] = len(among_many)
    assert seen["anna"] == 3
    assert (seen["tari"], seen["rara"], seen["boris"], seen["citra"]) == (1, 3, 2, 5)
