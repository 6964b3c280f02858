"""What a person settles for herself: language, keys, PIN, password, and where she works."""

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from frontdesk.branches.models import Branch
from frontdesk.numbers import whole_number
from frontdesk.staff.access import StaffRequest, public, staff_required
from frontdesk.staff.actions import set_password, set_pin
from frontdesk.staff.forms import ChangePasswordForm, ChangePinForm, PhoneForm
from frontdesk.staff.landing import local_next, next_url
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.staff.session_store import BRANCH_KEY


@staff_required()
def me(request: StaffRequest) -> HttpResponse:
    return _page(request)


@staff_required()
@require_POST
def set_single_keys(request: StaffRequest) -> HttpResponse:
    request.user.single_keys = "single_keys" in request.POST
    request.user.save(update_fields=["single_keys"])
    messages.success(request, _("Setelan pintasan disimpan."))
    return redirect("staff:me")


@staff_required()
@require_POST
def set_phone(request: StaffRequest) -> HttpResponse:
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _page(request, phone_form=form)
    request.user.phone = form.cleaned_data["phone"]
    request.user.save(update_fields=["phone"])
    messages.success(request, _("Nomor HP disimpan."))
    return redirect("staff:me")


@staff_required()
@sensitive_post_parameters()
@require_POST
def change_pin(request: StaffRequest) -> HttpResponse:
    form = ChangePinForm(request.POST)
    if not (form.is_valid() and _is_she(request, form)):
        return _page(request, pin_form=form)
    set_pin(
        request.user,
        pin=form.cleaned_data["pin"],
        by=request.user,
        branch=request.branch,
        at=timezone.now(),
    )
    messages.success(request, _("PIN diganti."))
    return redirect("staff:me")


@staff_required()
@sensitive_post_parameters()
@require_POST
def change_password(request: StaffRequest) -> HttpResponse:
    form = ChangePasswordForm(request.POST, staff=request.user)
    if not (form.is_valid() and _is_she(request, form)):
        return _page(request, password_form=form)
    set_password(
        request.user,
        password=form.cleaned_data["new"],
        by=request.user,
        branch=request.branch,
        at=timezone.now(),
    )
    # Her other sessions end with the old password; this one goes on under a new key.
    update_session_auth_hash(request, request.user)
    messages.success(request, _("Kata sandi diganti."))
    return redirect("staff:me")


@public(reason="The sign-in page and a locked terminal can be read in either language.")
@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    language = request.POST.get("language", "")
    response = redirect(local_next(request))
    if language not in dict(settings.LANGUAGES):
        return response
    is_locked: bool = request.is_locked  # type: ignore[attr-defined]
    if isinstance(request.user, Staff) and not is_locked:
        request.user.language = language
        request.user.save(update_fields=["language"])
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=365 * 24 * 3600,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


@staff_required()
@require_http_methods(["GET", "POST"])
def switch_branch(request: StaffRequest) -> HttpResponse:
    branches = request.user.branches
    if request.method == "POST":
        allowed = Branch.objects.filter(pk__in=[branch.pk for branch in branches])
        key = whole_number(request.POST.get("branch", ""))
        if key is None:
            return redirect("staff:switch_branch")
        branch = get_object_or_404(allowed, pk=key)
        request.session[BRANCH_KEY] = branch.pk
        return redirect(next_url(request, request.user, branch))
    choices = [(b, [role.label for role in request.user.roles_at(b)]) for b in branches]
    return render(
        request,
        "staff/switch_branch.html",
        {"branches": choices, "next": request.GET.get("next", "")},
    )


def _is_she(request: StaffRequest, form: forms.Form) -> bool:
    """Compare the password as signing in does, so that guessing here is throttled too."""
    password = form.cleaned_data["password"]
    if authenticate(request, username=request.user.username, password=password) == request.user:
        return True
    form.add_error("password", _("Kata sandi ini tidak cocok."))
    return False


def _page(
    request: StaffRequest,
    *,
    pin_form: ChangePinForm | None = None,
    password_form: ChangePasswordForm | None = None,
    phone_form: PhoneForm | None = None,
) -> HttpResponse:
    form = pin_form or password_form or phone_form
    is_on_the_phone = Permission.TREAT in request.may and Permission.RUN_QUEUE not in request.may
    return render(
        request,
        "staff/me.html",
        {
            "frame": "base_touch.html" if is_on_the_phone else "base_counter.html",
            "tab": "me",
            "form": form,
            "phone_form": phone_form or PhoneForm(initial={"phone": request.user.phone}),
            "pin_form": pin_form or ChangePinForm(),
            "password_form": password_form or ChangePasswordForm(staff=request.user),
            "languages": [
                (code, translation.get_language_info(code)["name_local"])
                for code, _ in settings.LANGUAGES
            ],
            "roles": [role.label for role in request.user.roles_at(request.branch)],
            "has_branches": len(request.user.branches) > 1,
        },
        status=422 if form else 200,
    )
