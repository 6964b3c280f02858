"""A sender's pace and its breaker: one row, one statement a slice, always by the database's clock.

`take` first writes down how the provider answered, then fills the bucket and grants tokens from it.
Tokens that found no message are given back at the next call.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models.functions import Now

from notifications.actions.statements import Statement
from notifications.models import Circuit, SenderPace
from notifications.providers.codes import ErrorClass

# The bucket holds a sixteenth of a second, and fills a little slower than it may: ten seconds make
# up for what a full bucket lets through at once, and a little more is for POSTs that left on time
# and arrive late: so no ten seconds hold more than the pace allows.
BURST_SECONDS = 0.0625
FILL = 1 - BURST_SECONDS / 10 - 0.0045
# So many failures without one success in between, and nothing more is tried for a while.
OPENS_AFTER = 10
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(minutes=5)
ACCOUNT_PAUSE = timedelta(minutes=2)
# A probe that never reports back does not keep the sender closed.
PROBE_TAKES = timedelta(seconds=60)
# "Stop" may have been written to us and not arrived: nothing promotional until we have listened.
DEAF_AFTER = timedelta(minutes=15)
TROUBLE = frozenset(
    {ErrorClass.SAFE, ErrorClass.UNKNOWN, ErrorClass.ACCOUNT, ErrorClass.CONTENT, ErrorClass.REVIEW}
)


@dataclass
class Health:
    """How the provider answered since the last call."""

    successes: int = 0
    failures: int = 0
    is_account: bool = False
    code: str = ""
    retry_after: int = 0

    def note(self, error: ErrorClass | None, code: str, retry_after: int | None) -> None:
        if error is None:
            self.successes += 1
        elif error in TROUBLE:
            self.failures += 1
            self.is_account |= error == ErrorClass.ACCOUNT
            self.code = code or self.code
            self.retry_after = max(self.retry_after, retry_after or 0)


@dataclass(frozen=True)
class Grant:
    """How many may go now, and how many of these may be campaign messages."""

    at: datetime
    total: int
    campaigns: int
    may_promote: bool
    is_probe: bool
    # Seconds until asking again is worth it, when there was less than wanted.
    wait: float
    address: str
    portfolio: int | None
    people_a_day: int | None


_TAKE = Statement("""
WITH filled AS (
    SELECT pace.*, sender.per_second, sender.address, sender.portfolio_id, portfolio.people_a_day,
        clock.at, cap.size, LEAST(cap.size * sender.reserve_percent / 100, cap.size - 1) AS reserve,
        LEAST(cap.size, pace.tokens + %(back)s + sender.per_second * %(fill)s
            * GREATEST(0, EXTRACT(EPOCH FROM clock.at - pace.refilled_at))) AS full_tokens
    FROM notifications_senderpace pace
    JOIN notifications_sender sender ON sender.id = pace.sender_id
    LEFT JOIN notifications_portfolio portfolio ON portfolio.id = sender.portfolio_id
    CROSS JOIN LATERAL (SELECT GREATEST(1, sender.per_second * %(burst)s) AS size) cap
    CROSS JOIN LATERAL (SELECT clock_timestamp() AS at) clock
    WHERE pace.sender_id = %(sender)s AND (%(want)s = 0 OR NOT sender.is_paused)
    FOR UPDATE OF pace
), judged AS (
    SELECT filled.*, %(ok)s > 0 AS works,
        %(ok)s = 0 AND %(failed)s > 0 AND NOT (circuit = 'open' AND open_until > at) AND (
            circuit <> 'closed' OR %(account)s OR failures + %(failed)s >= %(opens_after)s
        ) AS opens
    FROM filled
), counted AS (
    SELECT judged.*,
        CASE WHEN works THEN 0 WHEN opens AND circuit = 'closed' THEN %(opens_after)s
            WHEN opens THEN failures + 1 WHEN circuit = 'closed' THEN failures + %(failed)s
            ELSE failures END AS new_failures,
        CASE WHEN works THEN 'closed' WHEN opens THEN 'open' ELSE circuit END AS met
    FROM judged
), ruled AS (
    SELECT counted.*,
        CASE WHEN opens THEN at + GREATEST(
                CASE WHEN %(account)s THEN %(account_pause)s ELSE LEAST(%(longest)s,
                    %(first)s * 2 ^ LEAST(GREATEST(new_failures - %(opens_after)s, 0), 10)) END,
                make_interval(secs => %(retry_after)s))
            WHEN met = 'closed' THEN NULL ELSE open_until END AS until
    FROM counted
), granted AS (
    SELECT ruled.*, LEAST(floor(full_tokens),
        CASE WHEN met = 'closed' THEN %(want)s WHEN until <= at THEN LEAST(%(want)s, 1) ELSE 0 END
        )::int AS total
    FROM ruled
), probed AS (
    SELECT granted.*, met <> 'closed' AND total > 0 AS is_probe FROM granted
)
UPDATE notifications_senderpace pace SET
    tokens = full_tokens - total,
    refilled_at = GREATEST(at, pace.refilled_at),
    failures = new_failures,
    circuit = CASE WHEN is_probe THEN 'half_open' ELSE met END,
    open_until = CASE WHEN is_probe THEN at + %(probe)s ELSE until END,
    last_success_at = CASE WHEN %(ok)s > 0 THEN at ELSE pace.last_success_at END,
    last_failure_at = CASE WHEN %(failed)s > 0 THEN at ELSE pace.last_failure_at END,
    last_error_code = CASE WHEN %(failed)s > 0 THEN %(code)s ELSE pace.last_error_code END
