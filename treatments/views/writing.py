"""Writing a slip in the visit pane: the visit's slips, the form, and what it adds up to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from frontdesk.branches.models import Branch
from frontdesk.numbers import whole_number
from frontdesk.quick_select import Given, Question
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.models import Staff
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from frontdesk.visits.models import Visit
from treatments import actions
from treatments.actions import CannotChangeSlip, CannotGiveSlip
from treatments.forms import MOST_TREATMENTS, SlipForm
from treatments.hands import Hands, hands_for
from treatments.models import Slip, Treatment
from treatments.permissions import why_not_begin
from treatments.states import FINISHED, SlipState
from treatments.views.replies import with_events
from treatments.views.slips import print_url, slip_or_404, slip_url

ISSUE = "issue"
# What a row of the visit's slips is drawn from.
SHOWN = (
    *("branch", "business_date", "number", "state", "needs_doctor", "approved_at", "reason"),
    *("created_at", "issued_at", "started_at", "finished_at", "cancelled_at"),
    *("minutes", "total", "version", "beautician__nickname"),
)


@dataclass(frozen=True)
class Picked:
    """The treatments on the form, what they add up to, and who can be given them."""

    treatments: list[Treatment]
    hands: list[Hands]
    chosen: Hands | None
    # Why the person chosen before is not chosen any more.
    swapped: str

    @property
    def total(self) -> int:
        return sum(treatment.price for treatment in self.treatments)

    @property
    def minutes(self) -> int:
        return sum(treatment.minutes for treatment in self.treatments)

    @property
    def needs_doctor(self) -> bool:
        return any(treatment.needs_doctor for treatment in self.treatments)

    @property
    def is_full(self) -> bool:
        return len(self.treatments) >= MOST_TREATMENTS

    @property
    def is_stuck(self) -> bool:
        """Say whether nobody on duty can be given this."""
        return all(hand.why_not for hand in self.hands)


@staff_required(Permission.SEE_SLIPS)
@require_GET
def visit_slips(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Show a visit's slips, and the way to a new one, in the visit pane."""
    visit = _visit_or_404(request, visit_pk)
    if not request.htmx:
        return redirect(_counter_url(visit))
    return _slips(request, visit, closes_form="close" in request.GET)


@staff_required(Permission.WRITE_SLIPS)
@require_GET
def slip_new(request: StaffRequest, visit_pk: int) -> HttpResponse:
    visit = _visit_or_404(request, visit_pk)
    if not request.htmx:
        return redirect(_counter_url(visit))
    return _form(request, visit, SlipForm(), _pick([], branch=visit.branch))


@staff_required(Permission.WRITE_SLIPS)
@require_POST
@once
def slip_create(request: StaffRequest, visit_pk: int) -> HttpResponse:
    return _write(request, _visit_or_404(request, visit_pk))


@staff_required(Permission.WRITE_SLIPS)
@require_GET
def slip_edit(request: StaffRequest, pk: int) -> HttpResponse:
    slip = slip_or_404(request, pk)
    if not request.htmx:
        return redirect(_counter_url(slip.visit))
    keys = [line.treatment_id for line in slip.lines.all()]
    form = SlipForm(initial={"note": slip.note, "version": slip.version})
    picked = _pick(keys, branch=slip.branch, wanted=str(slip.beautician_id or ""))
    return _form(request, slip.visit, form, picked, slip=slip)


@staff_required(Permission.WRITE_SLIPS)
@require_POST
def slip_save(request: StaffRequest, pk: int) -> HttpResponse:
    slip = slip_or_404(request, pk)
    return _write(request, slip.visit, slip=slip)


@staff_required(Permission.WRITE_SLIPS)
@require_POST
def slip_preview(request: StaffRequest, visit_pk: int) -> HttpResponse:
    """Work the form out anew after a treatment was added, removed or put first."""
    visit = _visit_or_404(request, visit_pk)
    wanted = request.POST.get("beautician", "")
    picked = _pick(_changed_keys(request.POST), branch=visit.branch, wanted=wanted)
    context = {"visit": visit, "picked": picked, "is_preview": True}
    return render(request, "treatments/_slip_form.html#picked", context)


def _write(request: StaffRequest, visit: Visit, *, slip: Slip | None = None) -> HttpResponse:
    form = SlipForm(request.POST)
    written = _put_down(request, visit, form, slip=slip) if form.is_valid() else None
    if written is None:
        wanted = request.POST.get("beautician", "")
        picked = _pick(_keys(request.POST), branch=visit.branch, wanted=wanted)
        answer = _form(request, visit, form, picked, slip=slip, status=422)
        answer["HX-Retarget"] = "#slip-desk"
        return answer
    if not request.htmx:
        return redirect(slip_url(written))
    answer = _slips(request, visit, closes_form=True, status=201)
    answer["Location"] = slip_url(written)
    if written.number is None:
        return with_events(answer, status=_("Draf slip disimpan."))
    said = _("Slip %(code)s diterbitkan.") % {"code": written.code}
    events = {"print": print_url(written), "queue-changed": True}
    return with_events(answer, status=said, **events)


