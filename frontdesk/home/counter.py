"""The counter's two halves: the live queue of the branch, and what the desk has in hand."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from django.db import connection
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.quick_select import Given, Question, among
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Visit
from frontdesk.visits.reports import (
    QueueRow,
    VisitCard,
    age_of,
    count_ended,
    count_namesakes,
    open_rows,
    open_visit_of,
    visit_card,
)
from frontdesk.visits.states import VisitState
from treatments.actions.controls import KEPT_DAYS_BEFORE
from treatments.models import Control, Slip
from treatments.states import EXPECTED, FINISHED, KEEPABLE, OPEN, ControlState, SlipState

# What the queue tells of a guest's slips.
SLIP_SHOWN = (
    *("visit", "state", "needs_doctor", "approved_at", "started_at", "finished_at"),
    "beautician__nickname",
)
# Events are only ever added: their number and highest key grow with each commit, in whatever order
# the commits come.
MARKS = """
SELECT * FROM
    (SELECT count(*), max(id) FROM visits_visitevent
     WHERE branch_id = %(branch)s AND business_date = %(on)s) AS visits,
    (SELECT count(*), max(id) FROM treatments_slipevent
     WHERE branch_id = %(branch)s AND business_date = %(on)s) AS slips
"""


class Group(StrEnum):
    """By urgency of action: who stands before the desk, who is next, who is looked after."""

    CALLED = "called"
    TREATED = "treated"
    WAITING = "waiting"
    SERVING = "serving"
    HELD = "held"
    UNCLOSED = "unclosed"


GROUP_TITLES: dict[Group, Promise] = {
    Group.CALLED: gettext_lazy("Dipanggil"),
    Group.TREATED: gettext_lazy("Selesai dirawat"),
    Group.WAITING: gettext_lazy("Menunggu"),
    Group.SERVING: gettext_lazy("Dilayani"),
    Group.HELD: gettext_lazy("Ditahan"),
    Group.UNCLOSED: gettext_lazy("Belum ditutup dari hari sebelumnya"),
}


@dataclass(frozen=True)
class DeskRow:
    """A row of the queue as the desk needs it: the guest with what her slips say."""

    row: QueueRow
    group: Group
    badge: str
    badge_label: str
    note: str
    since: datetime
    offers_drink: bool

    @property
    def version(self) -> str:
        """Return what changes when the row looks different, minutes apart."""
        return f"{self.group}-{self.badge}-{self.row.name}-{self.note}"


@dataclass(frozen=True)
class DeskGroup:
    key: Group
    title: str
    rows: list[DeskRow]


@dataclass(frozen=True)
class DeskQueue:
    groups: list[DeskGroup]
    waiting: int
    serving: int
    held: int
    ended: int
    first_waiting: DeskRow | None
    etag: str

    @property
    def is_empty(self) -> bool:
        return not self.groups


def desk_etag(*, branch: Branch, at: datetime) -> str:
    """Return what changes whenever the queue would look different: two counts, and the minute."""
    on = branch.business_date(at)
    with connection.cursor() as cursor:
        cursor.execute(MARKS, {"branch": branch.pk, "on": on})
        marks = cursor.fetchone()
    seen = (branch.pk, on, marks, int(at.timestamp()) // 60, get_language())
    return f'"{sha256(repr(seen).encode()).hexdigest()[:20]}"'


def desk_queue(*, branch: Branch, at: datetime, etag: str = "") -> DeskQueue:
    """Return the branch's queue now, in a number of queries that does not grow with it."""
    # Taken before the rows: what is committed meanwhile shows itself at the next look.
    etag = etag or desk_etag(branch=branch, at=at)
    on = branch.business_date(at)
    rows = open_rows(branch=branch, on=on)
    slips: dict[int, list[Slip]] = defaultdict(list)
    for slip in _slips.ask(visits=[row.visit_id for row in rows]):
        slips[slip.visit_id].append(slip)
    desk_rows = [
        _desk_row(row, slips[row.visit_id], at=at, drink_after=branch.drink_after) for row in rows
    ]
    grouped = {group: [r for r in desk_rows if r.group == group] for group in Group}
    return DeskQueue(
        groups=[DeskGroup(g, str(GROUP_TITLES[g]), found) for g, found in grouped.items() if found],
        waiting=len(grouped[Group.WAITING]),
        serving=len(grouped[Group.SERVING]) + len(grouped[Group.TREATED]),
        held=len(grouped[Group.HELD]),
        ended=count_ended(branch=branch, on=on),
        first_waiting=next(iter(grouped[Group.WAITING]), None),
        etag=etag,
    )


