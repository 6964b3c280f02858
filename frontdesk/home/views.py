"""The counter: one screen for a whole visit."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseNotModified
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST
from django_htmx.http import push_url, reswap, retarget, trigger_client_event

from customers.models import Customer
from customers.search import search_customers
from frontdesk.home import actions
from frontdesk.home.counter import check_in_in_hand, desk_etag, desk_queue, visit_in_hand
from frontdesk.home.forms import CheckInForm
from frontdesk.numbers import whole_number
from frontdesk.quick_select import Given, Question
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.landing import landing_url
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from frontdesk.visits import actions as visits
from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.reports import ended_rows

QUEUE_CHANGED = "queue-changed"
# The rest of the desk (the visit's card, its slips) looks again when the queue did change.
DESK_CHANGED = "desk-changed"
MOST_IDENTITIES = 6


@staff_required()
@require_GET
def counter(request: StaffRequest) -> HttpResponse:
    if Permission.RUN_QUEUE not in request.may:
        return redirect(landing_url(request.user, request.branch))
    template, context = _in_hand(request)
    queue = desk_queue(branch=request.branch, at=timezone.now())
    return render(
        request, "home/counter.html", {"queue": queue, "pane_template": template, **context}
    )


@staff_required(Permission.RUN_QUEUE)
@require_GET
def queue(request: StaffRequest) -> HttpResponse:
    """The live queue, asked for every few seconds by every counter."""
    at = timezone.now()
    etag = desk_etag(branch=request.branch, at=at)
    if request.headers.get("If-None-Match") == etag:
        return HttpResponseNotModified(headers={"ETag": etag})
    found = desk_queue(branch=request.branch, at=at, etag=etag)
    response = render(request, "home/counter.html#queue", {"queue": found, "is_again": True})
    response["ETag"] = etag
    return trigger_client_event(response, DESK_CHANGED)


@staff_required(Permission.RUN_QUEUE)
@require_GET
def queue_ended(request: StaffRequest) -> HttpResponse:
    on = request.branch.business_date(timezone.now())
    rows = ended_rows(branch=request.branch, on=on)
    return render(request, "home/counter.html#ended", {"ended": rows})


@staff_required(Permission.RUN_QUEUE)
@require_GET
def idle_pane(request: StaffRequest) -> HttpResponse:
    """Say who is next while nothing is in hand."""
    found = desk_queue(branch=request.branch, at=timezone.now())
    return render(request, "home/counter_idle.html#next", {"queue": found})


@staff_required(Permission.RUN_QUEUE)
@require_GET
def visit_pane(request: StaffRequest, pk: int) -> HttpResponse:
    visit = _visit_or_404(request, pk)
    if not request.htmx:
        return redirect(_counter_url(visit=visit.pk))
    is_new = "new" in request.GET
    response = _pane(request, visit, is_new=is_new)
    return trigger_client_event(response, QUEUE_CHANGED) if is_new else response


@staff_required(Permission.CHECK_IN)
@require_GET
def check_in_pane(request: StaffRequest) -> HttpResponse:
    customer = _customer(request, request.GET.get("customer", ""))
    query = {"customer": customer.pk} if customer else {"new": 1}
    if not request.htmx:
        return redirect(_counter_url(**query))
    context = _check_in_context(request, customer)
    response = render(request, "home/counter_check_in.html", context)
    return push_url(response, _counter_url(**query))


@staff_required(Permission.CHECK_IN)
@require_POST
@once
def check_in(request: StaffRequest) -> HttpResponse:
    form = CheckInForm(request.POST, staff=request.user)
    if not form.is_valid():
        customer = form.cleaned_data.get("customer")
        context = {"form": form, **_check_in_context(request, customer)}
        if request.htmx:
            return render(request, "home/counter_check_in.html", context, status=422)
        return _whole(request, "home/counter_check_in.html", context, status=422)
    data = form.cleaned_data
    deed: dict[str, Any] = {
        "branch": request.branch,
        "purpose": Purpose(data["purpose"]),
        "by": request.user,
        "at": timezone.now(),
    }
    if data["customer"]:
        visit = actions.check_in_customer(
            data["customer"], keeps_controls=data["keeps_controls"], **deed
        )
    else:
        visit = visits.check_in(guest_name=data["guest_name"], **deed)
    if request.htmx:
        return redirect(f"{reverse('home:visit_pane', args=[visit.pk])}?new=1")
    return redirect(_counter_url(visit=visit.pk, new=1))


@staff_required(Permission.RUN_QUEUE)
@require_POST
def call_next(request: StaffRequest) -> HttpResponse:
    try:
        visit = visits.call_next(branch=request.branch, by=request.user, at=timezone.now())
    except CannotChangeVisit as refusal:
        if not request.htmx:
            messages.error(request, str(refusal))
            return redirect("home:counter")
        response = render(
            request, "home/counter.html#problem", {"problem": str(refusal)}, status=409
        )
        return reswap(retarget(response, "#queue-problem"), "innerHTML")
    if not request.htmx:
        return redirect(_counter_url(visit=visit.pk))
    return trigger_client_event(_pane(request, visit, is_fresh=True), QUEUE_CHANGED)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def identify(request: StaffRequest, pk: int) -> HttpResponse:
    """Say who a guest in the queue is."""
    visit = _visit_or_404(request, pk)
    customer = get_object_or_404(
        Customer.objects.visible_to(request.user), pk=whole_number(request.POST.get("customer", ""))
    )
    problem = ""
    try:
        actions.identify_visit(visit, customer=customer, by=request.user, at=timezone.now())
    except CannotChangeVisit as refusal:
        problem = str(refusal)
    if not request.htmx:
        if problem:
            messages.error(request, problem)
        return redirect(_counter_url(visit=visit.pk))
    response = _pane(request, visit, problem=problem, status=409 if problem else 200)
    return trigger_client_event(response, QUEUE_CHANGED)


@staff_required(Permission.RUN_QUEUE)
@require_POST
def identify_options(request: StaffRequest, pk: int) -> HttpResponse:
    """Offer the customers that a guest in the queue may be."""
    visit = _visit_or_404(request, pk)
    text = request.POST.get("q", "").strip()
    found = search_customers(
        text,
        branch=visit.branch,
        with_phones=Permission.SEE_PHONES in request.may,
        limit=MOST_IDENTITIES,
    )
    context = {"visit": visit, "text": text, "matches": found}
    return render(request, "home/counter_identify.html#options", context)


def _in_hand(request: StaffRequest) -> tuple[str, dict[str, Any]]:
    """Return the template of the right half and its context, from the page's address."""
    if wanted := request.GET.get("visit"):
        visit = _visit_or_404(request, whole_number(wanted) or 0)
        hand = visit_in_hand(visit, by=request.user, at=timezone.now())
        is_new = "new" in request.GET
        return "home/counter_visit.html", _visit_context(visit, hand, is_new=is_new)
    if "customer" in request.GET or "new" in request.GET:
        customer = _customer(request, request.GET.get("customer", ""))
        return "home/counter_check_in.html", _check_in_context(request, customer)
    return "home/counter_idle.html", {}


