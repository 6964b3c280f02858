"""Numbers without gaps, taken in the transaction of the row that carries them; quiet times."""

from collections.abc import Sequence
from datetime import date, time

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


def set_quiet(
    branch: Branch,
    *,
    quiet_from: time,
    quiet_until: time,
    weekdays: Sequence[int],
    dates: Sequence[date],
) -> None:
    """Say when customers are left in peace; what waits to go out asks at its own moment."""
    branch.quiet_from, branch.quiet_until = quiet_from, quiet_until
    branch.quiet_weekdays, branch.quiet_dates = sorted(weekdays), sorted(dates)
    branch.save(update_fields=["quiet_from", "quiet_until", "quiet_weekdays", "quiet_dates"])
