"""Many customers with a history, made by the database itself, and one branch's busy morning."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone
from tqdm import tqdm

from customers.models import Customer
from frontdesk.branches.models import Branch, Paper
from frontdesk.home.demo import cast
from frontdesk.home.demo.people import make_catalogue, put_on_duty
from frontdesk.home.demo.today import make_today
from frontdesk.staff.models import Assignment, Staff
from frontdesk.staff.permissions import Role
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from treatments.models import Qualification, Recap, Treatment

BRANCHES = 30
CLIENTS = 8
BEAUTICIANS = 6
CHUNK = 50_000
DAYS = 1_400
QUEUE = 40
SYLLABLES = [
    "an",
    "ar",
    "as",
    "be",
    "cit",
    "da",
    "de",
    "di",
    "en",
    "fa",
    "ga",
    "hi",
    "in",
    "ka",
    "la",
    "li",
    "ma",
    "mi",
    "na",
    "ni",
    "pu",
    "ra",
    "ri",
    "sa",
    "sti",
    "ta",
    "wa",
    "yu",
]


@dataclass(frozen=True)
class World:
    """What the measurement needs to know of the data."""

    branch: Branch
    clerks: list[Staff]
    beautician: Staff
    treatments: list[Treatment]
    # Visits of another branch, one for each slip that will be written.
    visit_ids: list[int]


def make_world(*, customers: int, slips: int, writes: int) -> World:
    """Fill an empty database; figures are the numbers of rows wanted."""
    dice = random.Random(1)  # nosec B311: invented data, no secret
    at = timezone.now()
    branches = _make_branches()
    clerks, treatments = _make_staff(branches, at=at)
    _make_customers(customers, dice=dice, at=at)
    _make_history(slips, at=at)
    _make_queue(branches["BM01"], clerks[0], dice=dice, at=at)
    visit_ids = _make_visits(branches["BM02"], clerks[0], writes, at=at)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return World(
        branch=branches["BM01"],
        clerks=clerks,
        beautician=Staff.objects.get(username="bench-beautician-1"),
        treatments=treatments,
        visit_ids=visit_ids,
    )


def _make_branches() -> dict[str, Branch]:
    return {
        branch.code: branch
        for branch in Branch.objects.bulk_create(
            Branch(code=f"BM{n:02}", name=f"Cabang ukur {n}", paper=Paper.MM80)
            for n in range(1, BRANCHES + 1)
        )
    }


def _make_staff(
    branches: dict[str, Branch], *, at: datetime
) -> tuple[list[Staff], list[Treatment]]:
    here = [branches["BM01"], branches["BM02"]]
    wanted = [("bench-clerk", Role.FRONT_OFFICER, CLIENTS), ("bench-doctor", Role.DOCTOR, 1)]
    wanted += [("bench-beautician", Role.BEAUTICIAN, BEAUTICIANS)]
    made: dict[Role, list[Staff]] = {}
    for name, role, count in wanted:
        made[role] = Staff.objects.bulk_create(
            Staff(username=f"{name}-{n}", name=f"{name} {n}", nickname=f"{name} {n}", joined_at=at)
            for n in range(1, count + 1)
        )
        Assignment.objects.bulk_create(
            Assignment(staff=staff, branch=branch, role=role)
            for staff in made[role]
            for branch in here
        )
    treatments = make_catalogue()
    Qualification.objects.bulk_create(
        Qualification(staff=staff, treatment=treatment)
        for staff in made[Role.BEAUTICIAN]
        for treatment in treatments
    )
    put_on_duty({branch.code: branch for branch in here}, at=at)
    simple = [treatment for treatment in treatments if not treatment.needs_doctor]
    return made[Role.FRONT_OFFICER], simple


def _make_customers(wanted: int, *, dice: random.Random, at: datetime) -> None:
    """A few names are very common and most are rare, as in life."""
    tail = ["".join(dice.choices(SYLLABLES, k=dice.choice((2, 3, 3, 4)))) for _ in range(6_000)]
    words = [word.capitalize() for word in [*cast.GIVEN_NAMES, *cast.SECOND_NAMES, "Siti", *tail]]
    words.sort(key=lambda word: word not in {"Siti", "Sari", "Dewi", "Nur"})
    for first, last in _chunks(wanted, "pelanggan"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                """
                INSERT INTO customers_customer (phone, name, call_name, honorific, birth_date,
                    address, allergies, notes, home_branch_id, created_at, version)
                SELECT '+628' || (1100000000 + n * 7919 %% 8899999999),
                    w[1 + floor(power(random(), 4) * cardinality(w))::int] || ' '
                    || w[1 + floor(power(random(), 2) * cardinality(w))::int]
                    || CASE WHEN n %% 3 = 0
                       THEN ' ' || w[1 + floor(random() * cardinality(w))::int] ELSE '' END,
                    '', 'kak', date '1970-01-01' + (n %% 14000)::int, '',
                    CASE WHEN n %% 20 = 0 THEN 'Alergi lateks' ELSE '' END, '',
                    b[1 + n %% cardinality(b)], %(at)s, 1
                FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
                    (SELECT %(words)s::text[] AS w) AS names,
                    (SELECT array_agg(id ORDER BY id) AS b FROM branches_branch) AS places
                """,
                {"first": first, "last": last, "words": words, "at": at},
            )


def _make_history(wanted: int, *, at: datetime) -> None:
    """One visit with one recapped slip for each, spread over the branches and some years."""
    clerk = Staff.objects.get(username="bench-clerk-1")
    beautician = Staff.objects.get(username="bench-beautician-1")
    Recap.objects.bulk_create(
        Recap(
            branch=branch,
            business_date=at.date() - timedelta(days=DAYS + 2),
            carried_in=0,
            issued=0,
            done=0,
            cancelled=0,
            carried_over=0,
            minutes=0,
            total=0,
            closed_by=clerk,
            closed_at=at,
        )
        for branch in Branch.objects.all()
    )
    values = {
        "clerk": clerk.pk,
        "beautician": beautician.pk,
        "treatment": Treatment.objects.order_by("pk")[0].pk,
        "branches": BRANCHES,
        "days": DAYS,
        "at": at,
    }
    for first, last in _chunks(wanted, "slip"):
        with transaction.atomic(), connection.cursor() as cursor:
            for statement in HISTORY:
                cursor.execute(statement, values | {"first": first, "last": last})


# n names its branch, its day and its number in that day, each visit's slip likewise.
_N = """
SELECT n, b[1 + n %% %(branches)s] AS branch_id,
    (%(at)s::timestamptz)::date - 2 - ((n / %(branches)s) %% %(days)s)::int AS day,
    1 + n / (%(branches)s * %(days)s) AS number,
    1 + n * 7919 %% (SELECT max(id) FROM customers_customer) AS customer_id
