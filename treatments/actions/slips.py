"""The life of a slip, from the desk's draft to the finished treatment."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from frontdesk.branches.actions import take_number
from frontdesk.quick_insert import insert_row, insert_rows
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Visit
from treatments.actions.controls import plan_controls
from treatments.models import Slip, SlipEvent, SlipLine, SlipSupply, Supply, Treatment
from treatments.models.slip import SLIP_SERIES, SlipEventKind
from treatments.notices import plan_aftercare
from treatments.permissions import (
    why_not_approve,
    why_not_begin,
    why_not_give,
    why_not_move,
    why_not_start,
    why_not_treat,
    why_not_write,
)
from treatments.states import WITH_REASON, SlipState


class CannotChangeSlip(Exception):
    """The message says why, in words the desk may read."""


class CannotGiveSlip(CannotChangeSlip):
    """Nobody, or this person not, can be given the treatments."""


@transaction.atomic
def create_slip(
    visit: Visit,
    *,
    treatments: Sequence[Treatment],
    beautician: Staff | None,
    note: str = "",
    by: Staff,
    at: datetime,
) -> Slip:
    """Write a draft for a visit whose customer is known; prices are those of this moment."""
    slip = _draft(visit, treatments, beautician, note, by=by, at=at)
    slip.save()
    _write_lines(slip, treatments)
    _note(slip, SlipEventKind.CREATED, old="", by=by, at=at)
    return slip


def hand_out_slip(
    visit: Visit,
    *,
    treatments: Sequence[Treatment],
    beautician: Staff | None,
    note: str = "",
    by: Staff,
    at: datetime,
) -> Slip:
    """Write, number and print a slip at once: what a draft that is issued would leave behind."""
    slip = _draft(visit, treatments, beautician, note, by=by, at=at)
    _check_hands(slip, treatments, on=slip.business_date)
    # Refused above, before anything is written: a transaction around it needs no savepoint.
    with transaction.atomic(savepoint=False):
        slip.number = take_number(slip.branch, series=SLIP_SERIES, on=slip.business_date)
        slip.state, slip.issued_at, slip.version = SlipState.ISSUED, at, 2
        insert_row(slip)
        _write_lines(slip, treatments)
        steps = (
            (SlipEventKind.CREATED, "", SlipState.DRAFT),
            (SlipEventKind.MOVED, SlipState.DRAFT, SlipState.ISSUED),
            (SlipEventKind.PRINTED, SlipState.ISSUED, SlipState.ISSUED),
        )
        insert_rows(
            [_event(slip, kind, old=old, new=new, by=by, at=at) for kind, old, new in steps]
        )
    return slip


@transaction.atomic
def edit_draft(
    slip: Slip,
    *,
    treatments: Sequence[Treatment],
    beautician: Staff | None,
    note: str,
    version: int,
    by: Staff,
    at: datetime,
) -> None:
    """Replace what a draft says, unless somebody changed it since `version` was shown."""
    if reason := why_not_write(slip, by=by):
        raise CannotChangeSlip(reason)
    _add_up(slip, treatments)
    changed = Slip.objects.filter(pk=slip.pk, state=SlipState.DRAFT, version=version).update(
        beautician=beautician,
        note=note,
        total=slip.total,
        minutes=slip.minutes,
        needs_doctor=slip.needs_doctor,
        version=F("version") + 1,
    )
    slip.refresh_from_db()
    if not changed:
        raise CannotChangeSlip(
            why_not_move(slip, SlipState.ISSUED) or _("Draf ini baru saja diubah orang lain.")
        )
    slip.lines.all().delete()
    _write_lines(slip, treatments)
    _note(slip, SlipEventKind.EDITED, old=slip.state, by=by, at=at)


@transaction.atomic
def issue_slip(slip: Slip, *, by: Staff, at: datetime) -> None:
    """Number a draft and put it in the beautician's hands (SOP-F20)."""
    on = slip.branch.business_date(at)
    treatments = [line.treatment for line in slip.lines.select_related("treatment")]
    if reason := why_not_write(slip, by=by):
        raise CannotChangeSlip(reason)
    _check_hands(slip, treatments, on=on)
    # The row is taken before the number, so that the slower of two clerks uses none up.
    _lock(slip)
    if reason := why_not_move(slip, SlipState.ISSUED):
        raise CannotChangeSlip(reason)
    number = take_number(slip.branch, series=SLIP_SERIES, on=on)
    _move(slip, to=SlipState.ISSUED, by=by, at=at, number=number, business_date=on, issued_at=at)


