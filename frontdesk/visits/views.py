"""The deeds of the queue over HTTP: each loads one visit, does one thing, and shows the visit."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import trigger_client_event

from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from frontdesk.visits import actions
from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.forms import LeftForm, NoteForm
from frontdesk.visits.models import Visit
from frontdesk.visits.permissions import why_ask_before_finishing, why_behind, why_not_move
from frontdesk.visits.reports import card_etag, visit_card
from frontdesk.visits.states import VisitState

QUEUE_CHANGED = "queue-changed"


def counter_url(**query: object) -> str:
    """Return the counter with something in hand: `counter_url(visit=12)`."""
    return reverse("home:counter", query=query)


@staff_required(Permission.CHECK_IN)
@require_GET
def visit_new(request: StaffRequest) -> HttpResponse:
    return redirect(counter_url(new=1))


@staff_required(Permission.CHECK_IN, Permission.RUN_QUEUE)
@require_GET
def visit_show(request: StaffRequest, pk: int) -> HttpResponse:
    """Show the visit's own part of the pane; it asks again when something at the desk changed."""
    visit = _visit_or_404(request, pk)
    if not request.htmx:
        return redirect(counter_url(visit=visit.pk))
    if request.headers.get("If-None-Match") == card_etag(visit):
        return HttpResponseNotModified()
    return _card(request, visit)


@staff_required(Permission.CHECK_IN, Permission.RUN_QUEUE)
@require_GET
def visit_ticket(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit_or_404(request, pk)
    paper = "58" if visit.branch.paper == "58" else "80"
    return render(request, "visits/ticket.html", {"visit": visit, "paper": paper})


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_call(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, VisitState.CALLED, actions.call_visit)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_start(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, VisitState.SERVING, actions.start_visit)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_hold(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, VisitState.HELD, actions.hold_visit)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_put_back(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, VisitState.WAITING, actions.put_back)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_finish(request: StaffRequest, pk: int) -> HttpResponse:
    """Finish a visit; where there is a doubt ask once more, or say it without script."""
    visit = _visit_or_404(request, pk)
    doubt = "" if "sure" in request.POST else why_ask_before_finishing(visit)
    if not doubt or why_not_move(visit, VisitState.DONE, by=request.user):
        return _do(request, pk, VisitState.DONE, actions.finish_visit)
    if behind := why_behind(visit, seen=request.POST.get("seen", "")):
        return _refused(request, visit, behind)
    if request.htmx:
        return _card(request, visit, doubt=doubt, status=409)
    messages.warning(request, doubt)
    return _do(request, pk, VisitState.DONE, actions.finish_visit)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_left(request: StaffRequest, pk: int) -> HttpResponse:
    form = LeftForm(request.POST, auto_id="left-%s")
    if not form.is_valid():
        return _left_again(request, _visit_or_404(request, pk), form)
    reason = form.cleaned_data["reason"]
    return _do(request, pk, VisitState.LEFT, actions.note_left, note=reason)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_no_show(request: StaffRequest, pk: int) -> HttpResponse:
    return _do(request, pk, VisitState.NO_SHOW, actions.note_no_show)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_undo(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit_or_404(request, pk)
    step = request.POST.get("step", "")
    try:
        actions.undo_last_step(
            visit,
            by=request.user,
            at=timezone.now(),
            step=whole_number(step) or 0 if step else None,
        )
    except CannotChangeVisit as refusal:
        return _refused(request, visit, str(refusal))
    return _done(request, visit)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def visit_note(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit_or_404(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _note(request, visit, problem=str(form.errors["note"][0]), status=422)
    note = form.cleaned_data["note"]
    if note == visit.note:
        return _note(request, visit)
    was = form.cleaned_data["was"] if "was" in request.POST else None
    try:
        actions.note_visit(visit, note=note, was=was, by=request.user, at=timezone.now())
    except CannotChangeVisit as refusal:
        return _note(request, visit, problem=str(refusal), status=409)
    return trigger_client_event(_note(request, visit, is_saved=True), QUEUE_CHANGED)


def _visit_or_404(request: StaffRequest, pk: int) -> Visit:
    found = Visit.objects.visible_to(request.user).select_related("branch", "customer", "officer")
    return get_object_or_404(found, pk=pk)


def _do(
    request: StaffRequest, pk: int, to: VisitState, deed: Callable[..., None], **fields: Any
) -> HttpResponse:
    visit = _visit_or_404(request, pk)
    behind = why_behind(visit, seen=request.POST.get("seen", ""))
    # What another clerk did since this screen was drawn is not done over.
    if behind and not actions.has_done(visit, to, by=request.user, **fields):
        return _refused(request, visit, behind)
    try:
        deed(visit, by=request.user, at=timezone.now(), **fields)
    except CannotChangeVisit as refusal:
        return _refused(request, visit, str(refusal))
    return _done(request, visit)


def _left_again(request: StaffRequest, visit: Visit, form: LeftForm) -> HttpResponse:
    """Ask for the reason once more, where it was typed, if there is still somebody to leave."""
    problem = why_behind(visit, seen=request.POST.get("seen", ""))
    problem = problem or why_not_move(visit, VisitState.LEFT, by=request.user)
    if problem or not request.htmx:
        return _refused(request, visit, problem or str(form.errors["reason"][0]))
    return _card(request, visit, left=form, status=422)


def _done(request: StaffRequest, visit: Visit) -> HttpResponse:
    if not request.htmx:
        return redirect(counter_url(visit=visit.pk))
    return trigger_client_event(_card(request, visit, is_fresh=True), QUEUE_CHANGED)


def _refused(request: StaffRequest, visit: Visit, sentence: str) -> HttpResponse:
    if not request.htmx:
        messages.error(request, sentence)
        return redirect(counter_url(visit=visit.pk))
    response = _card(request, visit, problem=sentence, status=409)
    return trigger_client_event(response, QUEUE_CHANGED)


def _card(
    request: StaffRequest,
    visit: Visit,
    *,
    problem: str = "",
    doubt: str = "",
    left: LeftForm | None = None,
    is_fresh: bool = False,
    status: int = 200,
) -> HttpResponse:
    card = visit_card(visit, by=request.user, at=timezone.now())
    # Refused, the reason for leaving stands in its field again.
    reason = request.POST.get("reason", "") if problem or left else ""
    said = {"problem": problem, "doubt": doubt, "is_fresh": is_fresh}
    context = {"card": card, "visit": visit, "left": left, "reason": reason, **said}
    response = render(request, "visits/visit.html#card", context, status=status)
    response["ETag"] = card.etag
    return response


def _note(
    request: StaffRequest,
    visit: Visit,
    *,
    problem: str = "",
    is_saved: bool = False,
    status: int = 200,
) -> HttpResponse:
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(counter_url(visit=visit.pk))
    context = {
        "visit": visit,
        "problem": problem,
        "typed": request.POST.get("note", "") if problem else visit.note,
        "is_saved": is_saved,
    }
    return render(request, "visits/visit.html#note", context, status=status)
