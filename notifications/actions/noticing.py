"""What a chain and its branches decided about each notice, and notices planned as decided."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import translation
from django.utils.translation import gettext_lazy, gettext_noop
from django_stubs_ext import StrOrPromise

from customers.models import Customer
from frontdesk.branches.actions import set_quiet
from frontdesk.branches.models import Branch
from frontdesk.broker import wake_on_commit
from frontdesk.staff.actions import record
from frontdesk.staff.models import Staff, StaffEventKind
from notifications import notices
from notifications.actions.moves import Moves
from notifications.actions.parting import hold, part, release_these
from notifications.actions.planning import plan
from notifications.actions.senders import sender_for
from notifications.models import (
    TOGETHER,
    Channel,
    Message,
    NoticeReplan,
    NoticeSetting,
    Template,
)
from notifications.notices import Notice
from notifications.permissions import why_not_set_notice
from notifications.states import MessageState
from notifications.variables import values_for

REPLAN_TASK = "notifications.tasks.replan_notices"
MORNING = time(9)
SWITCHED_OFF = gettext_noop("Pemberitahuan dimatikan")
NO_LONGER = gettext_noop("Jadwal berubah")


class CannotSetNotice(Exception):
    """The message says why, in words the desk may read."""


@dataclass(frozen=True)
class Decision:
    """How one notice goes out at one branch."""

    notice: Notice
    is_on: bool
    template: str
    channel: Channel
    offsets: tuple[int, ...]
    send_at: time
    may_sms: bool
    may_call: bool
    # Whose word it is: the branch's own, the chain's, or the product's.
    is_own: bool = False
    is_set: bool = False

    def moment(self, branch: Branch, day: date, offset: int) -> datetime:
        """When it goes out for an event on that day, by the branch's clock."""
        return branch.at(day + timedelta(days=offset), self.send_at)


def decided(key: str, *, branch: Branch | None) -> Decision:
    return decisions(branch)[key]


def decisions(branch: Branch | None) -> dict[str, Decision]:
    """Every notice as it goes out at a branch, or (None) wherever a branch decided nothing."""
    rows = NoticeSetting.objects.filter(Q(branch=None) | Q(branch=branch))
    rows = rows.select_related("template")
    own = {row.notice: row for row in rows if row.branch_id is not None}
    chain = {row.notice: row for row in rows if row.branch_id is None}
    return {
        one.key: _decision(one, own.get(one.key) or chain.get(one.key))
        for one in notices.declared()
    }


def _decision(one: Notice, row: NoticeSetting | None) -> Decision:
    send_at = one.send_at or MORNING
    if row is None:
        return Decision(
            one, one.is_on, one.key, Channel.WHATSAPP, one.offsets, send_at, one.may_sms,
            one.may_call,
        )  # fmt: skip
    return Decision(
        one,
        row.is_on,
        row.template.key,
        Channel(row.channel),
        tuple(sorted(row.offsets)),
        row.send_at or send_at,
        row.may_sms,
        row.may_call,
        is_own=row.branch_id is not None,
        is_set=True,
    )


def plan_notice(
    decision: Decision,
    *,
    key: str,
    customer: Customer,
    branch: Branch,
    variables: Mapping[str, str],
    due_at: datetime,
    expires_at: datetime,
    by: Staff | None,
    at: datetime,
) -> Message:
    """Plan one message of a notice as it was decided; the standard variables come by themselves."""
    one = decision.notice
    return plan(
        key=key,
        customer=customer,
        branch=branch,
        template=decision.template,
        variables={**values_for(branch, customer), **variables},
        channel=decision.channel,
        lane=one.lane,
        notice=one.key,
        one_a_day=one.one_a_day,
        merges=bool(one.clause),
        may_sms=decision.may_sms,
        may_call=decision.may_call,
        due_at=due_at,
        expires_at=expires_at,
        by=by,
        at=at,
    )


@dataclass(frozen=True)
class Settings:
    """What a person may decide about a notice."""

    is_on: bool
    template: Template
    channel: Channel
    offsets: Sequence[int]
    send_at: time | None
    may_sms: bool
    may_call: bool


@transaction.atomic
def set_notice(
    key: str, settings: Settings, *, branch: Branch | None, by: Staff, at: datetime
) -> NoticeSetting:
    """Decide for a branch, or (None) for all that decided nothing of their own."""
    if reason := why_not_set_notice(branch, by=by):
        raise CannotSetNotice(reason)
    row, _is_new = NoticeSetting.objects.update_or_create(
        notice=notices.notice(key).key,
        branch=branch,
        defaults={
            "is_on": settings.is_on,
            "template": settings.template,
            "channel": settings.channel,
            "offsets": sorted(set(settings.offsets)),
            "send_at": settings.send_at,
            "may_sms": settings.may_sms,
            "may_call": settings.may_call,
        },
    )
    _replan_soon(key, branch=branch, by=by, at=at)
    return row


