"""The doctor's yes or no before a treatment that needs it."""

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from treatments import actions
from treatments.forms import CancelSlipForm
from treatments.models import Slip
from treatments.views.replies import etag_of


@staff_required(Permission.APPROVE_SLIPS)
@require_GET
def approvals(request: StaffRequest) -> HttpResponse:
    """Show the branch's slips that wait for the doctor, first issued first."""
    slips = _awaiting(request)
    etag = etag_of(slips)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified()
    template = "treatments/approvals.html"
    if "X-Poll" in request.headers:
        template += "#awaiting"
    response = render(request, template, {"slips": slips, "etag": etag, "tab": "approvals"})
    response["ETag"] = etag
    return response


@staff_required(Permission.APPROVE_SLIPS)
@require_POST
def slip_approve(request: StaffRequest, slip_id: int) -> HttpResponse:
    slip = _load(request, slip_id)
    problem = ""
    try:
        actions.approve_slip(slip, by=request.user, at=timezone.now())
    except actions.CannotChangeSlip as error:
        problem = str(error)
    return _answer(request, slip, problem)


@staff_required(Permission.APPROVE_SLIPS)
@require_POST
def slip_refuse(request: StaffRequest, slip_id: int) -> HttpResponse:
    slip = _load(request, slip_id)
    form = CancelSlipForm(request.POST)
    if not form.is_valid():
        return _answer(request, slip, str(form.errors["reason"][0]), form=form, status=422)
    problem = ""
    try:
        reason = form.cleaned_data["reason"]
        actions.refuse_slip(slip, reason=reason, by=request.user, at=timezone.now())
    except actions.CannotChangeSlip as error:
        problem = str(error)
    return _answer(request, slip, problem, form=form)


def _awaiting(request: StaffRequest) -> "QuerySet[Slip]":
    return (
        Slip.objects.visible_to(request.user)
        .filter(branch=request.branch)
        .awaiting_doctor()
        .select_related("branch", "customer", "visit", "beautician")
        .prefetch_related("lines")
        .order_by("issued_at", "pk")
    )


def _load(request: StaffRequest, slip_id: int) -> Slip:
    mine = Slip.objects.visible_to(request.user).filter(
        branch__in=request.user.branches_with(Permission.APPROVE_SLIPS)
    )
    return get_object_or_404(mine.select_related("branch"), pk=slip_id)


def _answer(
    request: StaffRequest,
    slip: Slip,
    problem: str,
    *,
    form: CancelSlipForm | None = None,
    status: int = 409,
) -> HttpResponse:
    if not request.htmx and not problem:
        return redirect("treatments:approvals")
    slips = _awaiting(request)
    etag = etag_of(slips)
    context = {
        "slips": slips,
        "etag": etag,
        "problem": problem,
        "problem_slip": slip.pk,
        "form": form,
        "tab": "approvals",
    }
    template = "treatments/approvals.html" + ("#awaiting" if request.htmx else "")
    response = render(request, template, context, status=status if problem else 200)
    response["ETag"] = etag
    return response
