"""The control schedule: who is to come today and this week, and who did not come."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission
from notifications.models import Message
from treatments import actions
from treatments.actions import CannotChangeControl
from treatments.forms import CancelControlForm, MoveControlForm
from treatments.models import Control
from treatments.models.control import ControlQuerySet
from treatments.notices import reminders_for
from treatments.permissions import why_not_change_control
from treatments.states import EXPECTED, ControlState
from treatments.views.replies import CONTROLS_CHANGED, done, posted, refused

DIALOG = "control-deed"
WEEK = timedelta(days=7)
# Who stayed away longer than this is for a campaign, not for this list.
MISSED_SINCE = timedelta(days=30)


@dataclass(frozen=True)
class ControlRow:
    control: Control
    # The reminder that speaks of its day, where one was planned.
    reminder: Message | None


@staff_required(Permission.PLAN_CONTROLS)
@require_GET
def control_list(request: StaffRequest) -> HttpResponse:
    today = request.branch.business_date(timezone.now())
    due = {
        "today": Q(state__in=EXPECTED, due_on=today),
        "week": Q(state__in=EXPECTED, due_on__gt=today, due_on__lte=today + WEEK),
        "freed": Q(state=ControlState.FREED, due_on__gte=today - MISSED_SINCE),
        # A control of yesterday is missed already, though the worker has yet to note it.
        "missed": Q(
            state__in=[*EXPECTED, ControlState.MISSED],
            due_on__lt=today,
            due_on__gte=today - MISSED_SINCE,
        ),
    }
    shown = request.GET.get("show", "")
    shown = shown if shown in due else "today"
    here = Control.objects.visible_to(request.user).filter(branch=request.branch)
    counts = here.aggregate(**{name: Count("pk", filter=wanted) for name, wanted in due.items()})
    context = {
        "shown": shown,
        "counts": counts,
        "today": today,
        "until": today + WEEK,
        "since": today - MISSED_SINCE,
        "rows": _rows(here.filter(due[shown]), newest_first=shown == "missed"),
    }
    part = "#list" if request.htmx else ""
    return render(request, f"treatments/controls.html{part}", context)


@staff_required(Permission.PLAN_CONTROLS)
@require_http_methods(["GET", "POST"])
def control_move(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for the new day in a dialog, then move the control and its reminder."""
    control, at = _control_or_404(request, pk), timezone.now()
    today = control.branch.business_date(at)
    was_due_on = control.due_on
    start = max(was_due_on, today)
    form = MoveControlForm(posted(request), initial={"due_on": start}, today=today)
    if form.is_valid():
        due_on, note = form.cleaned_data["due_on"], form.cleaned_data["note"]
        try:
            actions.move_control(control, due_on=due_on, note=note, by=request.user, at=at)
        except CannotChangeControl as refusal:
            form.add_error("due_on", str(refusal))
        else:
            said = _("Kontrol dipindah ke %(day)s.")
            if due_on == was_due_on:
                said = _("Catatan disimpan. Kontrol tetap %(day)s.") if note else ""
                said = said or _("Kontrol tetap %(day)s.")
            return _done(request, said % {"day": date_format(due_on, "l, j F Y")})
    quick = [(label, start + timedelta(days=days)) for label, days in _quick_days()]
    return _dialog(request, control, form, "treatments/_control_move.html", quick=quick)


@staff_required(Permission.PLAN_CONTROLS)
@require_POST
def control_keep(request: StaffRequest, pk: int) -> HttpResponse:
    """Note a control as kept by her visit of today at this desk."""
    control = _control_or_404(request, pk)
    try:
        actions.keep_control(control, branch=request.branch, by=request.user, at=timezone.now())
    except CannotChangeControl as refusal:
        return refused(request, why=str(refusal), to=_customer_page(control))
    said = _("Kontrol %(name)s ditepati.") % {"name": control.line.name}
    return done(request, said=said, to=_customer_page(control), **CONTROLS_CHANGED)


@staff_required(Permission.PLAN_CONTROLS)
@require_http_methods(["GET", "POST"])
def control_cancel(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for a word in a dialog, then cancel the control and withdraw its reminder."""
    control = _control_or_404(request, pk)
    form = CancelControlForm(posted(request))
    if form.is_valid():
        note = form.cleaned_data["note"]
        try:
            actions.cancel_control(control, note=note, by=request.user, at=timezone.now())
        except CannotChangeControl as refusal:
            form.add_error(None, str(refusal))
        else:
            return _done(request, _("Jadwal kontrol dibatalkan."))
    why_not = why_not_change_control(control, ControlState.CANCELLED, by=request.user)
    return _dialog(request, control, form, "treatments/_control_cancel.html", why_not=why_not)


def _customer_page(control: Control) -> str:
    return reverse("home:customer", args=[control.customer_id])


def _rows(controls: ControlQuerySet, *, newest_first: bool) -> list[ControlRow]:
    day = "-due_on" if newest_first else "due_on"
    found = list(
        controls.select_related("branch", "customer", "line").order_by(day, "customer__name", "pk")
    )
    reminders = reminders_for(found)
    return [ControlRow(control, reminders.get(control.pk)) for control in found]


def _control_or_404(request: StaffRequest, pk: int) -> Control:
    found = Control.objects.visible_to(request.user).select_related("branch", "customer", "line")
    return get_object_or_404(found, pk=pk)


def _quick_days() -> list[tuple[str, int]]:
    return [(_("+1 hari"), 1), (_("+7 hari"), 7)]


def _dialog(
    request: StaffRequest, control: Control, form: object, template: str, **context: object
) -> HttpResponse:
    is_refused = request.method == "POST"
    part = f"{template}#form" if is_refused and request.htmx else template
    context |= {"control": control, "form": form}
    return render(request, part, context, status=422 if is_refused else 200)


def _done(request: StaffRequest, said: str) -> HttpResponse:
    events = {"close-dialog": DIALOG, **CONTROLS_CHANGED}
    return done(request, said=said, to=reverse("treatments:controls"), **events)
