"""Control schedules: when a customer is to come again after a treatment (SOP-F19)."""

from datetime import date
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.labels import label_of
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.visits.models import Visit
from treatments.models.slip import SlipLine
from treatments.states import EXPECTED, ControlState


class ControlQuerySet(models.QuerySet["Control"]):
    def visible_to(self, staff: Staff) -> "ControlQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.PLAN_CONTROLS))

    def planned(self) -> "ControlQuerySet":
        return self.filter(state__in=EXPECTED)

    def due_on(self, day: date) -> "ControlQuerySet":
        return self.filter(due_on=day)


class Control(models.Model):
    """One planned return for one treatment on a finished slip."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="controls")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="controls")
    line = models.ForeignKey(SlipLine, on_delete=models.PROTECT, related_name="controls")
    after_days = models.PositiveSmallIntegerField()
    due_on = models.DateField()
    state = models.CharField(max_length=10, choices=ControlState, default=ControlState.PLANNED)
    kept_by_visit = models.ForeignKey(
        Visit, on_delete=models.PROTECT, null=True, related_name="kept_controls"
    )
    created_at = models.DateTimeField()

    objects = ControlQuerySet.as_manager()

    get_state_display = label_of("state", ControlState)

    class Meta:
        verbose_name = _("jadwal kontrol")
        verbose_name_plural = _("jadwal kontrol")
        indexes = [
            models.Index(fields=["customer", "due_on"], name="treatments_control_customer"),
            models.Index(fields=["branch", "state", "due_on"], name="treatments_control_due"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["line", "after_days"], name="treatments_control_once"),
            models.CheckConstraint(
                name="treatments_control_kept",
                condition=models.Q(state=ControlState.KEPT, kept_by_visit__isnull=False)
                | (~models.Q(state=ControlState.KEPT) & models.Q(kept_by_visit__isnull=True)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.due_on}"


class ControlEvent(models.Model):
    control = models.ForeignKey(Control, on_delete=models.PROTECT, related_name="events")
    old = models.CharField(max_length=10, choices=ControlState, blank=True)
    new = models.CharField(max_length=10, choices=ControlState)
    due_on = models.DateField()
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=200, blank=True)

    # The day it was due before, as a time line brings it along.
    was_due_on: date | None

    get_new_display = label_of("new", ControlState)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.control_id}: {self.old} → {self.new}"