FROM probed WHERE pace.sender_id = probed.sender_id
RETURNING at, total,
    CASE WHEN probed.campaigns_rest_until > at THEN 0 WHEN is_probe THEN total
        ELSE GREATEST(0, LEAST(total, %(campaigns)s, floor(full_tokens - reserve)))::int END,
    COALESCE(probed.inbound_seen_until > at - %(deaf_after)s, TRUE), is_probe,
    (CASE WHEN met <> 'closed' THEN EXTRACT(EPOCH FROM until - at)
        ELSE size / 3 / per_second END)::float8,
    address, portfolio_id, people_a_day
""")


def take(
    sender: int, *, want: int, campaigns: int, back: int = 0, health: Health | None = None
) -> Grant | None:
    """Take up to so many tokens, None when the sender is paused or unknown.

    Of these, campaigns may have so many, and never those of the sender's reserve.
    """
    told = health or Health()
    values: dict[str, Any] = {
        "sender": sender,
        "want": want,
        "campaigns": campaigns,
        "back": back,
        "ok": told.successes,
        "failed": told.failures,
        "account": told.is_account,
        "code": told.code,
        "retry_after": float(told.retry_after),
        "fill": FILL,
        "burst": BURST_SECONDS,
        "opens_after": OPENS_AFTER,
        "first": FIRST_PAUSE,
        "longest": LONGEST_PAUSE,
        "account_pause": ACCOUNT_PAUSE,
        "probe": PROBE_TAKES,
        "deaf_after": DEAF_AFTER,
    }
    rows = _TAKE.run(values)
    return Grant(*rows[0]) if rows else None


def unprobe(sender: int) -> None:
    """There was nothing to try with: the next message is the probe."""
    SenderPace.objects.filter(sender=sender, circuit=Circuit.HALF_OPEN).update(
        circuit=Circuit.OPEN, open_until=Now()
    )


def rest_campaigns(sender: int, *, until: datetime, code: str) -> None:
    """Keep campaigns of this sender back for a while, because the provider has had enough."""
    pace = SenderPace.objects.filter(sender=sender)
    pace.exclude(campaigns_rest_until__gte=until).update(
        campaigns_rest_until=until, last_error_code=code
    )
