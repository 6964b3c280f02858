"""Notices that were put into one message are parted again before anything about them changes.

Whoever plans for a customer holds her row first: then nobody combines meanwhile.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_noop as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.actions.moves import Moves
from notifications.models import TOGETHER, DaySlot, Message
from notifications.states import MessageState


def hold(customers: Iterable[int | None], *, waits: bool = True) -> bool:
    """Lock customers until the end of the transaction, in one order; say whether all are ours."""
    wanted = {pk for pk in customers if pk is not None}
    rows = Customer.objects.filter(pk__in=wanted).order_by("pk")
    locked = rows.select_for_update(no_key=True, skip_locked=not waits)
    return len(locked.values_list("pk", flat=True)) == len(wanted)


@transaction.atomic
def release(customer: Customer, *, branch: Branch, at: datetime, by: Staff | None = None) -> None:
    """Let each notice wait by itself again, because what one of them says may change."""
    hold([customer.pk])
    part(Message.objects.filter(customer=customer, branch=branch), at=at, by=by)


def release_these(messages: Iterable[Message], *, at: datetime, by: Staff | None = None) -> None:
    """Part those of the messages that wait in one with others; in the caller's transaction."""
    merging = [message for message in messages if message.merges]
    if merging:
        hold(message.customer_id for message in merging)
        part(Message.objects.filter(carries__in=merging).distinct(), at=at, by=by)


def take_apart(pk: int, *, at: datetime) -> bool:
    """It may not leave as one: from now on each is judged by itself. Say whether that was done."""
    with transaction.atomic():
        carrier = Message.objects.get(pk=pk)
        is_held = hold([carrier.customer_id], waits=False)
        if is_held:
            part(Message.objects.filter(pk=pk), at=at, for_good=True)
    return is_held


def part(
    carriers: QuerySet[Message], *, at: datetime, by: Staff | None = None, for_good: bool = False
) -> None:
    """Part the messages that wait with several notices in them; their customers are held."""
    found = carriers.filter(notice=TOGETHER, state=MessageState.QUEUED, absent_seen=0)
    keys = sorted(found.values_list("pk", flat=True))
    # One that may have left in spite of all keeps its words.
    rows = Message.objects.filter(pk__in=keys, state=MessageState.QUEUED, absent_seen=0)
    for carrier in rows.order_by("pk").select_for_update(of=("self",)):
        apart, gone = Moves(at=at, by=by), Moves(at=at, by=by)
        values = {"carrier": None} | ({"merges": False} if for_good else {})
        for one in carrier.carries.order_by("pk").select_for_update(of=("self",)):
            apart.move(one, MessageState.QUEUED, note=_("Menunggu sendiri lagi"), **values)
        apart.write()
        gone.move(
            carrier,
            MessageState.CANCELLED,
            note=_("Isinya menunggu sendiri-sendiri lagi"),
            final_at=at,
        )
        gone.write()
        DaySlot.objects.filter(message=carrier).delete()
