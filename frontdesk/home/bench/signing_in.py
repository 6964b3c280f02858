"""A session as signing in leaves it: what is measured is what comes after."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from frontdesk.branches.models import Branch
from frontdesk.staff.middleware import BRANCH_KEY
from frontdesk.staff.models import Staff

CSRF = "b" * 32


def signed_in(staff: Staff, *, branch: Branch) -> dict[str, str]:
    """Return the headers of her browser."""
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session[SESSION_KEY] = str(staff.pk)
    session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
    session[HASH_SESSION_KEY] = staff.get_session_auth_hash()
    session[BRANCH_KEY] = branch.pk
    session.create()
    cookies = {settings.SESSION_COOKIE_NAME: session.session_key, "csrftoken": CSRF}
    return {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
