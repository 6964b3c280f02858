"""What messages cost: no callback tells it, so the provider's list is read by sender and day.

A page has a thousand messages, so that even a big promo costs few questions, and a day on which a
sender was silent costs none. A day is read while it lasts, once it is over, and once more when late
prices have come; what has not changed is not written.
"""

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.utils import timezone

from notifications.actions.statements import Statement
from notifications.models import Channel, PricePull, SenderPace
from notifications.providers import twilio
from notifications.providers.twilio import Listed

logger = logging.getLogger(__name__)

PAGES_A_ROUND = 3
AGAIN_AFTER = timedelta(hours=1)
# A long list is not read through every hour.
AGAIN_AFTER_A_PAGE = timedelta(minutes=10)
ASK_AGAIN = timedelta(minutes=10)
# When the day's last prices are there, and when the very last.
SETTLED_AFTER, CLOSED_AFTER = timedelta(hours=3), timedelta(days=3)
# What is taken late in a day may be sent on the next.
QUEUED_FOR = timedelta(hours=4)

_PRICE = Statement("""
UPDATE notifications_message message SET price_micros = told.price, price_currency = told.currency
FROM unnest(%(sids)s::text[], %(prices)s::bigint[], %(currencies)s::text[])
    AS told (sid, price, currency)
WHERE message.provider_sid = told.sid
    AND (message.price_micros IS DISTINCT FROM told.price
        OR message.price_currency <> told.currency)
RETURNING message.id
""")


def pull_prices(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """Read a few pages of what is due; return how many messages got a price."""
    if not twilio.is_configured():
        return 0
    at = clock()
    _open_days(at=at)
    priced, left = 0, PAGES_A_ROUND
    due = PricePull.objects.filter(next_at__lte=at).select_related("sender")
    for pull in due.order_by("next_at", "pk")[:PAGES_A_ROUND]:
        while left and pull.next_at is not None and pull.next_at <= at:
            left -= 1
            priced += _read_page(pull, at=at)
    return priced


def _open_days(*, at: datetime) -> None:
    """A sender that sent something has prices to come."""
    since = at - QUEUED_FOR - timedelta(days=1)
    paces = SenderPace.objects.filter(
        last_success_at__gt=since, sender__channel__in=[Channel.WHATSAPP, Channel.SMS]
    )
    wanted = {
        (sender, day)
        for sender, last in paces.values_list("sender", "last_success_at")
        if last is not None
        for day in (_day(last), _day(last + QUEUED_FOR))
    }
    known = set(PricePull.objects.filter(day__gte=_day(since)).values_list("sender", "day"))
    PricePull.objects.bulk_create(
        [
            PricePull(sender_id=sender, day=day, next_at=max(at, _begins(day)) + AGAIN_AFTER)
            for sender, day in sorted(wanted - known)
        ],
        ignore_conflicts=True,
    )


def _read_page(pull: PricePull, *, at: datetime) -> int:
    """Read the next page of a day; a worker that dies in between reads it again."""
    old = pull.token, pull.pages
    try:
        rows, token = twilio.sent_on(
            pull.day, sender=pull.sender.address, token=pull.token, page=pull.pages
        )
    except twilio.LookUpFailed as problem:
        logger.warning("Prices of sender %s could not be asked for: %s", pull.sender_id, problem)
        rows, token, pull.next_at = [], pull.token, at + ASK_AGAIN
    else:
        pull.pages += 1
        if not token:
            pull.next_at, pull.pages = _next_pass(pull, at=at), 0
        pull.token = token[:200]
    mine = PricePull.objects.filter(pk=pull.pk, token=old[0], pages=old[1])
    mine.update(token=pull.token, pages=pull.pages, next_at=pull.next_at)
    return _note(rows)


def _next_pass(pull: PricePull, *, at: datetime) -> datetime | None:
    ends = _begins(pull.day) + timedelta(days=1)
    if at < ends + SETTLED_AFTER:
        again = at + max(AGAIN_AFTER, AGAIN_AFTER_A_PAGE * pull.pages)
        return min(again, ends + SETTLED_AFTER)
    return ends + CLOSED_AFTER if at < ends + CLOSED_AFTER else None


def _note(rows: Sequence[Listed]) -> int:
    told = [row for row in rows if row.price_micros is not None]
    if not told:
        return 0
    values = {
        "sids": [row.sid for row in told],
        "prices": [row.price_micros for row in told],
        "currencies": [row.currency[:3] for row in told],
    }
    return len(_PRICE.run(values))


def _day(at: datetime) -> date:
    return at.astimezone(UTC).date()


def _begins(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=UTC)
