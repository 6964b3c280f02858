"""The deeds on a promo: people write and steer it, workers plan and count it."""

from frontdesk.promos.actions.counting import count_campaigns, count_one
from frontdesk.promos.actions.moves import CannotChangeCampaign
from frontdesk.promos.actions.preparing import prepare_due
from frontdesk.promos.actions.running import (
    cancel_campaign,
    pause_campaign,
    resume_campaign,
    start_campaign,
    unschedule_campaign,
)
from frontdesk.promos.actions.writing import change_campaign, create_campaign

__all__ = [
    "CannotChangeCampaign",
    "cancel_campaign",
    "change_campaign",
    "count_campaigns",
    "count_one",
    "create_campaign",
    "pause_campaign",
    "prepare_due",
    "resume_campaign",
    "start_campaign",
    "unschedule_campaign",
]
