"""The treatment slip: what is to be done to whom, by whom, for how much, and what came of it."""

import re
from datetime import date
from typing import Any, ClassVar

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.labels import label_of
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.visits.models import Visit
from treatments.models.catalogue import Supply, Treatment
from treatments.models.recap import Recap
from treatments.states import FINISHED, OPEN, STARTED, SlipState

SLIP_SERIES = "slip"


_LINES = """
ARRAY(
    SELECT jsonb_build_object('name', name, 'minutes', minutes, 'price', price)
    FROM treatments_slipline WHERE slip_id = treatments_slip.id ORDER BY position)
"""


class SlipQuerySet(models.QuerySet["Slip"]):
    def visible_to(self, staff: Staff) -> "SlipQuerySet":
        """A desk sees its branch's slips; a beautician only her own, and no drafts."""
        at_desk = models.Q(branch__in=staff.branches_with(Permission.SEE_SLIPS))
        if not staff.may_somewhere(Permission.TREAT):
            return self.filter(at_desk)
        own = models.Q(beautician=staff, branch__in=staff.branches_with(Permission.TREAT))
        return self.filter(at_desk | own & ~models.Q(state=SlipState.DRAFT))

    def on_hand_of(self, beautician: Staff) -> "SlipQuerySet":
        return self.filter(beautician=beautician).exclude(state=SlipState.DRAFT)

    def in_hand(self, beautician: Staff, *, on: date) -> "SlipQuerySet":
        """Return her open slips of any day and those she ended on one, first issued first."""
        return (
            self.on_hand_of(beautician)
            .visible_to(beautician)
            .filter(models.Q(state__in=OPEN) | models.Q(business_date=on))
            .order_by("issued_at", "pk")
        )

    def open(self) -> "SlipQuerySet":
        return self.filter(state__in=OPEN)

    def done(self) -> "SlipQuerySet":
        return self.filter(state=SlipState.DONE)

    def of_day(self, *, branch: Branch, on: date) -> "SlipQuerySet":
        return self.filter(branch=branch, business_date=on)

    def with_code(self, code: str) -> "SlipQuerySet":
        """Return the slip that carries a printed code, or none."""
        match = re.fullmatch(r"([A-Z0-9]{2,6})-(\d{6})-(\d{3,})", code.strip().upper())
        if match is None:
            return self.none()
        try:
            on = date.fromisoformat(f"20{match[2]}")
        except ValueError:
            return self.none()
        return self.filter(branch__code=match[1], business_date=on, number=int(match[3]))

    def with_lines(self) -> "SlipQuerySet":
        """Bring each one's lines along as `shown_lines`: dictionaries, in the same statement."""
        lines = RawSQL(_LINES, (), ArrayField(models.JSONField()))  # noqa: S611 # nosec B611
        brought = {"shown_lines": lines}
        return self.annotate(**brought)

    def awaiting_doctor(self) -> "SlipQuerySet":
        return self.open().filter(needs_doctor=True, approved_at__isnull=True)


