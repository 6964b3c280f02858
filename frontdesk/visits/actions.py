"""The deeds of the queue. Each is safe under two clerks and two clicks, and leaves an event."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Customer
from frontdesk.branches.actions import take_number
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits import notices
from frontdesk.visits.models import SERIES, Purpose, Visit, VisitEvent, VisitEventKind
from frontdesk.visits.permissions import moved_by_another, why_not_move, why_not_undo
from frontdesk.visits.states import ENDED, VisitState


class CannotChangeVisit(Exception):
    """The message says why, in words the desk may read."""


@transaction.atomic
def check_in(
    *,
    branch: Branch,
    purpose: Purpose,
    by: Staff,
    at: datetime,
    customer: Customer | None = None,
    guest_name: str = "",
    note: str = "",
) -> Visit:
    """Give a guest the next number of her purpose's line; who she is may come later (SOP-F5)."""
    on = branch.business_date(at)
    series = SERIES[purpose]
    visit = Visit.objects.create(
        branch=branch,
        business_date=on,
        purpose=purpose,
        series=series,
        # Taken last before the row is written: the line is held for as short as it can be.
        queue_number=take_number(branch, series=series, on=on),
        customer=customer,
        guest_name=guest_name,
        note=note,
        arrived_at=at,
    )
    _note(visit, VisitEventKind.CHECKED_IN, old="", by=by, at=at)
    if customer is not None:
        notices.follow_arrival(customer, by=by, at=at)
    return visit


@transaction.atomic
def identify_guest(visit: Visit, *, customer: Customer, by: Staff, at: datetime) -> None:
    """Say who the guest is; a visit belongs to one customer and is not handed to another."""
    changed = Visit.objects.filter(pk=visit.pk, customer__isnull=True).update(customer=customer)
    visit.refresh_from_db()
    if not changed and visit.customer_id != customer.pk:
        raise CannotChangeVisit(
            _("%(code)s sudah dikenali sebagai %(name)s.")
            % {"code": visit.queue_code, "name": visit.display_name}
        )
    if changed:
        _note(visit, VisitEventKind.IDENTIFIED, old=visit.state, by=by, at=at)
        if visit.is_open:
            notices.follow_arrival(customer, by=by, at=at)
        else:
            notices.follow_end(visit, by=by, at=at)


@transaction.atomic
def note_visit(visit: Visit, *, note: str, by: Staff, at: datetime, was: str | None = None) -> None:
    """Write down what the next officer should know, so that the guest is not asked twice.

    With `was`, the note that was on the screen, a note that somebody else wrote meanwhile stays.
    """
    rows = Visit.objects.filter(pk=visit.pk)
    changed = (rows if was is None else rows.filter(note=was)).update(note=note)
    visit.refresh_from_db()
    if not changed:
        raise CannotChangeVisit(
            _("Catatan ini baru saja diubah orang lain: “%(note)s”. Gabungkan, lalu simpan lagi.")
            % {"note": visit.note}
        )
    _note(visit, VisitEventKind.NOTED, old=visit.state, by=by, at=at, note=note)


@transaction.atomic
def call_next(*, branch: Branch, by: Staff, at: datetime) -> Visit:
    """Call whoever has waited longest; two clerks at once call two different guests."""
    on = branch.business_date(at)
    visit = (
        Visit.objects.of_day(branch=branch, on=on)
        .waiting()
        .in_queue_order()
        .select_for_update(skip_locked=True)
        .first()
    )
    if visit is None:
        raise CannotChangeVisit(_("Tidak ada yang menunggu."))
    call_visit(visit, by=by, at=at)
    return visit


@transaction.atomic
def call_visit(visit: Visit, *, by: Staff, at: datetime) -> None:
    _move(visit, to=VisitState.CALLED, by=by, at=at, called_at=at)


@transaction.atomic
def start_visit(visit: Visit, *, by: Staff, at: datetime) -> None:
    """Serve a guest: from now on `by` answers for her by name (SOP-F8)."""
    _move(
        visit,
        to=VisitState.SERVING,
        by=by,
        at=at,
        officer=by,
        started_at=visit.started_at or at,
    )


@transaction.atomic
def hold_visit(visit: Visit, *, by: Staff, at: datetime, note: str = "") -> None:
    _move(visit, to=VisitState.HELD, by=by, at=at, note=note)


@transaction.atomic
def put_back(visit: Visit, *, by: Staff, at: datetime) -> None:
    """Let a guest wait again, at the place she had."""
    _move(visit, to=VisitState.WAITING, by=by, at=at)


