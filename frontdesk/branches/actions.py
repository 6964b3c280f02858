"""Numbers without gaps: taken in the transaction of the row that carries them."""

from datetime import date

from django.db import connection

from frontdesk.branches.models import Branch


def take_number(branch: Branch, *, series: str, on: date) -> int:
    """Return the next number of a series on a business date, starting at 1.

    Must run inside the transaction that writes the row: the counter row stays locked until it
    commits, so a rollback gives the number back and no other clerk can have taken a later one.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("A number is taken in the transaction of the row that carries it.")
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO branches_numberseries (branch_id, business_date, series, last)
            VALUES (%s, %s, %s, 1)
            ON CONFLICT (branch_id, business_date, series)
            DO UPDATE SET last = branches_numberseries.last + 1, updated_at = now()
            RETURNING last
            """,
            [branch.pk, on, series],
        )
        (number,) = cursor.fetchone() or (0,)
    return int(number)
