"""The evening recap of a branch's slips: closed once, then fixed."""

from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from treatments.states import SlipState


class RecapQuerySet(models.QuerySet["Recap"]):
    def visible_to(self, staff: Staff) -> "RecapQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.SEE_RECAP))

    def of_day(self, *, branch: Branch, on: date) -> "Recap | None":
        return self.filter(branch=branch, business_date=on).select_related("closed_by").first()

    def last_before(self, *, branch: Branch, on: date) -> "Recap | None":
        earlier = self.filter(branch=branch, business_date__lt=on)
        return earlier.order_by("-business_date").first()


class Recap(models.Model):
    """The sums of one branch's day: carried in + issued = done + cancelled + carried over."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="recaps")
    business_date = models.DateField()
    carried_in = models.PositiveIntegerField()
    issued = models.PositiveIntegerField()
    done = models.PositiveIntegerField()
    cancelled = models.PositiveIntegerField()
    carried_over = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    closed_by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    objects = RecapQuerySet.as_manager()

    class Meta:
        verbose_name = _("rekap slip")
        verbose_name_plural = _("rekap slip")
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "business_date"], name="treatments_recap_once"
            ),
            models.CheckConstraint(
                name="treatments_recap_balanced",
                condition=models.Q(
                    carried_over=models.F("carried_in")
                    + models.F("issued")
                    - models.F("done")
                    - models.F("cancelled")
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.branch} {self.business_date}"


class RecapLine(models.Model):
    """What one beautician did of one treatment that day."""

    recap = models.ForeignKey(Recap, on_delete=models.PROTECT, related_name="lines")
    beautician = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    treatment_name = models.CharField(max_length=80)
    count = models.PositiveIntegerField()
    minutes = models.PositiveIntegerField()
    total = models.PositiveBigIntegerField()

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.treatment_name} × {self.count}"


class RecapSlip(models.Model):
    """What a slip was when the day was closed: done, cancelled, or still open and carried over."""

    recap = models.ForeignKey(Recap, on_delete=models.PROTECT, related_name="recap_slips")
    slip = models.ForeignKey(
        "treatments.Slip", on_delete=models.PROTECT, related_name="recap_slips"
    )
    state = models.CharField(max_length=12, choices=SlipState)
    beautician = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        triggers = [append_only()]
        constraints = [
            models.UniqueConstraint(fields=["recap", "slip"], name="treatments_recapslip_once"),
            # Carried over any number of times, settled once.
            models.UniqueConstraint(
                fields=["slip"],
                name="treatments_recapslip_settled_once",
                condition=models.Q(state__in=[SlipState.DONE, SlipState.CANCELLED]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.slip_id} {self.state}"
