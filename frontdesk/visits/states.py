from django.db import models
from django.utils.translation import gettext_lazy as _


class VisitState(models.TextChoices):
    WAITING = "waiting", _("Menunggu")
    CALLED = "called", _("Dipanggil")
    SERVING = "serving", _("Dilayani")
    HELD = "held", _("Ditahan")
    DONE = "done", _("Selesai")
    LEFT = "left", _("Pulang")
    NO_SHOW = "no_show", _("Tidak hadir")


TRANSITIONS: dict[VisitState, set[VisitState]] = {
    VisitState.WAITING: {
        VisitState.CALLED,
        VisitState.SERVING,
        VisitState.HELD,
        VisitState.LEFT,
        VisitState.NO_SHOW,
    },
    VisitState.CALLED: {
        VisitState.WAITING,
        VisitState.SERVING,
        VisitState.HELD,
        VisitState.LEFT,
        VisitState.NO_SHOW,
    },
    VisitState.SERVING: {
        VisitState.WAITING,
        VisitState.HELD,
        VisitState.DONE,
        VisitState.LEFT,
    },
    VisitState.HELD: {
        VisitState.WAITING,
        VisitState.CALLED,
        VisitState.SERVING,
        VisitState.LEFT,
        VisitState.NO_SHOW,
    },
    VisitState.DONE: set(),
    VisitState.LEFT: set(),
    VisitState.NO_SHOW: set(),
}

ENDED = frozenset({VisitState.DONE, VisitState.LEFT, VisitState.NO_SHOW})
OPEN = frozenset(VisitState) - ENDED
# In these somebody at the desk answers for the guest by name (SOP-F8).
WITH_OFFICER = frozenset({VisitState.SERVING, VisitState.DONE})
