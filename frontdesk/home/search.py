"""What one field on every page finds: today's queue, slips by their printed code, customers."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from customers.models import Customer
from customers.search import search_customers
from frontdesk.branches.models import Branch
from frontdesk.quick_select import Given, Question
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from frontdesk.visits.models import Visit
from treatments.models import Slip

_QUEUE_CODE = re.compile(r"(?P<series>[A-Da-d]?)[- ]?(?P<number>[0-9]{1,4})")
MOST_VISITS = 4
# By hand, because every search asks it.
LATEST_VISITS = """
SELECT DISTINCT ON (customer_id)
    id, customer_id, branch_id, business_date, series, queue_number, state
FROM visits_visit WHERE customer_id = ANY(%s) ORDER BY customer_id, arrived_at DESC
"""


@dataclass(frozen=True)
class CustomerHit:
    customer: Customer
    # Her name, with what was typed marked in it.
    name: SafeString
    last_visit_on: date | None
    # With this one she stands in today's queue of this branch.
    open_visit: Visit | None


@dataclass(frozen=True)
class Hits:
    text: str
    visits: list[Visit]
    slips: list[Slip]
    customers: list[CustomerHit]
    # Nothing was found as it was typed: these customers only look like it.
    is_guess: bool

    @property
    def is_empty(self) -> bool:
        return not (self.visits or self.slips or self.customers)


def find(text: str, *, branch: Branch, by: Staff, may: frozenset[Permission], at: datetime) -> Hits:
    """Return what `text` may mean to this person at this branch; exact codes stand first."""
    text = " ".join(text[:100].replace("\0", "").split())
    on = branch.business_date(at)
    visits = _visits_by_code(text, branch=branch, by=by, on=on)
    slips = list(
        Slip.objects.visible_to(by).with_code(text).select_related("branch", "customer")
        if "-" in text
        else []
    )
    customers, is_guess = [], False
    # A scanned code is exact: it opens at once, and nobody is called so.
    if Permission.SEE_CUSTOMERS in may and text and not slips:
        found = search_customers(text, branch=branch, with_phones=Permission.SEE_PHONES in may)
        customers = _with_visits(found.customers, text=text, branch=branch, on=on)
        is_guess = found.is_guess and bool(customers)
    return Hits(text, visits, slips, customers, is_guess)


def _visits_by_code(text: str, *, branch: Branch, by: Staff, on: date) -> list[Visit]:
    match = _QUEUE_CODE.fullmatch(text)
    if match is None:
        return []
    found = _numbered.ask(branch=branch.pk, on=on, number=int(match["number"]))
    series = match["series"].upper()
    found = [v for v in found if v.is_visible_to(by) and series in {"", v.series}]
    return found[:MOST_VISITS]


@Question
def _numbered() -> QuerySet[Visit]:
    found = Visit.objects.filter(
        branch=Given("branch"), business_date=Given("on"), queue_number=Given("number")
    )
    return found.select_related("customer").order_by("series")


def _with_visits(
    customers: list[Customer], *, text: str, branch: Branch, on: date
) -> list[CustomerHit]:
    keys = [customer.pk for customer in customers]
    latest = {visit.customer_id: visit for visit in Visit.objects.raw(LATEST_VISITS, [keys])}
    hits = []
    for customer in customers:
        visit = latest.get(customer.pk)
        is_here = (
            visit and visit.is_open and (visit.branch_id, visit.business_date) == (branch.pk, on)
        )
        hits.append(
            CustomerHit(
                customer=customer,
                name=_marked(customer.name, text.split()),
                last_visit_on=visit.business_date if visit and not is_here else None,
                open_visit=visit if is_here else None,
            )
        )
    return hits


def _marked(name: str, words: Iterable[str]) -> SafeString:
    """Return a name as HTML in which the typed words stand in <mark>."""
    wanted = "|".join(re.escape(word) for word in sorted(set(words), key=len, reverse=True))
    parts = re.split(rf"\b({wanted})", name, flags=re.IGNORECASE) if wanted else [name]
    marked = (
        f"<mark>{escape(part)}</mark>" if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return mark_safe("".join(marked))  # noqa: S308 - every part is escaped above