class Slip(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="slips")
    # The day it was issued; its number is gapless in it. A draft carries the day it was begun.
    business_date = models.DateField()
    number = models.PositiveIntegerField(null=True)
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="slips")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="slips")
    beautician = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="slips")
    state = models.CharField(max_length=12, choices=SlipState, default=SlipState.DRAFT)
    note = models.CharField(_("pesan untuk beautician"), max_length=300, blank=True)
    result_note = models.CharField(_("catatan perawatan"), max_length=500, blank=True)
    total = models.PositiveIntegerField(default=0)
    minutes = models.PositiveIntegerField(default=0)
    needs_doctor = models.BooleanField(default=False)
    approved_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    issued_at = models.DateTimeField(null=True)
    accepted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)
    reason = models.CharField(_("alasan"), max_length=200, blank=True)
    recap = models.ForeignKey(Recap, on_delete=models.PROTECT, null=True, related_name="slips")
    # Grows with every change, so that a screen can tell whether it is behind.
    version = models.PositiveIntegerField(default=1)

    # As `with_lines` brings them along.
    shown_lines: list[dict[str, Any]]

    objects = SlipQuerySet.as_manager()

    get_state_display = label_of("state", SlipState)

    class Meta:
        verbose_name = _("slip perawatan")
        verbose_name_plural = _("slip perawatan")
        indexes = [
            models.Index(fields=["customer", "-created_at"], name="treatments_slip_customer"),
            models.Index(fields=["beautician", "business_date"], name="treatments_slip_beautician"),
            models.Index(
                fields=["branch", "state"],
                name="treatments_slip_open",
                condition=models.Q(state__in=sorted({*OPEN, SlipState.DRAFT, SlipState.DONE})),
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "business_date", "number"], name="treatments_slip_number_once"
            ),
            models.CheckConstraint(
                name="treatments_slip_issued",
                condition=models.Q(
                    state=SlipState.DRAFT, number__isnull=True, issued_at__isnull=True
                )
                | models.Q(state=SlipState.CANCELLED)
                | models.Q(number__isnull=False, issued_at__isnull=False, beautician__isnull=False),
            ),
            models.CheckConstraint(
                name="treatments_slip_started_at",
                condition=~models.Q(state__in=sorted(STARTED)) | models.Q(started_at__isnull=False),
            ),
            # The doctor's yes comes before the treatment, whoever writes the row.
            models.CheckConstraint(
                name="treatments_slip_doctor_first",
                condition=~models.Q(state__in=sorted(STARTED))
                | models.Q(needs_doctor=False)
                | models.Q(approved_at__isnull=False, approved_by__isnull=False),
            ),
            models.CheckConstraint(
                name="treatments_slip_finished_at",
                condition=models.Q(state__in=sorted(FINISHED), finished_at__isnull=False)
                | (~models.Q(state__in=sorted(FINISHED)) & models.Q(finished_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="treatments_slip_cancelled_with_reason",
                condition=models.Q(state=SlipState.CANCELLED, cancelled_at__isnull=False)
                & ~models.Q(reason="")
                | (~models.Q(state=SlipState.CANCELLED) & models.Q(cancelled_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="treatments_slip_recapped",
                condition=models.Q(state=SlipState.RECAPPED, recap__isnull=False)
                | (~models.Q(state=SlipState.RECAPPED) & models.Q(recap__isnull=True)),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="recapped_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state=SlipState.RECAPPED),
            )
        ]

    def __str__(self) -> str:
        return self.code or str(_("Draf slip"))

    @property
    def code(self) -> str:
        """Return what is printed, scanned and spoken: branch, day and number, `JKT-261122-007`."""
        if self.number is None:
            return ""
        return self.code_of(self.branch, on=self.business_date, number=self.number)

    @staticmethod
    def code_of(branch: Branch, *, on: date, number: int) -> str:
        return f"{branch.code}-{on:%y%m%d}-{number:03}"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_visible_to(self, staff: Staff) -> bool:
        """Say of one slip what `visible_to` says of many."""
        is_own = self.beautician_id == staff.pk and staff.may_at(self.branch_id, Permission.TREAT)
        at_desk = staff.may_at(self.branch_id, Permission.SEE_SLIPS)
        return at_desk or (is_own and self.state != SlipState.DRAFT)

    @property
    def awaits_doctor(self) -> bool:
        return self.needs_doctor and self.approved_at is None and self.state not in FINISHED


class SlipLine(models.Model):
    """One treatment on a slip, with its name, price and length as they were then."""

    slip = models.ForeignKey(Slip, on_delete=models.CASCADE, related_name="lines")
    treatment = models.ForeignKey(Treatment, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(max_length=80)
    price = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    needs_doctor = models.BooleanField()

    class Meta:
        ordering: ClassVar[list[str]] = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["slip", "position"], name="treatments_slipline_position_once"
            )
        ]

    def __str__(self) -> str:
        return self.name


class SlipSupply(models.Model):
    """What was used up on a slip, as the beautician said it."""

    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="supplies")
    supply = models.ForeignKey(Supply, on_delete=models.PROTECT, related_name="+")
    quantity = models.PositiveSmallIntegerField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["slip", "supply"], name="treatments_slipsupply_once"),
            models.CheckConstraint(
                name="treatments_slipsupply_some", condition=models.Q(quantity__gte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.supply} × {self.quantity}"


class SlipEventKind(models.TextChoices):
    CREATED = "created", _("Dibuat")
    EDITED = "edited", _("Diubah")
    MOVED = "moved", _("Pindah keadaan")
    APPROVED = "approved", _("Disetujui dokter")
    REFUSED = "refused", _("Ditolak dokter")
    PRINTED = "printed", _("Dicetak")


class SlipEvent(models.Model):
    """One change of one slip. `business_date` is the day of the change, not of the slip."""

    slip = models.ForeignKey(Slip, on_delete=models.PROTECT, related_name="events")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    business_date = models.DateField()
    kind = models.CharField(max_length=10, choices=SlipEventKind)
    old = models.CharField(max_length=12, choices=SlipState, blank=True)
    new = models.CharField(max_length=12, choices=SlipState)
    # Whose hands it was in after the change.
    beautician = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    get_kind_display = label_of("kind", SlipEventKind)
    get_new_display = label_of("new", SlipState)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        triggers = [append_only()]
        indexes = [
            models.Index(
                fields=["branch", "business_date", "id"], name="treatments_slipevent_mark"
            ),
            models.Index(fields=["slip", "id"], name="treatments_slipevent_slip"),
        ]

    def __str__(self) -> str:
        return f"{self.slip_id}: {self.old} → {self.new}"
