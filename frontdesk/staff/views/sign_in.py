"""Coming in by password or PIN, and going out."""

import math
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.branches.models import Branch
from frontdesk.staff import desk_session
from frontdesk.staff.access import public
from frontdesk.staff.forms import SignInForm
from frontdesk.staff.landing import next_url
from frontdesk.staff.models import Staff, Terminal
from frontdesk.staff.terminal_cookie import terminal_of
from frontdesk.staff.views.pin import pin_page


@public(reason="Whoever comes to a desk shows here who she is.")
@never_cache
@sensitive_post_parameters("password", "pin")
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    with_password = request.GET.get("with") == "password"
    is_locked: bool = request.is_locked  # type: ignore[attr-defined]
    if not with_password and is_locked:
        return redirect(f"{reverse('staff:locked')}?{request.GET.urlencode()}")
    branch: Branch | None = request.branch  # type: ignore[attr-defined]
    if not with_password and isinstance(request.user, Staff) and _has_a_place(request.user, branch):
        return redirect(next_url(request, request.user, branch))
    terminal = terminal_of(request)
    if terminal and not with_password:
        return pin_page(request, terminal)
    return _password_page(request, terminal)


def _password_page(request: HttpRequest, terminal: Terminal | None) -> HttpResponse:
    form = SignInForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        staff = authenticate(request, **form.cleaned_data)
        if isinstance(staff, Staff):
            branch = _branch_for(staff, terminal)
            if _has_a_place(staff, branch):
                return _come_in(request, staff, branch, terminal)
            form.add_error(
                None, _("Akun Anda belum punya cabang. Minta administrator menambahkannya.")
            )
        else:
            # The same words for an unknown name and for a wrong password.
            form.add_error(None, _("Nama pengguna atau kata sandi tidak cocok. Periksa keduanya."))
    return render(
        request,
        "staff/sign_in.html",
        {"form": form, "known_terminal": terminal, "next": _wanted(request)},
        status=422 if form.errors else 200,
    )


def _come_in(
    request: HttpRequest, staff: Staff, branch: Branch | None, terminal: Terminal | None
) -> HttpResponse:
    desk_session.begin(request, staff, branch=branch, terminal=terminal, at=timezone.now())
    chooses = len(staff.branches) > 1 and (terminal is None or terminal.branch != branch)
    if chooses:
        return redirect(f"{reverse('staff:switch_branch')}?{urlencode({'next': _wanted(request)})}")
    return redirect(next_url(request, staff, branch))


def _branch_for(staff: Staff, terminal: Terminal | None) -> Branch | None:
    """Return the terminal's branch if she works there, else the first of hers."""
    branches = staff.branches
    if terminal and terminal.branch in branches:
        return terminal.branch
    return next(iter(branches), None)


def _has_a_place(staff: Staff, branch: Branch | None) -> bool:
    return branch is not None or staff.is_staff


def _wanted(request: HttpRequest) -> str:
    return request.POST.get("next") or request.GET.get("next") or ""


@public(reason="Signing out of what is already over harms nobody.")
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    desk_session.end(request, at=timezone.now())
    return redirect("staff:sign_in")


def too_many_attempts(
    request: HttpRequest, original: HttpResponse, credentials: dict[str, Any] | None
) -> HttpResponse:
    """Answer for django-axes when one person at one address has failed too often."""
    attempt = (
        AccessAttempt.objects.filter(
            username=(credentials or {}).get("username"),
            ip_address=request.axes_ip_address,  # type: ignore[attr-defined]
        )
        .order_by("-attempt_time")
        .first()
    )
    now = timezone.now()
    until = (attempt.attempt_time if attempt else now) + settings.AXES_COOLOFF_TIME
    seconds = max(1, math.ceil((until - now).total_seconds()))
    response = render(
        request,
        "staff/too_many_attempts.html",
        {"minutes": math.ceil(seconds / 60), "until": until},
        status=429,
    )
    response.headers["Retry-After"] = str(seconds)
    return response