@transaction.atomic
def accept_slip(slip: Slip, *, by: Staff, at: datetime) -> None:
    """Take a slip over. As with each of her taps: once more, when no answer came, is still once."""
    _lock(slip)
    if _is_hers_in(slip, SlipState.ACCEPTED, by=by):
        return
    if reason := why_not_treat(slip, by=by):
        raise CannotChangeSlip(reason)
    _move(slip, to=SlipState.ACCEPTED, by=by, at=at, accepted_at=at)


@transaction.atomic
def start_slip(slip: Slip, *, by: Staff, at: datetime) -> None:
    """Begin the treatment; one that needs the doctor waits for the doctor's yes."""
    _lock(slip)
    if _is_hers_in(slip, SlipState.IN_PROGRESS, by=by):
        return
    if reason := why_not_start(slip, by=by):
        raise CannotChangeSlip(reason)
    _move(slip, to=SlipState.IN_PROGRESS, by=by, at=at, started_at=slip.started_at or at)


@transaction.atomic
def finish_slip(
    slip: Slip,
    *,
    result_note: str = "",
    supplies: Sequence[tuple[Supply, int]] = (),
    by: Staff,
    at: datetime,
) -> None:
    """Finish the treatment, write down what it used, and plan the customer's controls."""
    _lock(slip)
    if _is_hers_in(slip, SlipState.DONE, by=by) and _says(slip, result_note, supplies):
        return
    if reason := why_not_treat(slip, by=by):
        raise CannotChangeSlip(reason)
    _move(slip, to=SlipState.DONE, by=by, at=at, finished_at=at, result_note=result_note)
    SlipSupply.objects.bulk_create(
        SlipSupply(slip=slip, supply=supply, quantity=quantity, by=by, at=at)
        for supply, quantity in supplies
        if quantity
    )
    plan_controls(slip, by=by, at=at)
    plan_aftercare(slip, by=by, at=at)


@transaction.atomic
def pass_on_slip(slip: Slip, *, to: Staff, reason: str, by: Staff, at: datetime) -> None:
    """Put an open slip into another beautician's hands, and say why."""
    treatments = [line.treatment for line in slip.lines.select_related("treatment")]
    refused = why_not_write(slip, by=by) and why_not_treat(slip, by=by)
    refused = refused or why_not_give(
        to, treatments, branch=slip.branch, on=slip.branch.business_date(at)
    )
    if to.pk == slip.beautician_id:
        refused = refused or _("Slip ini sudah di tangan %(name)s.") % {"name": to.nickname}
    if refused:
        raise CannotChangeSlip(refused)
    _move(slip, to=SlipState.PASSED_ON, by=by, at=at, note=reason, beautician=to, accepted_at=None)


@transaction.atomic
def cancel_slip(slip: Slip, *, reason: str, by: Staff, at: datetime) -> None:
    """Cancel a slip that is not finished; its number stays used, with the reason."""
    if refused := why_not_write(slip, by=by):
        raise CannotChangeSlip(refused)
    _move(slip, to=SlipState.CANCELLED, by=by, at=at, note=reason, reason=reason, cancelled_at=at)


@transaction.atomic
def approve_slip(slip: Slip, *, by: Staff, at: datetime, note: str = "") -> None:
    """Give the doctor's yes."""
    _lock(slip)
    if reason := why_not_approve(slip, by=by):
        raise CannotChangeSlip(reason)
    Slip.objects.filter(pk=slip.pk).update(approved_by=by, approved_at=at, version=F("version") + 1)
    slip.refresh_from_db()
    _note(slip, SlipEventKind.APPROVED, old=slip.state, by=by, at=at, note=note)


@transaction.atomic
def refuse_slip(slip: Slip, *, reason: str, by: Staff, at: datetime) -> None:
    """Give the doctor's no: the slip is cancelled with the doctor's reason."""
    _lock(slip)
    if refused := why_not_approve(slip, by=by):
        raise CannotChangeSlip(refused)
    if not reason:
        raise CannotChangeSlip(_("Tulis alasannya."))
    _note(slip, SlipEventKind.REFUSED, old=slip.state, by=by, at=at, note=reason)
    _move(slip, to=SlipState.CANCELLED, by=by, at=at, note=reason, reason=reason, cancelled_at=at)


