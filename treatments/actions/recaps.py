"""Closing the day: once, by a person with the right, unchangeable afterwards (SOP-F17)."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Count, F, Sum

from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.staff.models import Staff
from treatments.models import Recap, RecapLine, RecapSlip, Slip, SlipEvent, SlipLine, slips_of_day
from treatments.models.slip import SLIP_SERIES, SlipEventKind
from treatments.permissions import why_not_close
from treatments.states import SlipState


class CannotCloseRecap(Exception):
    """The message says why, in words the desk may read."""


@transaction.atomic
def close_recap(*, branch: Branch, on: date, by: Staff, at: datetime, note: str = "") -> Recap:
    """Fix a branch's figures of a business date; open slips are carried over by name."""
    # Two managers at once: the second waits here and then finds the day closed. Whoever is
    # issuing a slip of that day holds its number series and is waited for too.
    Branch.objects.select_for_update(no_key=True).get(pk=branch.pk)
    list(
        NumberSeries.objects.select_for_update().filter(
            branch=branch, series=SLIP_SERIES, business_date=on
        )
    )
    if reason := why_not_close(branch=branch, on=on, by=by, at=at):
        raise CannotCloseRecap(reason)
    day = slips_of_day(branch=branch, on=on)
    if day.differences:
        raise CannotCloseRecap(" ".join(day.differences))
    done_ids = [slip.pk for slip in day.done]
    # A slip that is finished while the day is being closed is either in it or carried over.
    locked = Slip.objects.select_for_update(of=("self",)).filter(pk__in=[s.pk for s in day.all])
    states = {slip.pk: slip.state for slip in locked}
    if any(states[slip.pk] != slip.state for slip in day.all):
        return close_recap(branch=branch, on=on, by=by, at=at, note=note)
    recap = Recap.objects.create(
        branch=branch,
        business_date=on,
        carried_in=len(day.carried_in),
        issued=len(day.issued),
        done=len(day.done),
        cancelled=len(day.cancelled),
        carried_over=len(day.open),
        minutes=sum(slip.minutes for slip in day.done),
        total=sum(slip.total for slip in day.done),
        note=note,
        closed_by=by,
        closed_at=at,
    )
    RecapSlip.objects.bulk_create(
        RecapSlip(recap=recap, slip=slip, state=slip.state, beautician=slip.beautician)
        for slip in day.all
    )
    _write_lines(recap, done_ids)
    _settle(recap, day.done, by=by, at=at)
    return recap


def _write_lines(recap: Recap, done_ids: list[int]) -> None:
    rows = (
        SlipLine.objects.filter(slip__in=done_ids)
        .values("slip__beautician", "name")
        .annotate(n=Count("pk"), all_minutes=Sum("minutes"), money=Sum("price"))
        .order_by("slip__beautician__name", "name")
    )
    RecapLine.objects.bulk_create(
        RecapLine(
            recap=recap,
            beautician_id=row["slip__beautician"],
            treatment_name=row["name"],
            count=row["n"],
            minutes=row["all_minutes"],
            total=row["money"],
        )
        for row in rows
    )


def _settle(recap: Recap, done: list[Slip], *, by: Staff, at: datetime) -> None:
    Slip.objects.filter(pk__in=[slip.pk for slip in done]).update(
        state=SlipState.RECAPPED, recap=recap, version=F("version") + 1
    )
    SlipEvent.objects.bulk_create(
        SlipEvent(
            slip=slip,
            branch_id=recap.branch_id,
            business_date=recap.branch.business_date(at),
            kind=SlipEventKind.MOVED,
            old=SlipState.DONE,
            new=SlipState.RECAPPED,
            beautician=slip.beautician,
            by=by,
            at=at,
        )
        for slip in done
    )
