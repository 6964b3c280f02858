"""Registering a customer from wherever the desk is, and the page that shows all of her."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from customers.actions import register_customer
from customers.models import CONSENT_TEXTS, ConsentEvent, Customer
from customers.permissions import why_not_ask_consent
from customers.registration import RegisterForm
from frontdesk.home.actions import identify_visit
from frontdesk.home.timeline import timeline_of
from frontdesk.numbers import whole_number
from frontdesk.quick_select import Given, Question
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.models import Visit
from frontdesk.visits.reports import age_of
from notifications.reports_reach import stops_of
from treatments.actions.controls import KEPT_DAYS_BEFORE
from treatments.models import Control
from treatments.states import KEEPABLE

TYPED_KEY = "typed"
MOST_TYPED = 120
MOST_LEDGER = 30
MOST_CONTROLS = 6
# Who stayed away longer than this is for a campaign.
MISSED_SINCE = timedelta(days=30)


@dataclass(frozen=True)
class ControlRow:
    control: Control
    may_change: bool
    # A visit today would still keep it.
    may_keep: bool


@staff_required(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def customer_new(request: StaffRequest) -> HttpResponse:
    """Register somebody: by herself, or as the guest of a visit (`?visit=`)."""
    if request.method == "POST":
        return _register(request)
    text = request.session.get(TYPED_KEY, "") if "typed" in request.GET else ""
    form = RegisterForm(initial=_typed(text))
    return _registration(request, form, _visit(request), status=200)


@staff_required(Permission.EDIT_CUSTOMERS)
@require_POST
def customer_typed(request: StaffRequest) -> HttpResponse:
    """Go on to register what was typed into a search.

    The session carries it: a name or a number stands in no address, and so in no log.
    """
    visit = _visit(request)
    request.session[TYPED_KEY] = request.POST.get("text", "")[:MOST_TYPED]
    query = {"typed": 1} | ({"visit": visit.pk} if visit else {})
    return redirect(reverse("home:customer_new", query=query))


@once
def _register(request: StaffRequest) -> HttpResponse:
    visit = _visit(request)
    form = RegisterForm(request.POST)
    if not form.is_valid():
        return _registration(request, form, visit, status=422)
    at = timezone.now()
    customer = register_customer(
        branch=request.branch, card=form.card, consents=form.consents, by=request.user, at=at
    )
    request.session.pop(TYPED_KEY, None)
    if visit is None:
        if Permission.CHECK_IN in request.may:
            return redirect(reverse("home:counter", query={"customer": customer.pk}))
        return redirect("home:customer", customer.pk)
    try:
        identify_visit(visit, customer=customer, by=request.user, at=at)
    except CannotChangeVisit as refusal:
        messages.error(request, str(refusal))
    return redirect(reverse("home:counter", query={"visit": visit.pk}))


@staff_required(Permission.SEE_CUSTOMERS)
@require_GET
def customer(request: StaffRequest, pk: int) -> HttpResponse:
    customer = next(iter(_customer.ask(pk=pk)), None)
    if customer is None or not customer.is_visible_to(request.user):
        raise Http404
    timeline = timeline_of(
        customer, branch=request.branch, may=request.may, before=request.GET.get("before", "")
    )
    if request.htmx and "before" in request.GET:
        return render(
            request, "home/customer.html#older", {"timeline": timeline, "customer": customer}
        )
    today = request.branch.business_date(timezone.now())
    ledger = _consents.ask(customer=customer.pk)
    latest = _latest_words(customer, ledger)
    context = {
        "customer": customer,
        "age": age_of(customer, on=today),
        "controls": _controls(request, customer, on=today),
        "today": today,
        "consents": [
            {"purpose": purpose, "text": text, "latest": latest.get(purpose)}
            for purpose, text in CONSENT_TEXTS.items()
        ],
        "why_not_consent": why_not_ask_consent(customer),
        "stops": stops_of(customer),
        "ledger": ledger,
        "timeline": timeline,
    }
    return render(request, "home/customer.html", context)


@staff_required(Permission.SEE_CUSTOMERS)
@require_GET
def customer_controls(request: StaffRequest, pk: int) -> HttpResponse:
    """Her control schedules again, after one of them was moved, kept or cancelled."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    today = request.branch.business_date(timezone.now())
    context = {
        "customer": customer,
        "controls": _controls(request, customer, on=today),
        "today": today,
    }
    return render(request, "home/customer.html#controls", context)


def _controls(request: StaffRequest, customer: Customer, *, on: date) -> list[ControlRow]:
    """Return what she is expected for, and what she missed or wants on another day."""
    found = _expected.ask(customer=customer.pk, since=on - MISSED_SINCE)
    return [
        ControlRow(
            control,
            may_change=request.user.may(Permission.PLAN_CONTROLS, branch=control.branch),
            may_keep=control.due_on <= on + timedelta(days=KEPT_DAYS_BEFORE),
        )
        for control in found
    ]


@Question
def _customer() -> QuerySet[Customer]:
    return Customer.objects.filter(pk=Given("pk")).with_tags().select_related("home_branch")


@Question
def _expected() -> QuerySet[Control]:
    found = Control.objects.filter(
        customer=Given("customer"), state__in=KEEPABLE, due_on__gte=Given("since")
    )
    found = found.select_related("line", "branch").order_by("due_on", "pk")
    return found.only("due_on", "state", "line__name", "branch__name")[:MOST_CONTROLS]


@Question
def _consents() -> QuerySet[ConsentEvent]:
    events = ConsentEvent.objects.filter(customer=Given("customer")).select_related("by")
    shown = ("purpose", "is_granted", "text_shown", "covers_email", "source", "at", "by__nickname")
    return events.only(*shown).order_by("-at", "-pk")[:MOST_LEDGER]


def _latest_words(customer: Customer, ledger: list[ConsentEvent]) -> dict[str, ConsentEvent]:
    """Return her newest word on each purpose; only a full ledger may leave one out."""
    if len(ledger) == MOST_LEDGER:
        return ConsentEvent.objects.latest_for(customer)
    return {event.purpose: event for event in reversed(ledger)}


def _registration(
    request: StaffRequest, form: RegisterForm, visit: Visit | None, *, status: int
) -> HttpResponse:
    return render(request, "home/customer_new.html", {"form": form, "visit": visit}, status=status)


def _visit(request: StaffRequest) -> Visit | None:
    """Return the visit whose guest is being registered; another branch's is a 404."""
    wanted = request.POST.get("visit") or request.GET.get("visit")
    if not wanted:
        return None
    found = Visit.objects.visible_to(request.user).select_related("branch", "customer")
    return get_object_or_404(found, pk=whole_number(wanted))


def _typed(text: str) -> dict[str, str]:
    """Carry over what was searched for: digits are a number, anything else a name."""
    text = " ".join(text.split())
    if any(letter.isalpha() for letter in text):
        words = text.split() if text.islower() else []
        return {"name": " ".join(word[:1].upper() + word[1:] for word in words) or text}
    return {"phone": text[:30]}
