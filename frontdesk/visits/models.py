"""A guest at the front desk: from her queue number to the door, and everything in between."""

from datetime import date, datetime, timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.labels import label_of
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.visits.states import ENDED, OPEN, WITH_OFFICER, VisitState


class Purpose(models.TextChoices):
    TREATMENT = "treatment", _("Perawatan")
    CONSULTATION = "consultation", _("Konsultasi")
    PRODUCT = "product", _("Produk")
    OTHER = "other", _("Keperluan lain")


# The letter before the number tells the guest which line she stands in.
SERIES: dict[Purpose, str] = {
    Purpose.TREATMENT: "A",
    Purpose.CONSULTATION: "B",
    Purpose.PRODUCT: "C",
    Purpose.OTHER: "D",
}


# Who may do one of these at a branch sees its visits.
_SEEN_WITH = (Permission.CHECK_IN, Permission.RUN_QUEUE)


class VisitQuerySet(models.QuerySet["Visit"]):
    def visible_to(self, staff: Staff) -> "VisitQuerySet":
        return self.filter(branch__in=staff.branches_with(*_SEEN_WITH))

    def of_day(self, *, branch: Branch, on: date) -> "VisitQuerySet":
        return self.filter(branch=branch, business_date=on)

    def open(self) -> "VisitQuerySet":
        return self.filter(state__in=OPEN)

    def waiting(self) -> "VisitQuerySet":
        return self.filter(state=VisitState.WAITING)

    def in_queue_order(self) -> "VisitQuerySet":
        """Whoever came first is first; a guest put back stands where she stood."""
        return self.order_by("arrived_at", "pk")


class Visit(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="visits")
    business_date = models.DateField()
    purpose = models.CharField(_("keperluan"), max_length=12, choices=Purpose)
    series = models.CharField(max_length=2)
    queue_number = models.PositiveIntegerField()
    # A guest gets her number before anybody knows who she is.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, blank=True, related_name="visits"
    )
    guest_name = models.CharField(_("nama tamu"), max_length=80, blank=True)
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    state = models.CharField(max_length=10, choices=VisitState, default=VisitState.WAITING)
    officer = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    arrived_at = models.DateTimeField()
    called_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = VisitQuerySet.as_manager()

    get_purpose_display = label_of("purpose", Purpose)
    get_state_display = label_of("state", VisitState)

    class Meta:
        verbose_name = _("kunjungan")
        verbose_name_plural = _("kunjungan")
        indexes = [
            models.Index(
                fields=["branch", "business_date", "arrived_at"], name="visits_visit_queue"
            ),
            models.Index(fields=["customer", "-arrived_at"], name="visits_visit_customer"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "business_date", "series", "queue_number"],
                name="visits_visit_number_once",
            ),
            models.CheckConstraint(
                name="visits_visit_ended_at",
                condition=models.Q(state__in=sorted(ENDED), ended_at__isnull=False)
                | models.Q(state__in=sorted(OPEN), ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="visits_visit_served_by_name",
                condition=~models.Q(state__in=sorted(WITH_OFFICER))
                | models.Q(officer__isnull=False, started_at__isnull=False),
            ),
            models.CheckConstraint(
                name="visits_visit_called_at",
                condition=~models.Q(state=VisitState.CALLED) | models.Q(called_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.queue_code

    @property
    def queue_code(self) -> str:
        return f"{self.series}{self.queue_number:03}"

    @property
    def display_name(self) -> str:
        return self.customer.name if self.customer else self.guest_name

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    def is_visible_to(self, staff: Staff) -> bool:
        """Say of one visit what `visible_to` says of many."""
        return staff.may_at(self.branch_id, *_SEEN_WITH)

    def waited(self, *, at: datetime) -> timedelta:
        """Return how long the guest has waited, or waited until she was first served."""
        return (self.started_at or self.ended_at or at) - self.arrived_at


class VisitEventKind(models.TextChoices):
    CHECKED_IN = "checked_in", _("Ambil nomor")
    MOVED = "moved", _("Pindah keadaan")
    UNDONE = "undone", _("Diurungkan")
    IDENTIFIED = "identified", _("Pelanggan dikenali")
    NOTED = "noted", _("Catatan diubah")


class VisitEvent(models.Model):
    """One change of one visit: from what, to what, by whom, when, and why."""

    visit = models.ForeignKey(Visit, on_delete=models.PROTECT, related_name="events")
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    business_date = models.DateField()
    kind = models.CharField(max_length=12, choices=VisitEventKind)
    old = models.CharField(max_length=10, choices=VisitState, blank=True)
    new = models.CharField(max_length=10, choices=VisitState)
    # The fields as they were, for an undo: state, officer_id and the three times in ISO 8601.
    before = models.JSONField(default=dict)
    undoes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="undone_by"
    )
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    get_kind_display = label_of("kind", VisitEventKind)
    get_new_display = label_of("new", VisitState)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        triggers = [append_only()]
        indexes = [
            models.Index(fields=["branch", "business_date", "id"], name="visits_event_mark"),
            models.Index(fields=["visit", "id"], name="visits_event_visit"),
        ]

    def __str__(self) -> str:
        return f"{self.visit_id}: {self.old} → {self.new}"

    def leads_to(self, state: str) -> bool:
        """Say whether this is a step into that state that nobody took back."""
        is_step = self.kind == VisitEventKind.MOVED and self.new == state
        return is_step and not hasattr(self, "undone_by")
