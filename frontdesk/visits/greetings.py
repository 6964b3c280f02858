"""What to say to a guest: by the hour, and by name only when it is known (SOP-F1, SOP-A1)."""

from datetime import datetime

from django.utils.translation import gettext as _

from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState

NOON, AFTERNOON, EVENING, DAWN = 11, 15, 18, 4


def of_the_hour(visit: Visit, *, at: datetime) -> str:
    hour = visit.branch.local(at).hour
    if DAWN <= hour < NOON:
        return _("Selamat pagi")
    if NOON <= hour < AFTERNOON:
        return _("Selamat siang")
    if AFTERNOON <= hour < EVENING:
        return _("Selamat sore")
    return _("Selamat malam")


def welcome(visit: Visit, *, at: datetime) -> str:
    words = {"greeting": of_the_hour(visit, at=at)}
    if visit.customer is None:
        return _("%(greeting)s. Ada yang bisa kami bantu?") % words
    words["name"] = visit.customer.greeting_name
    return _("%(greeting)s, %(name)s. Ada yang bisa kami bantu?") % words


def farewell(visit: Visit) -> str:
    """Return nothing for who never came: nobody stands there to be thanked."""
    if visit.state == VisitState.NO_SHOW:
        return ""
    if visit.customer is None:
        return _("Terima kasih. Sampai jumpa lagi.")
    return _("Terima kasih, %(name)s. Sampai jumpa lagi.") % {"name": visit.customer.greeting_name}
