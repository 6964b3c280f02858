"""What this app tells customers, and when."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.utils import translation
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications import actions as notifications
from notifications.actions import Decision
from notifications.models import Message, MessageEvent
from notifications.notices import Notice, Offsets, declare
from notifications.states import MessageState
from notifications.variables import Variable
from treatments.models import Control, Slip
from treatments.states import EXPECTED, FINISHED, ControlState

CONTROL_TEMPLATE = "control_reminder"
DAY = Variable("day", _("hari kontrol"), "Minggu, 6 Desember 2026")
TREATMENT = Variable("treatment", _("nama netral perawatan"), "perawatan wajah")
# Where the days a message speaks of are kept beside its words.
ABOUT = "about"
NOT_TOLD = (
    MessageState.QUEUED,
    MessageState.CANCELLED,
    MessageState.SUPPRESSED,
    MessageState.EXPIRED,
)
# Whoever stayed away is asked once, and not weeks later because a worker slept.
MISSED_FOR = timedelta(days=3)
CARE_FOR = timedelta(days=2)
UNNAMED = "perawatan"


def _replan(branch: Branch, at: datetime) -> None:
    """Let every customer's reminders at a branch follow what was decided about them."""
    since = branch.business_date(at) - MISSED_FOR - timedelta(days=31)
    open_states = [*EXPECTED, ControlState.MISSED]
    controls = Control.objects.filter(branch=branch, state__in=open_states, due_on__gte=since)
    waiting = Message.objects.filter(
        branch=branch,
        notice__in=[CONTROL_REMINDER.key, CONTROL_MISSED.key],
        state__in=[MessageState.QUEUED, MessageState.MERGED],
    )
    concerned = set(controls.values_list("customer", flat=True))
    concerned |= set(waiting.values_list("customer", flat=True))
    for customer in Customer.objects.filter(pk__in=concerned).order_by("pk").iterator(500):
        follow_controls(customer, branch=branch, by=None, at=at)


CONTROL_REMINDER = declare(
    Notice(
        key=CONTROL_TEMPLATE,
        name=_("Pengingat jadwal kontrol"),
        about=_("Sebelum hari kontrol. Beberapa kontrol pada hari yang sama menjadi satu pesan."),
        # No treatment is named, everybody is greeted alike, and the last line can be answered
        # yes or no.
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Terima kasih atas kepercayaan Anda. "
            "Jadwal kontrol Anda adalah {day}. "
            "Balas YA bila Anda dapat hadir, atau TIDAK bila ingin memilih hari lain. "
            "Apakah Anda dapat hadir pada hari itu?"
        ),
        variables=(DAY,),
        offsets=(-3, -1),
        asks_offsets=Offsets(_("Berapa hari sebelum kontrol"), is_before=True),
        send_at=time(10),
        # She waits for it: it neither takes the day's place nor needs it.
        one_a_day=False,
        may_sms=True,
        may_call=True,
        clause=(
            "jadwal kontrol Anda adalah {day}, balas YA bila Anda dapat hadir atau TIDAK bila "
            "ingin memilih hari lain"
        ),
        question="Anda dapat hadir pada jadwal kontrol itu",
        replan=_replan,
    )
)

CONTROL_MISSED = declare(
    Notice(
        key="control_missed",
        name=_("Kontrol terlewat"),
        about=_("Sesudah hari kontrol, kepada yang tidak datang."),
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Kami belum bertemu Anda pada jadwal "
            "kontrol {day}. Kami dengan senang hati mencarikan waktu yang lebih cocok. "
            "Apakah Anda ingin kami buatkan jadwal baru?"
        ),
        variables=(DAY,),
        offsets=(1,),
        asks_offsets=Offsets(_("Berapa hari sesudah kontrol"), is_before=False, at_least=1),
        send_at=time(10),
        clause=(
            "kami belum bertemu Anda pada jadwal kontrol {day} dan dengan senang hati mencarikan "
            "waktu yang lebih cocok"
        ),
        question="Anda ingin kami buatkan jadwal baru",
        replan=_replan,
    )
)

AFTERCARE = declare(
    Notice(
        key="aftercare",
        name=_("Terima kasih dan saran perawatan"),
        about=_("Sesudah perawatan selesai. Perawatan disebut hanya dengan nama netralnya."),
        body=(
            "Halo {name}, terima kasih sudah mempercayakan {treatment} Anda kepada {clinic} cabang "
            "{branch}. Mohon ikuti saran perawatan di rumah yang sudah kami sampaikan, cukup minum "
            "air, dan lindungi diri dari terik matahari. "
            "Apakah ada yang ingin Anda tanyakan kepada kami?"
        ),
        variables=(TREATMENT,),
        offsets=(1,),
        asks_offsets=Offsets(_("Berapa hari sesudah perawatan"), is_before=False, at_least=1),
        send_at=time(10),
        clause=(
            "terima kasih sudah mempercayakan {treatment} Anda kepada kami, mohon ikuti saran "
            "perawatan di rumah yang sudah kami sampaikan"
        ),
        question="ada yang ingin Anda tanyakan kepada kami",
    )
)