def _put_down(
    request: StaffRequest, visit: Visit, form: SlipForm, *, slip: Slip | None
) -> Slip | None:
    """Do what the pressed button says, all or nothing; refused, the form says why."""
    by, at = request.user, timezone.now()
    said = {name: form.cleaned_data[name] for name in ("treatments", "beautician", "note")}
    issues = request.POST.get("deed") == ISSUE
    try:
        if slip is None:
            write = actions.hand_out_slip if issues else actions.create_slip
            return write(visit, **said, by=by, at=at)
        version = form.cleaned_data["version"] or 0
        with transaction.atomic():
            actions.edit_draft(slip, **said, version=version, by=by, at=at)
            if issues:
                actions.issue_slip(slip, by=by, at=at)
                actions.note_printed(slip, by=by, at=at)
    except CannotChangeSlip as refusal:
        form.add_error("beautician" if isinstance(refusal, CannotGiveSlip) else None, str(refusal))
        return None
    return slip


def _visit_or_404(request: StaffRequest, pk: int) -> Visit:
    visit = next(iter(_visit.ask(pk=pk)), None)
    if visit is None or not visit.is_visible_to(request.user):
        raise Http404
    visit.branch = request.user.branch_at_hand(visit.branch_id) or visit.branch
    return visit


@Question
def _visit() -> QuerySet[Visit]:
    return Visit.objects.filter(pk=Given("pk")).only("branch", "customer", "state")


def _counter_url(visit: Visit) -> str:
    return reverse("home:counter", query={"visit": visit.pk})


def _slips(
    request: StaffRequest, visit: Visit, *, closes_form: bool, status: int = 200
) -> HttpResponse:
    slips = SimpleLazyObject(partial(_slips_of, visit, by=request.user))
    context = {
        "visit": visit,
        "slips": slips,
        "slips_stand": SimpleLazyObject(lambda: _stand(slips)),
        "closes_form": closes_form,
        "why_not_begin": why_not_begin(visit),
    }
    # Rendered after the view: a new slip's number is not held for as long as its row is drawn.
    template = "treatments/_visit_slips.html"
    return TemplateResponse(request, template, context, status=status)


def _slips_of(visit: Visit, *, by: Staff) -> list[Slip]:
    slips = _slips_of_visit.ask(visit=visit.pk)
    for slip in slips:
        slip.branch = visit.branch
    return [slip for slip in slips if slip.is_visible_to(by)]


def _stand(slips: Iterable[Slip]) -> str:
    """Say whether a visit's treatments are all `done`, some still `open`, or there are none."""
    states = {slip.state for slip in slips} - {SlipState.CANCELLED}
    if not states:
        return ""
    return "done" if states <= FINISHED else "open"


@Question
def _slips_of_visit() -> QuerySet[Slip]:
    found = Slip.objects.filter(visit=Given("visit")).select_related("beautician")
    return found.only(*SHOWN).with_lines().order_by("created_at", "pk")


def _form(
    request: StaffRequest,
    visit: Visit,
    form: SlipForm,
    picked: Picked,
    *,
    slip: Slip | None = None,
    status: int = 200,
) -> HttpResponse:
    context = {
        "visit": visit,
        "slip": slip,
        "form": form,
        "picked": picked,
        "catalogue": Treatment.objects.offered(),
    }
    return render(request, "treatments/_slip_form.html", context, status=status)


def _pick(keys: Sequence[int], *, branch: Branch, wanted: str = "") -> Picked:
    at = timezone.now()
    known = Treatment.objects.in_bulk(keys)
    treatments = [known[key] for key in keys if key in known]
    hands = hands_for(treatments, branch=branch, on=branch.business_date(at), at=at)
    asked_for = next((h for h in hands if str(h.staff.pk) == wanted), None)
    if asked_for and not asked_for.why_not:
        return Picked(treatments, hands, asked_for, "")
    free = next((h for h in hands if treatments and not h.why_not), None)
    return Picked(treatments, hands, free, asked_for.why_not if asked_for else "")


def _keys(data: QueryDict) -> list[int]:
    found = filter(None, map(whole_number, data.getlist("treatments")))
    return list(found)[:MOST_TREATMENTS]


def _changed_keys(data: QueryDict) -> list[int]:
    """Return the treatments as they are after the pressed button: `add`, `remove` or `up`."""
    keys = _keys(data)
    if added := whole_number(data.get("add", "")):
        return [*keys, added][:MOST_TREATMENTS]
    for name, step in (("remove", 0), ("up", 1)):
        place = data.get(name, "")
        if not place.isdecimal() or int(place[:4]) >= len(keys):
            continue
        key = keys.pop(int(place[:4]))
        if step:
            keys.insert(max(0, int(place[:4]) - step), key)
    return keys
