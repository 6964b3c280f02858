"""Planned in the deed's own transaction, under a key that says what it is about."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.broker import wake_on_commit
from frontdesk.staff.models import Staff
from notifications.actions.moves import Moves
from notifications.actions.parting import hold, release_these
from notifications.actions.senders import sender_for
from notifications.models import Batch, Channel, Lane, Message, MessageClass, Template
from notifications.states import MessageState

PUMP_TASK = "notifications.tasks.pump"
MOVABLE = frozenset({MessageState.QUEUED, MessageState.CANCELLED, MessageState.SUPPRESSED})


@transaction.atomic
def plan(
    *,
    key: str,
    customer: Customer | None,
    branch: Branch,
    template: str = "",
    variables: Mapping[str, str] | None = None,
    body: str = "",
    message_class: MessageClass | None = None,
    channel: Channel = Channel.WHATSAPP,
    lane: Lane = Lane.NOTICE,
    notice: str = "",
    one_a_day: bool = False,
    may_sms: bool = False,
    may_call: bool = False,
    merges: bool = False,
    to_phone: str = "",
    to_email: str = "",
    batch: Batch | None = None,
    parent: Message | None = None,
    due_at: datetime,
    expires_at: datetime,
    by: Staff | None,
    at: datetime,
) -> Message:
    """Plan one message in the caller's transaction, or move the one planned under the same key.

    It says either a template with variables, or a body in free words with a class. A message that
    has left already stays as it is. Consent, the number and the quiet hours are looked at when it
    is due, so that a later "no" or a mended number counts. Where there is no address of ours to
    send from, somebody sends it by hand.
    """
    if merges and customer:
        hold([customer.pk])
    text = Template.objects.get(key=template) if template else None
    kind = message_class or (MessageClass(text.message_class) if text else MessageClass.PERSONAL)
    sender = sender_for(branch, channel)
    if sender is None and channel == Channel.WHATSAPP:
        channel = Channel.BY_HAND
    if channel == Channel.EMAIL and customer and not to_email:
        to_email = customer.email
    values: dict[str, Any] = {
        "branch": branch,
        "customer": customer,
        "template": text,
        "variables": dict(variables or {}),
        "body": body,
        "message_class": kind,
        "channel": channel,
        "sender": sender,
        "lane": lane,
        "notice": notice,
        "one_a_day": one_a_day,
        "may_sms": may_sms,
        "may_call": may_call,
        "merges": merges,
        "to_phone": to_phone,
        "to_email": to_email,
        "batch": batch,
        "parent": parent,
        # A person who answers a customer does not wait for the morning.
        "due_at": due_at if kind == MessageClass.PERSONAL else branch.after_quiet(due_at),
        "expires_at": expires_at,
    }
    message = _put(key, values, by=by, at=at)
    if message.state == MessageState.QUEUED and message.due_at <= at and message.sender_id:
        wake_on_commit(PUMP_TASK, message.sender_id)
    return message


def _put(key: str, values: dict[str, Any], *, by: Staff | None, at: datetime) -> Message:
    moves = Moves(at=at, by=by)
    message, is_new = Message.objects.get_or_create(key=key, defaults=values | {"created_at": at})
    if is_new:
        moves.started(message)
    else:
        release_these([message], at=at, by=by)
        message = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
        if message.state in MOVABLE:
            moves.move(
                message,
                MessageState.QUEUED,
                **values,
                attempts=0,
                problem="",
                error_code="",
                final_at=None,
            )
    moves.write()
    return message


@transaction.atomic
def cancel(*, key: str, by: Staff | None, at: datetime, note: str = "") -> bool:
    """Withdraw a message that has not left yet; say whether one was withdrawn."""
    waiting = Message.objects.filter(key=key, state=MessageState.QUEUED)
    release_these(Message.objects.filter(key=key), at=at, by=by)
    message = waiting.select_for_update(of=("self",)).first()
    if message is None:
        return False
    moves = Moves(at=at, by=by)
    moves.move(message, MessageState.CANCELLED, note=note, final_at=at)
    moves.write()
    return True
