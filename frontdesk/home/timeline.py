"""A customer's time line: everything that happened between her and the clinic, newest first."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import groupby
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.models import Customer, CustomerEvent
from frontdesk.branches.models import Branch
from frontdesk.money import rupiah
from frontdesk.staff.permissions import Permission
from frontdesk.templatetags.frontdesk import phone as spoken_phone
from frontdesk.visits.models import VisitEvent, VisitEventKind
from notifications.models import Meaning
from notifications.reports import message_row
from treatments.models import Control, ControlEvent, SlipEvent
from treatments.models.slip import SlipEventKind
from treatments.states import ControlState

PAGE = 30
# What a step of a visit or a slip shows.
_STEP = ("kind", "new", "at", "note", "by__nickname")
# A kept control looks like anything that is done.
KEPT_LOOK = {str(ControlState.KEPT): "done"}


@dataclass(frozen=True)
class Step:
    at: datetime
    text: str
    by: str


@dataclass(frozen=True)
class Entry:
    """One thing that happened. `kind` and `pk` keep the order of what happened at one moment."""

    at: datetime
    kind: int
    pk: int
    icon: str
    title: str
    by: str = ""
    branch: str = ""
    badge: tuple[str, str] | None = None
    lines: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    # Words that were sent, and whether they were ours.
    words: str = ""
    is_ours: bool = False
    url: str = ""

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class Cursor:
    """The entry a page ended with; the next one begins right below it."""

    at: datetime
    kind: int
    pk: int

    @classmethod
    def read(cls, text: str) -> "Cursor | None":
        try:
            at, kind, pk = text.split("_")
            moment = datetime.fromisoformat(at)
            return cls(moment, int(kind), int(pk)) if timezone.is_aware(moment) else None
        except ValueError:
            return None


@dataclass(frozen=True)
class Timeline:
    entries: list[Entry]
    # Leads to the next page; empty when there is nothing older.
    before: str
    is_continued: bool


def timeline_of(
    customer: Customer, *, branch: Branch, may: frozenset[Permission], before: str = ""
) -> Timeline:
    """Return one page of a customer's time line, over all branches, as this desk may read it."""
    desk = _Desk(customer, branch, may, Cursor.read(before))
    found = [entry for kind, source in enumerate(desk.sources) for entry in source(kind)]
    found.sort(key=lambda entry: (-entry.at.timestamp(), entry.kind, -entry.pk))
    shown = found[:PAGE]
    more = ""
    if len(found) > PAGE:
        last = shown[-1]
        more = f"{last.at.isoformat()}_{last.kind}_{last.pk}"
    return Timeline(shown, more, is_continued=desk.cursor is not None)