FROM generate_series(%(first)s::bigint, %(last)s::bigint) n,
    (SELECT array_agg(id ORDER BY id) AS b FROM branches_branch) AS places
"""
HISTORY = (
    f"""
    INSERT INTO visits_visit (branch_id, business_date, purpose, series, queue_number, customer_id,
        guest_name, note, state, officer_id, arrived_at, called_at, started_at, ended_at)
    SELECT branch_id, day, 'treatment', 'A', number, customer_id, '', '', 'done', %(clerk)s,
        day + time '03:00', day + time '03:10', day + time '03:11', day + time '05:00'
    FROM ({_N}) AS rows
    """,  # noqa: S608  # nosec B608: the text is above
    """
    INSERT INTO visits_visitevent (visit_id, branch_id, business_date, kind, old, new, before,
        by_id, at, note)
    SELECT v.id, v.branch_id, v.business_date, step.kind, step.old, step.new, '{}', %(clerk)s,
        v.arrived_at + step.after, ''
    FROM visits_visit v, (VALUES
        ('checked_in', '', 'waiting', interval '0'),
        ('moved', 'waiting', 'called', interval '10 min'),
        ('moved', 'called', 'serving', interval '11 min'),
        ('moved', 'serving', 'done', interval '2 h')) AS step (kind, old, new, after)
    WHERE v.id > (SELECT coalesce(max(visit_id), 0) FROM visits_visitevent)
    """,
    """
    INSERT INTO treatments_slip (branch_id, business_date, number, visit_id, customer_id,
        beautician_id, state, note, result_note, total, minutes, needs_doctor, created_by_id,
        created_at, issued_at, accepted_at, started_at, finished_at, reason, recap_id, version)
    SELECT v.branch_id, v.business_date, v.queue_number, v.id, v.customer_id, %(beautician)s,
        'recapped', '', '', 150000, 45, false, %(clerk)s, v.started_at, v.started_at,
        v.started_at, v.started_at, v.ended_at, '', r.id, 6
    FROM visits_visit v JOIN treatments_recap r ON r.branch_id = v.branch_id
    WHERE v.id > (SELECT coalesce(max(visit_id), 0) FROM treatments_slip)
    """,
    """
    INSERT INTO treatments_slipline (slip_id, treatment_id, position, name, price, minutes,
        needs_doctor)
    SELECT s.id, %(treatment)s, 1, 'Facial dasar', 150000, 45, false FROM treatments_slip s
    WHERE s.id > (SELECT coalesce(max(slip_id), 0) FROM treatments_slipline)
    """,
    """
    INSERT INTO treatments_slipevent (slip_id, branch_id, business_date, kind, old, new,
        beautician_id, by_id, at, note)
    SELECT s.id, s.branch_id, s.business_date, step.kind, step.old, step.new, %(beautician)s,
        %(clerk)s, s.issued_at + step.after, ''
    FROM treatments_slip s, (VALUES
        ('created', '', 'draft', interval '0'),
        ('moved', 'draft', 'issued', interval '0'),
        ('moved', 'issued', 'accepted', interval '1 min'),
        ('moved', 'accepted', 'in_progress', interval '2 min'),
        ('moved', 'in_progress', 'done', interval '1 h')) AS step (kind, old, new, after)
    WHERE s.id > (SELECT coalesce(max(slip_id), 0) FROM treatments_slipevent)
    """,
    """
    INSERT INTO treatments_control (branch_id, customer_id, line_id, after_days, due_on, state,
        created_at)
    SELECT s.branch_id, s.customer_id, l.id, 30, s.business_date + 30, 'missed', s.finished_at
    FROM treatments_slip s JOIN treatments_slipline l ON l.slip_id = s.id
    WHERE l.id > (SELECT coalesce(max(line_id), 0) FROM treatments_control)
    """,
)


def _make_queue(branch: Branch, clerk: Staff, *, dice: random.Random, at: datetime) -> None:
    guests = list(Customer.objects.order_by("pk")[:QUEUE])
    make_today(branch, customers=guests, dice=dice, at=at)
    now = Visit.objects.filter(branch=branch, business_date=branch.business_date(at)).count()
    for customer in guests[now:]:
        visits.check_in(
            branch=branch, purpose=Purpose.TREATMENT, customer=customer, by=clerk, at=at
        )


def _make_visits(branch: Branch, clerk: Staff, wanted: int, *, at: datetime) -> list[int]:
    customers = list(Customer.objects.order_by("-pk").values_list("pk", flat=True)[:wanted])
    made = Visit.objects.bulk_create(
        Visit(
            branch=branch,
            business_date=branch.business_date(at),
            purpose=Purpose.TREATMENT,
            series="A",
            queue_number=number,
            customer_id=customers[number % len(customers)],
            state="serving",
            officer=clerk,
            arrived_at=at,
            started_at=at,
        )
        for number in range(1, wanted + 1)
    )
    return [visit.pk for visit in made]


def _chunks(wanted: int, what: str) -> Iterator[tuple[int, int]]:
    with tqdm(total=wanted, unit=f" {what}", mininterval=1.0) as bar:
        for first in range(1, wanted + 1, CHUNK):
            last = min(first + CHUNK - 1, wanted)
            yield first, last
            bar.update(last - first + 1)
