"""What the counter shows of its queue and of one visit: pure reads, frozen results."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.quick_select import Given, Question
from frontdesk.staff.models import Staff
from frontdesk.visits import greetings
from frontdesk.visits.models import Purpose, Visit, VisitEvent, VisitEventKind, VisitQuerySet
from frontdesk.visits.permissions import why_not_move
from frontdesk.visits.states import ENDED, VisitState

# How far back a visit that nobody closed is still shown to the desk.
UNCLOSED_DAYS = 3

# What a row of the queue is made of.
ROW_SHOWN = (
    *("business_date", "purpose", "series", "queue_number", "guest_name", "note", "state"),
    *("arrived_at", "called_at", "started_at", "ended_at"),
    *("officer__nickname", "customer__name", "customer__allergies"),
)
VISITS_BEFORE = """
SELECT count(*), max(arrived_at) FROM visits_visit WHERE customer_id = %s AND arrived_at < %s
"""
COUNT_NAMESAKES = """
SELECT count(*) FROM customers_customer
WHERE (name_folded = %(name)s {or_phone}) AND id <> %(her)s
"""
COUNT_ENDED = """
SELECT count(*) FROM visits_visit
WHERE branch_id = %s AND business_date = %s AND state = ANY(%s)
"""


@dataclass(frozen=True)
class QueueRow:
    """One guest in the line. `name` is empty while nobody knows who she is."""

    visit_id: int
    code: str
    name: str
    is_known: bool
    purpose: str
    state: VisitState
    state_label: str
    officer: str
    officer_id: int | None
    arrived_at: datetime
    since: datetime
    ended_at: datetime | None
    note: str
    has_allergies: bool
    is_of_today: bool

    @property
    def is_waiting(self) -> bool:
        return self.state == VisitState.WAITING


def open_rows(*, branch: Branch, on: date) -> list[QueueRow]:
    """Return the guests who are in the house, in queue order; also who was never closed lately."""
    since = on - timedelta(days=UNCLOSED_DAYS)
    return [_row(visit, on=on) for visit in _open.ask(branch=branch.pk, since=since, on=on)]


def ended_rows(*, branch: Branch, on: date) -> list[QueueRow]:
    """Return the day's guests who have gone, the last one first."""
    found = Visit.objects.of_day(branch=branch, on=on).filter(state__in=ENDED)
    return [_row(visit, on=on) for visit in _with_names(found).order_by("-ended_at", "-pk")]


def count_ended(*, branch: Branch, on: date) -> int:
    with connection.cursor() as cursor:
        cursor.execute(COUNT_ENDED, [branch.pk, on, [str(state) for state in ENDED]])
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def _with_names(visits: VisitQuerySet) -> VisitQuerySet:
    found: VisitQuerySet = visits.select_related("customer", "officer").only(*ROW_SHOWN)
    return found


@Question
def _open() -> VisitQuerySet:
    found = Visit.objects.filter(
        branch=Given("branch"), business_date__range=(Given("since"), Given("on"))
    )
    return _with_names(found.open()).in_queue_order()


def _row(visit: Visit, *, on: date) -> QueueRow:
    since = {
        VisitState.CALLED: visit.called_at,
        VisitState.SERVING: visit.started_at,
    }.get(VisitState(visit.state))
    return QueueRow(
        visit_id=visit.pk,
        code=visit.queue_code,
        name=visit.display_name,
        is_known=visit.customer is not None,
        purpose=visit.get_purpose_display(),
        state=VisitState(visit.state),
        state_label=visit.get_state_display(),
        officer=visit.officer.nickname if visit.officer else "",
        officer_id=visit.officer_id,
        arrived_at=visit.arrived_at,
        since=since or visit.arrived_at,
        ended_at=visit.ended_at,
        note=visit.note,
        has_allergies=bool(visit.customer and visit.customer.allergies),
        is_of_today=visit.business_date == on,
    )


@dataclass(frozen=True)
class DeedKind:
    name: str
    to: VisitState
    label: Promise
    key: str
    icon: str

    @property
    def key_shown(self) -> str:
        return self.key.replace("+", " ")


DEEDS = (
    DeedKind("call", VisitState.CALLED, gettext_lazy("Panggil"), "Alt+P", "megaphone-fill"),
    DeedKind("start", VisitState.SERVING, gettext_lazy("Layani"), "Alt+L", "play-fill"),
    DeedKind("hold", VisitState.HELD, gettext_lazy("Tahan"), "Alt+T", "pause-fill"),
    DeedKind(
        "put_back", VisitState.WAITING, gettext_lazy("Kembalikan"), "Alt+K", "arrow-return-left"
    ),
    DeedKind("finish", VisitState.DONE, gettext_lazy("Selesai"), "F4", "check-lg"),
    DeedKind("left", VisitState.LEFT, gettext_lazy("Pulang…"), "", "door-open"),
    DeedKind("no_show", VisitState.NO_SHOW, gettext_lazy("Tidak hadir"), "", "person-x"),
)
# The step that usually comes next: the one plum button.
NEXT = {
    VisitState.WAITING: VisitState.CALLED,
    VisitState.CALLED: VisitState.SERVING,
    VisitState.SERVING: VisitState.DONE,
    VisitState.HELD: VisitState.SERVING,
}
LEAVING = frozenset({VisitState.LEFT, VisitState.NO_SHOW})


