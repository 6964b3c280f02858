"""Leaving: by the link in an SMS, which anybody may open, and at the counter."""

from axes.helpers import get_client_ip_address
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from customers.models import ConsentPurpose, Customer
from frontdesk.staff.access import StaffRequest, public, staff_required
from frontdesk.staff.once import once
from frontdesk.staff.permissions import Permission
from notifications import actions
from notifications.actions.guarding import is_too_often
from notifications.actions.suppressing import CannotSuppress
from notifications.models import OptOutLink, Scope, Suppression

LONGEST_WORDS = 200


@public(reason="whoever holds the link in an SMS may leave; the page names nobody")
@never_cache
@require_http_methods(["GET", "POST"])
def opt_out(request: HttpRequest, code: str) -> HttpResponse:
    """Show what can be stopped; only a press on the button stops it, not a scanner of links."""
    with translation.override(_language(request)):
        if is_too_often(get_client_ip_address(request) or "", at=timezone.now()):
            response = render(request, "notifications/too_often.html", status=429)
        else:
            response = _answer(request, code)
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Content-Language"] = _language(request)
    return response


def _answer(request: HttpRequest, code: str) -> HttpResponse:
    link = OptOutLink.objects.filter(code=code).first()
    if link is None:
        return render(request, "notifications/opt_out.html", {"is_unknown": True}, status=404)
    if request.method == "POST":
        chosen = request.POST.get("scope", "")
        if chosen not in Scope.values:
            raise Http404
        words = {
            Scope.ALL: _("Berhenti menerima semua pesan"),
            Scope.PROMO: _("Berhenti menerima promo"),
        }
        scope = Scope(chosen)
        actions.leave_by_link(link, scope=scope, words=words[scope], at=timezone.now())
    live = Suppression.objects.live().filter(phone=link.phone)
    context = {
        "stopped": set(live.values_list("scope", flat=True)),
        "other_language": "id" if translation.get_language() == "en" else "en",
    }
    return render(request, "notifications/opt_out.html", context)


def _language(request: HttpRequest) -> str:
    """What the page was asked for, else what the phone speaks, else Indonesian."""
    asked = request.GET.get("lang", "")
    if asked in dict(settings.LANGUAGES):
        return asked
    return translation.get_language_from_request(request)


@staff_required(Permission.EDIT_CUSTOMERS)
@require_POST
@once
def opt_out_record(request: StaffRequest, pk: int) -> HttpResponse:
    """She said at the counter that she wants no messages, or no promos."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    chosen = request.POST.get("scope", "")
    if chosen in Scope.values:
        try:
            actions.record_opt_out(
                customer,
                scope=Scope(chosen),
                words=request.POST.get("words", "").replace("\0", "")[:LONGEST_WORDS],
                by=request.user,
                at=timezone.now(),
            )
        except CannotSuppress as refusal:
            messages.error(request, str(refusal))
    return redirect("home:customer", customer.pk)


@staff_required(Permission.EDIT_CUSTOMERS)
@require_POST
@once
def opt_out_lift(request: StaffRequest, pk: int) -> HttpResponse:
    """She agrees again, to the words that stand on the page."""
    customer = get_object_or_404(Customer.objects.visible_to(request.user), pk=pk)
    purposes = [
        ConsentPurpose(value)
        for value in request.POST.getlist("purpose")
        if value in ConsentPurpose.values
    ]
    try:
        if not purposes:
            messages.error(request, _("Pilih pesan mana yang ia setujui."))
        else:
            actions.lift_for(customer, purposes=purposes, by=request.user, at=timezone.now())
    except CannotSuppress as refusal:
        messages.error(request, str(refusal))
    return redirect("home:customer", customer.pk)
