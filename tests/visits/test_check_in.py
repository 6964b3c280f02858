from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction

from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import SERIES, Purpose, Visit, VisitEventKind
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory


@pytest.mark.parametrize("purpose", Purpose)
def test_each_purpose_has_a_line_of_its_own(cast: Cast, menteng: Branch, purpose: Purpose) -> None:
    first = check_in(branch=menteng, purpose=purpose, by=cast.anna, at=NOW)
    second = check_in(branch=menteng, purpose=purpose, by=cast.anna, at=NOW)

    assert [first.queue_code, second.queue_code] == [f"{SERIES[purpose]}00{n}" for n in (1, 2)]


def test_the_lines_are_as_many_as_the_purposes() -> None:
    assert set(SERIES) == set(Purpose)
    assert len(set(SERIES.values())) == len(Purpose)


def test_a_guest_has_her_number_before_anybody_knows_her(cast: Cast, menteng: Branch) -> None:
    visit = check_in(branch=menteng, purpose=Purpose.OTHER, by=cast.anna, at=NOW)

    assert (visit.customer, visit.display_name, visit.state) == (None, "", "waiting")
    event = visit.events.get()
    assert (event.kind, event.by, event.at) == (VisitEventKind.CHECKED_IN, cast.anna, NOW)


def test_each_branch_counts_for_itself(cast: Cast, menteng: Branch, jayapura: Branch) -> None:
    check_in(branch=menteng, purpose=Purpose.PRODUCT, by=cast.anna, at=NOW)
    elsewhere = check_in(branch=jayapura, purpose=Purpose.PRODUCT, by=cast.boris, at=NOW)

    assert elsewhere.queue_number == 1


def test_after_midnight_it_is_still_the_same_business_day(cast: Cast, menteng: Branch) -> None:
    evening = check_in(branch=menteng, purpose=Purpose.PRODUCT, by=cast.anna, at=NOW)
    # 01.30 in Jakarta, the morning after; the day begins at 04.00.
    night = NOW + timedelta(hours=15, minutes=30)
    late = check_in(branch=menteng, purpose=Purpose.PRODUCT, by=cast.anna, at=night)
    morning = check_in(
        branch=menteng, purpose=Purpose.PRODUCT, by=cast.anna, at=NOW + timedelta(hours=18)
    )

    assert late.business_date == evening.business_date
    assert late.queue_number == 2
    assert (morning.business_date - evening.business_date).days == 1
    assert morning.queue_number == 1


def test_in_jayapura_the_day_begins_two_hours_earlier(
    cast: Cast, menteng: Branch, jayapura: Branch
) -> None:
    # 04.30 in Jayapura is 02.30 in Jakarta.
    at = datetime(2026, 11, 22, 19, 30, tzinfo=UTC)
    east = check_in(branch=jayapura, purpose=Purpose.TREATMENT, by=cast.boris, at=at)
    west = check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=at)

    assert (east.business_date - west.business_date).days == 1


def test_a_rollback_gives_the_number_back(cast: Cast, menteng: Branch) -> None:
    check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
    with transaction.atomic():
        check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
        transaction.set_rollback(True)
    after = check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)

    assert after.queue_number == 2
    assert NumberSeries.objects.get(branch=menteng, series="A").last == 2


def test_a_note_and_a_customer_come_along(cast: Cast, menteng: Branch) -> None:
    customer = CustomerFactory(name="Sari Dewi", home_branch=menteng)
    visit = check_in(
        branch=menteng,
        purpose=Purpose.CONSULTATION,
        customer=customer,
        note="Minta dokter perempuan",
        by=cast.anna,
        at=NOW,
    )

    saved = Visit.objects.get(pk=visit.pk)
    assert (saved.customer, saved.note) == (customer, "Minta dokter perempuan")