class _Desk:
    """Who reads, from where on, and the sources that she reads from."""

    def __init__(
        self,
        customer: Customer,
        branch: Branch,
        may: frozenset[Permission],
        cursor: Cursor | None,
    ) -> None:
        self.customer, self.branch, self.may, self.cursor = customer, branch, may, cursor
        self.sources = (
            self.replies,
            self.messages,
            self.controls,
            self.slips,
            self.visits,
            self.consents,
            self.changes,
            self.registration,
        )

    def page(self, rows: QuerySet[Any], kind: int, *, by: str = "at") -> list[Any]:
        """Return what is older than the cursor, newest first, and no more than a page needs."""
        if cursor := self.cursor:
            older = Q(**{f"{by}__lt": cursor.at})
            if kind > cursor.kind:
                older |= Q(**{by: cursor.at})
            elif kind == cursor.kind:
                older |= Q(**{by: cursor.at, "pk__lt": cursor.pk})
            rows = rows.filter(older)
        return list(rows.order_by(f"-{by}", "-pk")[: PAGE + 1])

    def elsewhere(self, branch: Branch) -> str:
        """Name a branch only where it is not the reader's own."""
        return "" if branch.pk == self.branch.pk else branch.name

    def visits(self, kind: int) -> Iterator[Entry]:
        events = VisitEvent.objects.select_related("by").order_by("pk")
        visits = (
            self.customer.visits.select_related("branch")
            .only(
                *("customer", "purpose", "series", "queue_number", "state", "note", "arrived_at"),
                "branch__name",
            )
            .prefetch_related(Prefetch("events", events.only("visit", *_STEP)))
        )
        for visit in self.page(visits, kind, by="arrived_at"):
            is_here = visit.branch_id == self.branch.pk and Permission.RUN_QUEUE in self.may
            yield Entry(
                at=visit.arrived_at,
                kind=kind,
                pk=visit.pk,
                icon="door-open",
                title=_("Kunjungan %(code)s · %(purpose)s")
                % {"code": visit.queue_code, "purpose": visit.get_purpose_display()},
                branch=self.elsewhere(visit.branch),
                badge=(visit.state, visit.get_state_display()),
                lines=[visit.note] if visit.note else [],
                steps=[_visit_step(event) for event in visit.events.all()],
                url=reverse("home:counter", query={"visit": visit.pk}) if is_here else "",
            )

    def slips(self, kind: int) -> Iterator[Entry]:
        events = SlipEvent.objects.exclude(kind=SlipEventKind.PRINTED)
        events = events.select_related("by").order_by("pk")
        slips = (
            self.customer.slips.select_related("branch", "beautician")
            .only(
                *("customer", "business_date", "number", "state", "created_at"),
                *("note", "result_note", "reason"),
                *("branch__name", "branch__code", "beautician__nickname"),
            )
            .prefetch_related("lines", Prefetch("events", events.only("slip", *_STEP)))
        )
        for slip in self.page(slips, kind, by="created_at"):
            is_here = slip.branch_id == self.branch.pk and Permission.SEE_SLIPS in self.may
            lines = [
                _("%(name)s · %(minutes)d menit · %(price)s")
                % {"name": line.name, "minutes": line.minutes, "price": rupiah(line.price)}
                for line in slip.lines.all()
            ]
            notes = [slip.note, slip.result_note, slip.reason]
            yield Entry(
                at=slip.created_at,
                kind=kind,
                pk=slip.pk,
                icon="receipt",
                title=_("Slip %(code)s") % {"code": slip.code} if slip.code else _("Draf slip"),
                by=slip.beautician.nickname if slip.beautician else "",
                branch=self.elsewhere(slip.branch),
                badge=(slip.state, slip.get_state_display()),
                lines=lines + [note for note in notes if note],
                steps=[_slip_step(event) for event in slip.events.all()],
                url=reverse("treatments:slip", args=[slip.pk]) if is_here else "",
            )

    def controls(self, kind: int) -> Iterator[Entry]:
        events = ControlEvent.objects.filter(control__customer=self.customer)
        events = events.select_related("control__line", "control__branch", "by").only(
            *("old", "new", "due_on", "at", "note", "by__nickname"),
            *("control__line__name", "control__branch__name"),
        )
        for event in self.page(events, kind):
            yield Entry(
                at=event.at,
                kind=kind,
                pk=event.pk,
                icon="calendar-event",
                title=_control_title(event),
                by=event.by.nickname if event.by else "",
                branch=self.elsewhere(event.control.branch),
                badge=(KEPT_LOOK.get(event.new, event.new), event.get_new_display()),
                lines=[event.note] if event.note else [],
            )

    def messages(self, kind: int) -> Iterator[Entry]:
        messages = self.customer.messages.select_related(
            "template__current", "version", "branch", "written_by"
        ).annotate(moment=Coalesce("accepted_at", "final_at", "created_at"))
        for message in self.page(messages, kind, by="moment"):
            row = message_row(message)
            is_waiting = message.accepted_at is None and message.final_at is None
            due = date_format(timezone.localtime(message.due_at), "j M Y, H.i")
            yield Entry(
                at=message.moment,
                kind=kind,
                pk=message.pk,
                icon="whatsapp" if message.channel == "whatsapp" else "chat-dots",
                title=(
                    _("Pesan %(channel)s untuk %(due)s") if is_waiting else _("Pesan %(channel)s")
                )
                % {"channel": message.get_channel_display(), "due": due},
                by=message.written_by.nickname if message.written_by else "",
                branch=self.elsewhere(message.branch),
                badge=(row.badge, row.state),
                lines=[row.problem] if row.problem else [],
                # What is only planned may still be worded otherwise.
                words="" if is_waiting else row.text,
                is_ours=True,
            )

    def replies(self, kind: int) -> Iterator[Entry]:
        for reply in self.page(self.customer.inbound_messages.all(), kind):
            yield Entry(
                at=reply.at,
                kind=kind,
                pk=reply.pk,
                icon="chat-left-text",
                title=_("Balasan %(channel)s") % {"channel": reply.get_channel_display()},
                lines=[str(Meaning(reply.meaning).label)] if reply.meaning else [],
                words=reply.body,
            )

    def consents(self, kind: int) -> Iterator[Entry]:
        for event in self.page(self.customer.consents.select_related("by"), kind):
            wording = (
                _("Setuju: %(purpose)s") if event.is_granted else _("Tidak setuju: %(purpose)s")
            )
            yield Entry(
                at=event.at,
                kind=kind,
                pk=event.pk,
                icon="shield-check" if event.is_granted else "slash-circle",
                title=wording % {"purpose": event.get_purpose_display()},
                by=event.by.nickname if event.by else event.get_source_display(),
                lines=[f"“{event.text_shown}”"] if event.text_shown else [],
            )

    def changes(self, kind: int) -> Iterator[Entry]:
        rows = self.page(self.customer.events.select_related("by"), kind)
        # Fields that were changed with one press stand together.
        for (at, by_id), group in groupby(rows, key=lambda event: (event.at, event.by_id)):
            events = list(group)
            is_tagging = all(event.field == "tags" for event in events)
            yield Entry(
                at=at,
                kind=kind,
                pk=events[-1].pk,
                icon="tag" if is_tagging else "pencil",
                title=_("Label") if is_tagging else _("Kartu diubah"),
                by=events[0].by.nickname if by_id else "",
                lines=[self.change(event) for event in reversed(events)],
            )

    def change(self, event: CustomerEvent) -> str:
        if event.field == "tags":
            wording = _("Label %(name)s dipasang") if event.new else _("Label %(name)s dilepas")
            return wording % {"name": event.new or event.old}
        try:
            label = str(Customer._meta.get_field(event.field).verbose_name)  # type: ignore[union-attr]
        except FieldDoesNotExist:
            label = event.field
        if event.field == "phone" and Permission.SEE_PHONES not in self.may:
            return capfirst(label)
        old, new = (_as_read(event.field, value) for value in (event.old, event.new))
        empty = _("kosong")
        return f"{capfirst(label)}: {old or empty} → {new or empty}"

    def registration(self, kind: int) -> Iterable[Entry]:
        customer, cursor = self.customer, self.cursor
        if cursor and (customer.created_at > cursor.at or cursor.kind == kind):
            return []
        return [
            Entry(
                at=customer.created_at,
                kind=kind,
                pk=0,
                icon="person-plus",
                title=_("Terdaftar"),
                branch=self.elsewhere(customer.home_branch),
            )
        ]


