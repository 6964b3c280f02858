"""What this app tells customers, and when."""

from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications import actions as notifications
from notifications.notices import Notice, declare

CONTROL_TEMPLATE = "control_reminder"
REMIND_DAYS_BEFORE = 1
REMIND_AT = time(10)

CONTROL_REMINDER = declare(
    Notice(
        key=CONTROL_TEMPLATE,
        name=_("Pengingat jadwal kontrol"),
        about=_("Sebelum tanggal kontrol"),
        # No treatment is named, everybody is greeted alike, and the last line can be answered
        # yes or no.
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Terima kasih atas kepercayaan Anda. "
            "Jadwal kontrol Anda adalah {day}. "
            "Balas YA bila Anda dapat hadir, atau TIDAK bila ingin memilih hari lain. "
            "Apakah Anda dapat hadir pada hari itu?"
        ),
        offsets=(-REMIND_DAYS_BEFORE,),
        send_at=REMIND_AT,
    )
)


def plan_control_reminder(
    customer: Customer, *, branch: Branch, due_on: date, by: Staff | None, at: datetime
) -> None:
    """Plan the one reminder for all of a customer's controls at a branch on a day.

    The text names no treatment: what is done to a customer's body is health data.
    """
    with translation.override("id"):
        day = date_format(due_on, "l, j F Y")
    notifications.plan(
        key=control_key(customer, branch=branch, due_on=due_on),
        customer=customer,
        branch=branch,
        template=CONTROL_TEMPLATE,
        variables={
            "name": customer.greeting_name,
            "clinic": settings.CLINIC_NAME,
            "branch": branch.name,
            "day": day,
        },
        due_at=max(branch.at(due_on - timedelta(days=REMIND_DAYS_BEFORE), REMIND_AT), at),
        # A reminder that comes after the control only confuses.
        expires_at=branch.at(due_on, branch.opens_at),
        by=by,
        at=at,
    )


def cancel_control_reminder(
    customer: Customer, *, branch: Branch, due_on: date, by: Staff | None, at: datetime
) -> None:
    notifications.cancel(key=control_key(customer, branch=branch, due_on=due_on), by=by, at=at)


def control_key(customer: Customer, *, branch: Branch, due_on: date) -> str:
    return f"treatments.control:{customer.pk}:{branch.pk}:{due_on:%Y-%m-%d}"
