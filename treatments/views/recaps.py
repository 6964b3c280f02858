"""The evening recap: looked at, printed, exported, closed once."""

from datetime import date, timedelta

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.actions import record
from frontdesk.staff.models import StaffEventKind
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from treatments import actions
from treatments.forms import CloseRecapForm
from treatments.permissions import why_not_close
from treatments.reports import DayRecap, day_recap, supplies_used_on
from treatments.spreadsheets import recap_workbook

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@staff_required(Permission.SEE_RECAP)
@require_GET
def recap_today(request: StaffRequest) -> HttpResponse:
    today = request.branch.business_date(timezone.now())
    return redirect("treatments:recap_day", on=today)


@staff_required(Permission.SEE_RECAP)
@require_GET
def recap_day(request: StaffRequest, on: date) -> HttpResponse:
    return _page(request, _recap(request, on))


@staff_required(Permission.SEE_RECAP)
@require_GET
def recap_print(request: StaffRequest, on: date) -> HttpResponse:
    context = {"recap": _recap(request, on), "paper": "a4", "printed_at": timezone.now()}
    return render(request, "treatments/recap_print.html", context)


@staff_required(Permission.SEE_RECAP)
@require_GET
def recap_export(request: StaffRequest, on: date) -> HttpResponse:
    """Hand out the day as a spreadsheet, and note who took it."""
    recap = _recap(request, on)
    name = f"rekap-slip-{request.branch.code}-{on:%Y-%m-%d}.xlsx"
    record(
        StaffEventKind.EXPORTED,
        by=request.user,
        branch=request.branch,
        terminal=request.terminal,
        detail=name,
        at=timezone.now(),
    )
    return HttpResponse(
        recap_workbook(recap),
        content_type=XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@staff_required(Permission.CLOSE_RECAP)
@require_POST
@once
def recap_close(request: StaffRequest, on: date) -> HttpResponse:
    form = CloseRecapForm(request.POST)
    if not form.is_valid():
        return _page(request, _recap(request, on), form=form)
    try:
        actions.close_recap(
            branch=request.branch,
            on=on,
            by=request.user,
            at=timezone.now(),
            note=form.cleaned_data["note"],
        )
    except actions.CannotCloseRecap as error:
        return _page(request, _recap(request, on), form=form, problem=str(error))
    messages.success(request, _("Rekap ditutup. Angkanya tidak berubah lagi."))
    return redirect("treatments:recap_day", on=on)


@staff_required(Permission.SEE_SUPPLIES)
@require_GET
def supplies_today(request: StaffRequest) -> HttpResponse:
    today = request.branch.business_date(timezone.now())
    return redirect("treatments:supplies_day", on=today)


@staff_required(Permission.SEE_SUPPLIES)
@require_GET
def supplies_day(request: StaffRequest, on: date) -> HttpResponse:
    """Tell the warehouse what the treatment rooms used up on a day."""
    _refuse_future(request, on)
    context = {
        "on": on,
        "rows": supplies_used_on(branch=request.branch, on=on),
        **_neighbours(request, on, "treatments:supplies_day"),
    }
    return render(request, "treatments/supplies_used.html", context)


def _recap(request: StaffRequest, on: date) -> DayRecap:
    _refuse_future(request, on)
    return day_recap(branch=request.branch, on=on)


def _refuse_future(request: StaffRequest, on: date) -> None:
    if on > request.branch.business_date(timezone.now()):
        raise Http404


def _page(
    request: StaffRequest,
    recap: DayRecap,
    *,
    form: CloseRecapForm | None = None,
    problem: str = "",
) -> HttpResponse:
    context = {
        "recap": recap,
        "form": form or CloseRecapForm(),
        "problem": problem,
        "why_not_close": why_not_close(
            branch=request.branch, on=recap.on, by=request.user, at=timezone.now()
        ),
        **_neighbours(request, recap.on, "treatments:recap_day"),
    }
    status = 409 if problem else 422 if form else 200
    return render(request, "treatments/recap.html", context, status=status)


def _neighbours(request: StaffRequest, on: date, name: str) -> dict[str, str]:
    later = on + timedelta(days=1)
    is_last = later > request.branch.business_date(timezone.now())
    return {
        "day_before": reverse(name, kwargs={"on": on - timedelta(days=1)}),
        "day_after": "" if is_last else reverse(name, kwargs={"on": later}),
    }
