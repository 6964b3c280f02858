"""Changing a customer's card, her consents, and who has a number; registering stands in home."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from customers.actions import CardChanged, change_customer, record_consent
from customers.forms import ChangeForm, ConsentForm
from customers.models import CONSENT_TEXTS, ConsentPurpose, ConsentSource, Customer
from customers.phone import BadPhone, parse_phone
from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission

MOST_OWNERS = 5


@staff_required(Permission.EDIT_CUSTOMERS)
@require_http_methods(["GET", "POST"])
def customer_edit(request: StaffRequest, pk: int) -> HttpResponse:
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    if request.method == "GET":
        return _edit_page(request, customer, ChangeForm(instance=customer))
    # The form writes what was typed into its instance; the page's head shows the card as it is.
    form = ChangeForm(request.POST, instance=Customer(pk=customer.pk))
    if not form.is_valid():
        return _edit_page(request, customer, form, status=422)
    try:
        change_customer(
            customer,
            version=form.cleaned_data["version"],
            card=form.card,
            by=request.user,
            at=timezone.now(),
        )
    except CardChanged as refusal:
        if all(value == getattr(refusal.current, name) for name, value in form.card.items()):
            # The same form sent twice: it stands as she wants it.
            return redirect("home:customer", customer.pk)
        form, conflicts = form.over(refusal.current)
        last = refusal.current.events.select_related("by").order_by("-at", "-pk").first()
        context = {"conflicts": conflicts, "is_behind": True, "last_change": last}
        return _edit_page(request, refusal.current, form, status=409, **context)
    return redirect("home:customer", customer.pk)


@staff_required(Permission.EDIT_CUSTOMERS)
@require_POST
@once
def consent_record(request: StaffRequest, pk: int) -> HttpResponse:
    """Write down what she answered, with the words that stand on the page."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    form = ConsentForm(request.POST)
    if form.is_valid():
        purpose = ConsentPurpose(form.cleaned_data["purpose"])
        record_consent(
            customer,
            purpose=purpose,
            is_granted=form.cleaned_data["is_granted"],
            text=str(CONSENT_TEXTS[purpose]),
            source=ConsentSource.COUNTER,
            by=request.user,
            at=timezone.now(),
        )
    return redirect("home:customer", customer.pk)


@staff_required(Permission.EDIT_CUSTOMERS)
@require_POST
def phone_lookup(request: StaffRequest) -> HttpResponse:
    """Tell who has the number that is being typed: a help, families share numbers."""
    try:
        phone = parse_phone(request.POST.get("phone", "")[:30])
    except BadPhone:
        return HttpResponse()
    found = (
        Customer.objects.visible_to(request.user)
        .filter(phone=phone)
        .select_related("home_branch")
        .order_by("name_folded", "pk")
    )
    owners = list(found[: MOST_OWNERS + 1])
    context = {
        "owners": owners[:MOST_OWNERS],
        "has_more": len(owners) > MOST_OWNERS,
        "phone": phone,
        "visit_id": whole_number(request.POST.get("visit", "")),
    }
    return render(request, "customers/phone_owners.html", context)


def _edit_page(
    request: StaffRequest,
    customer: Customer,
    form: ChangeForm,
    *,
    status: int = 200,
    **more: object,
) -> HttpResponse:
    context = {"customer": customer, "form": form, **more}
    return render(request, "customers/customer_edit.html", context, status=status)
