"""A question put together once reads its rows as the ORM does."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models import QuerySet

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.quick_select import Given, Question, among
from frontdesk.visits.models import Visit
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory, TreatmentFactory
from tests.home.morning import busy_morning
from treatments.models import Slip


@Question
def of_days() -> QuerySet[Visit]:
    found = Visit.objects.filter(
        branch=Given("branch"), business_date__range=(Given("since"), Given("on"))
    )
    shown = ("state", "arrived_at", "customer__name", "officer__nickname")
    return found.open().select_related("customer", "officer").only(*shown).in_queue_order()


@Question
def of_visits() -> QuerySet[Slip]:
    found = Slip.objects.filter(among("visit", "visits")).select_related("branch")
    return found.with_lines().order_by("pk")


def columns(row: object) -> dict[str, object]:
    """Return what was read of a row, and of those joined to it."""
    read = {name: value for name, value in vars(row).items() if name != "_state"}
    joined = row._state.fields_cache  # type: ignore[attr-defined]
    return read | {name: other and columns(other) for name, other in joined.items()}


def test_rows_are_as_the_orm_reads_them(cast: Cast, menteng: Branch, jayapura: Branch) -> None:
    busy_morning(menteng, cast, at=NOW)
    on = menteng.business_date(NOW)
    since = on - timedelta(days=3)
    as_ever = Visit.objects.filter(branch=menteng, business_date__range=(since, on)).open()
    as_ever = as_ever.select_related("customer", "officer").in_queue_order()
    as_ever = as_ever.only("state", "arrived_at", "customer__name", "officer__nickname")

    found = of_days.ask(branch=menteng.pk, since=since, on=on)

    assert len(found) > 5
    assert {visit.officer is None for visit in found} == {True, False}
    assert [columns(visit) for visit in found] == [columns(visit) for visit in as_ever]
    assert of_days.ask(branch=jayapura.pk, since=since, on=on) == []


def test_keys_and_what_is_annotated(cast: Cast, menteng: Branch) -> None:
    busy_morning(menteng, cast, at=NOW)
    keys = list(Visit.objects.values_list("pk", flat=True))
    as_ever = Slip.objects.select_related("branch").with_lines().order_by("pk")

    found = of_visits.ask(visits=keys)

    assert found[0].shown_lines[0].keys() == {"name", "minutes", "price"}
    assert [columns(slip) for slip in found] == [columns(slip) for slip in as_ever]
    assert of_visits.ask(visits=keys[:0]) == []


def test_what_was_left_out_can_still_be_read(menteng: Branch) -> None:
    customer = CustomerFactory(home_branch=menteng, notes="Suka teh")
    named = Question(lambda: Customer.objects.filter(pk=Given("pk")).only("name"))

    (found,) = named.ask(pk=customer.pk)

    assert found == customer
    assert found.get_deferred_fields() >= {"notes", "phone"}
    assert found.notes == "Suka teh"


def test_it_is_put_together_once(
    menteng: Branch, django_assert_num_queries: Callable[..., object]
) -> None:
    made = []

    @Question
    def one() -> QuerySet[Branch]:
        made.append(1)
        return Branch.objects.filter(pk=Given("pk"))

    with django_assert_num_queries(3):
        assert [one.ask(pk=menteng.pk)[0].code for _ in range(3)] == [menteng.code] * 3
    assert made == [1]


def test_a_value_that_is_not_said_is_an_error(db: None) -> None:
    TreatmentFactory()
    with pytest.raises(KeyError, match="branch"):
        of_days.ask(since=NOW.date(), on=NOW.date())
