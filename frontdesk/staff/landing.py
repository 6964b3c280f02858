"""Where a person lands after she showed who she is."""

from django.http import HttpRequest
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission

PLACES = (
    (Permission.RUN_QUEUE, "home:counter"),
    (Permission.APPROVE_SLIPS, "treatments:approvals"),
    (Permission.TREAT, "treatments:my_slips"),
    (Permission.SEE_SUPPLIES, "treatments:supplies_used"),
    (Permission.MANAGE_CHAIN, "admin:index"),
)


def landing_url(staff: Staff, branch: Branch | None) -> str:
    """Return the page a person's day begins on at this branch."""
    if branch is None and staff.is_staff:
        return reverse("admin:index")
    may = staff.permissions_at(branch)
    return reverse(next((name for needed, name in PLACES if needed in may), "staff:me"))


def local_next(request: HttpRequest) -> str:
    """Return the wanted address when it is a path of ours, else the front page."""
    wanted = request.POST.get("next") or request.GET.get("next") or "/"
    is_ours = wanted.startswith("/") and url_has_allowed_host_and_scheme(wanted, allowed_hosts=None)
    return wanted if is_ours else "/"


def next_url(request: HttpRequest, staff: Staff, branch: Branch | None) -> str:
    """Return where she wanted to go, when it is ours and she may open it; else her landing page."""
    wanted = local_next(request)
    if wanted != "/" and _may_open(wanted, staff, branch):
        return wanted
    return landing_url(staff, branch)


def _may_open(address: str, staff: Staff, branch: Branch | None) -> bool:
    try:
        match = resolve(address.partition("?")[0].partition("#")[0])
    except Resolver404:
        return False
    access = getattr(match.func, "access", None)
    if isinstance(access, frozenset):
        return not access or not staff.permissions_at(branch).isdisjoint(access)
    return match.app_name == "admin" and staff.is_staff
