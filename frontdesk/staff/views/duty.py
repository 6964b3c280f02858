"""Who works today."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.actions import repeat_duty, set_duty
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.staff.reports import duty_board


@staff_required(Permission.SET_DUTY)
def duty(request: StaffRequest) -> HttpResponse:
    return render(request, "staff/duty.html", _board(request))


@staff_required(Permission.SET_DUTY)
@require_POST
def duty_set(request: StaffRequest, pk: int) -> HttpResponse:
    staff = get_object_or_404(Staff.objects.assigned_to(request.branch), pk=pk)
    at = timezone.now()
    set_duty(
        staff,
        branch=request.branch,
        on=request.branch.business_date(at),
        is_on=request.POST.get("is_on") == "1",
        by=request.user,
        at=at,
    )
    return _answer(request, changed=staff)


@staff_required(Permission.SET_DUTY)
@require_POST
def duty_repeat(request: StaffRequest) -> HttpResponse:
    at = timezone.now()
    on = request.branch.business_date(at)
    if not repeat_duty(request.branch, on=on, by=request.user, at=at):
        messages.info(request, _("Belum ada hari sebelumnya yang dapat disalin."))
        return redirect("staff:duty")
    return _answer(request)


def _answer(request: StaffRequest, *, changed: Staff | None = None) -> HttpResponse:
    if not request.htmx:
        return redirect("staff:duty")
    response = render(request, "staff/duty.html#board", _board(request) | {"changed": changed})
    return trigger_client_event(response, "duty-changed")


def _board(request: StaffRequest) -> dict[str, object]:
    on = request.branch.business_date(timezone.now())
    people = duty_board(request.branch, on=on)
    return {"day": on, "people": people, "on_duty": sum(person.is_on for person in people)}
