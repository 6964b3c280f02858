"""Controls: planned by a finished slip with one reminder a day, kept, moved, missed, cancelled."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial

import pytest
from django.db import transaction
from django.db.models import QuerySet

from frontdesk.branches.models import Branch
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from notifications.models import Message
from notifications.states import MessageState
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory, TreatmentFactory
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.actions import CannotChangeControl
from treatments.models import Control, ControlEvent
from treatments.notices import AFTERCARE, days_of
from treatments.permissions import why_not_change_control
from treatments.states import CONTROL_TRANSITIONS, ControlState, SlipState
from treatments.tasks import note_missed_controls

TODAY = date(2026, 11, 22)
IN_TWO_WEEKS = TODAY + timedelta(days=14)

ControlIn = Callable[..., Control]


class PowerCut(Exception):
    """Rolls back what was done."""


def _visit_of(control: Control, cast: Cast, *, at: datetime = NOW) -> Visit:
    return visits.check_in(
        branch=control.branch,
        purpose=Purpose.TREATMENT,
        customer=control.customer,
        by=cast.anna,
        at=at,
    )


def _reminders(control: Control, *, on: date | None = None) -> list[Message]:
    """What reminds of a control's day, three days before it and the day before."""
    messages = Message.objects.filter(customer=control.customer, notice="control_reminder")
    day = on or control.due_on
    return [message for message in messages.order_by("due_at", "pk") if day in days_of(message)]


def _states(control: Control, *, on: date | None = None) -> list[str]:
    return [message.state for message in _reminders(control, on=on)]


def _about_controls() -> QuerySet[Message]:
    return Message.objects.exclude(notice=AFTERCARE.key)


@pytest.fixture
def control_in(slip_in: SlipIn, cast: Cast) -> ControlIn:
    def bring(state: ControlState = ControlState.PLANNED, **more: object) -> Control:
        slip = slip_in(SlipState.DONE, **more)
        control = Control.objects.select_related("branch", "customer").get(line__slip=slip)
        late = NOW + timedelta(days=15)
        if state == ControlState.KEPT:
            visit = _visit_of(control, cast, at=late)
            actions.keep_controls(visit, by=cast.anna, at=late)
        elif state == ControlState.MISSED:
            actions.note_missed(at=late)
        elif state == ControlState.CANCELLED:
            actions.cancel_control(control, by=cast.anna, at=NOW)
        elif state in ANSWERS:
            ANSWERS[state](control)
        control.refresh_from_db()
        assert control.state == state
        return control

    return bring


def _keep(control: Control, cast: Cast) -> None:
    if not actions.keep_controls(_visit_of(control, cast, at=LATER), by=cast.anna, at=LATER):
        raise CannotChangeControl


def _miss(control: Control, cast: Cast) -> None:
    if not actions.note_missed(at=LATER):
        raise CannotChangeControl


LATER = NOW + timedelta(days=16)
ANSWERS: dict[ControlState, Callable[[Control], None]] = {
    state: partial(actions.change_by_answer, to=state, by=None, at=NOW, note="Balasan pelanggan")
    for state in (ControlState.CONFIRMED, ControlState.FREED)
}
DEEDS: dict[ControlState, Callable[[Control, Cast], None]] = {
    ControlState.PLANNED: lambda control, cast: actions.move_control(
        control, due_on=TODAY + timedelta(days=30), by=cast.anna, at=NOW
    ),
    ControlState.KEPT: _keep,
    ControlState.MISSED: _miss,
    ControlState.CANCELLED: lambda control, cast: actions.cancel_control(
        control, by=cast.anna, at=NOW
    ),
    ControlState.CONFIRMED: lambda control, _cast: ANSWERS[ControlState.CONFIRMED](control),
    ControlState.FREED: lambda control, _cast: ANSWERS[ControlState.FREED](control),
}