def _visit_step(event: VisitEvent) -> Step:
    text = event.get_kind_display()
    if event.kind == VisitEventKind.MOVED:
        text = event.get_new_display()
    return Step(event.at, _noted(text, event.note), event.by.nickname if event.by else "")


def _slip_step(event: SlipEvent) -> Step:
    text = event.get_kind_display()
    if event.kind == SlipEventKind.MOVED:
        text = event.get_new_display()
    return Step(event.at, _noted(text, event.note), event.by.nickname if event.by else "")


def _noted(text: str, note: str) -> str:
    return f"{text}: {note}" if note else text


def _control_title(event: ControlEvent) -> str:
    control: Control = event.control
    names = {
        ControlState.PLANNED: _("Kontrol %(name)s dipindah ke %(day)s"),
        ControlState.CONFIRMED: _("Kontrol %(name)s dikonfirmasi untuk %(day)s"),
        ControlState.FREED: _("Kontrol %(name)s: minta hari lain selain %(day)s"),
        ControlState.KEPT: _("Kontrol %(name)s ditepati"),
        ControlState.MISSED: _("Kontrol %(name)s terlewat"),
        ControlState.CANCELLED: _("Kontrol %(name)s dibatalkan"),
    }
    wording = names[ControlState(event.new)]
    if event.new == ControlState.PLANNED and not event.old:
        wording = _("Kontrol %(name)s dijadwalkan %(day)s")
    return wording % {"name": control.line.name, "day": date_format(event.due_on, "j M Y")}


def _as_read(name: str, value: str) -> str:
    if name == "phone":
        return spoken_phone(value)
    if name == "birth_date" and value:
        return date_format(date.fromisoformat(value), "j M Y")
    choices: dict[str, str] = dict(getattr(Customer._meta.get_field(name), "choices", None) or [])
    return str(choices.get(value, value))
