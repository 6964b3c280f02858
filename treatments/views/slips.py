"""Slips at the desk: the day's list, one slip with its history, and the deeds on it."""

from datetime import timedelta

from django.contrib import messages
from django.db.models import Max
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.forms import CancelSlipForm, PassOnForm, SlipFilterForm
from treatments.hands import hands_for, those_who_treat
from treatments.models import Control, Slip
from treatments.permissions import why_not_move, why_not_write
from treatments.states import SlipState
from treatments.views.replies import SLIPS_CHANGED, done, posted, refused

DIALOG = "slip-deed"


@staff_required(Permission.SEE_SLIPS)
@require_GET
def slip_list(request: StaffRequest) -> HttpResponse:
    """Show a branch's slips of one day, newest first, drafts before them."""
    today = request.branch.business_date(timezone.now())
    people = those_who_treat(request.branch)
    form = SlipFilterForm(request.GET, people=people, today=today)
    on = (form.is_valid() and form.cleaned_data["on"]) or today
    slips = form.narrow(
        Slip.objects.visible_to(request.user)
        .of_day(branch=request.branch, on=on)
        .select_related("branch", "customer", "beautician")
        .prefetch_related("lines")
        .order_by("-number", "-pk")
    )
    shown = list(slips)
    counted = [slip for slip in shown if slip.state != SlipState.CANCELLED]
    context = {
        "form": form,
        "on": on,
        "today": today,
        "before": on - timedelta(days=1),
        "after": on + timedelta(days=1) if on < today else None,
        "slips": shown,
        "counted": len(counted),
        "minutes": sum(slip.minutes for slip in counted),
        "total": sum(slip.total for slip in counted),
    }
    return render(request, "treatments/slips.html", context)


@staff_required(Permission.SEE_SLIPS)
@require_GET
def find_slip(request: StaffRequest) -> HttpResponse:
    """Open the slip whose printed code was scanned or typed."""
    code = request.GET.get("code", "").strip()[:40]
    slip = Slip.objects.visible_to(request.user).with_code(code).first()
    if slip is None:
        messages.error(request, _("Slip “%(code)s” tidak ditemukan.") % {"code": code})
        return redirect("treatments:slips")
    return redirect("treatments:slip", slip.pk)


@staff_required(Permission.SEE_SLIPS)
@require_GET
def slip_show(request: StaffRequest, pk: int) -> HttpResponse:
    return _show(request, slip_or_404(request, pk), "treatments/slip.html")


@staff_required(Permission.SEE_SLIPS)
@require_GET
def slip_live(request: StaffRequest, pk: int) -> HttpResponse:
    """Give the slip's page what changed, or 304."""
    slip = slip_or_404(request, pk)
    if request.headers.get("If-None-Match") == _etag(slip):
        return HttpResponseNotModified(headers={"ETag": _etag(slip)})
    return _show(request, slip, "treatments/slip.html#slip")


@staff_required(Permission.WRITE_SLIPS)
@require_POST
def slip_issue(request: StaffRequest, pk: int) -> HttpResponse:
    slip, at = slip_or_404(request, pk), timezone.now()
    try:
        actions.issue_slip(slip, by=request.user, at=at)
    except CannotChangeSlip as refusal:
        return refused(request, why=str(refusal), to=slip_url(slip))
    actions.note_printed(slip, by=request.user, at=at)
    return done(
        request,
        said=_("Slip %(code)s diterbitkan.") % {"code": slip.code},
        to=slip_url(slip),
        print=print_url(slip),
        **SLIPS_CHANGED,
    )


@staff_required(Permission.SEE_SLIPS)
@require_POST
def slip_reprint(request: StaffRequest, pk: int) -> HttpResponse:
    slip = slip_or_404(request, pk)
    if slip.number is None:
        return refused(request, why=_("Draf belum dicetak: terbitkan dulu."), to=slip_url(slip))
    actions.note_printed(slip, by=request.user, at=timezone.now())
    return done(
        request,
        said=_("Slip %(code)s dicetak ulang.") % {"code": slip.code},
        to=print_url(slip),
        print=print_url(slip),
        **SLIPS_CHANGED,
    )


