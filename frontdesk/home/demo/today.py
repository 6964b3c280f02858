"""A morning under way, done with the desk's own deeds."""

import random
from datetime import datetime, timedelta

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Role
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from treatments import actions as treatments
from treatments.models import Slip, Treatment

# Minutes ago each guest came, what for, and how far she has got.
MORNING = (
    (96, Purpose.TREATMENT, "done"),
    (84, Purpose.TREATMENT, "in_progress"),
    (71, Purpose.PRODUCT, "served"),
    (63, Purpose.TREATMENT, "issued"),
    (52, Purpose.CONSULTATION, "left"),
    (44, Purpose.TREATMENT, "awaiting_doctor"),
    (31, Purpose.TREATMENT, "serving"),
    (24, Purpose.CONSULTATION, "called"),
    (19, Purpose.TREATMENT, "held"),
    (15, Purpose.TREATMENT, "waiting"),
    (11, Purpose.PRODUCT, "waiting"),
    (8, Purpose.OTHER, "guest"),
    (3, Purpose.TREATMENT, "waiting"),
)


def make_today(
    branch: Branch, *, customers: list[Customer], dice: random.Random, at: datetime
) -> None:
    """Fill a branch's queue as it looks in the middle of a morning."""
    desk = Staff.objects.with_role(Role.FRONT_OFFICER, branch=branch).order_by("pk")[0]
    guests = dice.sample(customers, len(MORNING))
    local = branch.local(at)
    # Started just after the business day began, the whole morning lies in it all the same.
    since_day_began = local - branch.at(branch.business_date(at), branch.day_starts_at)
    scale = min(1.0, since_day_began / timedelta(minutes=MORNING[0][0] + 1))
    for (minutes, purpose, progress), customer in zip(MORNING, guests, strict=True):
        arrived = at - timedelta(minutes=minutes) * scale
        visit = visits.check_in(
            branch=branch,
            purpose=purpose,
            customer=None if progress == "guest" else customer,
            guest_name="Ibu berkerudung biru" if progress == "guest" else "",
            by=desk,
            at=arrived,
        )
        _go_on(visit, progress, desk=desk, arrived=arrived, now=at, dice=dice)


def _go_on(
    visit: Visit,
    progress: str,
    *,
    desk: Staff,
    arrived: datetime,
    now: datetime,
    dice: random.Random,
) -> None:
    if progress in ("waiting", "guest"):
        return

    def after(share: float) -> datetime:
        return arrived + (now - arrived) * share

    if progress == "left":
        visits.note_left(visit, by=desk, at=after(0.6), note="Ada keperluan lain.")
        return
    visits.call_visit(visit, by=desk, at=after(0.2))
    if progress == "called":
        return
    visits.start_visit(visit, by=desk, at=after(0.25))
    if progress == "served":
        visits.finish_visit(visit, by=desk, at=after(0.5))
    elif progress == "held":
        visits.hold_visit(visit, by=desk, at=after(0.5), note="Menunggu suaminya.")
    elif progress != "serving":
        doctor = progress == "awaiting_doctor"
        slip = _issue(visit, desk=desk, at=after(0.35), doctor=doctor, dice=dice)
        _treat(slip, progress, begin=after(0.45), end=after(0.95))
        if progress == "done":
            visits.finish_visit(visit, by=desk, at=now)


def _issue(visit: Visit, *, desk: Staff, at: datetime, doctor: bool, dice: random.Random) -> Slip:
    on = visit.branch.business_date(at)
    on_duty = Staff.objects.on_duty(branch=visit.branch, on=on).with_role(
        Role.BEAUTICIAN, branch=visit.branch
    )
    # Every treatment is done by somebody (people.qualify), and all are on duty.
    treatment = dice.choice(Treatment.objects.filter(needs_doctor=doctor).order_by("pk"))
    able = on_duty.filter(qualifications__treatment=treatment).order_by("pk")
    beautician = dice.choice(able)
    slip = treatments.create_slip(
        visit, treatments=[treatment], beautician=beautician, by=desk, at=at
    )
    treatments.issue_slip(slip, by=desk, at=at)
    return slip


def _treat(slip: Slip, progress: str, *, begin: datetime, end: datetime) -> None:
    beautician = slip.beautician
    if progress in ("issued", "awaiting_doctor") or beautician is None:
        return
    treatments.accept_slip(slip, by=beautician, at=begin)
    treatments.start_slip(slip, by=beautician, at=begin)
    if progress == "done":
        treatments.finish_slip(
            slip, by=beautician, at=end, result_note="Kulit nyaman, tidak ada keluhan."
        )