@dataclass(frozen=True, order=True)
class Item:
    """One control day, told that many days from it."""

    day: date
    offset: int

    def __str__(self) -> str:
        return f"{self.day:%Y-%m-%d}/{self.offset:+d}"


@dataclass
class Wanted:
    """One message that a customer's controls call for; several may go out as one."""

    due_at: datetime
    expires_at: datetime
    items: list[Item]


@transaction.atomic
def follow_controls(customer: Customer, *, branch: Branch, by: Staff | None, at: datetime) -> None:
    """Plan what a customer's controls at a branch call for, and withdraw what they no longer do.

    The texts name no treatment: what is done to a customer's body is health data.
    """
    # Two deeds on her controls at the same moment follow one another here.
    notifications.release(customer, branch=branch, at=at, by=by)
    days: dict[str, set[date]] = defaultdict(set)
    controls = Control.objects.filter(customer=customer, branch=branch)
    for state, day in controls.values_list("state", "due_on"):
        days[state].add(day)
    decisions = notifications.decisions(branch)
    today = branch.business_date(at)
    expected = set().union(*(days[state] for state in EXPECTED))
    ahead = sorted(day for day in expected if day >= today)
    missed = sorted(days[ControlState.MISSED] - expected)
    for notice, wanted_days in ((CONTROL_REMINDER, ahead), (CONTROL_MISSED, missed)):
        _follow(decisions[notice.key], wanted_days, customer=customer, branch=branch, by=by, at=at)


def _follow(
    decision: Decision,
    days: list[date],
    *,
    customer: Customer,
    branch: Branch,
    by: Staff | None,
    at: datetime,
) -> None:
    key = decision.notice.key
    there = {
        message.key: message
        for message in Message.objects.filter(
            customer=customer, branch=branch, notice=key
        ).select_related("carrier")
    }
    leaving = {
        name
        for name, message in there.items()
        if decision.is_on and _is_leaving(message, decision, days, branch=branch, at=at)
    }
    told = {
        item
        for name, message in there.items()
        if message.carried_by.state not in NOT_TOLD or name in leaving
        for item in items_of(message)
    }
    wanted: dict[str, Wanted] = {}
    if decision.is_on:
        for one in _wanted(decision, days, told, branch=branch, at=at):
            wanted[f"{key}:{customer.pk}:{branch.pk}:{min(one.items)}"] = one
    gone = [
        message
        for message in there.values()
        if message.state == MessageState.QUEUED and message.key not in wanted.keys() | leaving
    ]
    if gone:
        notifications.withdraw(gone, at=at, by=by)
    stays_away = _withdrawn_by_hand(there[name] for name in wanted if name in there)
    for name, one in wanted.items():
        values = {
            DAY.name: _in_words(sorted({item.day for item in one.items})),
            ABOUT: " ".join(str(item) for item in sorted(one.items)),
        }
        if name in stays_away or _stands(there.get(name), one, values, branch):
            continue
        notifications.plan_notice(
            decision,
            key=name,
            customer=customer,
            branch=branch,
            variables=values,
            due_at=one.due_at,
            expires_at=one.expires_at,
            by=by,
            at=at,
        )


def _is_leaving(
    message: Message, decision: Decision, days: list[date], *, branch: Branch, at: datetime
) -> bool:
    """Its moment has come and it waits for its turn; what it says is still true."""
    items = list(items_of(message))
    return (
        message.state == MessageState.QUEUED
        and message.expires_at > at
        and {item.day for item in items} <= set(days)
        and {item.offset for item in items} <= set(decision.offsets)
        and any(decision.moment(branch, item.day, item.offset) < at for item in items)
    )


def _wanted(
    decision: Decision, days: list[date], told: set[Item], *, branch: Branch, at: datetime
) -> Iterable[Wanted]:
    """Each message to be sent, the days that go out on the same morning together."""
    found: dict[datetime, Wanted] = {}
    for day in days:
        for item, due_at, expires_at in _moments(decision, day, told, branch=branch, at=at):
            one = found.setdefault(due_at, Wanted(due_at, expires_at, []))
            one.items.append(item)
            one.expires_at = min(one.expires_at, expires_at)
    return found.values()