@staff_required(Permission.WRITE_SLIPS)
@require_http_methods(["GET", "POST"])
def slip_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the reason in a dialog, then cancel."""
    slip = slip_or_404(request, pk)
    form = CancelSlipForm(posted(request))
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            actions.cancel_slip(slip, reason=reason, by=request.user, at=timezone.now())
        except CannotChangeSlip as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, slip, _("%(code)s dibatalkan.") % {"code": str(slip)})
    why_not = why_not_write(slip, by=request.user) or why_not_move(slip, SlipState.CANCELLED)
    return _dialog(request, slip, form, "treatments/_slip_cancel.html", why_not=why_not)


@staff_required(Permission.WRITE_SLIPS)
@require_http_methods(["GET", "POST"])
def slip_pass_on(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask to whom and why in a dialog, then put the slip into her hands."""
    slip, at = slip_or_404(request, pk), timezone.now()
    treatments = [line.treatment for line in slip.lines.select_related("treatment")]
    on = slip.branch.business_date(at)
    hands = hands_for(treatments, branch=slip.branch, on=on, at=at)
    form = PassOnForm(posted(request), people=those_who_treat(slip.branch))
    if form.is_valid():
        to, reason = form.cleaned_data["to"], form.cleaned_data["reason"]
        try:
            actions.pass_on_slip(slip, to=to, reason=reason, by=request.user, at=at)
        except CannotChangeSlip as refusal:
            form.add_error(None, str(refusal))
        else:
            said = _("%(code)s dialihkan ke %(name)s.")
            return _done(request, slip, said % {"code": str(slip), "name": to.nickname})
    why_not = why_not_write(slip, by=request.user) or why_not_move(slip, SlipState.PASSED_ON)
    others = [h for h in hands if h.staff.pk != slip.beautician_id]
    template = "treatments/_slip_pass_on.html"
    return _dialog(request, slip, form, template, why_not=why_not, hands=others)


def slip_or_404(request: StaffRequest, pk: int) -> Slip:
    found = Slip.objects.visible_to(request.user).select_related(
        "branch", "visit", "customer", "beautician", "created_by", "approved_by"
    )
    return get_object_or_404(found, pk=pk)


def slip_url(slip: Slip) -> str:
    return reverse("treatments:slip", args=[slip.pk])


def print_url(slip: Slip) -> str:
    return reverse("treatments:slip_print", args=[slip.pk])


def _show(request: StaffRequest, slip: Slip, template: str) -> HttpResponse:
    etag = _etag(slip)
    context = {
        "slip": slip,
        "lines": slip.lines.all(),
        "supplies": slip.supplies.select_related("supply"),
        "controls": Control.objects.filter(line__slip=slip).order_by("due_on", "pk"),
        "events": slip.events.select_related("by", "beautician"),
        "etag": etag,
    }
    answer = render(request, template, context)
    answer["ETag"] = etag
    return answer


def _etag(slip: Slip) -> str:
    last = slip.events.aggregate(last=Max("pk"))["last"]
    return f'"{slip.pk}-{slip.version}-{last or 0}-{slip.customer_id}-{slip.customer.version}"'


def _dialog(
    request: StaffRequest, slip: Slip, form: object, template: str, **context: object
) -> HttpResponse:
    is_refused = request.method == "POST"
    part = f"{template}#form" if is_refused and request.htmx else template
    context |= {"slip": slip, "form": form}
    return render(request, part, context, status=422 if is_refused else 200)


def _done(request: StaffRequest, slip: Slip, said: str) -> HttpResponse:
    events = {"close-dialog": DIALOG, **SLIPS_CHANGED}
    return done(request, said=said, to=slip_url(slip), **events)
