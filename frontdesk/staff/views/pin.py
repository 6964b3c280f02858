"""A shared terminal: locked with one key, opened with a PIN."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.staff import desk_session
from frontdesk.staff.access import StaffRequest, public, staff_required
from frontdesk.staff.actions import CannotEnter, enter_pin
from frontdesk.staff.forms import EnterPinForm
from frontdesk.staff.landing import landing_url, next_url
from frontdesk.staff.models import Staff, Terminal

# So many people fit on the screen of a counter; with more of them a field narrows them down.
SEARCH_FROM = 13


@staff_required()
@require_POST
def lock(request: StaffRequest) -> HttpResponse:
    back = urlencode({"next": request.POST.get("next", "/")})
    if request.terminal is None:
        # A phone or a person's own computer has nobody to hand it to: locking it is signing out.
        desk_session.end(request, at=timezone.now())
        return redirect(f"{reverse('staff:sign_in')}?{back}")
    desk_session.lock(request, at=timezone.now())
    return redirect(f"{reverse('staff:locked')}?{back}")


@staff_required()
def still_here(request: StaffRequest) -> HttpResponse:
    """Hear that somebody is typing on a page that sends nothing else; the middleware notes it."""
    return HttpResponse(status=204)


@public(reason="A locked terminal shows who may open it.")
@never_cache
@sensitive_post_parameters("pin")
@require_http_methods(["GET", "POST"])
def locked(request: HttpRequest) -> HttpResponse:
    if not request.is_locked:  # type: ignore[attr-defined]
        return redirect(f"{reverse('staff:sign_in')}?{request.GET.urlencode()}")
    terminal: Terminal = request.terminal  # type: ignore[attr-defined]
    return pin_page(request, terminal)


def pin_page(request: HttpRequest, terminal: Terminal) -> HttpResponse:
    """Show a terminal's people and the pad; let the one in who types her PIN."""
    last = request.user if isinstance(request.user, Staff) else None
    people = Staff.objects.with_pin_at(terminal.branch)
    if last and last.pin_hash:
        people |= Staff.objects.active().filter(pk=last.pk)
    form = EnterPinForm(request.POST if request.method == "POST" else None)
    form.fields["person"].queryset = people  # type: ignore[attr-defined]
    if form.is_valid():
        staff: Staff = form.cleaned_data["person"]
        at = timezone.now()
        try:
            enter_pin(staff, pin=form.cleaned_data["pin"], terminal=terminal, at=at)
        except CannotEnter as refusal:
            form.add_error("pin", str(refusal))
        else:
            return _let_in(request, staff, terminal)
    shown = sorted(people, key=lambda p: (p != last, p.nickname.lower()))
    return render(
        request,
        "staff/pin.html",
        {
            "form": form,
            "known_terminal": terminal,
            "people": shown,
            "chosen": _chosen(request, last),
            "has_search": len(shown) >= SEARCH_FROM,
            "next": request.POST.get("next") or request.GET.get("next") or "",
        },
        status=422 if form.errors else 200,
    )


def _let_in(request: HttpRequest, staff: Staff, terminal: Terminal) -> HttpResponse:
    at = timezone.now()
    is_locked: bool = request.is_locked  # type: ignore[attr-defined]
    before = request.branch  # type: ignore[attr-defined]
    if is_locked and request.user.pk == staff.pk:
        desk_session.unlock(request, at=at)
        return redirect(next_url(request, staff, before))
    branch = terminal.branch
    desk_session.begin(request, staff, branch=branch, terminal=terminal, by_pin=True, at=at)
    # What the person before her had open at another branch is nothing she can see.
    is_elsewhere = before is not None and before != branch
    to = landing_url(staff, branch) if is_elsewhere else next_url(request, staff, branch)
    return redirect(to)


def _chosen(request: HttpRequest, last: Staff | None) -> str:
    return request.POST.get("person", "") or (str(last.pk) if last else "")
