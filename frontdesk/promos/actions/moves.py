"""The one place that moves a promo: along the arrows, once, with an event."""

from datetime import datetime

from django.db.models import F

from frontdesk.promos.models import Campaign, CampaignEvent
from frontdesk.promos.permissions import moved_by_another, why_not_move
from frontdesk.promos.states import CampaignState
from frontdesk.staff.models import Staff


class CannotChangeCampaign(Exception):
    """The message says why, in words the desk may read."""


def move(
    campaign: Campaign,
    to: CampaignState,
    *,
    by: Staff | None,
    at: datetime,
    note: str = "",
    **fields: object,
) -> None:
    """Move a promo that is still as it was loaded; the slower of two people reads why not."""
    if reason := why_not_move(campaign, to, by=by):
        raise CannotChangeCampaign(reason)
    old = campaign.state
    moved = Campaign.objects.filter(pk=campaign.pk, state=old, version=campaign.version).update(
        state=to, version=F("version") + 1, **fields
    )
    campaign.refresh_from_db()
    if not moved:
        raise CannotChangeCampaign(moved_by_another(campaign))
    CampaignEvent.objects.create(campaign=campaign, old=old, new=to, by=by, at=at, note=note[:300])
