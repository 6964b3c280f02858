"""Statuses that did not come by themselves are asked for, ever more rarely, for three days."""

import logging
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from django.utils import timezone

from notifications.actions.sending import ASK_AGAIN_AFTER
from notifications.actions.statements import Statement
from notifications.actions.statuses import apply_status
from notifications.models import Channel, Message
from notifications.providers import twilio

logger = logging.getLogger(__name__)

A_ROUND = 50
ASKED_FOR = timedelta(hours=72)

# Each question is twice as far from the last as that was from the one before.
_DUE = Statement("""
WITH due AS (
    SELECT id FROM notifications_message WHERE ask_again_at <= %(at)s
    ORDER BY ask_again_at LIMIT %(most)s FOR NO KEY UPDATE SKIP LOCKED
)
UPDATE notifications_message message SET ask_again_at = CASE
    WHEN accepted_at <= %(at)s - %(asked_for)s OR final_at IS NOT NULL OR channel = 'email'
    THEN NULL
    ELSE LEAST(%(at)s + GREATEST(%(at)s - accepted_at, %(least)s), accepted_at + %(asked_for)s) END
FROM due WHERE message.id = due.id AND state = 'accepted'
RETURNING channel, message.id, public_id, provider_sid
""")


def poll_stale(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Ask for messages that should have arrived by now; return how many have news."""
    if not twilio.is_configured():
        return 0
    values: dict[str, object] = {
        "at": clock(),
        "most": A_ROUND,
        "asked_for": ASKED_FOR,
        "least": ASK_AGAIN_AFTER,
    }
    # A mail server tells no more than it said when it took the message.
    asked = [row for channel, *row in _DUE.run(values) if channel != Channel.EMAIL]
    return sum(_ask(*row, at=clock()) for row in asked)


def _ask(pk: int, public_id: uuid.UUID, sid: str, *, at: datetime) -> bool:
    try:
        told = twilio.fetch(sid)
    except twilio.LookUpFailed as problem:
        logger.warning("The status of message %s could not be asked for: %s", pk, problem)
        return False
    if told.price_micros is not None:
        Message.objects.filter(pk=pk).update(
            price_micros=told.price_micros, price_currency=told.currency[:3]
        )
    return apply_status(public_id, sid=sid, status=told.status, error_code=told.code, at=at)