@Question
def _slips() -> QuerySet[Slip]:
    found = Slip.objects.filter(among("visit", "visits")).exclude(state=SlipState.CANCELLED)
    return found.select_related("beautician").only(*SLIP_SHOWN)


def _desk_row(row: QueueRow, slips: list[Slip], *, at: datetime, drink_after: int) -> DeskRow:
    group = _group(row, slips)
    badge, badge_label, since = str(row.state), row.state_label, row.since
    running = [slip for slip in slips if slip.state == SlipState.IN_PROGRESS]
    if group == Group.TREATED:
        badge, badge_label = "done", str(GROUP_TITLES[Group.TREATED])
        since = max(slip.finished_at or row.since for slip in slips)
    elif running and row.state in {VisitState.SERVING, VisitState.HELD}:
        badge, badge_label = str(SlipState.IN_PROGRESS), str(SlipState.IN_PROGRESS.label)
        since = min(slip.started_at or row.since for slip in running)
    return DeskRow(
        row=row,
        group=group,
        badge=badge,
        badge_label=badge_label,
        note=" · ".join(_note(row, slips)),
        since=since,
        offers_drink=(
            group == Group.WAITING and at - row.arrived_at >= timedelta(minutes=drink_after)
        ),
    )


def _group(row: QueueRow, slips: list[Slip]) -> Group:
    if not row.is_of_today:
        return Group.UNCLOSED
    if row.state == VisitState.SERVING and slips and all(s.state in FINISHED for s in slips):
        return Group.TREATED
    return Group(row.state)


def _note(row: QueueRow, slips: list[Slip]) -> Iterable[str]:
    """Return what she came for, and who looks after her: an open slip says both."""
    in_rooms = [slip for slip in slips if slip.state in OPEN]
    if in_rooms:
        return _in_rooms(in_rooms)
    is_served = row.officer and row.state == VisitState.SERVING
    return [row.purpose, row.officer] if is_served else [row.purpose]


def _in_rooms(in_rooms: list[Slip]) -> Iterable[str]:
    hands = dict.fromkeys(slip.beautician.nickname for slip in in_rooms if slip.beautician)
    names = [", ".join(hands)] if hands else []
    if any(slip.state == SlipState.IN_PROGRESS for slip in in_rooms):
        return names
    if any(slip.awaits_doctor for slip in in_rooms):
        return [*names, _("menunggu dokter")]
    return [*names, in_rooms[0].get_state_display().lower()]


@dataclass(frozen=True)
class VisitInHand:
    card: VisitCard
    planned: list[Control]
    kept: list[Control]


def visit_in_hand(visit: Visit, *, by: Staff, at: datetime) -> VisitInHand:
    controls: list[Control] = []
    if visit.customer_id:
        controls = _controls.ask(customer=visit.customer_id, visit=visit.pk)
    return VisitInHand(
        card=visit_card(visit, by=by, at=at),
        planned=[c for c in controls if c.state in EXPECTED],
        kept=[c for c in controls if c.state == ControlState.KEPT],
    )


@Question
def _controls() -> QuerySet[Control]:
    """Return what she is expected for, and what this visit kept."""
    wanted = Q(state__in=EXPECTED) | Q(kept_by_visit=Given("visit"))
    found = Control.objects.filter(wanted, customer=Given("customer")).select_related("line")
    return found.order_by("due_on", "pk")


@dataclass(frozen=True)
class CheckIn:
    """A new visit before it has a number; `customer` is None while nobody knows who comes."""

    customer: Customer | None
    age: int | None = None
    due: list[Control] = field(default_factory=list)
    already: Visit | None = None
    namesakes: int = 0


def check_in_in_hand(*, branch: Branch, customer: Customer | None, at: datetime) -> CheckIn:
    if customer is None:
        return CheckIn(customer=None)
    on = branch.business_date(at)
    return CheckIn(
        customer=customer,
        age=age_of(customer, on=on),
        due=_controls_to_keep(customer, on=on),
        already=open_visit_of(customer, branch=branch, on=on),
        namesakes=count_namesakes(customer),
    )


def _controls_to_keep(customer: Customer, *, on: date) -> list[Control]:
    return list(
        Control.objects.filter(
            customer=customer,
            state__in=KEEPABLE,
            due_on__lte=on + timedelta(days=KEPT_DAYS_BEFORE),
        )
        .select_related("line")
        .order_by("due_on", "pk")
    )
