"""Whose session a browser shows: session, person, roles and branches in one query.

Every request runs it, so it is written by hand: put together by the ORM it would be three queries,
and each would take longer to put together than to answer.
"""

from datetime import datetime
from functools import cache
from typing import TypeVar

from django.db import connection, models

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Assignment, Staff, StaffSession

Joined = TypeVar("Joined", bound=models.Model)
_JOINED: tuple[type[models.Model], ...] = (StaffSession, Staff, Assignment, Branch)


def session_and_staff(key: str, *, at: datetime) -> tuple[StaffSession, Staff | None] | None:
    """Return a running session and its person with `assigned` filled, or None."""
    with connection.cursor() as cursor:
        cursor.execute(_question(), [key, at])
        rows = cursor.fetchall()
    if not rows:
        return None
    session, staff = _read(rows[0], StaffSession), _read(rows[0], Staff)
    assert session is not None
    if staff is None:
        return session, None
    staff.assigned = []
    for row in rows:
        if assignment := _read(row, Assignment):
            assignment.staff = staff
            assignment.branch = _read(row, Branch)
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


def _read(row: tuple[object, ...], model: type[Joined]) -> Joined | None:
    """Return one of a row's objects; None for what the row does not have."""
    start, names = _place(model)
    values = row[start : start + len(names)]
    # Every one of these tables has its key first.
    return None if values[0] is None else model.from_db("default", names, values)


@cache
def _place(model: type[models.Model]) -> tuple[int, list[str]]:
    """Return where a model's columns begin in a row, and their names."""
    before = _JOINED[: _JOINED.index(model)]
    start = sum(len(other._meta.concrete_fields) for other in before)
    return start, [field.attname for field in model._meta.concrete_fields]
