"""The database is the last clerk: what no action writes, it refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from frontdesk.visits.models import Visit, VisitEvent
from frontdesk.visits.states import VisitState
from tests.conftest import Cast
from tests.factories import NOW
from tests.visits.conftest import VisitIn


def refuses(visit: Visit, constraint: str, **fields) -> None:
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        Visit.objects.filter(pk=visit.pk).update(**fields)


def test_a_number_is_given_once(visit_in: VisitIn) -> None:
    first, second = visit_in(), visit_in()
    refuses(second, "visits_visit_number_once", queue_number=first.queue_number)


def test_an_ended_visit_has_its_time(visit: Visit) -> None:
    for state in (VisitState.LEFT, VisitState.NO_SHOW):
        refuses(visit, "visits_visit_ended_at", state=state)


def test_an_open_visit_has_no_end(visit: Visit) -> None:
    refuses(visit, "visits_visit_ended_at", ended_at=NOW)


def test_an_unknown_state(visit: Visit) -> None:
    refuses(visit, "visits_visit_ended_at", state="asleep")


def test_a_served_guest_has_an_officer(cast: Cast, visit: Visit) -> None:
    refuses(visit, "visits_visit_served_by_name", state=VisitState.SERVING, started_at=NOW)
    refuses(visit, "visits_visit_served_by_name", state=VisitState.SERVING, officer=cast.anna)
    refuses(
        visit,
        "visits_visit_served_by_name",
        state=VisitState.DONE,
        ended_at=NOW,
        officer=cast.anna,
    )


def test_a_called_guest_has_the_time_of_the_call(visit: Visit) -> None:
    refuses(visit, "visits_visit_called_at", state=VisitState.CALLED)


def test_history_is_written_once(visit: Visit) -> None:
    event = visit.events.get()
    for change in (
        lambda: VisitEvent.objects.filter(pk=event.pk).update(at=NOW - timedelta(days=1)),
        lambda: VisitEvent.objects.filter(pk=event.pk).delete(),
    ):
        with pytest.raises(DatabaseError, match=r"Cannot (update|delete)"), transaction.atomic():
            change()


def test_a_step_is_taken_back_once(cast: Cast, visit_in: VisitIn) -> None:
    visit = visit_in(VisitState.CALLED)
    step = visit.events.last()
    assert step is not None
    fields = {
        "visit": visit,
        "branch_id": visit.branch_id,
        "business_date": visit.business_date,
        "kind": "undone",
        "old": "called",
        "new": "waiting",
        "undoes": step,
        "by": cast.anna,
        "at": NOW,
    }
    VisitEvent.objects.create(**fields)
    with pytest.raises(IntegrityError, match="undoes"), transaction.atomic():
        VisitEvent.objects.create(**fields)
