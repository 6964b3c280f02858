from datetime import timedelta

import pytest
from pytest_django import Settings

from frontdesk.visits import actions
from frontdesk.visits.actions import CannotChangeVisit, undo_last_step
from frontdesk.visits.models import Visit, VisitEvent, VisitEventKind
from frontdesk.visits.states import VisitState
from tests.conftest import Cast
from tests.factories import NOW
from tests.visits.conftest import VisitIn

SOON = NOW + timedelta(minutes=5)
FIELDS = ("state", "officer_id", "called_at", "started_at", "ended_at")


def values(visit: Visit) -> dict:
    return Visit.objects.values(*FIELDS).get(pk=visit.pk)


@pytest.mark.parametrize(
    ("state", "deed"),
    [
        (VisitState.WAITING, actions.call_visit),
        (VisitState.CALLED, actions.start_visit),
        (VisitState.CALLED, actions.put_back),
        (VisitState.SERVING, actions.hold_visit),
        (VisitState.SERVING, actions.put_back),
        (VisitState.SERVING, actions.finish_visit),
        (VisitState.HELD, actions.note_left),
        (VisitState.HELD, actions.note_no_show),
    ],
)
def test_the_visit_is_as_it_was(state: VisitState, deed, cast: Cast, visit_in: VisitIn) -> None:
    visit = visit_in(state)
    before = values(visit)
    deed(visit, by=cast.anna, at=SOON)

    undo_last_step(visit, by=cast.anna, at=SOON)

    assert values(visit) == before


def test_both_steps_stay_in_the_history(cast: Cast, visit: Visit) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    undo_last_step(visit, by=cast.bela, at=SOON)

    moved, undone = list(visit.events.all())[-2:]
    assert (moved.kind, undone.kind) == (VisitEventKind.MOVED, VisitEventKind.UNDONE)
    assert (undone.undoes, undone.by, undone.old, undone.new) == (
        moved,
        cast.bela,
        VisitState.CALLED,
        VisitState.WAITING,
    )


def test_steps_are_taken_back_one_after_another(cast: Cast, visit: Visit) -> None:
    before = values(visit)
    actions.call_visit(visit, by=cast.anna, at=NOW)
    actions.start_visit(visit, by=cast.anna, at=NOW)
    actions.hold_visit(visit, by=cast.anna, at=NOW)
    seen = []
    for _ in range(3):
        undo_last_step(visit, by=cast.anna, at=SOON)
        seen.append(visit.state)

    assert seen == [VisitState.SERVING, VisitState.CALLED, VisitState.WAITING]
    assert values(visit) == before
    with pytest.raises(CannotChangeVisit, match="Tidak ada langkah"):
        undo_last_step(visit, by=cast.anna, at=SOON)


def test_a_step_after_an_undo_is_taken_back_first(cast: Cast, visit: Visit) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    undo_last_step(visit, by=cast.anna, at=NOW)
    actions.hold_visit(visit, by=cast.anna, at=NOW)

    undo_last_step(visit, by=cast.anna, at=SOON)

    assert visit.state == VisitState.WAITING
    assert VisitEvent.objects.filter(visit=visit, kind=VisitEventKind.UNDONE).count() == 2


def test_the_window_closes(cast: Cast, visit: Visit, settings: Settings) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeVisit, match="lebih dari 15 menit"):
        undo_last_step(visit, by=cast.anna, at=NOW + settings.UNDO_WINDOW + timedelta(seconds=1))

    undo_last_step(visit, by=cast.anna, at=NOW + settings.UNDO_WINDOW)
    assert visit.state == VisitState.WAITING


def test_a_colleague_may_take_a_step_back(cast: Cast, visit: Visit) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    undo_last_step(visit, by=cast.bela, at=SOON)

    assert visit.state == VisitState.WAITING


def test_a_newer_step_of_another_clerk_is_not_taken_back_unseen(cast: Cast, visit: Visit) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    on_annas_screen = visit.events.last()
    assert on_annas_screen is not None
    actions.start_visit(visit, by=cast.bela, at=NOW)

    with pytest.raises(CannotChangeVisit, match="diubah orang lain: sekarang dilayani"):
        undo_last_step(visit, by=cast.anna, at=SOON, step=on_annas_screen.pk)
    assert Visit.objects.get(pk=visit.pk).state == VisitState.SERVING


def test_not_from_another_branch(cast: Cast, visit: Visit) -> None:
    actions.call_visit(visit, by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeVisit, match="Peran Anda"):
        undo_last_step(visit, by=cast.boris, at=SOON)
