"""What is read about the people of a branch: today's duties, and the history of the desks."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Assignment, Duty, Staff, StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role

HISTORY_PAGE = 50


@dataclass(frozen=True)
class DutyRow:
    staff: Staff
    roles: list[str]
    is_on: bool


def duty_board(branch: Branch, *, on: date) -> list[DutyRow]:
    """Return everybody with a role at a branch, those who treat customers first."""
    assignments = (
        Assignment.objects.filter(branch=branch, staff__is_active=True)
        .select_related("staff")
        .order_by("staff__name", "role")
    )
    roles: dict[Staff, list[Role]] = {}
    for assignment in assignments:
        roles.setdefault(assignment.staff, []).append(Role(assignment.role))
    present = set(
        Duty.objects.filter(branch=branch, business_date=on, is_on=True).values_list(
            "staff", flat=True
        )
    )
    order = [Role.BEAUTICIAN, Role.DOCTOR, Role.FRONT_OFFICER, Role.WAREHOUSE, Role.BRANCH_MANAGER]
    rows = [
        DutyRow(staff, [str(role.label) for role in held], staff.pk in present)
        for staff, held in roles.items()
    ]
    first = {staff.pk: min(order.index(role) for role in held) for staff, held in roles.items()}
    return sorted(rows, key=lambda row: (first[row.staff.pk], row.staff.name))


@dataclass(frozen=True)
class HistoryRow:
    event: StaffEvent
    what: str


@dataclass(frozen=True)
class HistoryPage:
    rows: list[HistoryRow]
    before: str


def branch_history(branch: Branch, *, before: str = "") -> HistoryPage:
    """Return a page of a branch's events, newest first; `before` is the mark of the page above."""
    events = StaffEvent.objects.filter(branch=branch).select_related("staff", "subject", "terminal")
    mark = _mark(before)
    if mark:
        at, pk = mark
        events = events.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
    found = list(events.order_by("-at", "-pk")[: HISTORY_PAGE + 1])
    shown = found[:HISTORY_PAGE]
    is_more = len(found) > HISTORY_PAGE
    return HistoryPage(
        rows=[HistoryRow(event, _what(event)) for event in shown],
        before=f"{shown[-1].at.isoformat()}_{shown[-1].pk}" if is_more else "",
    )


def _mark(before: str) -> tuple[datetime, int] | None:
    at, _sep, pk = before.rpartition("_")
    try:
        moment = datetime.fromisoformat(at)
        return (moment, int(pk)) if moment.tzinfo else None
    except ValueError:
        return None


def _what(event: StaffEvent) -> str:
    """Say in a sentence what an event's codes mean."""
    subject = event.subject.name if event.subject else ""
    match event.kind:
        case StaffEventKind.DUTY_SET:
            day, _sep, state = event.detail.partition(" ")
            shown = date_format(date.fromisoformat(day), "j M")
            sentence = (
                _("%(subject)s bertugas %(day)s")
                if state == "on"
                else _("%(subject)s tidak bertugas %(day)s")
            )
            return sentence % {"subject": subject, "day": shown}
        case StaffEventKind.NOTICE_SET:
            return _(event.detail) if event.detail else ""
        case StaffEventKind.ROLE_GIVEN | StaffEventKind.ROLE_TAKEN:
            return f"{subject}: {Role(event.detail).label}"
        case _:
            # A terminal that was enrolled or revoked is named by its detail already.
            place = event.terminal.name if event.terminal else ""
            parts = dict.fromkeys([subject, event.detail, place])
            return " · ".join(part for part in parts if part)
