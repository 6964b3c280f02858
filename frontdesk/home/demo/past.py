"""A past month of slips, written in bulk: the same rows that the desk's deeds would have left."""

import random
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from customers.models import Customer
from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Role
from frontdesk.visits.models import SERIES, Purpose, Visit, VisitEvent, VisitEventKind
from frontdesk.visits.states import VisitState
from treatments.models import (
    Control,
    ControlEvent,
    Recap,
    RecapLine,
    RecapSlip,
    Slip,
    SlipEvent,
    SlipLine,
    Treatment,
)
from treatments.models.slip import SLIP_SERIES, SlipEventKind
from treatments.notices import follow_controls
from treatments.states import ControlState, SlipState

DAYS = 30


@dataclass
class Books:
    """Rows of one branch's past, gathered and then written table by table."""

    branch: Branch
    desk: Staff
    doctor: Staff
    manager: Staff
    able: dict[int, list[Staff]]
    visits: list[Visit] = field(default_factory=list)
    visit_events: list[VisitEvent] = field(default_factory=list)
    slips: list[Slip] = field(default_factory=list)
    slip_events: list[SlipEvent] = field(default_factory=list)
    lines: list[SlipLine] = field(default_factory=list)
    recaps: list[Recap] = field(default_factory=list)
    recap_lines: list[RecapLine] = field(default_factory=list)
    recap_slips: list[RecapSlip] = field(default_factory=list)
    series: list[NumberSeries] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    control_events: list[ControlEvent] = field(default_factory=list)

    def write(self) -> None:
        Visit.objects.bulk_create(self.visits)
        VisitEvent.objects.bulk_create(self.visit_events)
        Recap.objects.bulk_create(self.recaps)
        Slip.objects.bulk_create(self.slips)
        SlipLine.objects.bulk_create(self.lines)
        SlipEvent.objects.bulk_create(self.slip_events)
        RecapLine.objects.bulk_create(self.recap_lines)
        RecapSlip.objects.bulk_create(self.recap_slips)
        NumberSeries.objects.bulk_create(self.series)
        Control.objects.bulk_create(self.controls)
        ControlEvent.objects.bulk_create(self.control_events)


def make_past(
    branch: Branch,
    *,
    customers: list[Customer],
    treatments: list[Treatment],
    dice: random.Random,
    at: datetime,
) -> None:
    """Write a closed month: visits, slips, controls and one recap for each day that had slips."""
    today = branch.business_date(at)
    books = Books(
        branch,
        desk=Staff.objects.with_role(Role.FRONT_OFFICER, branch=branch).order_by("pk")[0],
        doctor=Staff.objects.with_role(Role.DOCTOR, branch=branch).order_by("pk")[0],
        manager=Staff.objects.with_role(Role.BRANCH_MANAGER, branch=branch).order_by("pk")[0],
        able={
            treatment.pk: list(
                Staff.objects.with_role(Role.BEAUTICIAN, branch=branch).filter(
                    qualifications__treatment=treatment
                )
            )
            for treatment in treatments
        },
    )
    for back in range(DAYS, 0, -1):
        _make_day(books, today - timedelta(days=back), customers, treatments, dice)
    _settle_controls(books, at=at)
    books.write()
    _plan_reminders(books, at=at)


def _make_day(
    books: Books,
    day: date,
    customers: list[Customer],
    treatments: list[Treatment],
    dice: random.Random,
) -> None:
    guests = dice.sample(customers, dice.randint(3, 6))
    opened = books.branch.at(day, books.branch.opens_at)
    slips = [
        _make_visit(
            books,
            customer,
            day=day,
            number=number,
            picked=dice.sample(treatments, 1 if dice.random() < 0.7 else 2),
            arrived=opened + timedelta(minutes=5 + number * 70 + dice.randrange(30)),
            dice=dice,
        )
        for number, customer in enumerate(guests, start=1)
    ]
    series = (SERIES[Purpose.TREATMENT], SLIP_SERIES)
    books.series += [
        NumberSeries(branch=books.branch, business_date=day, series=name, last=len(slips))
        for name in series
    ]
    _close_day(books, day, slips)


