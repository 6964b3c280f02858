"""The cookie by which a counter's browser is known again."""

from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from frontdesk.staff.models import Terminal

TERMINAL_COOKIE = "terminal"
_SALT = "frontdesk.staff.terminal"
# The longest that browsers keep a cookie.
_AGE = timedelta(days=400)


def terminal_of(request: HttpRequest) -> Terminal | None:
    """Return the enrolled terminal this browser is, or None."""
    token = request.get_signed_cookie(TERMINAL_COOKIE, default=None, salt=_SALT)
    return Terminal.objects.for_token(token) if token else None


def remember(response: HttpResponse, token: str) -> None:
    response.set_signed_cookie(
        TERMINAL_COOKIE,
        token,
        salt=_SALT,
        max_age=_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def forget(response: HttpResponse) -> None:
    response.delete_cookie(TERMINAL_COOKIE, samesite="Lax")
