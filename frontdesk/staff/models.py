"""The people who work at the desks, where they work, and the terminals they share."""

import secrets
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.hashers import check_password, make_password
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.base_session import AbstractBaseSession
from django.core.validators import RegexValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontdesk.append_only import append_only, kept
from frontdesk.branches.models import Branch
from frontdesk.staff.permissions import GRANTS, Permission, Role


class StaffQuerySet(models.QuerySet["Staff"]):
    def active(self) -> "StaffQuerySet":
        return self.filter(is_active=True)

    def with_role(self, *roles: Role, branch: Branch) -> "StaffQuerySet":
        return self.active().filter(
            pk__in=Assignment.objects.filter(branch=branch, role__in=roles).values("staff")
        )

    def on_duty(self, *, branch: Branch, on: date) -> "StaffQuerySet":
        return self.active().filter(
            pk__in=Duty.objects.filter(branch=branch, business_date=on, is_on=True).values("staff")
        )

    def assigned_to(self, branch: Branch) -> "StaffQuerySet":
        """Return the people with a role of their own at a branch."""
        return self.active().filter(pk__in=Assignment.objects.filter(branch=branch).values("staff"))

    def with_pin_at(self, branch: Branch) -> "StaffQuerySet":
        """Return whom a terminal of this branch offers; chain administrators use passwords."""
        return self.assigned_to(branch).exclude(pin_hash="")


class StaffManager(BaseUserManager["Staff"].from_queryset(StaffQuerySet)):  # type: ignore[misc]
    def create_user(self, username: str, *, password: str | None = None, **fields: Any) -> "Staff":
        staff: Staff = self.model(username=username, **fields)
        staff.set_password(password)
        staff.save(using=self._db)
        return staff


class Staff(AbstractBaseUser):
    username = models.CharField(_("nama pengguna"), max_length=40, unique=True)
    name = models.CharField(_("nama lengkap"), max_length=120)
    nickname = models.CharField(_("panggilan"), max_length=40)
    # Where a message she writes is tried out first; E.164.
    phone = models.CharField(
        _("nomor HP"), max_length=16, blank=True, validators=[RegexValidator(r"^\+\d{8,15}$")]
    )
    pin_hash = models.CharField(max_length=200, blank=True)
    language = models.CharField(
        _("bahasa"), max_length=2, choices=settings.LANGUAGES, default=settings.LANGUAGE_CODE
    )
    single_keys = models.BooleanField(_("pintasan satu tombol"), default=True)
    is_active = models.BooleanField(_("aktif"), default=True)
    joined_at = models.DateTimeField(default=timezone.now)

    objects: ClassVar[StaffManager] = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "nickname"]

    class Meta:
        triggers: ClassVar[list[Any]] = [kept()]
        ordering = ["name"]
        verbose_name = _("staf")
        verbose_name_plural = _("staf")

    def __str__(self) -> str:
        return self.name

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.nickname

    def set_pin(self, pin: str) -> None:
        """Set the six digits this person switches to herself with on a shared terminal."""
        self.pin_hash = make_password(pin)

    def check_pin(self, pin: str) -> bool:
        return bool(self.pin_hash) and check_password(pin, self.pin_hash)

    @cached_property
    def assigned(self) -> "list[Assignment]":
        """Where this person works and as what; one query a request."""
        return list(self.assignments.select_related("branch").order_by("branch__name", "role"))

    def permissions_at(self, branch: Branch | None) -> frozenset[Permission]:
        """Return what this person may do at a branch; chain administrators may at every branch."""
        found: frozenset[Permission] = frozenset()
        for assignment in self.assigned:
            if assignment.branch_id is None or (branch and assignment.branch_id == branch.pk):
                found |= GRANTS[Role(assignment.role)]
        return found

    def may(self, permission: Permission, *, branch: Branch | None) -> bool:
        return permission in self.permissions_at(branch)

    def roles_at(self, branch: Branch | None) -> list[Role]:
        return [
            Role(a.role)
            for a in self.assigned
            if a.branch_id is None or (branch and a.branch_id == branch.pk)
        ]

    def branches_with(self, *permissions: Permission) -> models.QuerySet[Branch] | list[int]:
        """Return, for a filter on `branch__in`, where this person may do one of these."""
        found = [
            a.branch_id for a in self.assigned if not GRANTS[Role(a.role)].isdisjoint(permissions)
        ]
        if None in found:
            return Branch.objects.all()
        return [branch_id for branch_id in found if branch_id is not None]

    def may_at(self, branch_id: int, *permissions: Permission) -> bool:
        """Say of a row of that branch what `branches_with` says of many."""
        return any(
            a.branch_id in {None, branch_id} and not GRANTS[Role(a.role)].isdisjoint(permissions)
            for a in self.assigned
        )

    def may_somewhere(self, permission: Permission) -> bool:
        return any(permission in GRANTS[Role(a.role)] for a in self.assigned)

    @cached_property
    def branches(self) -> "list[Branch]":
        """Return the branches this person can be signed in at, by name."""
        if any(assignment.branch_id is None for assignment in self.assigned):
            return list(Branch.objects.active())
        found = {a.branch.pk: a.branch for a in self.assigned if a.branch and a.branch.is_active}
        return list(found.values())

    def branch_at_hand(self, branch_id: int) -> Branch | None:
        """Return a branch that this person works at, without asking the database again."""
        return next((a.branch for a in self.assigned if a.branch_id == branch_id), None)

    # Django's admin asks these three; only chain administrators upkeep catalogue and staff there.
    @property
    def is_staff(self) -> bool:
        return self.may(Permission.MANAGE_CHAIN, branch=None)

    def has_perm(self, perm: str, obj: object = None) -> bool:
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_staff