def _make_visit(
    books: Books,
    customer: Customer,
    *,
    day: date,
    number: int,
    picked: list[Treatment],
    arrived: datetime,
    dice: random.Random,
) -> Slip:
    called = arrived + timedelta(minutes=dice.randint(2, 18))
    served = called + timedelta(minutes=1)
    issued = served + timedelta(minutes=dice.randint(2, 6))
    started = issued + timedelta(minutes=dice.randint(3, 15))
    minutes = sum(treatment.minutes for treatment in picked)
    finished = started + timedelta(minutes=minutes + dice.randint(-5, 10))
    left = finished + timedelta(minutes=5)
    visit = Visit(
        branch=books.branch,
        business_date=day,
        purpose=Purpose.TREATMENT,
        series=SERIES[Purpose.TREATMENT],
        queue_number=number,
        customer=customer,
        state=VisitState.DONE,
        officer=books.desk,
        arrived_at=arrived,
        called_at=called,
        started_at=served,
        ended_at=left,
    )
    books.visits.append(visit)
    steps = (
        (VisitEventKind.CHECKED_IN, "", VisitState.WAITING, arrived),
        (VisitEventKind.MOVED, VisitState.WAITING, VisitState.CALLED, called),
        (VisitEventKind.MOVED, VisitState.CALLED, VisitState.SERVING, served),
        (VisitEventKind.MOVED, VisitState.SERVING, VisitState.DONE, left),
    )
    books.visit_events += [
        VisitEvent(
            visit=visit,
            branch=books.branch,
            business_date=day,
            kind=kind,
            old=old,
            new=new,
            by=books.desk,
            at=at,
        )
        for kind, old, new, at in steps
    ]
    able = set.intersection(*(set(books.able[treatment.pk]) for treatment in picked))
    picked = picked if able else picked[:1]
    beautician = dice.choice(sorted(able or books.able[picked[0].pk], key=lambda s: s.pk))
    cancelled = dice.random() < 0.06
    needs_doctor = any(treatment.needs_doctor for treatment in picked)
    slip = Slip(
        branch=books.branch,
        business_date=day,
        number=number,
        visit=visit,
        customer=customer,
        beautician=beautician,
        state=SlipState.CANCELLED if cancelled else SlipState.RECAPPED,
        total=sum(treatment.price for treatment in picked),
        minutes=sum(treatment.minutes for treatment in picked),
        needs_doctor=needs_doctor,
        approved_by=books.doctor if needs_doctor and not cancelled else None,
        approved_at=issued + timedelta(minutes=1) if needs_doctor and not cancelled else None,
        created_by=books.desk,
        created_at=issued,
        issued_at=issued,
        accepted_at=None if cancelled else issued + timedelta(minutes=2),
        started_at=None if cancelled else started,
        finished_at=None if cancelled else finished,
        cancelled_at=started if cancelled else None,
        reason="Pelanggan pindah ke hari lain." if cancelled else "",
    )
    books.slips.append(slip)
    lines = [
        SlipLine(
            slip=slip,
            treatment=treatment,
            position=position,
            name=treatment.name,
            price=treatment.price,
            minutes=treatment.minutes,
            needs_doctor=treatment.needs_doctor,
        )
        for position, treatment in enumerate(picked, start=1)
    ]
    books.lines += lines
    _note_slip(books, slip, day)
    if not cancelled:
        _make_controls(books, lines, day, at=finished)
    return slip


def _note_slip(books: Books, slip: Slip, day: date) -> None:
    desk, hands = books.desk, slip.beautician
    steps: list[tuple[SlipEventKind, str, str, Staff | None, Any]] = [
        (SlipEventKind.CREATED, "", SlipState.DRAFT, desk, slip.created_at),
        (SlipEventKind.MOVED, SlipState.DRAFT, SlipState.ISSUED, desk, slip.issued_at),
    ]
    if slip.approved_at:
        steps.append(
            (
                SlipEventKind.APPROVED,
                SlipState.ISSUED,
                SlipState.ISSUED,
                books.doctor,
                slip.approved_at,
            )
        )
    if slip.state == SlipState.CANCELLED:
        steps.append(
            (
                SlipEventKind.MOVED,
                SlipState.ISSUED,
                SlipState.CANCELLED,
                desk,
                slip.cancelled_at,
            )
        )
    else:
        steps += [
            (SlipEventKind.MOVED, SlipState.ISSUED, SlipState.ACCEPTED, hands, slip.accepted_at),
            (
                SlipEventKind.MOVED,
                SlipState.ACCEPTED,
                SlipState.IN_PROGRESS,
                hands,
                slip.started_at,
            ),
            (SlipEventKind.MOVED, SlipState.IN_PROGRESS, SlipState.DONE, hands, slip.finished_at),
        ]
    books.slip_events += [
        SlipEvent(
            slip=slip,
            branch=books.branch,
            business_date=day,
            kind=kind,
            old=old,
            new=new,
            beautician=hands,
            by=by,
            at=at,
            note=slip.reason if new == SlipState.CANCELLED else "",
        )
        for kind, old, new, by, at in steps
    ]


