"""What may be done to a message: planned and withdrawn by the apps, sent and settled by the workers."""

from datetime import datetime

from django.db import transaction

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.models import Message, MessageEvent, Template
from notifications.states import TRANSITIONS, MessageState


class CannotChangeMessage(Exception):
    """The message says why, in words the desk may read."""


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
    values = {
        "branch": branch,
        "customer": customer,
        "template": text,
        "message_class": text.message_class,
        "variables": variables,
        "due_at": branch.after_quiet(due_at),
        "expires_at": expires_at,
    }
    message, is_new = Message.objects.get_or_create(key=key, defaults=values | {"created_at": at})
    if is_new:
        _note(message, old="", by=by, at=at)
        return message
    reopen = {MessageState.QUEUED, MessageState.CANCELLED, MessageState.SUPPRESSED}
    moved = Message.objects.filter(pk=message.pk, state__in=reopen, attempts=0).update(
        **values, state=MessageState.QUEUED, problem="", final_at=None
    )
    if moved:
        old = message.state
        message.refresh_from_db()
        _note(message, old=old, by=by, at=at)
    return message


@transaction.atomic
def cancel(*, key: str, by: Staff | None, at: datetime, note: str = "") -> bool:
    """Withdraw a message that has not left yet; say whether one was withdrawn."""
    message = Message.objects.filter(key=key, state=MessageState.QUEUED).first()
    if message is None:
        return False
    return _move(message, to=MessageState.CANCELLED, by=by, at=at, note=note, final_at=at)


def _move(
    message: Message,
    *,
    to: MessageState,
    by: Staff | None,
    at: datetime,
    note: str = "",
    **fields: object,
) -> bool:
    old = MessageState(message.state)
    if to not in TRANSITIONS[old]:
        return False
    # Filtering on the old state makes the slower of two workers lose.
    moved = Message.objects.filter(pk=message.pk, state=old).update(state=to, **fields)
    if not moved:
        return False
    message.refresh_from_db()
    _note(message, old=old, by=by, at=at, note=note)
    return True


def _note(
    message: Message, *, old: str, by: Staff | None, at: datetime, note: str = ""
) -> None:
    MessageEvent.objects.create(
        message=message,
        old=old,
        new=message.state,
        provider_status=message.provider_status,
        error_code=message.error_code,
        by=by,
        at=at,
        note=note,
    )