def _visit_context(visit: Visit, hand: Any, **more: object) -> dict[str, Any]:
    return {"visit": visit, "hand": hand, "card": hand.card, **more}


def _pane(
    request: StaffRequest, visit: Visit, *, status: int = 200, **more: object
) -> HttpResponse:
    hand = visit_in_hand(visit, by=request.user, at=timezone.now())
    context = _visit_context(visit, hand, **more)
    response = render(request, "home/counter_visit.html", context, status=status)
    return push_url(response, _counter_url(visit=visit.pk))


def _check_in_context(request: StaffRequest, customer: Customer | None) -> dict[str, Any]:
    at = timezone.now()
    return {
        "hand": check_in_in_hand(branch=request.branch, customer=customer, at=at),
        "customer": customer,
        "purposes": Purpose.choices,
    }


def _whole(
    request: StaffRequest, template: str, context: dict[str, Any], *, status: int
) -> HttpResponse:
    found = desk_queue(branch=request.branch, at=timezone.now())
    context = {"queue": found, "pane_template": template, **context}
    return render(request, "home/counter.html", context, status=status)


def _visit_or_404(request: StaffRequest, pk: int) -> Visit:
    visit = next(iter(_visit.ask(pk=pk)), None)
    if visit is None or not visit.is_visible_to(request.user):
        raise Http404
    return visit


@Question
def _visit() -> QuerySet[Visit]:
    found = Visit.objects.filter(pk=Given("pk"))
    return found.select_related("branch", "customer", "officer")


def _customer(request: StaffRequest, wanted: str) -> Customer | None:
    if not wanted:
        return None
    found = Customer.objects.visible_to(request.user).with_tags()
    return get_object_or_404(found, pk=whole_number(wanted))


def _counter_url(**query: object) -> str:
    return reverse("home:counter", query=query)
