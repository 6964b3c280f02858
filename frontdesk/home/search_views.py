"""One field for everything."""

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from frontdesk.home.search import find
from frontdesk.staff.access import StaffRequest, staff_required
from frontdesk.staff.permissions import Permission


@staff_required(Permission.SEE_CUSTOMERS, Permission.RUN_QUEUE)
@require_http_methods(["GET", "POST"])
def search(request: StaffRequest) -> HttpResponse:
    """Answer the search field: the list under it, or a whole page without htmx.

    What is typed comes by POST: a name or a number stands in no address, and so in no log.
    """
    hits = find(
        request.POST.get("q", ""),
        branch=request.branch,
        by=request.user,
        may=request.may,
        at=timezone.now(),
    )
    current = (request.htmx.current_url_abs_path or "") if request.htmx else ""
    context = {
        "hits": hits,
        "search_text": hits.text,
        # On the counter a result opens in the right half, without leaving the page.
        "is_at_counter": current.split("?")[0] == reverse("home:counter"),
    }
    part = "#results" if request.htmx else ""
    return render(request, f"home/search.html{part}", context)
