"""How a message fares at the provider: one statement for what comes three times a message."""

import logging
import uuid
from contextlib import nullcontext
from datetime import datetime, timedelta

from django.db import IntegrityError, connection, transaction

from notifications.actions import pacing
from notifications.actions.falling_back import fall_back, recall
from notifications.actions.moves import Moves, locked
from notifications.actions.sending import ASK_AGAIN_AFTER, TWICE
from notifications.actions.statements import Statement
from notifications.actions.stopping import note_refusal
from notifications.actions.suppressing import obey_provider
from notifications.models import Message
from notifications.providers.codes import ErrorClass, classify, words
from notifications.states import FINAL, RANK, MessageState, ProviderStatus

logger = logging.getLogger(__name__)

ARRIVED = frozenset({ProviderStatus.DELIVERED, ProviderStatus.READ})
FAILURES = FINAL - ARRIVED
# How long campaigns rest when WhatsApp says that it was too much: for now, or for the day.
REST, REST_FOR_THE_DAY = timedelta(minutes=5), timedelta(hours=1)
DAILY_LIMIT = "63038"

_APPLY = Statement("""
WITH found AS (
    SELECT id, parent_id, state, provider_sid, provider_rank FROM notifications_message
    WHERE public_id = %(public_id)s FOR NO KEY UPDATE
), judged AS (
    SELECT found.*, provider_rank < %(delivered)s AND (
        EXISTS (SELECT FROM notifications_message child WHERE child.parent_id = found.id)
        OR EXISTS (SELECT FROM notifications_callreason reason
            WHERE reason.message_id IN (found.id, found.parent_id))
        OR EXISTS (SELECT FROM notifications_message parent
            WHERE parent.id = found.parent_id AND parent.parent_id IS NOT NULL)) AS has_substitute
    FROM found
), rising AS (
    SELECT * FROM judged WHERE (state IN ('queued', 'sending', 'unknown', 'abandoned')
        OR (state = 'accepted' AND provider_sid = %(sid)s AND provider_rank < %(rank)s))
        AND NOT (%(alone)s AND has_substitute)
), moved AS (
    UPDATE notifications_message message SET
        state = 'accepted',
        provider_sid = %(sid)s,
        provider_status = %(status)s,
        provider_rank = %(rank)s,
        accepted_at = COALESCE(message.accepted_at, %(at)s),
        lease = NULL, lease_until = NULL, unknown_since = NULL,
        error_code = %(code)s,
        problem = %(problem)s,
        final_at = CASE WHEN %(is_final)s THEN %(at)s ELSE message.final_at END,
        ask_again_at = CASE WHEN %(is_final)s THEN NULL
            ELSE COALESCE(message.ask_again_at, %(at)s + %(ask_after)s) END
    FROM rising WHERE message.id = rising.id
), told AS (
    INSERT INTO notifications_messageevent
        (message_id, old, new, provider_status, error_code, at, note)
    SELECT id, state, 'accepted', %(status)s, %(code)s, %(at)s, '' FROM rising
)
SELECT id, state, provider_sid, EXISTS (SELECT FROM rising), has_substitute FROM judged
""")


def apply_status(
    public_id: uuid.UUID, *, sid: str, status: str, error_code: str, at: datetime
) -> bool:
    """Apply a status that ranks higher than what is known; say whether anything changed.

    It comes twice, in any order, and before the answer to the POST: our id in its address is the
    proof that the provider has the message.
    """
    if status not in ProviderStatus.values or not sid:
        logger.warning("A status (%s) that nobody knows", status[:20])
        return False
    told, code = ProviderStatus(status), error_code[:12]
    values: dict[str, object] = {
        "public_id": public_id,
        "sid": sid[:80],
        "status": told.value,
        "rank": RANK[told],
        "code": code,
        "problem": words(code),
        "is_final": told in FINAL,
        "at": at,
        "ask_after": ASK_AGAIN_AFTER,
        "delivered": RANK[ProviderStatus.DELIVERED],
    }
    try:
        if told not in FAILURES and (is_new := _apply_alone(values, sid=sid)) is not None:
            return is_new
        return _apply({**values, "alone": False}, told, sid=sid, code=code, at=at)
    except IntegrityError:
        logger.exception("The id in a status (%s) belongs to another message of ours", told)
        return False


def _apply_alone(values: dict[str, object], *, sid: str) -> bool | None:
    """In one round trip, which nearly every status is; None when it leads to something more."""
    with transaction.atomic() if connection.in_atomic_block else nullcontext():
        rows = _APPLY.run({**values, "alone": True})
    if not rows:
        return None
    _pk, state, known_sid, is_new, has_substitute = rows[0]
    is_double = not is_new and state == MessageState.ACCEPTED and known_sid != sid
    return None if has_substitute or is_double else bool(is_new)


@transaction.atomic
def _apply(
    values: dict[str, object], status: ProviderStatus, *, sid: str, code: str, at: datetime
) -> bool:
    rows = _APPLY.run(values)
    if not rows:
        logger.warning("A status (%s) for a message that is not ours", status)
        return False
    pk, state, known_sid, is_new, has_substitute = rows[0]
    if is_new and status in ARRIVED and has_substitute:
        recall(locked([pk]).select_related("parent").get(), at=at)
    elif is_new and status in FAILURES:
        _follow(pk, code=code, at=at)
    elif state == MessageState.ACCEPTED and known_sid != sid:
        _note_double(pk, sid, at=at)
    return bool(is_new)


def _follow(pk: int, *, code: str, at: datetime) -> None:
    """What a failure that is final leads to."""
    message, error = locked([pk]).get(), classify(code)
    if error == ErrorClass.OPTED_OUT:
        obey_provider(message, code=code, at=at)
    if error == ErrorClass.CONTENT:
        note_refusal(message, code=code, at=at)
    if error == ErrorClass.RATE and message.sender_id:
        rest = REST_FOR_THE_DAY if code == DAILY_LIMIT else REST
        pacing.rest_campaigns(message.sender_id, until=at + rest, code=code)
    fall_back(message, error=error, at=at)


def _note_double(pk: int, sid: str, *, at: datetime) -> None:
    """The provider has it twice: nothing can be done, but it must be seen."""
    logger.error("Message %s was created twice at the provider", pk)
    note = f"{TWICE}: {sid}"
    message = Message.objects.get(pk=pk)
    if not message.events.filter(note=note).exists():
        moves = Moves(at=at)
        moves.change(message, note=note)
        moves.write()
