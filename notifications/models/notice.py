"""What the chain or a branch decided about one kind of notice (the kinds stand in the code)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from frontdesk.branches.models import Branch
from notifications.models.text import Channel, Template


class NoticeSetting(models.Model):
    # The key of a Notice that an app declared.
    notice = models.CharField(max_length=60)
    # Empty: for every branch that decided nothing of its own.
    branch = models.ForeignKey(
        Branch, on_delete=models.CASCADE, null=True, blank=True, related_name="notice_settings"
    )
    is_on = models.BooleanField(_("aktif"), default=True)
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    channel = models.CharField(
        _("saluran"), max_length=10, choices=Channel, default=Channel.WHATSAPP
    )
    # In the notice's own unit and direction, e.g. days before the control.
    offsets = models.JSONField(default=list)
    send_at = models.TimeField(_("jam"), null=True, blank=True)
    may_sms = models.BooleanField(_("SMS bila WhatsApp tidak sampai"), default=False)
    may_call = models.BooleanField(_("telepon bila tidak sampai"), default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "branch"],
                name="notifications_noticesetting_once",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return self.notice


class NoticeReplan(models.Model):
    """What is queued of a notice at a branch does not yet follow what was decided at that time."""

    notice = models.CharField(max_length=60)
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "branch"], name="notifications_noticereplan_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.branch_id}"


class NoticeWatermark(models.Model):
    """How far a periodic notice is planned at a branch; a worker that slept begins there."""

    notice = models.CharField(max_length=60)
    branch = models.ForeignKey(Branch, on_delete=models.CASCADE, related_name="+")
    planned_until = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["notice", "branch"], name="notifications_noticewatermark_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.notice} {self.branch_id} {self.planned_until:%Y-%m-%d}"