class Assignment(models.Model):
    """One role of one person, at one branch or (chain administrators) at all of them."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, related_name="assignments")
    branch = models.ForeignKey(
        Branch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="assignments",
        verbose_name=_("cabang"),
    )
    role = models.CharField(_("peran"), max_length=20, choices=Role)

    class Meta:
        verbose_name = _("penugasan")
        verbose_name_plural = pgettext_lazy("plural", "penugasan")
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "branch", "role"],
                name="staff_assignment_once",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="staff_assignment_branch_unless_chain",
                condition=models.Q(role=Role.CHAIN_ADMIN, branch__isnull=True)
                | (~models.Q(role=Role.CHAIN_ADMIN) & models.Q(branch__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.staff}: {self.get_role_display()}"


class Duty(models.Model):
    """Whether a person works at a branch on a business date."""

    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="duties")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    business_date = models.DateField()
    is_on = models.BooleanField(default=True)
    set_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "business_date", "staff"], name="staff_duty_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff_id} {self.business_date}"


def hash_token(token: str) -> str:
    return sha256(token.encode()).hexdigest()


class TerminalQuerySet(models.QuerySet["Terminal"]):
    def enrolled(self) -> "TerminalQuerySet":
        return self.filter(revoked_at__isnull=True, branch__is_active=True)

    def for_token(self, token: str) -> "Terminal | None":
        return self.enrolled().filter(token_hash=hash_token(token)).select_related("branch").first()


class Terminal(models.Model):
    """A counter's computer, trusted by its cookie so that a PIN is enough on it."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="terminals")
    name = models.CharField(_("nama"), max_length=40)
    token_hash = models.CharField(max_length=64, unique=True)
    enrolled_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", null=True)
    enrolled_at = models.DateTimeField()
    revoked_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+", null=True)
    revoked_at = models.DateTimeField(null=True)

    objects = TerminalQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @staticmethod
    def new_token() -> str:
        return secrets.token_urlsafe(32)


class PinAttempts(models.Model):
    """Wrong PINs of one person on one terminal since her last right one."""

    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    failures = models.PositiveSmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["terminal", "staff"], name="staff_pinattempts_once")
        ]

    def __str__(self) -> str:
        return f"{self.terminal_id} {self.staff_id} {self.failures}"

    def is_locked(self, *, at: datetime) -> bool:
        return self.locked_until is not None and self.locked_until > at


class StaffEventKind(models.TextChoices):
    SIGNED_IN = "signed_in", pgettext_lazy("event", "Masuk dengan kata sandi")
    SIGNED_IN_BY_PIN = "signed_in_by_pin", _("Masuk dengan PIN")
    PIN_REFUSED = "pin_refused", _("PIN salah")
    LOCKED = "locked", _("Terminal dikunci")
    UNLOCKED = "unlocked", _("Terminal dibuka dengan PIN")
    SIGNED_OUT = "signed_out", pgettext_lazy("event", "Keluar")
    TERMINAL_ENROLLED = "terminal_enrolled", _("Terminal didaftarkan")
    TERMINAL_REVOKED = "terminal_revoked", _("Terminal dicabut")
    DUTY_SET = "duty_set", _("Jadwal tugas diubah")
    PIN_SET = "pin_set", _("PIN diganti")
    PASSWORD_SET = "password_set", _("Kata sandi diganti")
    ROLE_GIVEN = "role_given", _("Peran diberikan")
    ROLE_TAKEN = "role_taken", _("Peran dicabut")
    DEACTIVATED = "deactivated", _("Staf dinonaktifkan")
    REACTIVATED = "reactivated", _("Staf diaktifkan kembali")
    NOTICE_SET = "notice_set", _("Setelan pesan diubah")
    EXPORTED = "exported", _("Data diekspor")
    IMPORTED = "imported", _("Data diimpor")
    TAG_CHANGED = "tag_changed", _("Daftar label diubah")


class StaffEvent(models.Model):
    """What people did that no business row tells: signing in, locking, taking data out."""

    kind = models.CharField(max_length=20, choices=StaffEventKind)
    staff = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="events")
    # Whom it was done to, where that is somebody else: put on duty, given a role.
    subject = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, null=True)
    terminal = models.ForeignKey(Terminal, on_delete=models.PROTECT, null=True)
    detail = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        indexes = [models.Index(fields=["branch", "-at"], name="staff_staffevent_branch_at")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at}"


class StaffSession(AbstractBaseSession):
    """A session that knows whose it is and on which terminal, so that others can end it."""

    staff = models.ForeignKey(Staff, on_delete=models.CASCADE, null=True)
    terminal = models.ForeignKey(Terminal, on_delete=models.CASCADE, null=True)

    @classmethod
    def get_session_store_class(cls) -> type[SessionStore]:
        from frontdesk.staff import session_store

        return session_store.SessionStore


class SubmittedForm(models.Model):
    """A form's one-time key and where its deed led, so that a second click leads there too."""

    key = models.UUIDField(primary_key=True)
    staff = models.ForeignKey(Staff, on_delete=models.CASCADE)
    fingerprint = models.CharField(max_length=64)
    location = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="staff_submittedform_at")]

    def __str__(self) -> str:
        return str(self.key)
