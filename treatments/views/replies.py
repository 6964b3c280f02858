"""What a deed answers: the page stays, hears what changed, and asks again for what it shows."""

from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils.translation import get_language
from django_htmx.http import trigger_client_event

from frontdesk.staff.access import StaffRequest
from treatments.models import Slip

# A slip shows in the visit pane, on its own page and in the note of its queue row.
SLIPS_CHANGED = {"slips-changed": True, "queue-changed": True}
CONTROLS_CHANGED = {"controls-changed": True}


def posted(request: StaffRequest) -> QueryDict | None:
    """Return what a form is bound to: what was sent, or nothing while it is only shown."""
    return request.POST if request.method == "POST" else None


def done(request: StaffRequest, *, said: str, to: str, **events: Any) -> HttpResponse:
    """Say what was done: in place with htmx, on the page `to` without it."""
    if not request.htmx:
        messages.success(request, said)
        return redirect(to)
    return with_events(HttpResponse(status=204), status=said, **events)


def refused(request: StaffRequest, *, why: str, to: str) -> HttpResponse:
    """Say why a deed without a form of its own was not done."""
    if not request.htmx:
        messages.error(request, why)
        return redirect(to)
    answer = HttpResponse(status=409, headers={"HX-Reswap": "none"})
    return with_events(answer, failed=why, **SLIPS_CHANGED)


def with_events(answer: HttpResponse, **events: Any) -> HttpResponse:
    for name, detail in events.items():
        params = detail if isinstance(detail, dict) else {"value": detail}
        trigger_client_event(answer, name, params)
    return answer


def etag_of(slips: "QuerySet[Slip]") -> str:
    """Return what changes whenever a list of these slips, or a customer's card, looks different."""
    plain = slips.select_related(None).prefetch_related(None)
    rows = plain.values_list("pk", "version", "customer__version")
    seen = repr((list(rows), get_language()))
    return f'"{sha256(seen.encode()).hexdigest()[:24]}"'
