"""The telephone list over HTTP."""

from datetime import datetime, time, timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_time
from django.views.decorators.http import require_GET, require_POST

from frontdesk.branches.models import Branch
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from notifications import reports_calls as reports
from notifications.actions import calling
from notifications.actions.calling import CannotNoteCall
from notifications.models import CallEntry, CallOutcome, Meaning

LONGEST_NOTE = 300
ANSWERS = {"yes": Meaning.YES, "no": Meaning.NO}


@staff_required(Permission.SEE_CALLS)
@require_GET
def calls(request: StaffRequest) -> HttpResponse:
    found = reports.call_list(
        request.branch, by=request.user, shown=request.GET.get("show", ""), at=timezone.now()
    )
    return render(request, "notifications/calls.html", {"list": found})


@staff_required(Permission.SEE_CALLS)
@require_POST
@once
def call_note(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what came of a call; a press on one button is enough."""
    found = CallEntry.objects.visible_to(request.user).select_related("branch", "customer")
    entry, at = get_object_or_404(found, pk=pk), timezone.now()
    chosen = request.POST.get("outcome", "")
    outcome, _sign, answer = chosen.partition(":")
    if outcome in CallOutcome.values:
        try:
            calling.note_call(
                entry,
                outcome=CallOutcome(outcome),
                answer=ANSWERS.get(answer, Meaning.OTHER),
                note=request.POST.get("note", "").strip()[:LONGEST_NOTE],
                again_at=_again_at(entry.branch, request.POST.get("again", ""), at=at),
                by=request.user,
                at=at,
            )
        except CannotNoteCall as refusal:
            messages.error(request, str(refusal))
    return redirect("notifications:calls")


def _again_at(branch: Branch, text: str, *, at: datetime) -> datetime | None:
    """Read the next such moment of the branch's clock: `15.30`, today or tomorrow."""
    try:
        clock: time | None = parse_time(text.strip().replace(".", ":"))
    except ValueError:
        clock = None
    if clock is None:
        return None
    today = timezone.localtime(at, branch.zone).date()
    wanted = branch.at(today, clock)
    return wanted if wanted > at else branch.at(today + timedelta(days=1), clock)