@pytest.mark.parametrize("to", ControlState)
@pytest.mark.parametrize("state", ControlState)
def test_a_deed_does_what_the_table_of_states_says(
    state: ControlState, to: ControlState, control_in: ControlIn, cast: Cast
) -> None:
    control = control_in(state)
    before = control.events.count()
    if to in CONTROL_TRANSITIONS[state]:
        DEEDS[to](control, cast)
        control.refresh_from_db()
        last = control.events.last()
        assert (control.state, last.old, last.new) == (to, state, to)
        assert last.due_on == control.due_on
    else:
        with pytest.raises(CannotChangeControl):
            DEEDS[to](control, cast)
        control.refresh_from_db()
        assert control.state == state
        assert control.events.count() == before


def test_the_refusals_are_sentences(control_in: ControlIn, cast: Cast) -> None:
    control = control_in()
    assert why_not_change_control(control, ControlState.CANCELLED, by=cast.anna) == ""
    for stranger in (cast.boris, cast.tari):
        assert why_not_change_control(control, ControlState.CANCELLED, by=stranger) == (
            "Peran Anda tidak mencakup jadwal kontrol cabang ini."
        )
    actions.cancel_control(control, by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeControl, match="Jadwal kontrol ini sudah batal"):
        actions.cancel_control(control, by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeControl, match="Pilih hari ini atau sesudahnya"):
        actions.move_control(control_in(), due_on=TODAY - timedelta(days=1), by=cast.anna, at=NOW)


def test_finishing_plans_each_control_and_one_reminder_a_day(slip_in: SlipIn, cast: Cast) -> None:
    often = TreatmentFactory(name="Chemical Peel", control_days=[7, 14, 7])
    once = TreatmentFactory(name="Facial Akne", control_days=[14])
    never = TreatmentFactory(control_days=[])
    slip = slip_in(SlipState.DONE, treatments=[often, once, never, once])

    found = Control.objects.filter(line__slip=slip).order_by("due_on", "line__position")
    assert [(c.line.name, c.after_days, c.due_on) for c in found] == [
        ("Chemical Peel", 7, TODAY + timedelta(days=7)),
        ("Chemical Peel", 14, IN_TWO_WEEKS),
        ("Facial Akne", 14, IN_TWO_WEEKS),
        ("Facial Akne", 14, IN_TWO_WEEKS),
    ]
    assert [e.new for e in ControlEvent.objects.filter(control=found[0])] == [ControlState.PLANNED]
    assert _about_controls().count() == 4
    early, late = _reminders(found[1])
    assert early.state == late.state == MessageState.QUEUED
    assert early.due_at == slip.branch.at(IN_TWO_WEEKS - timedelta(days=3), time(10))
    assert early.expires_at == late.due_at
    assert late.due_at == slip.branch.at(IN_TWO_WEEKS - timedelta(days=1), time(10))
    assert late.expires_at == slip.branch.at(IN_TWO_WEEKS, slip.branch.opens_at)


