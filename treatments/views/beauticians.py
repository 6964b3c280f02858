"""The beautician's phone: her slips, live, and the four taps of a treatment."""

from collections.abc import Callable

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from treatments import actions
from treatments.forms_finish import FinishForm
from treatments.models import Slip, SlipLine
from treatments.states import SlipState
from treatments.views.replies import etag_of


@staff_required(Permission.TREAT)
@require_GET
def my_slips(request: StaffRequest) -> HttpResponse:
    """Show her open slips and what she finished today; unchanged, a poll gets a 304."""
    slips = Slip.objects.in_hand(request.user, on=request.branch.business_date(timezone.now()))
    etag = etag_of(slips)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    template = "treatments/my_slips.html"
    if "X-Poll" in request.headers:
        template += "#slips"
    response = render(request, template, _context(request, slips, etag))
    response["ETag"] = etag
    return response


@staff_required(Permission.TREAT)
@require_POST
def my_slip_accept(request: StaffRequest, slip_id: int) -> HttpResponse:
    return _deed(request, slip_id, actions.accept_slip)


@staff_required(Permission.TREAT)
@require_POST
def my_slip_start(request: StaffRequest, slip_id: int) -> HttpResponse:
    return _deed(request, slip_id, actions.start_slip)


@staff_required(Permission.TREAT)
def my_slip_finish(request: StaffRequest, slip_id: int) -> HttpResponse:
    """Ask what was used and noticed, ready filled in, and finish the treatment."""
    slip = _own_slip(request, slip_id)
    form = FinishForm(request.POST or None, slip=slip)
    problem = ""
    if request.method == "POST" and form.is_valid():
        try:
            actions.finish_slip(
                slip,
                result_note=form.cleaned_data["result_note"],
                supplies=form.used(),
                by=request.user,
                at=timezone.now(),
            )
        except actions.CannotChangeSlip as error:
            problem = str(error)
        else:
            messages.success(request, _finished(slip))
            return redirect("treatments:my_slips")
    if slip.state != SlipState.IN_PROGRESS and not problem:
        return redirect("treatments:my_slips")
    status = 409 if problem else 422 if form.errors else 200
    context = {"slip": slip, "form": form, "problem": problem, "tab": "slips"}
    return render(request, "treatments/my_slip_finish.html", context, status=status)


def _deed(request: StaffRequest, slip_id: int, deed: Callable[..., None]) -> HttpResponse:
    slip = _own_slip(request, slip_id)
    at = timezone.now()
    problem = ""
    try:
        deed(slip, by=request.user, at=at)
    except actions.CannotChangeSlip as error:
        problem = str(error)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect("treatments:my_slips")
    slips = Slip.objects.in_hand(request.user, on=request.branch.business_date(at))
    etag = etag_of(slips)
    context = _context(request, slips, etag) | {"problem": problem, "problem_slip": slip.pk}
    status = 409 if problem else 200
    response = render(request, "treatments/my_slips.html#slips", context, status=status)
    response["ETag"] = etag
    return response


def _own_slip(request: StaffRequest, slip_id: int) -> Slip:
    """Load a slip she may see; one that was passed on meanwhile is no longer hers: a 404."""
    own = Slip.objects.on_hand_of(request.user).visible_to(request.user)
    return get_object_or_404(
        own.select_related("branch", "customer", "visit", "beautician").prefetch_related("lines"),
        pk=slip_id,
    )


def _context(request: StaffRequest, slips: "QuerySet[Slip]", etag: str) -> dict[str, object]:
    rows = list(
        slips.select_related("branch", "customer", "visit", "created_by").prefetch_related(
            Prefetch("lines", SlipLine.objects.order_by("position"))
        )
    )
    return {
        "open_slips": [slip for slip in rows if slip.is_open],
        "done_slips": [slip for slip in reversed(rows) if not slip.is_open],
        "etag": etag,
        # Who treats in two houses must see in which one she is waited for.
        "names_branch": len({branch.pk for branch in request.user.branches}) > 1,
        "tab": "slips",
    }


def _finished(slip: Slip) -> str:
    days = sorted({control.due_on for line in slip.lines.all() for control in line.controls.all()})
    if not days:
        return _("Slip %(code)s selesai.") % {"code": slip.code}
    return _("Slip %(code)s selesai. Kontrol: %(days)s.") % {
        "code": slip.code,
        "days": ", ".join(date_format(day, "j M") for day in days),
    }
