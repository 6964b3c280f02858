"""Birthday wishes, to those who agreed to be written to beyond what serves them."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from customers.models import ConsentEvent, ConsentPurpose, Customer, birthday_on
from frontdesk.branches.models import Branch
from notifications.actions.noticing import Decision, decided
from notifications.actions.senders import sender_for
from notifications.models import (
    Channel,
    Message,
    MessageClass,
    MessageEvent,
    NoticeWatermark,
    Template,
)
from notifications.notices import Notice, declare
from notifications.states import MessageState
from notifications.variables import values_for

# Planned that long ahead, so that a "no" of yesterday and a card of this morning count.
AHEAD = timedelta(minutes=15)
# A wish that a quiet day held back still comes on the morning after.
ENDS_AT = time(12)

BIRTHDAY = declare(
    Notice(
        key="birthday",
        name=_("Ucapan ulang tahun"),
        about=_("Pada hari ulang tahun, hanya kepada yang menyetujui promo."),
        body=(
            "Selamat ulang tahun, {name}. Segenap tim {clinic} cabang {branch} berharap hari Anda "
            "menyenangkan dan sepanjang tahun Anda sehat dan bahagia. "
            "Balas BERHENTI bila tidak ingin menerima ucapan dan promo dari kami."
        ),
        message_class=MessageClass.MARKETING,
        send_at=time(9),
    )
)


def plan_birthdays(*, at: datetime) -> int:
    """Plan the wishes whose hour has come at each branch since it was looked at last."""
    return sum(_plan_at(branch, at=at) for branch in Branch.objects.active())


@transaction.atomic
def _plan_at(branch: Branch, *, at: datetime) -> int:
    decision = decided(BIRTHDAY.key, branch=branch)
    # Whoever comes second at the same moment waits here and finds nothing left to do.
    NoticeWatermark.objects.get_or_create(
        notice=BIRTHDAY.key, branch=branch, defaults={"planned_until": at - timedelta(days=1)}
    )
    mark = NoticeWatermark.objects.select_for_update().get(notice=BIRTHDAY.key, branch=branch)
    until = at + AHEAD
    if mark.planned_until >= until:
        return 0
    days = list(_days(decision, branch, after=mark.planned_until, until=until))
    planned = sum(_plan_day(decision, branch, day, at=at) for day in days if decision.is_on)
    mark.planned_until = until
    mark.save(update_fields=["planned_until"])
    return planned


def _days(
    decision: Decision, branch: Branch, *, after: datetime, until: datetime
) -> Iterator[date]:
    day = branch.local(after).date()
    while day <= branch.local(until).date():
        if after < decision.moment(branch, day, 0) <= until:
            yield day
        day += timedelta(days=1)


def _plan_day(decision: Decision, branch: Branch, day: date, *, at: datetime) -> int:
    expires_at = branch.at(day + timedelta(days=1), ENDS_AT)
    if expires_at <= at:
        return 0
    due_at = branch.after_quiet(max(decision.moment(branch, day, 0), at))
    sender = sender_for(branch, decision.channel)
    by_hand = sender is None and decision.channel == Channel.WHATSAPP
    template = Template.objects.get(key=decision.template)
    people = {_key(one, day): one for one in _people(branch, day)}
    known = set(Message.objects.filter(key__in=people).values_list("key", flat=True))
    messages = Message.objects.bulk_create(
        Message(
            key=key,
            notice=BIRTHDAY.key,
            branch=branch,
            customer=one,
            template=template,
            message_class=template.message_class,
            channel=Channel.BY_HAND if by_hand else decision.channel,
            sender=sender,
            lane=BIRTHDAY.lane,
            variables=values_for(branch, one),
            one_a_day=BIRTHDAY.one_a_day,
            may_sms=decision.may_sms,
            may_call=decision.may_call,
            due_at=due_at,
            expires_at=expires_at,
            created_at=at,
        )
        for key, one in people.items()
        if key not in known
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(message=message, new=MessageState.QUEUED, at=at) for message in messages
    )
    return len(messages)


def _key(customer: Customer, day: date) -> str:
    return f"{BIRTHDAY.key}:{customer.pk}:{day.year}"


def _people(branch: Branch, day: date) -> QuerySet[Customer]:
    """Whose birthday it is, of those who have a number and said yes to promos last."""
    latest = ConsentEvent.objects.filter(customer=OuterRef("pk"), purpose=ConsentPurpose.PROMO)
    said = Subquery(latest.order_by("-at", "-pk").values("is_granted")[:1])
    return (
        Customer.objects.filter(birthday_on([day]), home_branch=branch)
        .exclude(phone="")
        .alias(agrees=said)
        .filter(agrees=True)
    )
