"""The slips one evening's recap has to answer for."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch, NumberSeries
from treatments.models.recap import Recap
from treatments.models.slip import SLIP_SERIES, Slip
from treatments.states import OPEN, SlipState


@dataclass(frozen=True)
class DaySlips:
    """Carried in + issued = done + cancelled + still open, or the differences by name."""

    carried_in: list[Slip]
    issued: list[Slip]
    differences: list[str]

    @property
    def all(self) -> list[Slip]:
        return self.carried_in + self.issued

    @property
    def done(self) -> list[Slip]:
        return [slip for slip in self.all if slip.state == SlipState.DONE]

    @property
    def cancelled(self) -> list[Slip]:
        return [slip for slip in self.all if slip.state == SlipState.CANCELLED]

    @property
    def open(self) -> list[Slip]:
        return [slip for slip in self.all if slip.state in OPEN]


def slips_of_day(*, branch: Branch, on: date) -> DaySlips:
    """Return the slips since the last closed recap, up to and with a business date.

    Membership goes by rows, never by the clock: a slip counts as issued in the first recap that
    names it, so one that was issued while the day was being closed falls into the next.
    """
    last = Recap.objects.last_before(branch=branch, on=on)
    with_names = Slip.objects.select_related("branch", "customer", "beautician")
    carried_in: list[Slip] = []
    issued = with_names.filter(
        branch=branch, number__isnull=False, business_date__lte=on, recap_slips__isnull=True
    )
    if last is not None:
        carried_in = list(
            with_names.filter(recap_slips__recap=last, recap_slips__state__in=OPEN).order_by("pk")
        )
        issued = issued.filter(business_date__gte=last.business_date)
    day = DaySlips(carried_in, list(issued.order_by("business_date", "number")), [])
    day.differences.extend(_missing_numbers(branch, since=last, on=on))
    day.differences.extend(_astray(branch, on=on, known={slip.pk for slip in day.all}))
    return day


def _missing_numbers(branch: Branch, *, since: Recap | None, on: date) -> list[str]:
    """Name the days on which a number was given out that no slip carries."""
    given = NumberSeries.objects.filter(branch=branch, series=SLIP_SERIES, business_date__lte=on)
    if since is not None:
        given = given.filter(business_date__gte=since.business_date)
    counts = {row.business_date: row.last for row in given}
    found = dict(
        Slip.objects.filter(branch=branch, business_date__in=counts, number__isnull=False)
        .values_list("business_date")
        .annotate(n=Count("pk"))
    )
    missing = []
    for day, last in sorted(counts.items()):
        if found.get(day, 0) == last:
            continue
        numbers = set(
            Slip.objects.filter(branch=branch, business_date=day).values_list("number", flat=True)
        )
        missing += [
            _("Slip %(code)s tidak ada.") % {"code": Slip.code_of(branch, on=day, number=number)}
            for number in range(1, last + 1)
            if number not in numbers
        ]
    return missing


def _astray(branch: Branch, *, on: date, known: set[int]) -> list[str]:
    """Name open and done slips that neither the last recap carried over nor this one issued."""
    unsettled = Slip.objects.filter(
        branch=branch, state__in={*OPEN, SlipState.DONE}, business_date__lte=on
    ).select_related("branch")
    return [
        _("Slip %(code)s (%(state)s) tidak tercatat di rekap sebelumnya.")
        % {"code": slip.code, "state": slip.get_state_display().lower()}
        for slip in unsettled
        if slip.pk not in known
    ]