def _make_controls(books: Books, lines: list[SlipLine], day: date, *, at: datetime) -> None:
    for line in lines:
        for after in line.treatment.control_days:
            books.controls.append(
                Control(
                    branch=books.branch,
                    customer=line.slip.customer,
                    line=line,
                    after_days=after,
                    due_on=day + timedelta(days=after),
                    created_at=at,
                )
            )


def _close_day(books: Books, day: date, slips: list[Slip]) -> None:
    done = [slip for slip in slips if slip.state == SlipState.RECAPPED]
    closed_at = books.branch.at(day, books.branch.closes_at) + timedelta(minutes=20)
    recap = Recap(
        branch=books.branch,
        business_date=day,
        carried_in=0,
        issued=len(slips),
        done=len(done),
        cancelled=len(slips) - len(done),
        carried_over=0,
        minutes=sum(slip.minutes for slip in done),
        total=sum(slip.total for slip in done),
        closed_by=books.manager,
        closed_at=closed_at,
    )
    books.recaps.append(recap)
    sums: dict[tuple[Staff, str], list[SlipLine]] = {}
    for line in books.lines:
        if line.slip in done and line.slip.beautician:
            sums.setdefault((line.slip.beautician, line.name), []).append(line)
    books.recap_lines += [
        RecapLine(
            recap=recap,
            beautician=beautician,
            treatment_name=name,
            count=len(lines),
            minutes=sum(line.minutes for line in lines),
            total=sum(line.price for line in lines),
        )
        for (beautician, name), lines in sums.items()
    ]
    for slip in slips:
        is_done = slip.state == SlipState.RECAPPED
        books.recap_slips.append(
            RecapSlip(
                recap=recap,
                slip=slip,
                state=SlipState.DONE if is_done else SlipState.CANCELLED,
                beautician=slip.beautician,
            )
        )
        if is_done:
            slip.recap = recap
            books.slip_events.append(
                SlipEvent(
                    slip=slip,
                    branch=books.branch,
                    business_date=day,
                    kind=SlipEventKind.MOVED,
                    old=SlipState.DONE,
                    new=SlipState.RECAPPED,
                    beautician=slip.beautician,
                    by=books.manager,
                    at=closed_at,
                )
            )


def _settle_controls(books: Books, *, at: datetime) -> None:
    """Keep a past control by the customer's first visit on or after its day, or miss it."""
    today = books.branch.business_date(at)
    for control in books.controls:
        books.control_events.append(
            ControlEvent(
                control=control,
                new=ControlState.PLANNED,
                due_on=control.due_on,
                by=books.desk,
                at=control.created_at,
            )
        )
        if control.due_on >= today:
            continue
        came = next(
            (
                visit
                for visit in books.visits
                if visit.customer == control.customer and visit.business_date >= control.due_on
            ),
            None,
        )
        control.state = ControlState.KEPT if came else ControlState.MISSED
        control.kept_by_visit = came
        books.control_events.append(
            ControlEvent(
                control=control,
                old=ControlState.PLANNED,
                new=control.state,
                due_on=control.due_on,
                by=books.desk if came else None,
                at=came.arrived_at
                if came
                else books.branch.at(control.due_on, books.branch.closes_at),
            )
        )


def _plan_reminders(books: Books, *, at: datetime) -> None:
    ahead = {
        control.customer.pk: control.customer
        for control in books.controls
        # Those of today would have gone out yesterday, when this chain did not exist yet.
        if control.state == ControlState.PLANNED and control.due_on > books.branch.business_date(at)
    }
    for customer in ahead.values():
        follow_controls(customer, branch=books.branch, by=books.desk, at=at)
