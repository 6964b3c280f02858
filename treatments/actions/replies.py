"""What a customer's answer to a reminder does to the controls it speaks of."""

from datetime import datetime

from django.db import transaction
from django.utils.formats import date_format
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from frontdesk.staff.models import Staff
from notifications.models import Meaning, Message
from notifications.reply_hooks import on_reply
from treatments.actions.controls import change_by_answer
from treatments.models import Control
from treatments.notices import CONTROL_TEMPLATE, days_of
from treatments.states import CONTROL_TRANSITIONS, ControlState

BECOMES = {Meaning.YES: ControlState.CONFIRMED, Meaning.NO: ControlState.FREED}
NOTE = gettext_noop("Balasan pelanggan")


@transaction.atomic
def answer_controls(message: Message, meaning: Meaning, *, by: Staff | None, at: datetime) -> str:
    """Confirm or free what the reminder was about; return what is answered, empty for nothing.

    Controls that were moved, kept or cancelled meanwhile stay as they are, and so do past ones.
    """
    to = BECOMES[meaning]
    today = message.branch.business_date(at)
    days = sorted(day for day in days_of(message) if day >= today)
    known = [
        state for state, allowed in CONTROL_TRANSITIONS.items() if to in allowed or state == to
    ]
    controls = Control.objects.filter(
        customer=message.customer, branch=message.branch, due_on__in=days, state__in=known
    )
    answered = list(controls.select_related("branch", "customer").order_by("pk"))
    for control in answered:
        if control.state != to:
            change_by_answer(control, to=to, by=by, at=at, note=NOTE)
    if not answered:
        return ""
    if to == ControlState.FREED:
        return _(
            "Terima kasih atas kabarnya. Petugas kami akan membantu memilih hari lain. "
            "Hari apa yang cocok untuk Anda?"
        )
    return _("Terima kasih. Kami menantikan Anda pada %(days)s.") % {
        "days": get_text_list([date_format(day, "l, j F Y") for day in days], _("dan"))
    }


on_reply(CONTROL_TEMPLATE, answer_controls)
