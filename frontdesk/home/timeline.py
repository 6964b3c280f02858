"""A customer's time line: everything that happened between her and the clinic, newest first."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from django.core.exceptions import FieldDoesNotExist
from django.db.models import OuterRef, QuerySet, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from customers.models import ConsentEvent, Customer, CustomerEvent
from frontdesk.branches.models import Branch
from frontdesk.home.moments import PAGE, Kind, Moment, newest_moments
from frontdesk.home.steps import Step, steps_of
from frontdesk.money import rupiah
from frontdesk.quick_select import Given, Question, among
from frontdesk.staff.permissions import Permission
from frontdesk.templatetags.frontdesk import phone as spoken_phone
from frontdesk.visits.models import Visit
from notifications.models import InboundMessage, Meaning, Message
from notifications.reports import message_row
from notifications.states import MessageState
from treatments.models import Control, ControlEvent, Slip
from treatments.states import ControlState

# What an entry of each kind is told from.
_VISIT = ("customer", "purpose", "series", "queue_number", "state", "note", "branch__name")
_SLIP = (
    *("customer", "business_date", "number", "state", "note", "result_note", "reason"),
    *("branch__name", "branch__code", "beautician__nickname"),
)
_CONTROL_EVENT = (
    *("old", "new", "due_on", "at", "note", "by__nickname"),
    *("control__line__name", "control__branch__name"),
)
_REPLY = ("customer", "channel", "meaning", "body")
_MESSAGE = (
    *("customer", "state", "provider_status", "problem", "notice", "channel", "body", "variables"),
    *("due_at", "accepted_at", "final_at", "batch", "branch__name", "written_by__nickname"),
    *("template__current__body", "template__current__sms_body"),
    *("version__body", "version__sms_body"),
)
_CHANGE = ("customer", "field", "old", "new", "at", "by__nickname")
_CONSENT = ("customer", "purpose", "is_granted", "text_shown", "source", "by__nickname")
# A kept control looks like anything that is done.
KEPT_LOOK = {str(ControlState.KEPT): "done"}
# Messages that went to nobody, or in another one.
NOT_READ = {"withdrawn", "passed_on"}


@dataclass(frozen=True)
class Entry:
    """One thing that happened, as the page shows it."""

    moment: Moment
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
    def at(self) -> datetime:
        return self.moment.at

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


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
    start = Moment.read(before)
    found = newest_moments(customer, before=start)
    shown = found[:PAGE]
    entries = _Desk(customer, branch, may, shown).entries()
    return Timeline(
        [entries[moment] for moment in shown if moment in entries],
        str(shown[-1]) if len(found) > PAGE else "",
        is_continued=start is not None,
    )


class _Desk:
    """Who reads, and the moments of which she reads more."""

    def __init__(
        self,
        customer: Customer,
        branch: Branch,
        may: frozenset[Permission],
        moments: list[Moment],
    ) -> None:
        self.customer, self.branch, self.may = customer, branch, may
        self.moments: dict[Kind, dict[int, Moment]] = defaultdict(dict)
        for moment in moments:
            self.moments[moment.kind][moment.pk] = moment

    def entries(self) -> dict[Moment, Entry]:
        """Return what stands at each moment, asking only for the kinds that happened."""
        sources: dict[Kind, Callable[[dict[int, Moment]], Iterator[Entry]]] = {
            Kind.REPLY: self.replies,
            Kind.MESSAGE: self.messages,
            Kind.CONTROL: self.controls,
            Kind.SLIP: self.slips,
            Kind.VISIT: self.visits,
            Kind.CONSENT: self.consents,
            Kind.CHANGE: self.changes,
            Kind.REGISTRATION: self.registration,
        }
        found = (
            entry for kind, moments in self.moments.items() for entry in sources[kind](moments)
        )
        return {entry.moment: entry for entry in found}

    def elsewhere(self, branch: Branch) -> str:
        """Name a branch only where it is not the reader's own."""
        return "" if branch.pk == self.branch.pk else branch.name

    def visits(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        steps = steps_of(Kind.VISIT, moments)
        for visit in _visits.ask(customer=self.customer.pk, keys=list(moments)):
            is_here = visit.branch_id == self.branch.pk and Permission.RUN_QUEUE in self.may
            yield Entry(
                moments[visit.pk],
                icon="door-open",
                title=_("Kunjungan %(code)s · %(purpose)s")
                % {"code": visit.queue_code, "purpose": visit.get_purpose_display()},
                branch=self.elsewhere(visit.branch),
                badge=(visit.state, visit.get_state_display()),
                lines=[visit.note] if visit.note else [],
                steps=steps[visit.pk],
                url=reverse("home:counter", query={"visit": visit.pk}) if is_here else "",
            )

    def slips(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        steps = steps_of(Kind.SLIP, moments)
        for slip in _slips.ask(customer=self.customer.pk, keys=list(moments)):
            is_here = slip.branch_id == self.branch.pk and Permission.SEE_SLIPS in self.may
            lines = [
                _("%(name)s · %(minutes)d menit · %(price)s")
                % {**line, "price": rupiah(line["price"])}
                for line in slip.shown_lines
            ]
            notes = [slip.note, slip.result_note, slip.reason]
            yield Entry(
                moments[slip.pk],
                icon="receipt",
                title=_("Slip %(code)s") % {"code": slip.code} if slip.code else _("Draf slip"),
                by=slip.beautician.nickname if slip.beautician else "",
                branch=self.elsewhere(slip.branch),
                badge=(slip.state, slip.get_state_display()),
                lines=lines + [note for note in notes if note],
                steps=steps[slip.pk],
                url=reverse("treatments:slip", args=[slip.pk]) if is_here else "",
            )

    def controls(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        for event in _control_events.ask(keys=list(moments)):
            yield Entry(
                moments[event.pk],
                icon="calendar-event",
                title=_control_title(event),
                by=event.by.nickname if event.by else "",
                branch=self.elsewhere(event.control.branch),
                badge=(KEPT_LOOK.get(event.new, event.new), event.get_new_display()),
                lines=[event.note] if event.note else [],
            )

    def messages(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        for message in _messages.ask(customer=self.customer.pk, keys=list(moments)):
            message.customer = self.customer
            row = message_row(message)
            is_waiting = message.accepted_at is None and message.final_at is None
            channel = {"channel": message.get_channel_display()}
            about = row.kind or _("Pesan %(channel)s") % channel
            yield Entry(
                moments[message.pk],
                icon="whatsapp" if message.channel == "whatsapp" else "chat-dots",
                title=_planned_title(about, message) if is_waiting else about,
                by=message.written_by.nickname if message.written_by else "",
                branch=self.elsewhere(message.branch),
                badge=(row.badge, row.state),
                lines=[row.problem] if row.problem else [],
                # What is only planned may still be worded otherwise; the withdrawn nobody read.
                words="" if is_waiting or row.badge in NOT_READ else row.text,
                is_ours=True,
            )

    def replies(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        for reply in _replies.ask(customer=self.customer.pk, keys=list(moments)):
            yield Entry(
                moments[reply.pk],
                icon="chat-left-text",
                title=_("Balasan %(channel)s") % {"channel": reply.get_channel_display()},
                lines=[str(Meaning(reply.meaning).label)] if reply.meaning else [],
                words=reply.body,
            )

    def consents(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        for event in _consents.ask(customer=self.customer.pk, keys=list(moments)):
            wording = (
                _("Setuju: %(purpose)s") if event.is_granted else _("Tidak setuju: %(purpose)s")
            )
            yield Entry(
                moments[event.pk],
                icon="shield-check" if event.is_granted else "slash-circle",
                title=wording % {"purpose": event.get_purpose_display()},
                by=event.by.nickname if event.by else event.get_source_display(),
                lines=[f"“{event.text_shown}”"] if event.text_shown else [],
            )

    def changes(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        presses = defaultdict(list)
        rows = self.customer.events.filter(at__in={moment.at for moment in moments.values()})
        for event in rows.select_related("by").only(*_CHANGE):
            presses[event.at, event.by_id].append(event)
        for events in presses.values():
            events.sort(key=lambda event: event.pk)
            moment = moments.get(events[0].pk)
            if moment is None:
                continue
            is_tagging = all(event.field == "tags" for event in events)
            yield Entry(
                moment,
                icon="tag" if is_tagging else "pencil",
                title=_("Label") if is_tagging else _("Kartu diubah"),
                by=events[0].by.nickname if events[0].by else "",
                lines=[self.change(event) for event in events],
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

    def registration(self, moments: dict[int, Moment]) -> Iterator[Entry]:
        for moment in moments.values():
            yield Entry(
                moment,
                icon="person-plus",
                title=_("Terdaftar"),
                branch=self.elsewhere(self.customer.home_branch),
            )


# A page's moments of each kind, of her who is given ------------------------------------------


@Question
def _visits() -> QuerySet[Visit]:
    found = Visit.objects.filter(among("pk", "keys"), customer=Given("customer"))
    return found.select_related("branch").only(*_VISIT)


@Question
def _slips() -> QuerySet[Slip]:
    found = Slip.objects.filter(among("pk", "keys"), customer=Given("customer"))
    return found.select_related("branch", "beautician").only(*_SLIP).with_lines()


@Question
def _control_events() -> QuerySet[ControlEvent]:
    before = ControlEvent.objects.filter(control=OuterRef("control"), pk__lt=OuterRef("pk"))
    brought = {"was_due_on": Subquery(before.order_by("-pk").values("due_on")[:1])}
    found = ControlEvent.objects.filter(among("pk", "keys")).annotate(**brought)
    return found.select_related("control__line", "control__branch", "by").only(*_CONTROL_EVENT)


@Question
def _messages() -> QuerySet[Message]:
    found = Message.objects.filter(among("pk", "keys"), customer=Given("customer"))
    joined = ("template__current", "version", "branch", "written_by")
    return found.select_related(*joined).only(*_MESSAGE)


@Question
def _replies() -> QuerySet[InboundMessage]:
    found = InboundMessage.objects.filter(among("pk", "keys"), customer=Given("customer"))
    return found.only(*_REPLY)


@Question
def _consents() -> QuerySet[ConsentEvent]:
    found = ConsentEvent.objects.filter(among("pk", "keys"), customer=Given("customer"))
    return found.select_related("by").only(*_CONSENT)


def _planned_title(about: str, message: Message) -> str:
    """Say when a message is to leave, which is not the day that it speaks of."""
    if message.state != MessageState.QUEUED:
        wording = _("%(about)s · dicoba dikirim %(due)s")
    elif message.due_at > timezone.now():
        wording = _("%(about)s · akan dikirim %(due)s")
    else:
        wording = _("%(about)s · menunggu dikirim sejak %(due)s")
    due = date_format(timezone.localtime(message.due_at), "j M Y, H.i")
    return wording % {"about": about, "due": due}


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
    elif event.was_due_on == event.due_on and event.new in (ControlState.PLANNED, event.old):
        wording = _("Kontrol %(name)s tetap %(day)s")
    return wording % {"name": control.line.name, "day": date_format(event.due_on, "j M Y")}


def _as_read(name: str, value: str) -> str:
    if name == "phone":
        return spoken_phone(value)
    if name == "birth_date" and value:
        return date_format(date.fromisoformat(value), "j M Y")
    choices: dict[str, str] = dict(getattr(Customer._meta.get_field(name), "choices", None) or [])
    return str(choices.get(value, value))
