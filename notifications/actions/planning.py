"""Planned in the deed's own transaction, under a key that says what it is about."""

import logging
import time
from datetime import datetime
from functools import partial
from typing import Any

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.actions.moves import Moves
from notifications.models import Message, Template
from notifications.states import MessageState

logger = logging.getLogger(__name__)

SEND_TASK = "notifications.tasks.send_due"
WAKE_EXPIRES = 10
# A broker that does not answer costs a page 20 ms, and only once in this many seconds.
QUIET_AFTER_FAILURE = 5.0
PUBLISH_AT_ONCE = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0,
    "interval_max": 0,
    "connect_retries_timeout": 1,
    "socket_timeout": 1,
    "socket_connect_timeout": 1,
}
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
    values: dict[str, Any] = {
        "branch": branch,
        "customer": customer,
        "template": text,
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
        transaction.on_commit(partial(wake, at=time.monotonic()), robust=True)
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


class _Broker:
    """When publishing failed last, so that a dead broker is not asked at every click."""

    failed_at = float("-inf")


def wake(*, at: float) -> None:
    """Tell a worker to look now; without a broker the message waits for the next beat."""
    if at - _Broker.failed_at < QUIET_AFTER_FAILURE:
        return
    options = {**current_app.conf.broker_transport_options, **PUBLISH_AT_ONCE}
    try:
        with current_app.connection_for_write(transport_options=options) as connection:
            current_app.send_task(
                SEND_TASK, connection=connection, expires=WAKE_EXPIRES, retry=False
            )
    except (KombuError, OSError):
        _Broker.failed_at = at
        logger.warning("The broker does not answer; due messages wait for the next beat")
