"""Promos: what is told to whom, from when on, and how it fares."""

from datetime import date, datetime, timedelta
from typing import Any, ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.labels import label_of
from frontdesk.promos.states import TRANSITIONS, WITH_BATCH, CampaignState
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models import Batch, Channel, Template


class CampaignQuerySet(models.QuerySet["Campaign"]):
    def visible_to(self, staff: Staff) -> "CampaignQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.RUN_PROMOS))

    def due(self, *, at: datetime) -> "CampaignQuerySet":
        """Return the promos whose time has come, and those whose planning was interrupted."""
        waiting = models.Q(state=CampaignState.SCHEDULED, start_at__lte=at)
        return self.filter(waiting | models.Q(state=CampaignState.PREPARING))


class Campaign(models.Model):
    # Who answers for it; its audience may belong to several branches.
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="campaigns")
    name = models.CharField(_("nama"), max_length=120)
    note = models.CharField(_("catatan"), max_length=300, blank=True)
    branches = models.ManyToManyField(
        Branch, related_name="+", verbose_name=_("pelanggan dari cabang")
    )
    # As `frontdesk.promos.conditions.Choice` writes them: all of them hold, or none are given.
    conditions = models.JSONField(default=list)
    template = models.ForeignKey(
        Template, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("templat")
    )
    # What fills the words that are not the customer's own.
    variables = models.JSONField(default=dict)
    channel = models.CharField(
        _("saluran"),
        max_length=10,
        choices=[(kind.value, kind.label) for kind in (Channel.WHATSAPP, Channel.SMS)],
        default=Channel.WHATSAPP,
    )
    may_sms = models.BooleanField(_("SMS bila WhatsApp tidak sampai"), default=False)
    start_at = models.DateTimeField(_("mulai"), null=True)
    # Nothing leaves from then on: an offer that is over only annoys.
    ends_at = models.DateTimeField(_("jangan kirim setelah"), null=True)
    state = models.CharField(max_length=10, choices=CampaignState, default=CampaignState.DRAFT)
    # Grows with every change, so that a second click and a second person are seen.
    version = models.PositiveIntegerField(default=1)
    batch = models.OneToOneField(
        Batch, on_delete=models.PROTECT, null=True, related_name="campaign"
    )
    # How far planning has come: the last customer looked at, and what `Timetable` decided.
    cursor = models.BigIntegerField(default=0)
    audience = models.PositiveIntegerField(default=0)
    timetable = models.JSONField(default=dict)
    planned = models.JSONField(default=dict)
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()
    prepared_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    objects = CampaignQuerySet.as_manager()

    get_state_display = label_of("state", CampaignState)

    class Meta:
        verbose_name = _("promo")
        verbose_name_plural = _("promo")
        triggers: ClassVar[list[Any]] = [
            pgtrigger.FSM(
                name="legal_moves",
                field="state",
                transitions=[
                    (old.value, new.value)
                    for old, news in TRANSITIONS.items()
                    for new in sorted(news)
                ],
            )
        ]
        indexes = [
            models.Index(fields=["branch", "-created_at"], name="promos_campaign_branch"),
            models.Index(
                fields=["state", "start_at"],
                name="promos_campaign_live",
                condition=~models.Q(state__in=["draft", "done", "cancelled"]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="promos_campaign_batch",
                condition=models.Q(state__in=sorted(WITH_BATCH), batch__isnull=False)
                | models.Q(
                    state__in=[CampaignState.DRAFT, CampaignState.SCHEDULED], batch__isnull=True
                )
                | models.Q(state=CampaignState.CANCELLED),
            ),
            models.CheckConstraint(
                name="promos_campaign_ready",
                condition=models.Q(state__in=[CampaignState.DRAFT, CampaignState.CANCELLED])
                | models.Q(start_at__isnull=False, template__isnull=False),
            ),
            models.CheckConstraint(name="promos_campaign_named", condition=~models.Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def last_day(self) -> date | None:
        """The last day on which something leaves; what a person typed as its end."""
        return self.branch.local(self.ends_at).date() - timedelta(days=1) if self.ends_at else None

    @property
    def is_draft(self) -> bool:
        return self.state == CampaignState.DRAFT


class CampaignEvent(models.Model):
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="events")
    old = models.CharField(max_length=10, choices=CampaignState, blank=True)
    new = models.CharField(max_length=10, choices=CampaignState)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    get_new_display = label_of("new", CampaignState)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        triggers: ClassVar[list[Any]] = [append_only()]
        indexes = [models.Index(fields=["campaign", "id"], name="promos_event_campaign")]

    def __str__(self) -> str:
        return f"{self.campaign_id}: {self.old} → {self.new}"


class CampaignFigures(models.Model):
    """What a promo's page shows, counted now and then by a worker and never by the page."""

    campaign = models.OneToOneField(
        Campaign, on_delete=models.CASCADE, primary_key=True, related_name="figures"
    )
    # Messages by state, as `notifications.reports.BatchCounts` has them.
    counts = models.JSONField(default=dict)
    replies = models.PositiveIntegerField(default=0)
    opt_outs = models.PositiveIntegerField(default=0)
    # By the key of an `Outcome`: the visits that followed, and what other apps count.
    outcomes = models.JSONField(default=dict)
    finish_at = models.DateTimeField(null=True)
    # Grows when a figure changes; part of the page's ETag.
    version = models.PositiveIntegerField(default=0)
    counted_at = models.DateTimeField(null=True)
    # Not counted again before then: counting takes a small part of a worker at most.
    count_again_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["count_again_at"],
                name="promos_figures_due",
                condition=models.Q(count_again_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.version}"
