"""Planned in the deed's own transaction, under a key that says what it is about."""

from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.broker import wake_on_commit
from frontdesk.staff.models import Staff
from notifications.actions.moves import Moves
from notifications.actions.senders import sender_for
from notifications.models import Channel, Message, Template
from notifications.states import MessageState

SEND_TASK = "notifications.tasks.send_due"
MOVABLE = frozenset({MessageState.QUEUED, MessageState.CANCELLED, MessageState.SUPPRESSED})


@transaction.atomic
def plan(
    *,
    key: str,
    customer: Customer,
    branch: Branch,
    template: str,
    variables: dict[str, str],
    due_at: datetime,
    expires_at: datetime,
    by: Staff | None,
    at: datetime,
) -> Message:
    """Plan one message in the caller's transaction, or move the one planned under the same key.

    A message that has left already stays as it is. Quiet hours, consent and the number are looked
    at when it is due, so that a later "no" or a mended number counts.
    """
    text = Template.objects.get(key=template)
    sender = sender_for(branch, Channel.WHATSAPP)
    values: dict[str, Any] = {
        "branch": branch,
        "customer": customer,
        "template": text,
        "sender": sender,
        "message_class": text.message_class,
        "variables": variables,
        "due_at": branch.after_quiet(due_at),
        "expires_at": expires_at,
    }
    moves = Moves(at=at, by=by)
    message, is_new = Message.objects.get_or_create(key=key, defaults=values | {"created_at": at})
    if is_new:
        moves.started(message)
    else:
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
    if message.state == MessageState.QUEUED and message.due_at <= at:
        wake_on_commit(SEND_TASK)
    return message


@transaction.atomic
def cancel(*, key: str, by: Staff | None, at: datetime, note: str = "") -> bool:
    """Withdraw a message that has not left yet; say whether one was withdrawn."""
    waiting = Message.objects.filter(key=key, state=MessageState.QUEUED)
    message = waiting.select_for_update(of=("self",)).first()
    if message is None:
        return False
    moves = Moves(at=at, by=by)
    moves.move(message, MessageState.CANCELLED, note=note, final_at=at)
    moves.write()
    return True
