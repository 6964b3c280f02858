"""Steering a promo: start, pause, resume, cancel. Nothing is claimed after the commit of a halt."""

from datetime import datetime

from django.db import transaction

from frontdesk.broker import wake_on_commit
from frontdesk.promos.actions.moves import CannotChangeCampaign, move
from frontdesk.promos.models import Campaign, CampaignFigures
from frontdesk.promos.permissions import why_not_start
from frontdesk.promos.states import CampaignState
from frontdesk.staff.models import Staff
from notifications.actions import batches

PREPARE_TASK = "frontdesk.promos.tasks.prepare"


@transaction.atomic
def start_campaign(campaign: Campaign, *, by: Staff | None, at: datetime) -> None:
    """Put a draft on the calendar; without a time of its own, or a past one, it starts now."""
    if reason := why_not_start(campaign, by=by, at=at):
        raise CannotChangeCampaign(reason)
    start_at = max(campaign.start_at or at, at)
    move(campaign, CampaignState.SCHEDULED, by=by, at=at, start_at=start_at)
    if start_at <= at:
        wake_on_commit(PREPARE_TASK)


@transaction.atomic
def unschedule_campaign(campaign: Campaign, *, by: Staff | None, at: datetime) -> None:
    move(campaign, CampaignState.DRAFT, by=by, at=at)


@transaction.atomic
def pause_campaign(campaign: Campaign, *, by: Staff | None, at: datetime) -> None:
    move(campaign, CampaignState.PAUSED, by=by, at=at)
    assert campaign.batch
    batches.pause(campaign.batch)


@transaction.atomic
def resume_campaign(campaign: Campaign, *, by: Staff | None, at: datetime) -> None:
    move(campaign, CampaignState.RUNNING, by=by, at=at)
    assert campaign.batch
    batches.resume(campaign.batch)
    _count_soon(campaign, at=at)


@transaction.atomic
def cancel_campaign(campaign: Campaign, *, by: Staff | None, at: datetime) -> None:
    """End a promo for good; a worker takes back what still waits."""
    # The planning of the next thousands may be under way: it ends first.
    campaign.refresh_from_db(from_queryset=Campaign.objects.select_for_update(of=("self",)))
    move(campaign, CampaignState.CANCELLED, by=by, at=at, ended_at=at)
    if campaign.batch:
        batches.cancel_batch(campaign.batch)
        _count_soon(campaign, at=at)


def _count_soon(campaign: Campaign, *, at: datetime) -> None:
    CampaignFigures.objects.filter(pk=campaign.pk).update(count_again_at=at)
    wake_on_commit("frontdesk.promos.tasks.count")