@transaction.atomic
def note_printed(slip: Slip, *, by: Staff, at: datetime) -> None:
    _note(slip, SlipEventKind.PRINTED, old=slip.state, by=by, at=at)


def _draft(
    visit: Visit,
    treatments: Sequence[Treatment],
    beautician: Staff | None,
    note: str,
    *,
    by: Staff,
    at: datetime,
) -> Slip:
    if reason := why_not_begin(visit):
        raise CannotChangeSlip(reason)
    assert visit.customer_id
    slip = Slip(
        branch=visit.branch,
        business_date=visit.branch.business_date(at),
        visit=visit,
        customer_id=visit.customer_id,
        beautician=beautician,
        note=note,
        created_by=by,
        created_at=at,
    )
    if reason := why_not_write(slip, by=by):
        raise CannotChangeSlip(reason)
    _add_up(slip, treatments)
    return slip


def _check_hands(slip: Slip, treatments: Sequence[Treatment], *, on: date) -> None:
    if not treatments:
        raise CannotChangeSlip(_("Pilih paling sedikit satu perawatan."))
    if reason := why_not_give(slip.beautician, treatments, branch=slip.branch, on=on):
        raise CannotGiveSlip(reason)


def _add_up(slip: Slip, treatments: Sequence[Treatment]) -> None:
    slip.total = sum(treatment.price for treatment in treatments)
    slip.minutes = sum(treatment.minutes for treatment in treatments)
    slip.needs_doctor = any(treatment.needs_doctor for treatment in treatments)


def _write_lines(slip: Slip, treatments: Sequence[Treatment]) -> None:
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
        for position, treatment in enumerate(treatments, start=1)
    ]
    insert_rows(lines)


def _lock(slip: Slip) -> None:
    rows = Slip.objects.select_for_update(of=("self",)).select_related("branch")
    slip.refresh_from_db(from_queryset=rows)


def _is_hers_in(slip: Slip, state: SlipState, *, by: Staff) -> bool:
    """Tell whether she brought a slip there herself; whoever is given it begins anew."""
    return slip.state == state and slip.beautician_id == by.pk


def _says(slip: Slip, result_note: str, supplies: Sequence[tuple[Supply, int]]) -> bool:
    used = {supply.pk: quantity for supply, quantity in supplies if quantity}
    written = dict(slip.supplies.values_list("supply_id", "quantity"))
    return slip.result_note == result_note and written == used


def _move(
    slip: Slip, *, to: SlipState, by: Staff, at: datetime, note: str = "", **fields: Any
) -> None:
    if to in WITH_REASON and not note.strip():
        raise CannotChangeSlip(_("Tulis alasannya."))
    if reason := why_not_move(slip, to):
        raise CannotChangeSlip(reason)
    old = slip.state
    # Filtering on the old state and version makes the slower of two people lose.
    moved = Slip.objects.filter(pk=slip.pk, state=old, version=slip.version).update(
        state=to, version=F("version") + 1, **fields
    )
    slip.refresh_from_db(from_queryset=Slip.objects.select_related("branch"))
    if not moved:
        raise CannotChangeSlip(
            _("Slip %(code)s baru saja diubah orang lain: sekarang %(state)s.")
            % {"code": slip.code, "state": slip.get_state_display().lower()}
        )
    _note(slip, SlipEventKind.MOVED, old=old, by=by, at=at, note=note)


def _note(
    slip: Slip, kind: SlipEventKind, *, old: str, by: Staff, at: datetime, note: str = ""
) -> None:
    _event(slip, kind, old=old, new=slip.state, by=by, at=at, note=note).save()


def _event(
    slip: Slip,
    kind: SlipEventKind,
    *,
    old: str,
    new: str,
    by: Staff,
    at: datetime,
    note: str = "",
) -> SlipEvent:
    return SlipEvent(
        slip=slip,
        branch_id=slip.branch_id,
        business_date=slip.branch.business_date(at),
        kind=kind,
        old=old,
        new=new,
        beautician_id=slip.beautician_id,
        by=by,
        at=at,
        note=note,
    )
