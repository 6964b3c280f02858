"""The telephone list over HTTP."""

from datetime import datetime, time, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from frontdesk.branches.models import Branch
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from notifications import reports_calls as reports
from notifications.actions import calling
from notifications.actions.calling import CannotNoteCall
from notifications.forms_calls import CallForm
from notifications.models import CallEntry


@staff_required(Permission.SEE_CALLS)
@require_GET
def calls(request: StaffRequest) -> HttpResponse:
    return _page(request, shown=request.GET.get("show", ""))


@staff_required(Permission.SEE_CALLS)
@require_POST
@once
def call_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what came of a call; a press on one button is enough."""
    found = CallEntry.objects.visible_to(request.user).select_related("branch", "customer")
    entry, at = get_object_or_404(found, pk=pk), timezone.now()
    form = CallForm(request.POST, auto_id=f"%s-{entry.pk}")
    shown = "later" if entry.due_at > at else ""
    if not form.is_valid():
        return _page(request, shown=shown, typed=form, typed_for=entry)
    try:
        calling.note_call(
            entry,
            outcome=form.outcome_said,
            answer=form.answer,
            note=form.cleaned_data["note"],
            again_at=_again_at(entry.branch, form.cleaned_data["again"], at=at),
            by=request.user,
            at=at,
        )
    except CannotNoteCall as refusal:
        form.add_error(None, str(refusal))
        return _page(request, shown=shown, typed=form, typed_for=entry)
    return redirect("notifications:calls")


def _page(
    request: StaffRequest,
    *,
    shown: str,
    typed: CallForm | None = None,
    typed_for: CallEntry | None = None,
) -> HttpResponse:
    found = reports.call_list(request.branch, by=request.user, shown=shown, at=timezone.now())
    context = {"list": found, "form": typed, "typed_for": typed_for}
    return render(request, "notifications/calls.html", context, status=422 if typed else 200)


def _again_at(branch: Branch, clock: time | None, *, at: datetime) -> datetime | None:
    """The next such moment of the branch's clock, today or tomorrow."""
    if clock is None:
        return None
    today = timezone.localtime(at, branch.zone).date()
    wanted = branch.at(today, clock)
    return wanted if wanted > at else branch.at(today + timedelta(days=1), clock)
