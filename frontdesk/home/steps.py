"""What became of a visit or a slip, step by step, as her time line tells it."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import TextChoices

from frontdesk.home.moments import Kind
from frontdesk.visits.models import VisitEventKind
from frontdesk.visits.states import VisitState
from treatments.models.slip import SlipEventKind
from treatments.states import SlipState


@dataclass(frozen=True)
class Step:
    at: datetime
    text: str
    by: str


class _History(NamedTuple):
    question: str
    kinds: type[TextChoices]
    states: type[TextChoices]


_HISTORIES = {
    Kind.VISIT: _History(
        """
        SELECT e.visit_id, e.kind, e.new, e.note, e.at, coalesce(s.nickname, '')
        FROM visits_visitevent e LEFT JOIN staff_staff s ON s.id = e.by_id
        WHERE e.visit_id = ANY(%s) ORDER BY e.id
        """,
        VisitEventKind,
        VisitState,
    ),
    Kind.SLIP: _History(
        """
        SELECT e.slip_id, e.kind, e.new, e.note, e.at, coalesce(s.nickname, '')
        FROM treatments_slipevent e LEFT JOIN staff_staff s ON s.id = e.by_id
        WHERE e.slip_id = ANY(%s) AND e.kind <> 'printed' ORDER BY e.id
        """,
        SlipEventKind,
        SlipState,
    ),
}


def steps_of(kind: Kind, keys: Iterable[int]) -> defaultdict[int, list[Step]]:
    """Return the steps of visits or slips by their keys, the first one first."""
    question, kinds, states = _HISTORIES[kind]
    found: defaultdict[int, list[Step]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(question, [list(keys)])
        for key, event, new, note, at, by in cursor.fetchall():
            text = str(states(new).label if event == "moved" else kinds(event).label)
            found[key].append(Step(at, f"{text}: {note}" if note else text, by))
    return found
