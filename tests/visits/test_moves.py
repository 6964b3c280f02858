"""Every state against every state: what TRANSITIONS allows happens, everything else is refused."""

from datetime import timedelta
from itertools import product

import pytest

from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.models import Visit, VisitEventKind
from frontdesk.visits.permissions import why_not_move
from frontdesk.visits.reports import DEEDS, NEXT
from frontdesk.visits.states import ENDED, OPEN, TRANSITIONS, WITH_OFFICER, VisitState
from tests.conftest import Cast
from tests.factories import NOW
from tests.visits.conftest import MOVES, VisitIn

LATER = NOW + timedelta(minutes=20)


def test_the_table_is_complete() -> None:
    assert set(TRANSITIONS) == set(VisitState)
    assert set().union(*TRANSITIONS.values()) == set(VisitState)
    assert {state for state, to in TRANSITIONS.items() if not to} == ENDED
    assert set(VisitState) == OPEN | ENDED
    assert set(VisitState) >= WITH_OFFICER


def test_every_state_has_a_deed_and_every_open_one_a_next_step() -> None:
    assert {kind.to for kind in DEEDS} == set(VisitState)
    assert set(NEXT) == OPEN
    assert all(to in TRANSITIONS[state] for state, to in NEXT.items())


@pytest.mark.parametrize(("old", "new"), list(product(VisitState, VisitState)))
def test_matrix(old: VisitState, new: VisitState, cast: Cast, visit_in: VisitIn) -> None:
    visit = visit_in(old)
    before = visit.events.count()

    if new in TRANSITIONS[old]:
        assert why_not_move(visit, new, by=cast.bela) == ""
        MOVES[new](visit, by=cast.bela, at=LATER)
        assert Visit.objects.get(pk=visit.pk).state == new
        event = visit.events.last()
        assert event is not None
        assert (event.old, event.new, event.by, event.at) == (old, new, cast.bela, LATER)
        assert event.kind == VisitEventKind.MOVED
    else:
        with pytest.raises(CannotChangeVisit) as refusal:
            MOVES[new](visit, by=cast.bela, at=LATER)
        assert str(refusal.value) == why_not_move(visit, new, by=cast.bela) != ""
        assert Visit.objects.get(pk=visit.pk).state == old
        assert visit.events.count() == before


@pytest.mark.parametrize("to", VisitState)
def test_nobody_moves_a_guest_without_the_right(
    to: VisitState, cast: Cast, visit_in: VisitIn
) -> None:
    visit = visit_in()
    for stranger in (cast.tari, cast.dewi, cast.gita, cast.boris):
        with pytest.raises(CannotChangeVisit, match="Peran Anda"):
            MOVES[to](visit, by=stranger, at=LATER)


def test_who_serves_answers_for_her_by_name(cast: Cast, visit_in: VisitIn) -> None:
    visit = visit_in(VisitState.CALLED)
    MOVES[VisitState.SERVING](visit, by=cast.bela, at=LATER)

    assert (visit.officer, visit.started_at) == (cast.bela, LATER)


def test_the_first_start_counts_for_the_waiting_time(cast: Cast, visit_in: VisitIn) -> None:
    visit = visit_in(VisitState.SERVING)
    first = visit.started_at
    MOVES[VisitState.HELD](visit, by=cast.anna, at=LATER)
    MOVES[VisitState.SERVING](visit, by=cast.bela, at=LATER + timedelta(minutes=5))

    assert visit.started_at == first
    assert visit.waited(at=LATER) == timedelta(minutes=1)
