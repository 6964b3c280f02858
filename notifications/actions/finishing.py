"""What became of the POSTs, written down for a whole slice at once.

An acceptance counts whoever tells of it first; anything else counts only while the lease is ours.
"""

import json
import logging
import random
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction

from notifications.actions.falling_back import fall_back
from notifications.actions.moves import Moves, locked
from notifications.actions.sending import ASK_AGAIN_AFTER, accept
from notifications.actions.statements import Statement
from notifications.actions.stopping import note_refusal
from notifications.actions.suppressing import obey_provider
from notifications.models import DaySlot
from notifications.providers.codes import ErrorClass, words
from notifications.providers.outcome import Outcome
from notifications.states import RANK, MessageState, ProviderStatus

logger = logging.getLogger(__name__)

FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
WAIT_FOR_ACCOUNT = timedelta(minutes=2)
UNCLEAR = 20500


@dataclass(frozen=True, slots=True)
class Posted:
    """A claim that was posted, or was not because it came too late."""

    pk: int
    lease: uuid.UUID
    attempts: int
    outcome: Outcome


_FINISH = Statement("""
WITH told AS (
    SELECT * FROM json_to_recordset(%(told)s::json) AS told (id bigint, lease uuid, state text,
        sid text, status text, rank int, code text, problem text, due_at timestamptz)
), held AS (
    SELECT told.*, message.state AS old
    FROM notifications_message message JOIN told ON told.id = message.id
    WHERE CASE told.state
        WHEN 'accepted' THEN message.state IN ('queued', 'sending', 'unknown', 'abandoned')
        WHEN 'queued' THEN message.lease = told.lease AND message.state IN ('sending', 'unknown')
        ELSE message.lease = told.lease AND message.state = 'sending' END
    ORDER BY message.id FOR NO KEY UPDATE OF message
), moved AS (
    UPDATE notifications_message message SET
        state = held.state,
        provider_sid = held.sid,
        provider_status = held.status,
        provider_rank = held.rank,
        accepted_at = CASE held.state WHEN 'accepted' THEN clock.at END,
        ask_again_at = CASE held.state WHEN 'accepted' THEN clock.at + %(ask_after)s END,
        due_at = COALESCE(held.due_at, message.due_at),
        lease = CASE held.state WHEN 'unknown' THEN message.lease END,
        lease_until = CASE held.state WHEN 'unknown' THEN message.lease_until END,
        unknown_since = CASE held.state WHEN 'unknown' THEN clock.at END,
        final_at = CASE held.state WHEN 'failed' THEN clock.at END,
        error_code = held.code,
        problem = held.problem
    FROM held CROSS JOIN (SELECT %(at)s::timestamptz AS at) clock WHERE message.id = held.id
), told_on AS (
    INSERT INTO notifications_messageevent
        (message_id, old, new, provider_status, error_code, at, note)
    SELECT id, old, state, status, code, %(at)s, '' FROM held ORDER BY id
)
SELECT id FROM held
""")


def finish(posted: Sequence[Posted], *, at: datetime) -> int:
    """Write down the outcomes; return how many messages the provider took."""
    try:
        return _finish(posted, at=at)
    except IntegrityError:
        # One of them carries an id that another row has; the others must not wait for it.
        if len(posted) == 1:
            logger.exception("The outcome of message %s cannot be kept", posted[0].pk)
            return 0
        return sum(finish([one], at=at) for one in posted)


@transaction.atomic
def _finish(posted: Sequence[Posted], *, at: datetime) -> int:
    # As JSON, which C code writes: an array a column costs more than the rest of this function.
    rows = json.dumps([_row(one, at=at) for one in posted])
    values = {"told": rows, "ask_after": ASK_AGAIN_AFTER, "at": at}
    applied = {pk for (pk,) in _FINISH.run(values)}
    for one in posted:
        if one.outcome.sid:
            if one.pk not in applied:
                _accepted_before(one, at=at)
        elif one.pk in applied and one.outcome.is_final:
            _failed(one, at=at)
    return sum(1 for one in posted if one.outcome.sid and one.pk in applied)


def _row(one: Posted, *, at: datetime) -> dict[str, object]:
    """A row of `told` in the statement."""
    outcome = one.outcome
    row: dict[str, object] = {
        "id": one.pk,
        "lease": str(one.lease),
        "sid": outcome.sid or None,
        "status": "",
        "rank": 0,
        "code": outcome.code,
        "problem": words(outcome.code),
    }
    if outcome.sid:
        known = outcome.status in ProviderStatus.values
        status = ProviderStatus(outcome.status) if known else ProviderStatus.ACCEPTED
        accepted = {"status": status.value, "rank": RANK[status], "code": "", "problem": ""}
        return row | accepted | {"state": MessageState.ACCEPTED.value}
    if outcome.error in (ErrorClass.SAFE, ErrorClass.ACCOUNT):
        again = (at + _wait(one)).isoformat()
        return row | {"state": MessageState.QUEUED.value, "due_at": again}
    if outcome.error == ErrorClass.UNKNOWN:
        return row | {
            "state": MessageState.UNKNOWN.value,
            "problem": words(UNCLEAR),
        }
    return row | {"state": MessageState.FAILED.value}


def _wait(one: Posted) -> timedelta:
    """Longer each time, never all at the same moment, never shorter than the provider asks."""
    if one.outcome.error == ErrorClass.ACCOUNT:
        return WAIT_FOR_ACCOUNT
    wait = min(FIRST_WAIT * 2 ** min(max(one.attempts - 1, 0), 10), LONGEST_WAIT)
    jittered: timedelta = wait * random.uniform(0.7, 1.3)
    return max(jittered, timedelta(seconds=one.outcome.retry_after or 0))


def _accepted_before(one: Posted, *, at: datetime) -> None:
    """A callback was quicker, or it is the second message for one row of ours."""
    message = locked([one.pk]).first()
    if message is not None:
        moves = Moves(at=at)
        accept(message, moves, sid=one.outcome.sid, status=one.outcome.status)
        moves.write()


def _failed(one: Posted, *, at: datetime) -> None:
    """Refused for good: the day is free again for another message, and something stands in."""
    DaySlot.objects.filter(message=one.pk).delete()
    message = locked([one.pk]).get()
    error = one.outcome.error or ErrorClass.REVIEW
    if error == ErrorClass.OPTED_OUT:
        obey_provider(message, code=one.outcome.code, at=at)
    if error == ErrorClass.CONTENT:
        note_refusal(message, code=one.outcome.code, at=at)
    fall_back(message, error=error, at=at)
