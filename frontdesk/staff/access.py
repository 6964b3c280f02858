"""Who may open a page: every view carries one of two marks, and a test walks the URLs for them."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.middleware import HtmxDetails

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, Terminal
from frontdesk.staff.permissions import Permission

Access = frozenset[Permission] | str


class StaffRequest(HttpRequest):
    """A request of a signed-in person at one branch, as `StaffMiddleware` leaves it."""

    user: Staff
    branch: Branch
    terminal: Terminal | None
    may: frozenset[Permission]
    is_locked: bool
    htmx: HtmxDetails


StaffView = Callable[..., HttpResponse]


def staff_required(*permissions: Permission) -> Callable[[StaffView], StaffView]:
    """Let in signed-in people who may do at least one of these at their branch.

    Without permissions any signed-in person may enter. Strangers go to the sign-in page, a locked
    terminal to the lock, everybody else gets a 403.
    """

    def decorate(view: StaffView) -> StaffView:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            staff_request = cast("StaffRequest", request)
            if not request.user.is_authenticated or getattr(request, "branch", None) is None:
                return _go(request, redirect_to_login(_return_path(request)).url)
            if staff_request.is_locked:
                query = urlencode({"next": _return_path(request)})
                return _go(request, f"{reverse('staff:locked')}?{query}")
            if permissions and staff_request.may.isdisjoint(permissions):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        guarded.access = frozenset(permissions)  # type: ignore[attr-defined]
        return guarded

    return decorate


def public(*, reason: str) -> Callable[[StaffView], StaffView]:
    """Mark a view that anybody may open, and say why."""

    def decorate(view: StaffView) -> StaffView:
        view.access = reason  # type: ignore[attr-defined]
        return view

    return decorate


def _return_path(request: HttpRequest) -> str:
    """Return the page to come back to: the one on the screen when it asked for a fragment."""
    current: str | None = getattr(getattr(request, "htmx", None), "current_url_abs_path", None)
    if current:
        return current
    return request.get_full_path() if request.method == "GET" else "/"


def _go(request: HttpRequest, url: str) -> HttpResponse:
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return redirect(url)
