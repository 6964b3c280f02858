"""Django's admin for chain administrators: it opens with our sign-in and never on a PIN alone."""

from typing import Any

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _

from frontdesk.staff.models import Staff
from frontdesk.staff.session_store import BY_PIN_KEY


class ChainAdminSite(AdminSite):
    site_title = "Frontdesk"
    site_header = "Frontdesk"
    index_title = _("Katalog, cabang, dan staf")
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        return (
            isinstance(request.user, Staff)
            and not request.is_locked  # type: ignore[attr-defined]
            and BY_PIN_KEY not in request.session
            and request.user.is_staff
        )

    def login(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        back = {"next": request.GET.get("next", reverse("admin:index"))}
        if request.is_locked:  # type: ignore[attr-defined]
            return redirect(f"{reverse('staff:locked')}?{urlencode(back)}")
        if isinstance(request.user, Staff) and not request.user.is_staff:
            raise PermissionDenied
        if self.has_permission(request):
            return redirect("admin:index")
        return redirect(f"{reverse('staff:sign_in')}?{urlencode({'with': 'password', **back})}")

    def logout(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if request.method == "POST":
            # 307 repeats the POST, with its token.
            return HttpResponse(status=307, headers={"Location": reverse("staff:sign_out")})
        return redirect("admin:index")

    def password_change(  # type: ignore[override]
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return redirect("staff:me")
