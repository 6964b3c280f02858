"""Who has a birthday: by month and day, with leap days, and without reading the whole chain."""

from datetime import date, timedelta

import pytest
from django.db import connection

from customers.models import Customer, birthday_in, birthday_on
from frontdesk.branches.models import Branch
from tests.factories import NOW, CustomerFactory

pytestmark = pytest.mark.django_db


def born(on: date | None, branch: Branch) -> Customer:
    customer: Customer = CustomerFactory(home_branch=branch, birth_date=on)
    return customer


def test_by_day_whatever_the_year(menteng: Branch) -> None:
    old, young = born(date(1950, 11, 22), menteng), born(date(2015, 11, 22), menteng)
    born(date(1990, 11, 23), menteng)
    born(date(1990, 12, 22), menteng)
    born(None, menteng)
    found = Customer.objects.filter(birthday_on([date(2026, 11, 22)])).order_by("pk")
    assert list(found) == [old, young]
    assert not Customer.objects.filter(birthday_on([])).exists()


def test_over_the_end_of_the_year(menteng: Branch) -> None:
    both = [born(date(1990, 12, 31), menteng), born(date(1991, 1, 1), menteng)]
    born(date(1991, 1, 2), menteng)
    days = [date(2026, 12, 31), date(2027, 1, 1)]
    assert list(Customer.objects.filter(birthday_on(days)).order_by("pk")) == both


@pytest.mark.parametrize(
    ("day", "has_it"),
    [
        (date(2027, 2, 28), True),
        (date(2028, 2, 28), False),
        (date(2028, 2, 29), True),
        (date(2027, 3, 1), False),
    ],
)
def test_born_on_a_leap_day(menteng: Branch, day: date, has_it: bool) -> None:
    born(date(1992, 2, 29), menteng)
    assert Customer.objects.filter(birthday_on([day])).exists() is has_it


def test_by_month(menteng: Branch) -> None:
    first, last = born(date(1990, 11, 1), menteng), born(date(1990, 11, 30), menteng)
    born(date(1990, 10, 31), menteng)
    born(date(1990, 12, 1), menteng)
    assert list(Customer.objects.filter(birthday_in([11])).order_by("pk")) == [first, last]
    assert set(Customer.objects.filter(birthday_in([10, 12, 2]))).isdisjoint({first, last})


def test_the_index_is_read_and_not_the_table(menteng: Branch) -> None:
    Customer.objects.bulk_create(
        Customer(
            name="Sari Contoh",
            home_branch=menteng,
            created_at=NOW,
            birth_date=date(1980, 1, 1) + timedelta(days=number),
        )
        for number in range(4000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE customers_customer")
    whole_chain = Customer.objects.filter(birthday_on([date(2026, 11, 22)]))
    here = whole_chain.filter(home_branch=menteng)
    at_many = whole_chain.filter(home_branch__in=Branch.objects.values_list("pk", flat=True))
    for people in (here, at_many):
        plan = people.explain()
        assert "customers_customer_birthday" in plan, plan
        assert "Seq Scan on customers_customer" not in plan
