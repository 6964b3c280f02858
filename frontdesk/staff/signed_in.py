"""Whose session a browser shows: session, person, roles and branches in one query.

Every request runs it, so it is written by hand: put together by the ORM it would be three queries,
and each would take longer to put together than to answer.
"""

from datetime import datetime
from functools import cache

from django.db import connection, models

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Assignment, Staff, StaffSession

_JOINED: tuple[type[models.Model], ...] = (StaffSession, Staff, Assignment, Branch)


def session_and_staff(key: str, *, at: datetime) -> tuple[StaffSession, Staff | None] | None:
    """Return a running session and its person with `assigned` filled, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_question(), [key, at])
        rows = cursor.fetchall()
    if not rows:
        return None
    session, staff, *_ = _read(rows[0])
    assert isinstance(session, StaffSession)
    if not isinstance(staff, Staff):
        return session, None
    staff.assigned = []
    for row in rows:
        _session, _staff, assignment, branch = _read(row)
        if isinstance(assignment, Assignment):
            assignment.staff = staff
            assignment.branch = branch if isinstance(branch, Branch) else None
            staff.assigned.append(assignment)
    return session, staff


@cache
def _question() -> str:
    columns = ", ".join(
        f"{model._meta.db_table}.{field.column}"
        for model in _JOINED
        for field in model._meta.concrete_fields
    )
    return f"""
        SELECT {columns}
        FROM staff_staffsession
        LEFT JOIN staff_staff ON staff_staff.id = staff_staffsession.staff_id
        LEFT JOIN staff_assignment ON staff_assignment.staff_id = staff_staff.id
        LEFT JOIN branches_branch ON branches_branch.id = staff_assignment.branch_id
        WHERE staff_staffsession.session_key = %s AND staff_staffsession.expire_date > %s
        ORDER BY branches_branch.name, staff_assignment.role
    """  # noqa: S608  # nosec B608: the columns are the models' own


def _read(row: tuple[object, ...]) -> list[models.Model | None]:
    """Return a row's objects in the order of `_JOINED`; None for what the row does not have."""
    found: list[models.Model | None] = []
    start = 0
    for model in _JOINED:
        names = _names(model)
        values = row[start : start + len(names)]
        start += len(names)
        # Every one of these tables has its key first.
        found.append(None if values[0] is None else model.from_db("default", names, values))
    return found


@cache
def _names(model: type[models.Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
