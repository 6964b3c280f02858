"""When something happened between a customer and the clinic: the order of her time line.

Every source is asked at once, by hand, for nothing but keys and moments. What is drawn is read
afterwards, and only what a page shows.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from functools import cache

from django.db import connection
from django.utils import timezone

from customers.models import Customer

PAGE = 30


class Kind(IntEnum):
    """What it was; of several at one moment the lower stands first."""

    REPLY = 0
    MESSAGE = 1
    CONTROL = 2
    SLIP = 3
    VISIT = 4
    CONSENT = 5
    CHANGE = 6
    REGISTRATION = 7


_SOURCES: dict[Kind, str] = {
    Kind.REPLY: "SELECT id, at FROM notifications_inboundmessage WHERE customer_id = %(customer)s",
    # What was said together with others stands there once, as it was said.
    Kind.MESSAGE: """
        SELECT id, coalesce(accepted_at, final_at, created_at) AS at FROM notifications_message
        WHERE customer_id = %(customer)s AND state <> 'merged'
    """,
    Kind.CONTROL: """
        SELECT e.id, e.at FROM treatments_control c
        JOIN treatments_controlevent e ON e.control_id = c.id WHERE c.customer_id = %(customer)s
    """,
    Kind.SLIP: "SELECT id, created_at AS at FROM treatments_slip WHERE customer_id = %(customer)s",
    Kind.VISIT: "SELECT id, arrived_at AS at FROM visits_visit WHERE customer_id = %(customer)s",
    Kind.CONSENT: "SELECT id, at FROM customers_consentevent WHERE customer_id = %(customer)s",
    # Fields that were changed with one press stand together.
    Kind.CHANGE: """
        SELECT min(id) AS id, at FROM customers_customerevent
        WHERE customer_id = %(customer)s GROUP BY at, by_id
    """,
    Kind.REGISTRATION: """
        SELECT 0 AS id, created_at AS at FROM customers_customer WHERE id = %(customer)s
    """,
}
_NEWEST = """
(SELECT {kind} AS kind, id, at FROM ({source}) AS source{older}
ORDER BY at DESC, id DESC LIMIT {most})
"""
_OLDER = """
WHERE at < %(at)s OR at = %(at)s AND ({kind} > %(kind)s OR {kind} = %(kind)s AND id < %(pk)s)
"""


@dataclass(frozen=True)
class Moment:
    at: datetime
    kind: Kind
    pk: int

    def __str__(self) -> str:
        """As the address of the next page carries it."""
        return f"{self.at.isoformat()}_{self.kind}_{self.pk}"

    @classmethod
    def read(cls, text: str) -> "Moment | None":
        try:
            at, kind, pk = text.split("_")
            moment = cls(datetime.fromisoformat(at), Kind(int(kind)), int(pk))
        except ValueError:
            return None
        return moment if timezone.is_aware(moment.at) and 0 <= moment.pk < 2**63 else None


def newest_moments(customer: Customer, *, before: Moment | None) -> list[Moment]:
    """Return a page of moments, newest first, and one more if there are more."""
    values: dict[str, int | datetime] = {"customer": customer.pk}
    if before:
        values |= {"at": before.at, "kind": int(before.kind), "pk": before.pk}
    with connection.cursor() as cursor:
        cursor.execute(_question(is_continued=before is not None), values)
        return [Moment(at, Kind(kind), pk) for kind, pk, at in cursor.fetchall()]


@cache
def _question(*, is_continued: bool) -> str:
    parts = (
        _NEWEST.format(
            kind=int(kind),
            source=source,
            older=_OLDER.format(kind=int(kind)) if is_continued else "",
            most=PAGE + 1,
        )
        for kind, source in _SOURCES.items()
    )
    return f"{' UNION ALL '.join(parts)} ORDER BY at DESC, kind, id DESC LIMIT {PAGE + 1}"
