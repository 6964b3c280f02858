"""The same questions in SQL alone, and in a Django view that does nothing else.

They are the limit that a page is held against: no session, no rights, no template.
"""

import json
import uuid
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt

from frontdesk.staff.access import public
from treatments.models import Treatment

LAST = "\U0010ffff"
SEARCH = """
SELECT DISTINCT c.id, c.name, c.phone, c.member_number
FROM (SELECT customer_id FROM customers_nameword WHERE word >= %s AND word < %s
      ORDER BY word LIMIT 20) AS named
JOIN customers_customer c ON c.id = named.customer_id
"""
PHONE = """
SELECT id, name, phone, member_number FROM customers_customer
WHERE phone_reversed >= %s AND phone_reversed < %s ORDER BY phone_reversed LIMIT 20
"""
CUSTOMER = "SELECT * FROM customers_customer WHERE id = %s"
SLIPS = """
SELECT s.id, s.business_date, s.number, s.state, s.total, l.name
FROM (SELECT * FROM treatments_slip WHERE customer_id = %s ORDER BY created_at DESC LIMIT 20) AS s
JOIN treatments_slipline l ON l.slip_id = s.id
"""
QUEUE = """
SELECT v.id, v.series, v.queue_number, v.state, v.arrived_at, c.name, s.state, b.nickname
FROM visits_visit v
LEFT JOIN customers_customer c ON c.id = v.customer_id
LEFT JOIN treatments_slip s ON s.visit_id = v.id
LEFT JOIN staff_staff b ON b.id = s.beautician_id
WHERE v.branch_id = %s AND v.business_date = %s ORDER BY v.arrived_at, v.id
"""
MARKS = (
    """
    SELECT count(*), max(id) FROM visits_visitevent WHERE branch_id = %s AND business_date = %s
    """,
    """
    SELECT count(*), max(id) FROM treatments_slipevent WHERE branch_id = %s AND business_date = %s
    """,
)


def search(term: str) -> list[Any]:
    """Return 20 customers by the beginning of a word, or by the end of a number."""
    digits = "".join(char for char in term if char.isdigit())
    with connection.cursor() as cursor:
        if len(digits) >= 3:
            backwards = digits[::-1]
            cursor.execute(PHONE, [backwards, backwards + LAST])
        else:
            word = term.lower().split()[0] if term.split() else ""
            cursor.execute(SEARCH, [word, word + LAST])
        return list(cursor.fetchall())


def customer(customer_id: int) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(CUSTOMER, [customer_id])
        found = list(cursor.fetchall())
        cursor.execute(SLIPS, [customer_id])
        return found + list(cursor.fetchall())


def queue(branch_id: int, day: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(QUEUE, [branch_id, day])
        return list(cursor.fetchall())


def marks(branch_id: int, day: str) -> list[Any]:
    found: list[Any] = []
    with connection.cursor() as cursor:
        for question in MARKS:
            cursor.execute(question, [branch_id, day])
            found += cursor.fetchall()
    return found


@transaction.atomic
def write_slip(visit_id: int, treatment: tuple[int, str, int, int], hands: int, by: int) -> int:
    """Write what issuing a slip writes: key, number, slip, line and two events."""
    key, name, price, minutes = treatment
    at = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO staff_submittedform (key, staff_id, fingerprint, location, at)"
            " VALUES (%s, %s, '', '', %s) ON CONFLICT DO NOTHING",
            [uuid.uuid4(), by, at],
        )
        cursor.execute(
            """
            WITH visit AS (SELECT branch_id, business_date, customer_id FROM visits_visit
                           WHERE id = %(visit)s),
            number AS (
                INSERT INTO branches_numberseries (branch_id, business_date, series, last)
                SELECT branch_id, business_date, 'slip', 1 FROM visit
                ON CONFLICT (branch_id, business_date, series)
                DO UPDATE SET last = branches_numberseries.last + 1 RETURNING last)
            INSERT INTO treatments_slip (branch_id, business_date, number, visit_id, customer_id,
                beautician_id, state, note, result_note, total, minutes, needs_doctor,
                created_by_id, created_at, issued_at, reason, version)
            SELECT branch_id, business_date, number.last, %(visit)s, customer_id, %(hands)s,
                'issued', '', '', %(price)s, %(minutes)s, false, %(by)s, %(at)s, %(at)s, '', 2
            FROM visit, number RETURNING id, branch_id, business_date
            """,
            {
                "visit": visit_id,
                "hands": hands,
                "price": price,
                "minutes": minutes,
                "by": by,
                "at": at,
            },
        )
        slip_id, branch_id, day = cursor.fetchone() or (0, 0, None)
        cursor.execute(
            "INSERT INTO treatments_slipline (slip_id, treatment_id, position, name, price,"
            " minutes, needs_doctor) VALUES (%s, %s, 1, %s, %s, %s, false)",
            [slip_id, key, name, price, minutes],
        )
        cursor.execute(
            "INSERT INTO treatments_slipevent (slip_id, branch_id, business_date, kind, old, new,"
            " beautician_id, by_id, at, note) VALUES (%s, %s, %s, 'created', '', 'draft', %s, %s,"
            " %s, ''), (%s, %s, %s, 'moved', 'draft', 'issued', %s, %s, %s, '')",
            [slip_id, branch_id, day, hands, by, at] * 2,
        )
    return int(slip_id)


# The same behind a view ----------------------------------------------------------------------

_reason = public(reason="measured on a server of its own")


def _plain(rows: list[Any]) -> HttpResponse:
    return HttpResponse(json.dumps(rows, default=str), content_type="application/json")


@_reason
def search_view(request: HttpRequest) -> HttpResponse:
    return _plain(search(request.GET["q"]))


@_reason
def customer_view(request: HttpRequest, pk: int) -> HttpResponse:
    return _plain(customer(pk))


@_reason
def queue_view(request: HttpRequest, branch_id: int, day: str) -> HttpResponse:
    return _plain(queue(branch_id, day))


@_reason
def marks_view(request: HttpRequest, branch_id: int, day: str) -> HttpResponse:
    marks(branch_id, day)
    return HttpResponse(status=304)


@csrf_exempt
@_reason
def slip_view(request: HttpRequest, visit_id: int) -> HttpResponse:
    treatment = Treatment.objects.values_list("pk", "name", "price", "minutes").get(
        pk=request.POST["treatments"]
    )
    write_slip(visit_id, treatment, int(request.POST["beautician"]), int(request.POST["by"]))
    return HttpResponse(status=201)


urlpatterns = [
    path("bare/search/", search_view),
    path("bare/customers/<int:pk>/", customer_view),
    path("bare/queue/<int:branch_id>/<str:day>/", queue_view),
    path("bare/marks/<int:branch_id>/<str:day>/", marks_view),
    path("bare/slips/<int:visit_id>/", slip_view),
    path("", include("frontdesk.urls")),
]
handler404 = "frontdesk.home.errors.not_found"