def test_two_slips_of_one_day_share_their_reminder(
    slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    customer = CustomerFactory(home_branch=menteng)
    for _ in range(2):
        slip_in(SlipState.DONE, customer=customer)
    assert Control.objects.count() == 2
    assert _about_controls().count() == 2


def test_a_finish_that_fails_leaves_neither_control_nor_reminder(
    slip_in: SlipIn, cast: Cast
) -> None:
    slip = slip_in(SlipState.IN_PROGRESS)

    def finish_in_a_power_cut() -> None:
        with transaction.atomic():
            actions.finish_slip(slip, by=cast.tari, at=NOW)
            assert Message.objects.count() == 3
            raise PowerCut

    with pytest.raises(PowerCut):
        finish_in_a_power_cut()
    assert not Control.objects.exists()
    assert not ControlEvent.objects.exists()
    assert not Message.objects.exists()
    slip.refresh_from_db()
    assert slip.state == SlipState.IN_PROGRESS


def test_a_moved_control_takes_its_reminder_along(control_in: ControlIn, cast: Cast) -> None:
    control = control_in()
    new_day = TODAY + timedelta(days=20)
    actions.move_control(control, due_on=new_day, note="Minta hari lain", by=cast.anna, at=NOW)
    assert _states(control, on=IN_TWO_WEEKS) == [MessageState.CANCELLED] * 2
    assert _states(control, on=new_day) == [MessageState.QUEUED] * 2
    assert control.events.last().note == "Minta hari lain"
    actions.move_control(control, due_on=IN_TWO_WEEKS, by=cast.anna, at=NOW)
    assert _states(control, on=IN_TWO_WEEKS) == [MessageState.QUEUED] * 2
    assert _states(control, on=new_day) == [MessageState.CANCELLED] * 2


def test_the_reminder_stays_while_another_control_of_that_day_does(
    slip_in: SlipIn, cast: Cast
) -> None:
    peel = TreatmentFactory(control_days=[14])
    glow = TreatmentFactory(control_days=[14])
    slip = slip_in(SlipState.DONE, treatments=[peel, glow])
    first, second = Control.objects.filter(line__slip=slip).select_related("branch", "customer")
    actions.cancel_control(first, by=cast.anna, at=NOW)
    assert _states(second) == [MessageState.QUEUED] * 2
    actions.cancel_control(second, by=cast.anna, at=NOW)
    assert _states(second) == [MessageState.CANCELLED] * 2


def test_who_comes_in_time_keeps_her_control_and_is_not_reminded(
    control_in: ControlIn, cast: Cast
) -> None:
    control = control_in()
    early = NOW + timedelta(days=10)
    assert actions.keep_controls(_visit_of(control, cast, at=early), by=cast.anna, at=early) == 0
    near = NOW + timedelta(days=11)
    visit = _visit_of(control, cast, at=near)
    assert actions.keep_controls(visit, by=cast.anna, at=near) == 1
    control.refresh_from_db()
    assert (control.state, control.kept_by_visit) == (ControlState.KEPT, visit)
    assert _states(control) == [MessageState.CANCELLED] * 2
    assert actions.keep_controls(visit, by=cast.anna, at=near) == 0


def test_a_control_is_missed_once_its_day_is_over_at_its_own_branch(
    cast: Cast, menteng: Branch, jayapura: Branch, control_in: ControlIn
) -> None:
    control = control_in()
    # 00.30 in Jayapura on the 7th is 22.30 of the 6th in Jakarta; a day begins at four.
    the_evening = menteng.at(IN_TWO_WEEKS, time(23, 59))
    assert actions.note_missed(at=the_evening) == 0
    before_four = menteng.at(IN_TWO_WEEKS + timedelta(days=1), time(3, 59))
    assert actions.note_missed(at=before_four) == 0
    assert actions.note_missed(at=before_four + timedelta(minutes=1)) == 1
    assert actions.note_missed(at=before_four + timedelta(minutes=2)) == 0
    control.refresh_from_db()
    assert control.state == ControlState.MISSED
    assert control.events.last().by is None


def test_the_task_notes_what_is_missed_now(control_in: ControlIn) -> None:
    Control.objects.filter(pk=control_in().pk).update(due_on=date(2026, 1, 5))
    assert note_missed_controls() == 1
    assert note_missed_controls() == 0


@pytest.mark.django_db(transaction=True)
def test_of_two_who_move_a_control_one_wins(
    control_in: ControlIn, cast: Cast, at_once: Callable
) -> None:
    pk = control_in().pk

    loaded = [Control.objects.select_related("branch", "customer").get(pk=pk) for _ in range(6)]

    def move(control: Control, days: int) -> date:
        due_on = TODAY + timedelta(days=days)
        actions.move_control(control, due_on=due_on, by=cast.anna, at=NOW)
        return due_on

    answers = at_once([lambda c=control, d=20 + n: move(c, d) for n, control in enumerate(loaded)])
    [won] = [a for a in answers if isinstance(a, date)]
    assert all("diubah orang lain" in str(a) for a in answers if not isinstance(a, date))
    control = Control.objects.select_related("branch", "customer").get(pk=pk)
    assert control.due_on == won
    waiting = _about_controls().filter(state=MessageState.QUEUED).order_by("due_at")
    assert list(waiting) == _reminders(control)