def _moments(
    decision: Decision, day: date, told: set[Item], *, branch: Branch, at: datetime
) -> Iterator[tuple[Item, datetime, datetime]]:
    items = [Item(day, offset) for offset in sorted(decision.offsets)]
    dues = [decision.moment(branch, day, item.offset) for item in items]
    ends = [*dues[1:], _last_moment(day, items, dues, branch)] if items else []
    is_late = all(due < at for due in dues) and told.isdisjoint(items)
    for item, due_at, expires_at in zip(items, dues, ends, strict=True):
        if item in told or expires_at <= at:
            continue
        if due_at >= at:
            yield item, due_at, expires_at
        elif is_late and item == items[-1]:
            # Its hour is past and nothing was said yet: it goes at once.
            yield item, at, expires_at


def _last_moment(day: date, items: list[Item], dues: list[datetime], branch: Branch) -> datetime:
    """Later than this a message about that day only confuses."""
    last = items[-1].offset
    if last < 0:
        return branch.at(day, branch.opens_at)
    return branch.at(day, branch.closes_at) if last == 0 else dues[-1] + MISSED_FOR


def _stands(
    message: Message | None, one: Wanted, values: Mapping[str, str], branch: Branch
) -> bool:
    """Whether it is planned just so already; planning it again would only lengthen its story."""
    return (
        message is not None
        and message.state == MessageState.QUEUED
        and message.expires_at == one.expires_at
        and message.due_at == branch.after_quiet(one.due_at)
        and values.items() <= message.variables.items()
    )


def _withdrawn_by_hand(messages: Iterable[Message]) -> set[str]:
    """What a person withdrew stays withdrawn, whatever the controls do."""
    cancelled = {m.pk: m.key for m in messages if m.state == MessageState.CANCELLED}
    if not cancelled:
        return set()
    last = MessageEvent.objects.filter(message__in=cancelled).order_by("message", "-pk")
    return {
        cancelled[event.message_id]
        for event in last.distinct("message")
        if event.by_id is not None and event.note != notifications.NO_LONGER
    }


def items_of(message: Message) -> Iterator[Item]:
    for written in str(message.variables.get(ABOUT, "")).split():
        day, _slash, offset = written.partition("/")
        yield Item(date.fromisoformat(day), int(offset))


def days_of(message: Message) -> set[date]:
    """The control days that a reminder speaks of."""
    return {item.day for item in items_of(message)}


def reminders_for(controls: Iterable[Control]) -> dict[int, Message]:
    """For each control the message that speaks of its day: the last that left, else the next."""
    rows = list(controls)
    found: dict[tuple[int, int, date], Message] = {}
    messages = Message.objects.filter(
        notice=CONTROL_REMINDER.key, customer__in={row.customer_id for row in rows}
    ).select_related("carrier")
    for message in sorted(messages, key=_told_before_planned):
        for day in days_of(message):
            if message.customer_id:
                key = (message.customer_id, message.branch_id, day)
                found.setdefault(key, message.carried_by)
    keyed = {row.pk: found.get((row.customer_id, row.branch_id, row.due_on)) for row in rows}
    return {pk: message for pk, message in keyed.items() if message}


def _told_before_planned(planned: Message) -> tuple[int, float]:
    message = planned.carried_by
    if message.state not in NOT_TOLD:
        return 0, -message.due_at.timestamp()
    return (1 if message.state == MessageState.QUEUED else 2), message.due_at.timestamp()


def plan_aftercare(slip: Slip, *, by: Staff | None, at: datetime) -> None:
    """Thank a customer the day after; all she had done at a branch on a day is one message."""
    branch, decision = slip.branch, notifications.decided(AFTERCARE.key, branch=slip.branch)
    day = branch.business_date(at)
    if not decision.is_on or not decision.offsets:
        return
    due_at = decision.moment(branch, day, decision.offsets[0])
    started = branch.at(day, branch.day_starts_at)
    done = Slip.objects.filter(
        customer=slip.customer, branch=branch, state__in=FINISHED, finished_at__gte=started
    )
    names = done.values_list("lines__treatment__public_name", flat=True)
    notifications.plan_notice(
        decision,
        key=f"{AFTERCARE.key}:{slip.customer_id}:{branch.pk}:{day:%Y-%m-%d}",
        customer=slip.customer,
        branch=branch,
        variables={TREATMENT.name: _neutral(names)},
        due_at=max(due_at, at),
        expires_at=due_at + CARE_FOR,
        by=by,
        at=at,
    )


def _neutral(names: Iterable[str | None]) -> str:
    """The public names, or just that she was treated as soon as one has none."""
    public = list(dict.fromkeys(name.strip() if name else "" for name in names))
    if not public or "" in public or len(public) > 2:
        return UNNAMED
    return " dan ".join(public)


def _in_words(days: list[date]) -> str:
    with translation.override("id"):
        return get_text_list([date_format(day, "l, j F Y") for day in days], "dan")