@transaction.atomic
def forget_notice(key: str, *, branch: Branch | None, by: Staff, at: datetime) -> None:
    """Go back to what the chain decided, or the chain to what the product brings."""
    if reason := why_not_set_notice(branch, by=by):
        raise CannotSetNotice(reason)
    NoticeSetting.objects.filter(notice=key, branch=branch).delete()
    _replan_soon(key, branch=branch, by=by, at=at)


@transaction.atomic
def set_quiet_times(
    branch: Branch,
    *,
    quiet_from: time,
    quiet_until: time,
    weekdays: Sequence[int],
    dates: Sequence[date],
    by: Staff,
    at: datetime,
) -> None:
    if reason := why_not_set_notice(branch, by=by):
        raise CannotSetNotice(reason)
    set_quiet(
        branch, quiet_from=quiet_from, quiet_until=quiet_until, weekdays=weekdays, dates=dates
    )
    _note(gettext_lazy("Jam dan hari tenang"), branch=branch, by=by, at=at)


def _note(what: StrOrPromise, *, branch: Branch | None, by: Staff, at: datetime) -> None:
    # In the words of the source: whoever reads it sees them in her own language.
    with translation.override(None):
        detail = str(what)[:200]
    record(StaffEventKind.NOTICE_SET, by=by, branch=branch, detail=detail, at=at)


def _replan_soon(key: str, *, branch: Branch | None, by: Staff, at: datetime) -> None:
    _note(notices.notice(key).name, branch=branch, by=by, at=at)
    branches = [branch] if branch else list(Branch.objects.active())
    for one in branches:
        NoticeReplan.objects.update_or_create(notice=key, branch=one, defaults={"at": at})
    wake_on_commit(REPLAN_TASK)


def replan_notices(*, at: datetime) -> int:
    """Let what is queued follow what was decided since; return how many notices that were."""
    done = 0
    for row in NoticeReplan.objects.select_related("branch").order_by("at", "pk"):
        one = notices.known(row.notice)
        if one is not None:
            _follow_decision(one, row.branch, at=at)
            if one.replan is not None:
                one.replan(row.branch, at)
        # Decided anew in the meantime: its own row stays.
        done += NoticeReplan.objects.filter(pk=row.pk, at=row.at).delete()[0]
    return done


@transaction.atomic
def _follow_decision(one: Notice, branch: Branch, *, at: datetime) -> None:
    """What is queued goes out as decided now, at its time; what is switched off does not."""
    decision = decided(one.key, branch=branch)
    _part(one, branch, at=at)
    if one.key == TOGETHER:
        # Nothing of its own waits: what it says is combined as decided now.
        return
    waiting = Message.objects.filter(notice=one.key, branch=branch, state=MessageState.QUEUED)
    if not decision.is_on:
        withdraw(waiting, at=at, note=SWITCHED_OFF)
        return
    sender = sender_for(branch, decision.channel)
    by_hand = sender is None and decision.channel == Channel.WHATSAPP
    waiting.update(
        template=Template.objects.get(key=decision.template),
        channel=Channel.BY_HAND if by_hand else decision.channel,
        sender=sender,
        may_sms=decision.may_sms,
        may_call=decision.may_call,
    )


def _part(one: Notice, branch: Branch, *, at: datetime) -> None:
    carriers = Message.objects.filter(
        notice=TOGETHER, branch=branch, state=MessageState.QUEUED, absent_seen=0
    )
    if one.key != TOGETHER:
        carriers = carriers.filter(carries__notice=one.key).distinct()
    hold(carriers.values_list("customer", flat=True))
    part(carriers, at=at)


@transaction.atomic
def withdraw(
    messages: Iterable[Message], *, at: datetime, by: Staff | None = None, note: str = NO_LONGER
) -> int:
    """Withdraw what has not left yet, because what it was about is no more."""
    gone = list(messages)
    release_these(gone, at=at, by=by)
    rows = Message.objects.filter(
        pk__in=[message.pk for message in gone], state=MessageState.QUEUED
    )
    moves = Moves(at=at, by=by)
    for message in rows.order_by("pk").select_for_update(of=("self",)):
        moves.move(message, MessageState.CANCELLED, note=note, final_at=at)
    moves.write()
    return len(moves.changed)


def templates_for(one: Notice) -> Iterable[Template]:
    """The texts a notice may go out in: its own, and others of its class that say no more."""
    fitting = Template.objects.filter(
        message_class=one.message_class, is_archived=False, current__isnull=False
    ).select_related("current")
    offered = {variable.name for variable in one.offered}
    needed = {variable.name for variable in one.offered if variable.is_needed}
    return [
        template
        for template in fitting
        if template.current
        and offered.issuperset(template.current.variables)
        and needed.issubset(template.current.variables)
        and (template.key == one.key or notices.known(template.key) is None)
    ]
