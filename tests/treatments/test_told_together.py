"""A reminder that waits in one message with others follows its control like one alone."""

from datetime import date, timedelta

import pytest

from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose
from notifications.actions.combining import combine
from notifications.models import TOGETHER, Message
from tests.factories import TreatmentFactory, give_consent, put_message
from treatments import actions
from treatments.models import Control
from treatments.notices import reminders_for
from treatments.states import SlipState


@pytest.fixture
def control(slip_in) -> Control:
    slip = slip_in(SlipState.DONE, treatments=[TreatmentFactory(control_days=[2])])
    give_consent(slip.customer)
    return Control.objects.select_related("branch", "customer").get()


@pytest.fixture
def together(control) -> Message:
    """The reminder of the day before and the thanks for the treatment, both due that morning."""
    reminder = Message.objects.get(notice="control_reminder")
    assert reminder.due_at == Message.objects.get(notice="aftercare").due_at
    carrier = combine(reminder.pk, at=reminder.due_at)
    assert carrier
    return carrier


def states() -> dict[str, str]:
    return dict(Message.objects.order_by("pk").values_list("notice", "state"))


def test_the_control_shows_the_message_it_is_told_in(control, together):
    assert reminders_for([control]) == {control.pk: together}


def test_a_moved_control_leaves_the_others_to_go(control, together, cast):
    at = together.due_at
    actions.move_control(control, due_on=control.due_on + timedelta(days=9), by=cast.anna, at=at)

    assert states()["aftercare"] == "queued"
    assert states()[TOGETHER] == "cancelled"
    reminders = Message.objects.filter(notice="control_reminder")
    assert {one.variables["about"] for one in reminders.filter(state="queued")} == {
        f"{control.due_on:%Y-%m-%d}/-3", f"{control.due_on:%Y-%m-%d}/-1",
    }  # fmt: skip
    assert not Message.objects.filter(state="merged").exists()


def test_a_kept_control_leaves_the_others_to_go(control, together, cast):
    at = together.due_at
    visit = visits.check_in(
        branch=control.branch,
        purpose=Purpose.TREATMENT,
        by=cast.anna,
        at=at,
        customer=control.customer,
    )
    assert actions.keep_controls(visit, by=cast.anna, at=at) == 1
    assert states() == {
        "control_reminder": "cancelled", "aftercare": "queued", TOGETHER: "cancelled"
    }  # fmt: skip


def test_a_cancelled_control_leaves_the_others_to_go(control, together, cast):
    actions.cancel_control(control, by=cast.anna, at=together.due_at)
    assert states()["control_reminder"] == "cancelled"
    assert states()["aftercare"] == "queued"


def test_what_was_told_in_it_is_not_told_again(control, together, cast):
    put_message(together, "accepted", accepted_at=together.due_at, provider_sid="SM1")
    later = together.due_at + timedelta(minutes=5)
    other = Control.objects.create(
        branch=control.branch,
        customer=control.customer,
        line=control.line,
        after_days=20,
        due_on=date(2026, 12, 20),
        created_at=later,
    )
    actions.move_control(other, due_on=date(2026, 12, 21), by=cast.anna, at=later)
    reminders = Message.objects.filter(notice="control_reminder")
    assert reminders.filter(state="merged").count() == 1
    told = [one.variables["about"] for one in reminders.filter(state="queued")]
    assert all(about.startswith("2026-12-21") for about in told)
