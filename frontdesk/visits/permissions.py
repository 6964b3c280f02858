"""Why a deed at the queue is refused: one sentence for the exception and for the button's title."""

from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _

from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.visits.models import Visit, VisitEvent
from frontdesk.visits.states import TRANSITIONS, VisitState

# What an app above knows that the desk should hear before a visit ends: `""`, or a sentence. It
# puts it here when it starts, so that the queue need not know who does what with its guests.
doubts_about_finishing: list[Callable[[Visit], str]] = []


def why_ask_before_finishing(visit: Visit) -> str:
    """Say why the desk is asked once more before it finishes a visit, or an empty text."""
    return " ".join(filter(None, (doubt(visit) for doubt in doubts_about_finishing)))


def why_not_move(visit: Visit, to: VisitState, *, by: Staff) -> str:
    if not by.may(Permission.RUN_QUEUE, branch=visit.branch):
        return _("Peran Anda tidak mencakup antrean cabang ini.")
    if to not in TRANSITIONS[VisitState(visit.state)]:
        return _("%(code)s sudah %(state)s.") % {
            "code": visit.queue_code,
            "state": visit.get_state_display().lower(),
        }
    return ""


def moved_by_another(visit: Visit) -> str:
    return _("%(code)s baru saja diubah orang lain: sekarang %(state)s.") % {
        "code": visit.queue_code,
        "state": visit.get_state_display().lower(),
    }


def why_behind(visit: Visit, *, seen: str) -> str:
    """Say that a visit has moved on since the state `seen` was on the screen."""
    return moved_by_another(visit) if seen and seen != visit.state else ""


def why_not_undo(visit: Visit, event: VisitEvent | None, *, by: Staff, at: datetime) -> str:
    if not by.may(Permission.RUN_QUEUE, branch=visit.branch):
        return _("Peran Anda tidak mencakup antrean cabang ini.")
    if event is None:
        return _("Tidak ada langkah %(code)s yang bisa diurungkan.") % {"code": visit.queue_code}
    if at - event.at > settings.UNDO_WINDOW:
        return _("Langkah ini sudah lebih dari %(minutes)d menit; tidak bisa diurungkan lagi.") % {
            "minutes": settings.UNDO_WINDOW.total_seconds() // 60
        }
    return ""
