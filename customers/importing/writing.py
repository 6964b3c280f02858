"""Writing a batch of new customers with one statement, as fast as the database takes them."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection

from customers.importing.rows import Entry
from customers.importing.tags import ListTags
from customers.models import ConsentEvent, ConsentSource, CustomerEvent, CustomerTag
from frontdesk.staff.models import Staff

# Read as columns: an ORM row each would cost as much as the rest of the reading together.
_INSERT = """
    INSERT INTO customers_customer (
        member_number, import_key, home_branch_id, name, phone, birth_date, call_name, honorific,
        address, allergies, notes, email, created_at, created_by_id, version
    )
    SELECT t.*, %s, %s, 1 FROM unnest(
        %s::text[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::date[], %s::text[],
        %s::text[], %s::text[], %s::text[], %s::text[], %s::text[]
    ) AS t
    ON CONFLICT DO NOTHING
    RETURNING import_key, id
"""


def write_customers(
    entries: Sequence[Entry], *, reserved: frozenset[str], by: Staff | None, at: datetime
) -> dict[str, int]:
    """Write new customers and return their ids by import key.

    Whoever has no number of her own gets the next one that the list does not bring (`reserved`).
    Missing in the answer is an entry whose number the desk gave out a moment ago.
    """
    if not entries:
        return {}
    without = sum(1 for entry in entries if not entry.member)
    numbers = iter(_next_numbers(without, reserved))
    rows = [
        (
            entry.member or next(numbers),
            entry.import_key,
            entry.branch.pk,
            entry.name,
            entry.phone,
            entry.birth_date,
            entry.call_name,
            entry.honorific,
            entry.address,
            entry.allergies,
            entry.notes,
            entry.email,
        )
        for entry in entries
    ]
    with connection.cursor() as cursor:
        columns = [list(column) for column in zip(*rows, strict=True)]
        cursor.execute(_INSERT, [at, by.pk if by else None, *columns])
        return dict(cursor.fetchall())


def write_consents(
    entries: Sequence[Entry], written: dict[str, int], *, by: Staff | None, at: datetime
) -> None:
    """Note what the list says that its new customers agreed to, in the list's words."""
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            customer_id=written[entry.import_key],
            purpose=consent.purpose,
            is_granted=consent.is_granted,
            text_shown=consent.text,
            source=ConsentSource.IMPORT,
            by=by,
            at=at,
        )
        for entry in entries
        if entry.import_key in written
        for consent in entry.consents
    )


def write_tags(
    entries: Sequence[Entry],
    written: dict[str, int],
    *,
    tags: ListTags,
    by: Staff | None,
    at: datetime,
) -> None:
    """Put the list's tags on its new customers, each with its line in their history."""
    put_on = [
        (written[entry.import_key], tags.tag(name, branch=entry.branch))
        for entry in entries
        if entry.import_key in written
        for name in entry.tags
    ]
    CustomerTag.objects.bulk_create(
        CustomerTag(customer_id=customer, tag=tag) for customer, tag in put_on
    )
    CustomerEvent.objects.bulk_create(
        CustomerEvent(customer_id=customer, field="tags", new=tag.name, by=by, at=at)
        for customer, tag in put_on
    )


def _next_numbers(count: int, reserved: frozenset[str]) -> list[str]:
    found: list[str] = []
    while len(found) < count:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT next_member_number() FROM generate_series(1, %s)", [count - len(found)]
            )
            found += [number for (number,) in cursor.fetchall() if number not in reserved]
    return found
