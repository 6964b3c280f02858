"""Into whose hands a slip can go: who treats today, who can do it, and who is least busy."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, StaffQuerySet
from frontdesk.staff.permissions import GRANTS, Permission
from treatments.models import Qualification, Slip, Treatment
from treatments.permissions import why_not_able
from treatments.states import SlipState

_TREATING_ROLES = [role for role, granted in GRANTS.items() if Permission.TREAT in granted]


@dataclass(frozen=True)
class Hands:
    """A person on duty, her open slips, the minutes still to go on them, and why she is out."""

    staff: Staff
    open_slips: int
    minutes: int
    why_not: str


def those_who_treat(branch: Branch) -> StaffQuerySet:
    found: StaffQuerySet = Staff.objects.with_role(*_TREATING_ROLES, branch=branch)
    return found


def hands_for(
    treatments: Sequence[Treatment], *, branch: Branch, on: date, at: datetime
) -> list[Hands]:
    """Return those who treat on a day: who can do all of it first, the least busy before others."""
    people = list(those_who_treat(branch).on_duty(branch=branch, on=on))
    held = defaultdict(set)
    for staff_id, treatment_id in Qualification.objects.filter(
        staff__in=people, treatment__in=set(treatments)
    ).values_list("staff_id", "treatment_id"):
        held[staff_id].add(treatment_id)
    to_go = _minutes_to_go(people, branch=branch, at=at)
    found = [
        Hands(
            staff=person,
            open_slips=len(to_go[person.pk]),
            minutes=sum(to_go[person.pk]),
            why_not=why_not_able(person, treatments, held=held[person.pk]),
        )
        for person in people
    ]
    return sorted(found, key=lambda h: (bool(h.why_not), h.minutes, h.open_slips, h.staff.nickname))


def _minutes_to_go(
    people: Sequence[Staff], *, branch: Branch, at: datetime
) -> defaultdict[int, list[int]]:
    """Return what is left of each open slip, by whose hands it is in."""
    to_go = defaultdict(list)
    open_slips = Slip.objects.open().filter(branch=branch, beautician__in=people)
    for staff_id, state, minutes, started_at in open_slips.values_list(
        "beautician_id", "state", "minutes", "started_at"
    ):
        gone = 0
        if state == SlipState.IN_PROGRESS and started_at:
            gone = int((at - started_at).total_seconds() // 60)
        to_go[staff_id].append(max(0, minutes - gone))
    return to_go
