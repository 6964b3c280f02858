"""Numbers without gaps and one winner, whoever acts at the same moment."""

from collections.abc import Callable
from functools import partial
from itertools import pairwise

import pytest
from django.db import transaction

from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.models import Slip, Treatment
from treatments.models.slip import SLIP_SERIES
from treatments.states import SlipState

pytestmark = pytest.mark.django_db(transaction=True)


class GaveUp(Exception):
    """Rolls back what was done."""


@pytest.fixture
def guest(cast: Cast, menteng: Branch) -> Visit:
    return visits.check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=CustomerFactory(home_branch=menteng),
        by=cast.anna,
        at=NOW,
    )


def test_numbers_have_no_gap_though_some_give_up(
    cast: Cast, menteng: Branch, guest: Visit, facial: Treatment, at_once: Callable
) -> None:
    said = {"treatments": [facial], "beautician": cast.tari, "by": cast.anna, "at": NOW}

    def write(*, from_draft: bool, gives_up: bool) -> int | None:
        try:
            with transaction.atomic():
                if from_draft:
                    slip = actions.create_slip(guest, **said)
                    actions.issue_slip(slip, by=cast.anna, at=NOW)
                else:
                    slip = actions.hand_out_slip(guest, **said)
                if gives_up:
                    raise GaveUp
        except GaveUp:
            return None
        return slip.number

    deeds = [partial(write, from_draft=n % 3 == 0, gives_up=n % 4 == 0) for n in range(64)]
    numbers = [number for number in at_once(deeds) if number is not None]

    assert sorted(numbers) == list(range(1, 49))
    assert NumberSeries.objects.get(branch=menteng, series=SLIP_SERIES).last == 48
    assert Slip.objects.count() == 48


def test_a_draft_issued_by_eight_clerks_takes_one_number(
    cast: Cast, menteng: Branch, slip_in: SlipIn, at_once: Callable
) -> None:
    draft = slip_in(SlipState.DRAFT)

    def issue() -> str:
        slip = Slip.objects.get(pk=draft.pk)
        actions.issue_slip(slip, by=cast.anna, at=NOW)
        return slip.code

    answers = at_once([issue] * 8)

    assert [a for a in answers if isinstance(a, str)] == ["JKT-261122-001"]
    refusals = [str(a) for a in answers if isinstance(a, CannotChangeSlip)]
    assert refusals == ["Slip JKT-261122-001 sudah diterbitkan."] * 7
    assert NumberSeries.objects.get(branch=menteng, series=SLIP_SERIES).last == 1


def test_of_two_people_on_one_slip_one_wins(cast: Cast, slip_in: SlipIn, at_once: Callable) -> None:
    for _ in range(5):
        pk = slip_in(SlipState.ACCEPTED).pk

        def start(pk: int = pk) -> str:
            actions.start_slip(Slip.objects.get(pk=pk), by=cast.tari, at=NOW)
            return "started"

        def pass_on(pk: int = pk) -> str:
            slip = Slip.objects.get(pk=pk)
            actions.pass_on_slip(slip, to=cast.rara, reason="Penuh", by=cast.anna, at=NOW)
            return "passed on"

        def cancel(pk: int = pk) -> str:
            actions.cancel_slip(Slip.objects.get(pk=pk), reason="Pulang", by=cast.bela, at=NOW)
            return "cancelled"

        at_once([start, pass_on, cancel])

        # However the three met, the history is one chain and the row is its end.
        slip = Slip.objects.get(pk=pk)
        events = list(slip.events.all())
        for earlier, later in pairwise(events):
            assert later.old == earlier.new
        assert events[-1].new == slip.state
        assert slip.beautician_id == events[-1].beautician_id


def test_the_slower_of_two_who_looked_at_the_same_slip_is_told(cast: Cast, slip_in: SlipIn) -> None:
    slip = slip_in()
    annas, belas = Slip.objects.get(pk=slip.pk), Slip.objects.get(pk=slip.pk)
    actions.pass_on_slip(annas, to=cast.rara, reason="Penuh", by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeSlip) as refusal:
        actions.cancel_slip(belas, reason="Pulang", by=cast.bela, at=NOW)
    assert (
        str(refusal.value) == f"Slip {slip.code} baru saja diubah orang lain: sekarang dialihkan."
    )
    assert Slip.objects.get(pk=slip.pk).state == SlipState.PASSED_ON
