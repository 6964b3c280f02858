"""The session at a desk: it begins under a new key, is locked, opened again and ended."""

from datetime import datetime
from typing import Any

from django.contrib.auth import login, logout
from django.http import HttpRequest

from frontdesk.branches.models import Branch
from frontdesk.staff.actions import record
from frontdesk.staff.models import Staff, StaffEventKind, StaffSession, Terminal
from frontdesk.staff.session_store import (
    ACTIVE_KEY,
    BRANCH_KEY,
    BY_PIN_KEY,
    LOCKED_KEY,
    TERMINAL_KEY,
)

BACKEND = "django.contrib.auth.backends.ModelBackend"


def begin(
    request: HttpRequest,
    staff: Staff,
    *,
    branch: Branch | None,
    terminal: Terminal | None,
    by_pin: bool = False,
    at: datetime,
) -> None:
    """Sign a person in under a new key; whoever was signed in here before is out."""
    StaffSession.objects.filter(staff=staff, expire_date__lt=at).delete()
    if request.user.is_authenticated and request.user.pk == staff.pk:
        # Otherwise a session of her own would be carried on, with what it was allowed.
        request.session.flush()
    login(request, staff, backend=BACKEND)
    session = request.session
    if branch:
        session[BRANCH_KEY] = branch.pk
    if terminal:
        session[TERMINAL_KEY] = terminal.pk
        session[ACTIVE_KEY] = at.isoformat()
    if by_pin:
        session[BY_PIN_KEY] = True
    kind = StaffEventKind.SIGNED_IN_BY_PIN if by_pin else StaffEventKind.SIGNED_IN
    record(kind, by=staff, branch=branch, terminal=terminal, at=at)


def clear_expired(*, at: datetime) -> int:
    """Forget the sessions nobody can come back to."""
    deleted, _each = StaffSession.objects.filter(expire_date__lt=at).delete()
    return deleted


def lock(request: HttpRequest, *, at: datetime) -> None:
    request.session[LOCKED_KEY] = True
    _record(StaffEventKind.LOCKED, request, at=at)


def unlock(request: HttpRequest, *, at: datetime) -> None:
    """Open the locked session of the person it belongs to, under a new key.

    The token of her forms stays the same, so that her other tabs can still be sent.
    """
    del request.session[LOCKED_KEY]
    request.session[ACTIVE_KEY] = at.isoformat()
    request.session.cycle_key()
    _record(StaffEventKind.UNLOCKED, request, at=at)


def end(request: HttpRequest, *, at: datetime) -> None:
    if isinstance(request.user, Staff):
        _record(StaffEventKind.SIGNED_OUT, request, at=at)
    logout(request)


def _record(kind: StaffEventKind, request: HttpRequest, *, at: datetime) -> None:
    assert isinstance(request.user, Staff)
    desk: Any = request
    record(kind, by=request.user, branch=desk.branch, terminal=desk.terminal, at=at)