@dataclass(frozen=True)
class Deed:
    kind: DeedKind
    url: str
    why_not: str
    is_next: bool


@dataclass(frozen=True)
class VisitCard:
    """One visit as the desk has it in hand, as it is at `at`."""

    visit: Visit
    sentence: str
    steps: list[Deed]
    leaving: list[Deed]
    history: "list[HistoryLine]"
    undoable: VisitEvent | None
    undo_until: datetime | None
    age: int | None
    visit_ordinal: int
    last_visit_at: datetime | None
    namesakes: int
    waited_minutes: int
    offers_drink: bool
    etag: str


@dataclass(frozen=True)
class HistoryLine:
    at: datetime
    by: str
    text: str
    note: str
    is_undone: bool


def visit_card(visit: Visit, *, by: Staff, at: datetime) -> VisitCard:
    events = _events.ask(visit=visit.pk)
    step = next((event for event in reversed(events) if event.leads_to(visit.state)), None)
    undo_until = step.at + settings.UNDO_WINDOW if step else None
    if undo_until is not None and undo_until <= at:
        step = undo_until = None
    deeds = _deeds(visit, by=by)
    waited = int(visit.waited(at=at).total_seconds() // 60)
    earlier, last = _visits_before(visit) if visit.customer_id else (0, None)
    return VisitCard(
        visit=visit,
        sentence=greetings.welcome(visit, at=at) if visit.is_open else greetings.farewell(visit),
        steps=[deed for deed in deeds if deed.kind.to not in LEAVING],
        leaving=[deed for deed in deeds if deed.kind.to in LEAVING],
        history=[_history_line(event) for event in events],
        undoable=step,
        undo_until=undo_until,
        age=age_of(visit.customer, on=visit.branch.business_date(at)),
        visit_ordinal=earlier + 1,
        last_visit_at=last,
        namesakes=count_namesakes(visit.customer) if visit.customer else 0,
        waited_minutes=waited,
        offers_drink=visit.state == VisitState.WAITING and waited >= visit.branch.drink_after,
        etag=card_etag(visit, last_event=events[-1].pk if events else 0),
    )


@Question
def _events() -> QuerySet[VisitEvent]:
    found = VisitEvent.objects.filter(visit=Given("visit"))
    return found.select_related("by", "undone_by").order_by("pk")


def _visits_before(visit: Visit) -> tuple[int, datetime | None]:
    """Return how often her customer came before, and when last."""
    with connection.cursor() as cursor:
        cursor.execute(VISITS_BEFORE, [visit.customer_id, visit.arrived_at])
        earlier, last = cursor.fetchone() or (0, None)
    return earlier, last


def card_etag(visit: Visit, *, last_event: int | None = None) -> str:
    """Return what changes whenever a visit, or her card at the clinic, did."""
    if last_event is None:
        last_event = visit.events.aggregate(last=Max("pk"))["last"] or 0
    version = visit.customer.version if visit.customer else 0
    return f'"{visit.pk}-{last_event}-{visit.customer_id or 0}-{version}"'


def age_of(customer: Customer | None, *, on: date) -> int | None:
    """Return a customer's age in full years, or None where her birthday is unknown."""
    if customer is None or customer.birth_date is None:
        return None
    born = customer.birth_date
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def count_namesakes(customer: Customer) -> int:
    """Return how many others share her name or her number: then the name is asked for (SOP-A1)."""
    values = {"name": customer.name_folded, "phone": customer.phone, "her": customer.pk}
    or_phone = "OR phone = %(phone)s" if customer.phone else ""
    with connection.cursor() as cursor:
        cursor.execute(COUNT_NAMESAKES.format(or_phone=or_phone), values)
        (found,) = cursor.fetchone() or (0,)
    return int(found)


def open_visit_of(customer: Customer, *, branch: Branch, on: date) -> Visit | None:
    """Return the visit with which a customer is in today's queue already."""
    found = Visit.objects.of_day(branch=branch, on=on).open().filter(customer=customer)
    return found.in_queue_order().first()


def _history_line(event: VisitEvent) -> HistoryLine:
    text = event.get_kind_display()
    if event.kind == VisitEventKind.MOVED:
        text = event.get_new_display()
    elif event.kind == VisitEventKind.UNDONE:
        text = _("Diurungkan, kembali %(state)s") % {"state": event.get_new_display().lower()}
    return HistoryLine(
        at=event.at,
        by=event.by.nickname if event.by else "",
        text=text,
        note=event.note,
        is_undone=hasattr(event, "undone_by"),
    )


def _next(visit: Visit) -> VisitState | None:
    """Return the usual next step; who is served for a treatment first needs a slip."""
    if visit.state == VisitState.SERVING and visit.purpose == Purpose.TREATMENT:
        return None
    return NEXT.get(VisitState(visit.state))


def _deeds(visit: Visit, *, by: Staff) -> list[Deed]:
    return [
        Deed(
            kind=kind,
            url=reverse(f"visits:visit_{kind.name}", args=[visit.pk]),
            why_not=why_not_move(visit, kind.to, by=by),
            is_next=_next(visit) == kind.to,
        )
        for kind in DEEDS
    ]