@transaction.atomic
def finish_visit(visit: Visit, *, by: Staff, at: datetime) -> None:
    _move(visit, to=VisitState.DONE, by=by, at=at, ended_at=at)


@transaction.atomic
def note_left(visit: Visit, *, by: Staff, at: datetime, note: str = "") -> None:
    _move(visit, to=VisitState.LEFT, by=by, at=at, note=note, ended_at=at)


@transaction.atomic
def note_no_show(visit: Visit, *, by: Staff, at: datetime) -> None:
    _move(visit, to=VisitState.NO_SHOW, by=by, at=at, ended_at=at)


def has_done(visit: Visit, to: VisitState, *, by: Staff, note: str = "") -> bool:
    """Tell whether a visit is in a state by her own last step: then her second press is done."""
    if visit.state != to:
        return False
    steps = visit.events.filter(kind__in=[VisitEventKind.MOVED, VisitEventKind.UNDONE])
    last = steps.order_by("-pk").values_list("kind", "new", "by", "note").first()
    return last == (VisitEventKind.MOVED, to, by.pk, note)


def last_step(visit: Visit) -> VisitEvent | None:
    """Return the newest step still in force, or None where there is none to take back."""
    return (
        VisitEvent.objects.filter(
            visit=visit, kind=VisitEventKind.MOVED, undone_by__isnull=True, new=visit.state
        )
        .order_by("-pk")
        .first()
    )


@transaction.atomic
def undo_last_step(visit: Visit, *, by: Staff, at: datetime, step: int | None = None) -> None:
    """Take the newest step back, as if it had not been; both stay in the history.

    With `step`, the key of the event that was on the screen, a newer step of somebody else stays.
    """
    Visit.objects.select_for_update(of=("self",)).get(pk=visit.pk)
    visit.refresh_from_db()
    event = last_step(visit)
    if reason := why_not_undo(visit, event, by=by, at=at):
        raise CannotChangeVisit(reason)
    assert event is not None
    if step is not None and step != event.pk:
        raise CannotChangeVisit(moved_by_another(visit))
    old = visit.state
    before: dict[str, Any] = {
        name: datetime.fromisoformat(value) if value and name.endswith("_at") else value
        for name, value in event.before.items()
    }
    Visit.objects.filter(pk=visit.pk).update(**before)
    visit.refresh_from_db()
    _note(visit, VisitEventKind.UNDONE, old=old, by=by, at=at, undoes=event)
    _tell(visit, old=VisitState(old), by=by, at=at)


def _move(
    visit: Visit, *, to: VisitState, by: Staff, at: datetime, note: str = "", **fields: Any
) -> None:
    if has_done(visit, to, by=by, note=note):
        return
    if reason := why_not_move(visit, to, by=by):
        raise CannotChangeVisit(reason)
    old = VisitState(visit.state)
    before = {
        "state": old.value,
        "officer_id": visit.officer_id,
        "called_at": visit.called_at and visit.called_at.isoformat(),
        "started_at": visit.started_at and visit.started_at.isoformat(),
        "ended_at": visit.ended_at and visit.ended_at.isoformat(),
    }
    # Filtering on the old state makes the slower of two clerks lose.
    moved = Visit.objects.filter(pk=visit.pk, state=old).update(state=to, **fields)
    visit.refresh_from_db()
    if not moved:
        if has_done(visit, to, by=by, note=note):
            return
        raise CannotChangeVisit(moved_by_another(visit))
    _note(visit, VisitEventKind.MOVED, old=old, by=by, at=at, note=note, before=before)
    _tell(visit, old=old, by=by, at=at)


def _tell(visit: Visit, *, old: VisitState, by: Staff, at: datetime) -> None:
    if old in ENDED or visit.state in ENDED:
        notices.follow_end(visit, by=by, at=at)
    if VisitState.WAITING in (old, visit.state):
        notices.follow_queue(visit.branch, on=visit.business_date, by=by, at=at)


def _note(
    visit: Visit, kind: VisitEventKind, *, old: str, by: Staff, at: datetime, **fields: Any
) -> None:
    VisitEvent.objects.create(
        visit=visit,
        branch_id=visit.branch_id,
        # The day of the change: what a screen of that day watches.
        business_date=visit.branch.business_date(at),
        kind=kind,
        old=old,
        new=visit.state,
        by=by,
        at=at,
        **fields,
    )
