from django.db import models
from django.utils.translation import gettext_lazy as _


class SlipState(models.TextChoices):
    DRAFT = "draft", _("Draf")
    ISSUED = "issued", _("Diterbitkan")
    PASSED_ON = "passed_on", _("Dialihkan")
    ACCEPTED = "accepted", _("Diterima")
    IN_PROGRESS = "in_progress", _("Dirawat")
    DONE = "done", _("Selesai")
    RECAPPED = "recapped", _("Direkap")
    CANCELLED = "cancelled", _("Batal")


TRANSITIONS: dict[SlipState, set[SlipState]] = {
    SlipState.DRAFT: {SlipState.ISSUED, SlipState.CANCELLED},
    SlipState.ISSUED: {SlipState.ACCEPTED, SlipState.PASSED_ON, SlipState.CANCELLED},
    SlipState.PASSED_ON: {SlipState.ACCEPTED, SlipState.PASSED_ON, SlipState.CANCELLED},
    SlipState.ACCEPTED: {SlipState.IN_PROGRESS, SlipState.PASSED_ON, SlipState.CANCELLED},
    SlipState.IN_PROGRESS: {SlipState.DONE, SlipState.PASSED_ON, SlipState.CANCELLED},
    SlipState.DONE: {SlipState.RECAPPED},
    SlipState.RECAPPED: set(),
    SlipState.CANCELLED: set(),
}

# On somebody's hands: issued and neither done nor cancelled.
OPEN = frozenset({SlipState.ISSUED, SlipState.PASSED_ON, SlipState.ACCEPTED, SlipState.IN_PROGRESS})
STARTED = frozenset({SlipState.IN_PROGRESS, SlipState.DONE, SlipState.RECAPPED})
FINISHED = frozenset({SlipState.DONE, SlipState.RECAPPED})
# The deeds that need a reason said.
WITH_REASON = frozenset({SlipState.PASSED_ON, SlipState.CANCELLED})


class ControlState(models.TextChoices):
    PLANNED = "planned", _("Terjadwal")
    CONFIRMED = "confirmed", _("Dikonfirmasi")
    # She cannot come on that day; the desk finds another one with her.
    FREED = "freed", _("Minta hari lain")
    KEPT = "kept", _("Ditepati")
    MISSED = "missed", _("Terlewat")
    CANCELLED = "cancelled", _("Batal")


CONTROL_TRANSITIONS: dict[ControlState, set[ControlState]] = {
    # Planned to planned is a control that was moved to another day.
    ControlState.PLANNED: {
        ControlState.PLANNED,
        ControlState.CONFIRMED,
        ControlState.FREED,
        ControlState.KEPT,
        ControlState.MISSED,
        ControlState.CANCELLED,
    },
    ControlState.CONFIRMED: {
        ControlState.PLANNED,
        ControlState.FREED,
        ControlState.KEPT,
        ControlState.MISSED,
        ControlState.CANCELLED,
    },
    ControlState.FREED: {
        ControlState.PLANNED,
        ControlState.CONFIRMED,
        ControlState.KEPT,
        ControlState.CANCELLED,
    },
    ControlState.MISSED: {ControlState.PLANNED, ControlState.KEPT, ControlState.CANCELLED},
    ControlState.KEPT: set(),
    ControlState.CANCELLED: set(),
}

# She is expected on the day.
EXPECTED = frozenset({ControlState.PLANNED, ControlState.CONFIRMED})
# A visit near the day keeps it.
KEEPABLE = EXPECTED | {ControlState.MISSED, ControlState.FREED}
