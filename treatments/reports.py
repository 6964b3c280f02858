"""The evening recap as figures: the page, the print and the spreadsheet use the same."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db.models import Count, F, Sum

from frontdesk.branches.models import Branch
from treatments.models import (
    Recap,
    RecapLine,
    RecapSlip,
    Slip,
    SlipEvent,
    SlipLine,
    SlipSupply,
    slips_of_day,
)
from treatments.states import OPEN, SlipState


@dataclass(frozen=True)
class RecapRow:
    """What one beautician did of one treatment; minutes as in the catalogue, money in Rupiah."""

    beautician: str
    treatment: str
    count: int
    minutes: int
    total: int


@dataclass(frozen=True)
class DayRecap:
    branch: Branch
    on: date
    closed: Recap | None
    rows: list[RecapRow]
    carried_in: int
    issued: int
    done: int
    cancelled: list[Slip]
    open: list[Slip]
    differences: list[str]

    @property
    def carried_over(self) -> int:
        return len(self.open)

    @property
    def count(self) -> int:
        return sum(row.count for row in self.rows)

    @property
    def minutes(self) -> int:
        return sum(row.minutes for row in self.rows)

    @property
    def total(self) -> int:
        return sum(row.total for row in self.rows)

    def by_beautician(self) -> list[tuple[str, list[RecapRow]]]:
        return [(name, list(rows)) for name, rows in groupby(self.rows, key=lambda r: r.beautician)]


def day_recap(*, branch: Branch, on: date) -> DayRecap:
    """Return a day's recap: as it was closed, or as it would be closed now."""
    closed = Recap.objects.of_day(branch=branch, on=on)
    return _as_closed(closed) if closed else _as_it_stands(branch, on)


def _as_closed(recap: Recap) -> DayRecap:
    lines = RecapLine.objects.filter(recap=recap).select_related("beautician")
    named = RecapSlip.objects.filter(
        recap=recap, state__in={*OPEN, SlipState.CANCELLED}
    ).select_related("slip__branch", "slip__customer", "slip__beautician")
    return DayRecap(
        branch=recap.branch,
        on=recap.business_date,
        closed=recap,
        rows=[
            RecapRow(x.beautician.name, x.treatment_name, x.count, x.minutes, x.total)
            for x in lines.order_by("beautician__name", "beautician_id", "treatment_name")
        ],
        carried_in=recap.carried_in,
        issued=recap.issued,
        done=recap.done,
        cancelled=[x.slip for x in named if x.state == SlipState.CANCELLED],
        open=[x.slip for x in named if x.state != SlipState.CANCELLED],
        differences=[],
    )


def _as_it_stands(branch: Branch, on: date) -> DayRecap:
    day = slips_of_day(branch=branch, on=on)
    lines = (
        SlipLine.objects.filter(slip__in=[slip.pk for slip in day.done])
        .values("slip__beautician__name", "name")
        .annotate(n=Count("pk"), all_minutes=Sum("minutes"), money=Sum("price"))
        .order_by("slip__beautician__name", "slip__beautician", "name")
    )
    return DayRecap(
        branch=branch,
        on=on,
        closed=None,
        rows=[
            RecapRow(x["slip__beautician__name"], x["name"], x["n"], x["all_minutes"], x["money"])
            for x in lines
        ],
        carried_in=len(day.carried_in),
        issued=len(day.issued),
        done=len(day.done),
        cancelled=day.cancelled,
        open=day.open,
        differences=day.differences,
    )


@dataclass(frozen=True)
class SupplyRow:
    name: str
    unit: str
    quantity: int
    slips: int


def supplies_used_on(*, branch: Branch, on: date) -> list[SupplyRow]:
    """Return what the slips finished on a business date used up, most used first."""
    finished = SlipEvent.objects.filter(branch=branch, business_date=on, new=SlipState.DONE)
    rows = (
        SlipSupply.objects.filter(slip__in=finished.values("slip"))
        .values(name=F("supply__name"), unit=F("supply__unit"))
        .annotate(used=Sum("quantity"), slips=Count("slip", distinct=True))
        .order_by("-used", "name")
    )
    return [SupplyRow(x["name"], x["unit"], x["used"], x["slips"]) for x in rows]
