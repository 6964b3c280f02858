"""Rounds that bring every message to an end, whatever became of the worker that had it."""

from collections.abc import Callable
from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from notifications import failpoints
from notifications.actions.reconciling import reconcile
from notifications.actions.statements import Statement
from notifications.models import Heartbeat
from notifications.providers import twilio

LOST = _("Pengirim tidak kembali")

_REAP = Statement("""
WITH lost AS (
    SELECT id FROM notifications_message WHERE state = 'sending' AND lease_until <= %(at)s
    ORDER BY id LIMIT 5000 FOR NO KEY UPDATE SKIP LOCKED
), moved AS (
    UPDATE notifications_message message SET state = 'unknown', unknown_since = %(at)s
    FROM lost WHERE message.id = lost.id RETURNING message.id
), told AS (
    INSERT INTO notifications_messageevent
        (message_id, old, new, provider_status, error_code, at, note)
    SELECT id, 'sending', 'unknown', '', '', %(at)s, %(note)s FROM moved ORDER BY id
)
SELECT count(*) FROM moved
""")


def settle(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """One round of lost claims and unknown outcomes; return how many were settled."""
    reap(at=clock())
    failpoints.reach("after_reaping")
    settled = reconcile(clock) if twilio.is_configured() else 0
    failpoints.reach("after_settling")
    return settled


def reap(*, at: datetime) -> int:
    """A worker that did not come back in time may have posted or not."""
    [(lost,)] = _REAP.run({"at": at, "note": LOST})
    return int(lost)


def note_heartbeat(name: str) -> None:
    """Say that a job ran to its end just now."""
    Heartbeat.objects.update_or_create(name=name, defaults={"at": Now()})
