"""Who is at the desk, at which branch, in which language and zone: worked out once a request."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, Terminal

TERMINAL_COOKIE = "terminal"
BRANCH_KEY = "branch_id"
TERMINAL_KEY = "terminal_id"
LOCKED_KEY = "locked"
ACTIVE_KEY = "active_at"
# The page locks itself after IDLE_LOCK; the server follows when a browser failed to.
IDLE_GRACE = timedelta(minutes=2)
ACTIVE_EVERY = timedelta(minutes=1)


class StaffMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.branch = None  # type: ignore[attr-defined]
        request.terminal = None  # type: ignore[attr-defined]
        request.may = frozenset()  # type: ignore[attr-defined]
        request.is_locked = False  # type: ignore[attr-defined]
        language = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, settings.LANGUAGE_CODE)
        if isinstance(request.user, Staff):
            language = request.user.language
            self._place(request, request.user)
        if language not in dict(settings.LANGUAGES):
            language = settings.LANGUAGE_CODE
        branch: Branch | None = request.branch  # type: ignore[attr-defined]
        with translation.override(language):
            request.LANGUAGE_CODE = translation.get_language()
            with timezone.override(branch.zone if branch else None):
                response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        if isinstance(request.user, Staff):
            # The back button of a shared terminal shows nothing after signing out.
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def _place(self, request: HttpRequest, staff: Staff) -> None:
        session = request.session
        branches = staff.branches
        branch = next((b for b in branches if b.pk == session.get(BRANCH_KEY)), None)
        branch = branch or next(iter(branches), None)
        request.branch = branch  # type: ignore[attr-defined]
        request.may = staff.permissions_at(branch)  # type: ignore[attr-defined]
        terminal_id = session.get(TERMINAL_KEY)
        if terminal_id is not None:
            request.terminal = Terminal(pk=terminal_id, branch=branch)  # type: ignore[attr-defined]
            request.is_locked = self._is_locked(request, at=timezone.now())  # type: ignore[attr-defined]

    def _is_locked(self, request: HttpRequest, *, at: datetime) -> bool:
        session = request.session
        if session.get(LOCKED_KEY):
            return True
        seen = datetime.fromisoformat(session.get(ACTIVE_KEY, at.isoformat()))
        if at - seen > settings.IDLE_LOCK + IDLE_GRACE:
            session[LOCKED_KEY] = True
            return True
        # A live screen that refetches itself is not a person at the keyboard.
        if "X-Poll" not in request.headers and (
            ACTIVE_KEY not in session or at - seen > ACTIVE_EVERY
        ):
            session[ACTIVE_KEY] = at.isoformat()
        return False
