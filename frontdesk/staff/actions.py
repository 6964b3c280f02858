"""What people do to people, terminals and the day's duties; each deed leaves an event."""

from collections.abc import Iterable
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from frontdesk.branches.models import Branch
from frontdesk.staff.models import (
    Assignment,
    Duty,
    PinAttempts,
    Staff,
    StaffEvent,
    StaffEventKind,
    StaffSession,
    Terminal,
    hash_token,
)
from frontdesk.staff.pins import why_easy_to_guess


class CannotEnter(Exception):
    """The PIN does not let this person in; the message tells her what to do."""


class CannotSetPin(Exception):
    """The PIN would be guessed by whoever stands behind her."""


def record(
    kind: StaffEventKind,
    *,
    by: Staff | None,
    at: datetime,
    branch: Branch | None = None,
    terminal: Terminal | None = None,
    subject: Staff | None = None,
    detail: str = "",
) -> StaffEvent:
    return StaffEvent.objects.create(
        kind=kind,
        staff=by,
        subject=subject,
        branch=branch,
        terminal=terminal,
        detail=detail,
        at=at,
    )


# PIN -----------------------------------------------------------------------------------------


def enter_pin(staff: Staff, *, pin: str, terminal: Terminal, at: datetime) -> None:
    """Compare a PIN typed on a terminal, or raise CannotEnter.

    After `settings.PIN_ATTEMPTS` wrong ones this person waits `settings.PIN_COOLOFF`, on this
    terminal only. A refused guess is counted even though the deed fails.
    """
    refusal = _try_pin(staff, pin=pin, terminal=terminal, at=at)
    if refusal:
        raise CannotEnter(refusal)


@transaction.atomic
def _try_pin(staff: Staff, *, pin: str, terminal: Terminal, at: datetime) -> str:
    # The row stays locked while the PIN is compared: parallel guesses stand in line.
    attempts, _created = PinAttempts.objects.select_for_update().get_or_create(
        terminal=terminal, staff=staff
    )
    if attempts.is_locked(at=at):
        return _wait(attempts)
    if attempts.locked_until:
        attempts.failures, attempts.locked_until = 0, None
    if staff.check_pin(pin):
        if attempts.failures:
            attempts.failures = 0
            attempts.save(update_fields=["failures", "locked_until"])
        return ""
    attempts.failures += 1
    if attempts.failures >= settings.PIN_ATTEMPTS:
        attempts.locked_until = at + settings.PIN_COOLOFF
    attempts.save(update_fields=["failures", "locked_until"])
    record(
        StaffEventKind.PIN_REFUSED,
        by=staff,
        branch=terminal.branch,
        terminal=terminal,
        detail=f"{attempts.failures}/{settings.PIN_ATTEMPTS}",
        at=at,
    )
    if attempts.locked_until:
        return _wait(attempts)
    left = settings.PIN_ATTEMPTS - attempts.failures
    return ngettext(
        "PIN salah. Tersisa %(left)d percobaan.", "PIN salah. Tersisa %(left)d percobaan.", left
    ) % {"left": left}


def _wait(attempts: PinAttempts) -> str:
    assert attempts.locked_until is not None
    branch = attempts.terminal.branch
    until = f"{branch.local(attempts.locked_until):%H.%M}"
    return _(
        "Terlalu banyak PIN salah. Coba lagi setelah pukul %(until)s, atau masuk dengan kata sandi."
    ) % {"until": until}


@transaction.atomic
def set_pin(
    staff: Staff, *, pin: str, by: Staff, at: datetime, branch: Branch | None = None
) -> None:
    """Give a person six digits of her own, or raise CannotSetPin for easy ones."""
    refusal = why_easy_to_guess(pin)
    if refusal:
        raise CannotSetPin(refusal)
    staff.set_pin(pin)
    staff.save(update_fields=["pin_hash"])
    PinAttempts.objects.filter(staff=staff).delete()
    record(StaffEventKind.PIN_SET, by=by, subject=staff, branch=branch, at=at)


@transaction.atomic
def set_password(
    staff: Staff, *, password: str, by: Staff, at: datetime, branch: Branch | None = None
) -> None:
    """Change the password; every session that was begun with the old one ends."""
    staff.set_password(password)
    staff.save(update_fields=["password"])
    record(StaffEventKind.PASSWORD_SET, by=by, subject=staff, branch=branch, at=at)


