"""One guest in Menteng's queue, and the ways to bring her into any state."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.states import VisitState
from tests.conftest import Cast
from tests.factories import NOW

MOVES = {
    VisitState.WAITING: actions.put_back,
    VisitState.CALLED: actions.call_visit,
    VisitState.SERVING: actions.start_visit,
    VisitState.HELD: actions.hold_visit,
    VisitState.DONE: actions.finish_visit,
    VisitState.LEFT: actions.note_left,
    VisitState.NO_SHOW: actions.note_no_show,
}
# The shortest way from the door into each state.
WAYS = {
    VisitState.WAITING: [],
    VisitState.CALLED: [VisitState.CALLED],
    VisitState.SERVING: [VisitState.SERVING],
    VisitState.HELD: [VisitState.HELD],
    VisitState.DONE: [VisitState.SERVING, VisitState.DONE],
    VisitState.LEFT: [VisitState.LEFT],
    VisitState.NO_SHOW: [VisitState.NO_SHOW],
}

VisitIn = Callable[..., Visit]


@pytest.fixture
def visit_in(cast: Cast, menteng: Branch) -> VisitIn:
    def bring(state: VisitState = VisitState.WAITING, *, at: datetime = NOW, **fields) -> Visit:
        visit = actions.check_in(
            branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=at, **fields
        )
        for step, wanted in enumerate(WAYS[state], start=1):
            MOVES[wanted](visit, by=cast.anna, at=at + timedelta(minutes=step))
        return visit

    return bring


@pytest.fixture
def visit(visit_in: VisitIn) -> Visit:
    return visit_in()
