"""A promo's way from the first idea to its last message: who may move it where."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class CampaignState(models.TextChoices):
    DRAFT = "draft", _("Draf")
    SCHEDULED = "scheduled", _("Terjadwal")
    PREPARING = "preparing", _("Disiapkan")
    RUNNING = "running", _("Berjalan")
    PAUSED = "paused", _("Dijeda")
    DONE = "done", _("Selesai")
    CANCELLED = "cancelled", _("Dibatalkan")


TRANSITIONS: dict[CampaignState, set[CampaignState]] = {
    CampaignState.DRAFT: {CampaignState.SCHEDULED, CampaignState.CANCELLED},
    # Back to draft: taken from the calendar before its time, to be changed.
    CampaignState.SCHEDULED: {
        CampaignState.DRAFT,
        CampaignState.PREPARING,
        CampaignState.CANCELLED,
    },
    CampaignState.PREPARING: {CampaignState.RUNNING, CampaignState.CANCELLED},
    CampaignState.RUNNING: {
        CampaignState.PAUSED,
        CampaignState.DONE,
        CampaignState.CANCELLED,
    },
    CampaignState.PAUSED: {CampaignState.RUNNING, CampaignState.CANCELLED},
    CampaignState.DONE: set(),
    CampaignState.CANCELLED: set(),
}

# Its messages are planned or being planned.
WITH_BATCH = frozenset(
    {
        CampaignState.PREPARING,
        CampaignState.RUNNING,
        CampaignState.PAUSED,
        CampaignState.DONE,
    }
)
LIVE = frozenset({CampaignState.PREPARING, CampaignState.RUNNING, CampaignState.PAUSED})
ENDED = frozenset({CampaignState.DONE, CampaignState.CANCELLED})
