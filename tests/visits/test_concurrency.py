"""Two clerks, two clicks: threads on the real PostgreSQL."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.visits import actions
from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.models import Purpose, Visit, VisitEvent
from frontdesk.visits.states import VisitState
from tests.conftest import Cast
from tests.factories import NOW

pytestmark = pytest.mark.django_db(transaction=True)


# A server of PostgreSQL takes 100 unless it is told otherwise, and other tests run beside these.
CONNECTIONS = 50


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable]:
    """Return a function that runs each deed in a thread of its own, all let go at one moment.

    As many as there are connections are in the database at the same time, the others wait for one.
    """

    def run(deeds: list[Callable]) -> list:
        start = Barrier(len(deeds))

        def one(deed: Callable):
            start.wait(timeout=60)
            try:
                return deed()
            except CannotChangeVisit as refusal:
                return refusal
            finally:
                connection.close()

        size = min(len(deeds), CONNECTIONS)
        connection.close_pool()
        monkeypatch.setitem(
            connection.settings_dict["OPTIONS"],
            "pool",
            {"min_size": size, "max_size": size, "timeout": 60},
        )
        with ThreadPoolExecutor(max_workers=len(deeds)) as threads:
            return list(threads.map(one, deeds))

    yield run
    connection.close_pool()


def test_200_guests_at_the_door_get_200_numbers(
    cast: Cast, menteng: Branch, at_once: Callable
) -> None:
    def arrive() -> int:
        return actions.check_in(
            branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW
        ).queue_number

    numbers = at_once([arrive] * 200)

    assert sorted(numbers) == list(range(1, 201))
    assert NumberSeries.objects.get(branch=menteng, series="A").last == 200


def test_who_gives_up_leaves_no_gap(cast: Cast, menteng: Branch, at_once: Callable) -> None:
    class GaveUp(CannotChangeVisit):
        pass

    def arrive(*, stays: bool) -> int:
        with transaction.atomic():
            visit = actions.check_in(
                branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW
            )
            if not stays:
                raise GaveUp
        return visit.queue_number

    results = at_once([lambda n=n: arrive(stays=n % 3 != 0) for n in range(30)])

    numbers = sorted(r for r in results if isinstance(r, int))
    assert numbers == list(range(1, 21))
    assert list(
        Visit.objects.order_by("queue_number").values_list("queue_number", flat=True)
    ) == list(range(1, 21))


def test_clerks_calling_next_call_different_guests(
    cast: Cast, menteng: Branch, at_once: Callable
) -> None:
    for _ in range(8):
        actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)

    called = at_once(
        [
            lambda by=by: actions.call_next(branch=menteng, by=by, at=NOW)
            for by in 4 * [cast.anna, cast.bela]
        ]
    )

    assert len({visit.pk for visit in called}) == 8
    assert Visit.objects.filter(state=VisitState.CALLED).count() == 8


def test_the_last_guest_is_called_once(cast: Cast, menteng: Branch, at_once: Callable) -> None:
    actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)

    results = at_once(
        [lambda: actions.call_next(branch=menteng, by=cast.anna, at=NOW) for _ in range(4)]
    )

    refusals = [r for r in results if isinstance(r, CannotChangeVisit)]
    assert len(refusals) == 3
    assert {str(r) for r in refusals} == {"Tidak ada yang menunggu."}
    assert VisitEvent.objects.filter(new=VisitState.CALLED).count() == 1


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        (actions.call_visit, actions.call_visit),
        (actions.start_visit, actions.note_left),
        (actions.hold_visit, actions.start_visit),
    ],
)
def test_of_two_clerks_one_moves_the_guest(
    ours: Callable, theirs: Callable, cast: Cast, menteng: Branch, at_once: Callable
) -> None:
    visit = actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
    # Both have the waiting guest on their screens.
    seen = [Visit.objects.get(pk=visit.pk) for _ in range(2)]

    results = at_once(
        [
            lambda: ours(seen[0], by=cast.anna, at=NOW),
            lambda: theirs(seen[1], by=cast.bela, at=NOW),
        ]
    )

    refusals = [r for r in results if isinstance(r, CannotChangeVisit)]
    assert len(refusals) == 1
    now = Visit.objects.get(pk=visit.pk)
    assert str(refusals[0]) == (
        f"A001 baru saja diubah orang lain: sekarang {now.get_state_display().lower()}."
    )
    assert visit.events.count() == 2


def test_of_a_clerks_two_clicks_one_moves_the_guest_and_neither_is_refused(
    cast: Cast, menteng: Branch, at_once: Callable
) -> None:
    visit = actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
    seen = [Visit.objects.get(pk=visit.pk) for _ in range(4)]

    results = at_once([lambda v=v: actions.start_visit(v, by=cast.anna, at=NOW) for v in seen])

    assert results == [None] * 4
    assert visit.events.filter(new=VisitState.SERVING).count() == 1
    actions.undo_last_step(visit, by=cast.anna, at=NOW)
    assert Visit.objects.get(pk=visit.pk).state == VisitState.WAITING


def test_a_step_is_taken_back_by_one_of_two(cast: Cast, menteng: Branch, at_once: Callable) -> None:
    visit = actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
    actions.hold_visit(visit, by=cast.anna, at=NOW)
    step = actions.last_step(visit)
    assert step is not None

    results = at_once(
        [
            lambda by=by: actions.undo_last_step(
                Visit.objects.get(pk=visit.pk), by=by, at=NOW, step=step.pk
            )
            for by in (cast.anna, cast.bela)
        ]
    )

    assert sum(isinstance(r, CannotChangeVisit) for r in results) == 1
    assert Visit.objects.get(pk=visit.pk).state == VisitState.WAITING


def test_notes_of_two_clerks_do_not_write_over_each_other(
    cast: Cast, menteng: Branch, at_once: Callable
) -> None:
    visit = actions.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)

    results = at_once(
        [
            lambda by=by: actions.note_visit(
                Visit.objects.get(pk=visit.pk), note=by.nickname, was="", by=by, at=NOW
            )
            for by in (cast.anna, cast.bela)
        ]
    )

    refusals = [str(r) for r in results if isinstance(r, CannotChangeVisit)]
    assert len(refusals) == 1
    assert f"“{Visit.objects.get(pk=visit.pk).note}”" in refusals[0]
