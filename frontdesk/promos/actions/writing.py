"""Writing a promo down: until it is scheduled, everything about it may be changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from frontdesk.promos.actions.moves import CannotChangeCampaign
from frontdesk.promos.conditions import Choice
from frontdesk.promos.models import Campaign, CampaignEvent, CampaignFigures
from frontdesk.promos.permissions import moved_by_another, why_not_write
from frontdesk.promos.states import CampaignState
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models import Channel, Template


@dataclass(frozen=True)
class Promo:
    """All that a person says of a promo: who, what and when."""

    name: str
    branches: Sequence[Branch]
    choices: Sequence[Choice] = ()
    template: Template | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    channel: str = Channel.WHATSAPP
    may_sms: bool = False
    start_at: datetime | None = None
    ends_at: datetime | None = None
    note: str = ""

    def fields(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "note": self.note,
            "conditions": [choice.as_json() for choice in self.choices],
            "template": self.template,
            "variables": dict(self.variables),
            "channel": self.channel,
            "may_sms": self.may_sms,
            "start_at": self.start_at,
            "ends_at": self.ends_at,
        }


@transaction.atomic
def create_campaign(promo: Promo, *, branch: Branch, by: Staff | None, at: datetime) -> Campaign:
    campaign = Campaign(branch=branch, created_by=by, created_at=at, **promo.fields())
    _check(campaign, promo, by=by)
    campaign.save()
    campaign.branches.set(promo.branches)
    CampaignFigures.objects.create(campaign=campaign)
    CampaignEvent.objects.create(campaign=campaign, new=CampaignState.DRAFT, by=by, at=at)
    return campaign


@transaction.atomic
def change_campaign(campaign: Campaign, promo: Promo, *, by: Staff | None, at: datetime) -> None:
    """Write a draft anew; whoever had it open before reads that it was changed."""
    _check(campaign, promo, by=by)
    changed = Campaign.objects.filter(
        pk=campaign.pk, state=CampaignState.DRAFT, version=campaign.version
    ).update(version=F("version") + 1, **promo.fields())
    campaign.refresh_from_db()
    if not changed:
        raise CannotChangeCampaign(moved_by_another(campaign))
    campaign.branches.set(promo.branches)
    CampaignEvent.objects.create(
        campaign=campaign, old=CampaignState.DRAFT, new=CampaignState.DRAFT, by=by, at=at
    )


def _check(campaign: Campaign, promo: Promo, *, by: Staff | None) -> None:
    if reason := why_not_write(campaign, by=by):
        raise CannotChangeCampaign(reason)
    if by is None:
        return
    for branch in promo.branches:
        if not by.may(Permission.RUN_PROMOS, branch=branch):
            raise CannotChangeCampaign(
                _("Anda tidak berhak mengirim promo ke pelanggan cabang %(branch)s.")
                % {"branch": branch.name}
            )
