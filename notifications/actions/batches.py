"""Many messages started, paused and cancelled as one: claiming looks only at running batches."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from frontdesk.broker import wake_on_commit
from frontdesk.staff.models import Staff
from notifications.actions.planning import PUMP_TASK
from notifications.models import Batch, BatchState, Message, MessageEvent, Sender, Template
from notifications.states import MessageState

WITHDRAWN_AT_ONCE = 10_000

MOVES: Mapping[BatchState, frozenset[BatchState]] = {
    BatchState.RUNNING: frozenset({BatchState.PAUSED, BatchState.CANCELLED, BatchState.DONE}),
    BatchState.PAUSED: frozenset({BatchState.RUNNING, BatchState.CANCELLED}),
    BatchState.CANCELLED: frozenset(),
    BatchState.DONE: frozenset(),
}


def open_batch(*, name: str, template: Template | None, at: datetime) -> Batch:
    """Return a batch that is filled first: nothing leaves before it is resumed."""
    return Batch.objects.create(
        name=name, state=BatchState.PAUSED, template=template, created_at=at
    )


def pause(batch: Batch) -> bool:
    return _move(batch, BatchState.PAUSED)


@transaction.atomic
def resume(batch: Batch) -> bool:
    moved = _move(batch, BatchState.RUNNING)
    if moved:
        for sender in _senders(batch):
            wake_on_commit(PUMP_TASK, sender)
    return moved


def cancel_batch(batch: Batch) -> bool:
    """From the commit on nothing of it is claimed; `withdraw` then takes its messages back."""
    return _move(batch, BatchState.CANCELLED)


@transaction.atomic
def close_batch(batch: Batch) -> bool:
    """End a batch that is through; what began to stand in just now leaves without it."""
    moved = _move(batch, BatchState.DONE)
    if moved:
        late = Message.objects.filter(batch=batch, state=MessageState.QUEUED)
        late.exclude(parent=None).update(batch=None)
    return moved


def hold(batch: int | None) -> Batch | None:
    """Return a batch that nobody moves before this transaction is through; others may hold it."""
    if batch is None:
        return None
    [held] = Batch.objects.raw(
        f"SELECT * FROM {Batch._meta.db_table} WHERE id = %s FOR SHARE",  # noqa: S608
        [batch],
    )
    return held


def _move(batch: Batch, to: BatchState) -> bool:
    """Say whether it was us who moved it."""
    olds = [old for old, news in MOVES.items() if to in news]
    moved = Batch.objects.filter(pk=batch.pk, state__in=olds).update(state=to)
    batch.refresh_from_db(fields=["state"])
    return bool(moved)


def _senders(batch: Batch) -> list[int]:
    waiting = Message.objects.filter(sender=OuterRef("pk"), batch=batch, state=MessageState.QUEUED)
    return list(Sender.objects.filter(Exists(waiting)).values_list("pk", flat=True))


@transaction.atomic
def withdraw(batch: Batch, *, by: Staff | None, at: datetime, most: int = WITHDRAWN_AT_ONCE) -> int:
    """Cancel waiting messages of a cancelled batch, some thousands at a time; say how many."""
    if batch.state != BatchState.CANCELLED:
        return 0
    writer = by.pk if by else None
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, {"batch": batch.pk, "most": most, "at": at, "by": writer})
        return int(cursor.fetchone()[0])


_WITHDRAW = f"""
    WITH waiting AS (
        SELECT id FROM {Message._meta.db_table}
        WHERE batch_id = %(batch)s AND state = '{MessageState.QUEUED}'
        ORDER BY id LIMIT %(most)s FOR UPDATE SKIP LOCKED
    ),
    moved AS (
        UPDATE {Message._meta.db_table} message
        SET state = '{MessageState.CANCELLED}', final_at = %(at)s
        FROM waiting WHERE message.id = waiting.id RETURNING message.id
    ),
    told AS (
        INSERT INTO {MessageEvent._meta.db_table}
            (message_id, old, new, provider_status, error_code, by_id, at, note)
        SELECT id, '{MessageState.QUEUED}', '{MessageState.CANCELLED}', '', '', %(by)s, %(at)s, ''
        FROM moved
    )
    SELECT count(*) FROM moved
"""  # noqa: S608
