"""Who is at the desk, at which branch, in which language and zone: worked out once a request."""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.auth.middleware import AuthenticationMiddleware
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.crypto import constant_time_compare

from frontdesk.branches.models import Branch
from frontdesk.staff import desk_session
from frontdesk.staff.models import Staff, Terminal
from frontdesk.staff.session_store import ACTIVE_KEY as ACTIVE_KEY
from frontdesk.staff.session_store import BRANCH_KEY as BRANCH_KEY
from frontdesk.staff.session_store import LOCKED_KEY as LOCKED_KEY
from frontdesk.staff.session_store import TERMINAL_KEY as TERMINAL_KEY
from frontdesk.staff.session_store import SessionStore

# The page locks itself after IDLE_LOCK; the server follows when a browser failed to.
IDLE_GRACE = timedelta(minutes=2)
ACTIVE_EVERY = timedelta(minutes=1)


class SignedInMiddleware(AuthenticationMiddleware):
    """Django's, which need not ask for the person that came with her session."""

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if staff := _signed_in(request.session):
            request.user = staff


class StaffMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.branch = None  # type: ignore[attr-defined]
        request.terminal = None  # type: ignore[attr-defined]
        request.may = frozenset()  # type: ignore[attr-defined]
        request.is_locked = False  # type: ignore[attr-defined]
        if isinstance(request.user, Staff):
            self._place(request, request.user)
        language = _language(request)
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
        terminal_id = session.get(TERMINAL_KEY)
        if terminal_id is not None:
            # Its sessions end when a terminal is revoked: the id is trusted, the rest read lazily.
            request.terminal = Terminal.from_db("default", ["id"], [terminal_id])  # type: ignore[attr-defined]
            request.is_locked = self._is_locked(request, at=timezone.now())  # type: ignore[attr-defined]
        if not request.is_locked:  # type: ignore[attr-defined]
            request.may = staff.permissions_at(branch)  # type: ignore[attr-defined]

    def _is_locked(self, request: HttpRequest, *, at: datetime) -> bool:
        session = request.session
        if session.get(LOCKED_KEY):
            return True
        seen = datetime.fromisoformat(session.get(ACTIVE_KEY, at.isoformat()))
        if at - seen > settings.IDLE_LOCK + IDLE_GRACE:
            desk_session.lock(request, at=at)
            return True
        # A live screen that refetches itself is not a person at the keyboard.
        if "X-Poll" not in request.headers and (
            ACTIVE_KEY not in session or at - seen > ACTIVE_EVERY
        ):
            session[ACTIVE_KEY] = at.isoformat()
        return False


def _signed_in(session: SessionBase) -> Staff | None:
    """Return whose session it is; Django decides where anything about it is out of the ordinary."""
    backend, shown = session.get(BACKEND_SESSION_KEY), session.get(HASH_SESSION_KEY, "")
    staff = session.staff if isinstance(session, SessionStore) else None
    if staff is None or not staff.is_active or session.get(SESSION_KEY) != str(staff.pk):
        return None
    if backend not in settings.AUTHENTICATION_BACKENDS:
        return None
    return staff if constant_time_compare(shown, staff.get_session_auth_hash()) else None


def _language(request: HttpRequest) -> str:
    """Return the person's language; sign-in and a locked terminal remember the last choice."""
    chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if isinstance(request.user, Staff) and not (chosen and request.is_locked):  # type: ignore[attr-defined]
        chosen = request.user.language
    return chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
