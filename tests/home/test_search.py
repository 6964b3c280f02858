"""One field for everything: customers, today's queue, slips by their code."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory, TreatmentFactory, qualify
from treatments.actions import create_slip, issue_slip

pytestmark = pytest.mark.django_db
URL = reverse("home:search")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Maria Goretti", phone="+6281234567890", allergies="penisilin", home_branch=menteng
    )


@pytest.fixture
def visit(cast: Cast, menteng: Branch, maria: Customer) -> Visit:
    return check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=maria,
        by=cast.anna,
        at=timezone.now(),
    )


def options(client: Client, text: str) -> list[str]:
    page = client.post(URL, {"q": text}, headers=HTMX).content.decode()
    found = re.findall(
        r'<(?:a class="option" role="option" href|button class="option option-new" role="option" '
        r'form="register-typed" name="text" value)="([^"]*)"',
        page,
    )
    return [unescape(option) for option in found]


def counter(**query: object) -> str:
    return reverse("home:counter", query=query)


def test_customer_opens_at_the_counter(anna: Client, maria: Customer) -> None:
    assert options(anna, "goretti") == [counter(customer=maria.pk), "goretti"]


def test_customer_in_the_queue_opens_her_visit(anna: Client, visit: Visit) -> None:
    assert options(anna, "maria") == [counter(visit=visit.pk), "maria"]


@pytest.mark.parametrize("text", ["A001", "a001", "a1", "A-1", "A 001", "1", "001"])
def test_queue_number(anna: Client, visit: Visit, text: str) -> None:
    assert options(anna, text)[0] == counter(visit=visit.pk)


def test_queue_number_of_another_branch(cast: Cast, sign_in: SignIn, visit: Visit) -> None:
    assert counter(visit=visit.pk) not in options(sign_in(cast.boris), "A001")
    # Nor does a doctor of the house, who does not run the queue.
    assert counter(visit=visit.pk) not in options(sign_in(cast.dewi), "A001")


def test_slip_code_comes_first(
    anna: Client, cast: Cast, sign_in: SignIn, visit: Visit, menteng: Branch
) -> None:
    treatment = TreatmentFactory()
    qualify(cast.tari, treatment)
    slip = create_slip(visit, treatments=[treatment], beautician=cast.tari, by=cast.anna, at=NOW)
    issue_slip(slip, by=cast.anna, at=NOW)
    assert re.fullmatch(r"JKT-\d{6}-001", slip.code)
    for text in (slip.code, slip.code.lower(), f" {slip.code} "):
        assert options(anna, text)[0] == reverse("treatments:slip", args=[slip.pk])
    assert reverse("treatments:slip", args=[slip.pk]) not in options(sign_in(cast.boris), slip.code)


@pytest.mark.parametrize("text", ["zzz", "0899 1", "<b>", "A999", "%", "siti & co"])
def test_registering_is_always_offered_last(anna: Client, text: str) -> None:
    page = anna.post(URL, {"q": text}, headers=HTMX).content.decode()
    assert "option-new" in page
    assert "<b>" not in page


def test_an_address_is_not_searched(anna: Client, maria: Customer) -> None:
    """What stands in an address stands in logs and histories."""
    assert "Maria" not in anna.get(URL, {"q": "maria"}).content.decode()


def test_nothing_typed(anna: Client) -> None:
    assert options(anna, "") == []
    assert anna.get(URL).status_code == 200


def test_whole_page_without_htmx(anna: Client, maria: Customer) -> None:
    page = anna.post(URL, {"q": "maria"}).content.decode()
    assert "<!DOCTYPE html>" in page
    assert "<mark>Maria</mark> Goretti" in page
    assert 'value="maria"' in page


def test_a_name_is_never_markup(anna: Client) -> None:
    CustomerFactory(name="Siti <script>alert(1)</script>")
    page = anna.post(URL, {"q": "siti"}, headers=HTMX).content.decode()
    assert "<script>" not in page


def test_at_the_counter_a_result_opens_beside_the_queue(anna: Client, maria: Customer) -> None:
    headers = HTMX | {"HX-Current-URL": f"http://testserver{reverse('home:counter')}?new=1"}
    page = anna.post(URL, {"q": "maria"}, headers=headers).content.decode()
    assert f'hx-get="{reverse("home:check_in_pane")}?customer={maria.pk}"' in page


def test_health_data_is_not_shown(anna: Client, maria: Customer) -> None:
    assert "penisilin" not in anna.post(URL, {"q": "maria"}).content.decode()


def test_doctor_sees_no_number_and_cannot_guess_it(
    cast: Cast, sign_in: SignIn, maria: Customer
) -> None:
    dewi = sign_in(cast.dewi)
    page = dewi.post(URL, {"q": "maria"}, headers=HTMX).content.decode()
    assert "0812-3456-7890" not in page
    assert reverse("home:customer", args=[maria.pk]) in page
    assert "option-new" not in page
    assert options(dewi, "34567") == []


@pytest.mark.parametrize("who", ["tari", "gita"])
def test_closed_to(cast: Cast, sign_in: SignIn, who: str) -> None:
    assert sign_in(getattr(cast, who)).post(URL, {"q": "a"}).status_code == 403


def test_queries_do_not_grow_with_results(anna: Client, cast: Cast, menteng: Branch) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            anna.post(URL, {"q": "rahma"}, headers=HTMX)
        return len(queries)

    def customer() -> None:
        who = CustomerFactory(name="Rahma", home_branch=menteng)
        check_in(
            branch=menteng, purpose=Purpose.PRODUCT, customer=who, by=cast.anna, at=timezone.now()
        )

    customer()
    few = count()
    for _ in range(12):
        customer()
    assert count() == few <= 11
