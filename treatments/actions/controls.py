"""Control schedules: planned by a finished slip, kept by a visit, moved by the desk."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from treatments import notices
from treatments.models import Control, ControlEvent, Slip
from treatments.permissions import why_not_answer_control, why_not_change_control
from treatments.states import EXPECTED, KEEPABLE, ControlState

# A visit this long before the day still keeps a control.
KEPT_DAYS_BEFORE = 3
FURTHEST = timedelta(days=2 * 365)


class CannotChangeControl(Exception):
    """The message says why, in words the desk may read."""


def plan_controls(slip: Slip, *, by: Staff | None, at: datetime) -> list[Control]:
    """Plan every control of a slip's treatments, with their reminders."""
    today = slip.branch.business_date(at)
    planned = [
        Control(
            branch=slip.branch,
            customer=slip.customer,
            line=line,
            after_days=days,
            due_on=today + timedelta(days=days),
            created_at=at,
        )
        for line in slip.lines.select_related("treatment")
        for days in sorted(set(line.treatment.control_days))
    ]
    Control.objects.bulk_create(planned)
    ControlEvent.objects.bulk_create(
        ControlEvent(control=control, new=control.state, due_on=control.due_on, by=by, at=at)
        for control in planned
    )
    if planned:
        notices.follow_controls(slip.customer, branch=slip.branch, by=by, at=at)
    return planned


@transaction.atomic
def move_control(
    control: Control, *, due_on: date, by: Staff, at: datetime, note: str = ""
) -> None:
    """Put a control on another day; its reminder follows. On its own day only the note is kept."""
    if reason := why_not_change_control(control, ControlState.PLANNED, by=by):
        raise CannotChangeControl(reason)
    today = control.branch.business_date(at)
    if due_on < today:
        raise CannotChangeControl(_("Pilih hari ini atau sesudahnya."))
    if due_on > today + FURTHEST:
        raise CannotChangeControl(_("Hari itu lebih dari dua tahun lagi; periksa tahunnya."))
    if control.state in EXPECTED and control.due_on == due_on:
        _add_note(control, note, by=by, at=at)
        return
    _move(control, to=ControlState.PLANNED, by=by, at=at, note=note, due_on=due_on)
    notices.follow_controls(control.customer, branch=control.branch, by=by, at=at)


@transaction.atomic
def cancel_control(control: Control, *, by: Staff, at: datetime, note: str = "") -> None:
    if reason := why_not_change_control(control, ControlState.CANCELLED, by=by):
        raise CannotChangeControl(reason)
    _move(control, to=ControlState.CANCELLED, by=by, at=at, note=note)
    notices.follow_controls(control.customer, branch=control.branch, by=by, at=at)


@transaction.atomic
def keep_control(control: Control, *, branch: Branch, by: Staff, at: datetime) -> None:
    """Note that she keeps a control by her visit of today at this branch."""
    if reason := why_not_change_control(control, ControlState.KEPT, by=by):
        raise CannotChangeControl(reason)
    gone = [VisitState.LEFT, VisitState.NO_SHOW]
    today = Visit.objects.of_day(branch=branch, on=branch.business_date(at))
    visit = today.filter(customer=control.customer).exclude(state__in=gone).last()
    if visit is None:
        raise CannotChangeControl(_("Ia belum datang hari ini. Beri dulu nomor antrean."))
    _move(control, to=ControlState.KEPT, by=by, at=at, kept_by_visit=visit)
    notices.follow_controls(control.customer, branch=control.branch, by=by, at=at)


@transaction.atomic
def change_by_answer(
    control: Control, *, to: ControlState, by: Staff | None, at: datetime, note: str
) -> None:
    """She says that she comes, or asks for another day: then nothing reminds her of this one."""
    if reason := why_not_answer_control(control, to):
        raise CannotChangeControl(reason)
    _move(control, to=to, by=by, at=at, note=note)
    notices.follow_controls(control.customer, branch=control.branch, by=by, at=at)


@transaction.atomic
def keep_controls(visit: Visit, *, by: Staff, at: datetime) -> int:
    """Note that a customer who came kept her controls that are due; return how many."""
    if visit.customer is None:
        return 0
    today = visit.branch.business_date(at)
    due = Control.objects.filter(
        customer=visit.customer,
        state__in=KEEPABLE,
        due_on__lte=today + timedelta(days=KEPT_DAYS_BEFORE),
    ).select_related("branch", "customer")
    kept: list[Control] = []
    for control in due:
        try:
            with transaction.atomic():
                _move(control, to=ControlState.KEPT, by=by, at=at, kept_by_visit=visit)
        except CannotChangeControl:
            # Somebody moved or cancelled it a moment ago; the guest at the door still comes in.
            continue
        kept.append(control)
    for branch in {control.branch for control in kept}:
        notices.follow_controls(visit.customer, branch=branch, by=by, at=at)
    return len(kept)


def note_missed(*, at: datetime) -> int:
    """Note the controls whose day has passed at their branch; return how many."""
    missed = 0
    for branch in Branch.objects.active():
        late = Control.objects.planned().filter(branch=branch, due_on__lt=branch.business_date(at))
        for control in late.select_related("branch", "customer"):
            with transaction.atomic():
                try:
                    _move(control, to=ControlState.MISSED, by=None, at=at)
                except CannotChangeControl:
                    # Somebody moved or kept it a moment ago; hers counts.
                    continue
                notices.follow_controls(control.customer, branch=branch, by=None, at=at)
            missed += 1
    return missed


def _add_note(control: Control, note: str, *, by: Staff, at: datetime) -> None:
    """Keep a note about a control that stays as it is; the same form sent twice says it once."""
    Control.objects.select_for_update().get(pk=control.pk)
    last = control.events.last()
    if note and (last is None or (last.note, last.by_id) != (note, by.pk)):
        _move(control, to=ControlState(control.state), by=by, at=at, note=note)


def _move(
    control: Control,
    *,
    to: ControlState,
    by: Staff | None,
    at: datetime,
    note: str = "",
    **fields: Any,
) -> None:
    old = control.state
    # Filtering on state and day makes the slower of two people lose.
    moved = Control.objects.filter(pk=control.pk, state=old, due_on=control.due_on).update(
        state=to, **fields
    )
    control.refresh_from_db()
    if not moved:
        raise CannotChangeControl(_("Jadwal kontrol ini baru saja diubah orang lain."))
    ControlEvent.objects.create(
        control=control, old=old, new=to, due_on=control.due_on, by=by, at=at, note=note
    )
