"""A form sent twice does its deed once."""

import uuid
from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.http import trigger_client_event

from frontdesk.staff.models import Staff, SubmittedForm

ONCE_FIELD = "once"
LOCATION_HEADERS = ("HX-Location", "HX-Redirect", "Location")


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Run a creating POST view once for each key its form carries (`{% once_key %}`).

    The view runs in one transaction with the key's row: a second click waits for the first and is
    led to the same place. A view that answers without leading anywhere (an invalid form) gives
    its key back. The same key with other content is refused with 409.
    """

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            key = uuid.UUID(request.POST.get(ONCE_FIELD, ""))
        except ValueError:
            key = uuid.uuid4()
        if not isinstance(request.user, Staff):
            return view(request, *args, **kwargs)
        with transaction.atomic():
            if not _is_first(request, request.user, key):
                return _again(request, SubmittedForm.objects.get(key=key))
            response = view(request, *args, **kwargs)
            location = next((response[h] for h in LOCATION_HEADERS if h in response), "")
            if location:
                _lead(key, to=location)
            else:
                transaction.set_rollback(True)
        return response

    return guarded


def _is_first(request: HttpRequest, staff: Staff, key: uuid.UUID) -> bool:
    """Put the key down, or wait for whoever is just using it and say that it is taken."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO staff_submittedform (key, staff_id, fingerprint, location, at)
            VALUES (%s, %s, %s, '', %s) ON CONFLICT (key) DO NOTHING
            """,
            [key, staff.pk, _fingerprint(request), timezone.now()],
        )
        return bool(cursor.rowcount)


def _lead(key: uuid.UUID, *, to: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE staff_submittedform SET location = %s WHERE key = %s", [to, key])


def _again(request: HttpRequest, row: SubmittedForm) -> HttpResponse:
    if row.staff_id != request.user.pk or row.fingerprint != _fingerprint(request):
        return _refused(request)
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": row.location})
    return redirect(row.location)


def _refused(request: HttpRequest) -> HttpResponse:
    """Say that the key was used for something else; what is typed stays where it stands."""
    if not getattr(request, "htmx", False):
        return render(request, "staff/sent_before.html", status=409)
    answer = HttpResponse(status=409, headers={"HX-Reswap": "none"})
    said = _("Formulir ini sudah dikirim dengan isi lain. Muat ulang halaman, lalu coba lagi.")
    return trigger_client_event(answer, "failed", {"value": said})


def _fingerprint(request: HttpRequest) -> str:
    skip = {ONCE_FIELD, "csrfmiddlewaretoken"}
    content = sorted((k, v) for k, v in request.POST.lists() if k not in skip)
    return sha256(repr((request.path, content)).encode()).hexdigest()
