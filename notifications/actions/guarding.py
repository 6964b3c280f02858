"""Counting how often the public links are opened from one place, whichever process answers."""

import ipaddress
from datetime import datetime, timedelta

from django.db import connection
from django.utils.crypto import salted_hmac

from notifications.models import LinkTries

# Codes are not guessed at this pace; a family behind one router is not locked out by it.
MOST_TRIES = 30
TRIES_WITHIN = timedelta(minutes=5)

_COUNT = f"""
    INSERT INTO {LinkTries._meta.db_table} AS known (place, tries, until)
    VALUES (%(place)s, 1, %(until)s)
    ON CONFLICT (place) DO UPDATE SET
        tries = CASE WHEN known.until <= %(at)s THEN 1 ELSE LEAST(known.tries + 1, 1000000) END,
        until = CASE WHEN known.until <= %(at)s THEN EXCLUDED.until ELSE known.until END
    RETURNING tries
"""  # noqa: S608


def is_too_often(address: str, *, at: datetime) -> bool:
    """Count one more opening; say whether it is one too many."""
    values: dict[str, str | datetime] = {
        "place": _place(address),
        "at": at,
        "until": at + TRIES_WITHIN,
    }
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        return int(cursor.fetchone()[0]) > MOST_TRIES


def forget_tries(*, at: datetime) -> int:
    """Where somebody was is nobody's business any longer."""
    return LinkTries.objects.filter(until__lte=at).delete()[0]


def _place(address: str) -> str:
    """One household has one IPv4 address, and a whole network of IPv6 ones."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        network = address
    else:
        width = 64 if found.version == 6 else 32
        network = str(ipaddress.ip_network((found, width), strict=False))
    return salted_hmac("notifications.link", network, algorithm="sha256").hexdigest()