# Terminals -----------------------------------------------------------------------------------


@transaction.atomic
def enrol_terminal(branch: Branch, *, name: str, by: Staff, at: datetime) -> tuple[Terminal, str]:
    """Return a new trusted terminal and the token its browser keeps; only its hash is stored."""
    token = Terminal.new_token()
    terminal = Terminal.objects.create(
        branch=branch, name=name, token_hash=hash_token(token), enrolled_by=by, enrolled_at=at
    )
    record(
        StaffEventKind.TERMINAL_ENROLLED,
        by=by,
        branch=branch,
        terminal=terminal,
        detail=name,
        at=at,
    )
    return terminal, token


@transaction.atomic
def revoke_terminal(terminal: Terminal, *, by: Staff, at: datetime) -> None:
    """Trust a terminal no longer: its cookie counts for nothing and its sessions end at once."""
    revoked = Terminal.objects.filter(pk=terminal.pk, revoked_at=None).update(
        revoked_by=by, revoked_at=at
    )
    if not revoked:
        return
    StaffSession.objects.filter(terminal=terminal).delete()
    record(
        StaffEventKind.TERMINAL_REVOKED,
        by=by,
        branch=terminal.branch,
        terminal=terminal,
        detail=terminal.name,
        at=at,
    )


# Duty ----------------------------------------------------------------------------------------


@transaction.atomic
def set_duty(
    staff: Staff, *, branch: Branch, on: date, is_on: bool, by: Staff, at: datetime
) -> Duty:
    """Put a person on or off duty for a business date; saying the same again changes nothing."""
    duty, created = Duty.objects.select_for_update().get_or_create(
        staff=staff,
        branch=branch,
        business_date=on,
        defaults={"is_on": is_on, "set_by": by, "set_at": at},
    )
    if not created and duty.is_on == is_on:
        return duty
    duty.is_on, duty.set_by, duty.set_at = is_on, by, at
    duty.save(update_fields=["is_on", "set_by", "set_at"])
    record(
        StaffEventKind.DUTY_SET,
        by=by,
        subject=staff,
        branch=branch,
        detail=f"{on.isoformat()} {'on' if is_on else 'off'}",
        at=at,
    )
    return duty


@transaction.atomic
def repeat_duty(branch: Branch, *, on: date, by: Staff, at: datetime) -> int:
    """Put on duty whoever was on the last day anybody was; return how many that are."""
    last = (
        Duty.objects.filter(branch=branch, business_date__lt=on, is_on=True)
        .order_by("-business_date")
        .values_list("business_date", flat=True)
        .first()
    )
    if last is None:
        return 0
    people = Staff.objects.on_duty(branch=branch, on=last).filter(assignments__branch=branch)
    found = list(people.distinct())
    for staff in found:
        set_duty(staff, branch=branch, on=on, is_on=True, by=by, at=at)
    return len(found)


# People --------------------------------------------------------------------------------------


@transaction.atomic
def note_roles(
    staff: Staff,
    *,
    before: Iterable[Assignment],
    after: Iterable[Assignment],
    by: Staff,
    at: datetime,
) -> None:
    """Write down which roles a person was given and which were taken from her."""
    was = {(a.branch_id, a.role): a for a in before}
    now = {(a.branch_id, a.role): a for a in after}
    for kind, gone, kept in (
        (StaffEventKind.ROLE_TAKEN, was, now),
        (StaffEventKind.ROLE_GIVEN, now, was),
    ):
        for key in gone.keys() - kept.keys():
            assignment = gone[key]
            record(
                kind,
                by=by,
                subject=staff,
                branch=assignment.branch,
                detail=assignment.role,
                at=at,
            )


@transaction.atomic
def note_activity(staff: Staff, *, by: Staff, at: datetime) -> None:
    """Write down that a person was switched on or off; off, her sessions end at once."""
    if staff.is_active:
        kind = StaffEventKind.REACTIVATED
    else:
        kind = StaffEventKind.DEACTIVATED
        StaffSession.objects.filter(staff=staff).delete()
    branches = {assignment.branch for assignment in staff.assigned}
    for branch in branches or {None}:
        record(kind, by=by, subject=staff, branch=branch, at=at)
