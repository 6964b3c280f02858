"""The telephone list: whom to call because nothing written arrives; one line a customer."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models.message import Message


class CallState(models.TextChoices):
    OPEN = "open", _("Perlu ditelepon")
    DONE = "done", _("Selesai")
    DROPPED = "dropped", _("Tidak perlu lagi")


class CallOutcome(models.TextChoices):
    SPOKE = "spoke", _("Berbicara dengan pelanggan")
    NO_ANSWER = "no_answer", _("Tidak diangkat")
    CALL_BACK = "call_back", _("Minta ditelepon lagi")
    WRONG_NUMBER = "wrong_number", _("Nomor salah")
    REFUSED = "refused", _("Tidak ingin dihubungi")


class CallEntryQuerySet(models.QuerySet["CallEntry"]):
    def visible_to(self, staff: Staff) -> "CallEntryQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.SEE_CALLS))


class CallEntry(models.Model):
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="call_entries")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="call_entries")
    state = models.CharField(max_length=8, choices=CallState, default=CallState.OPEN)
    # Not before then; a call back has its own time.
    due_at = models.DateTimeField()
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    objects = CallEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("daftar telepon")
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "customer"],
                name="notifications_callentry_one_open",
                condition=models.Q(state=CallState.OPEN),
            )
        ]
        indexes = [
            models.Index(fields=["branch", "state", "due_at"], name="notifications_callentry_due")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class CallReason(models.Model):
    """A message that did not arrive, and with it what is to be said."""

    entry = models.ForeignKey(CallEntry, on_delete=models.PROTECT, related_name="reasons")
    message = models.OneToOneField(Message, on_delete=models.PROTECT, related_name="call_reason")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return str(self.pk)


class CallAttempt(models.Model):
    entry = models.ForeignKey(CallEntry, on_delete=models.PROTECT, related_name="attempts")
    outcome = models.CharField(max_length=14, choices=CallOutcome)
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.outcome
