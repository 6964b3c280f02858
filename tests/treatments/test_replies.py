"""A control that its customer answered for: by a reply to the reminder, or on the telephone."""

from datetime import timedelta

import pytest

from notifications.actions import Heard, receive_inbound
from notifications.actions.combining import combine
from notifications.models import Conversation, Message
from tests.factories import NOW, give_consent, put_message
from treatments.models import Control
from treatments.states import ControlState, SlipState

DAY_BEFORE = timedelta(days=13)


@pytest.fixture
def control(slip_in):
    slip = slip_in(SlipState.DONE)
    give_consent(slip.customer)
    return Control.objects.select_related("branch", "customer").get()


@pytest.fixture
def reminder(control):
    message = Message.objects.filter(notice="control_reminder").order_by("due_at").first()
    put_message(
        message,
        "accepted",
        accepted_at=NOW + DAY_BEFORE,
        provider_sid="SM1",
        to_phone=control.customer.phone,
    )
    return message


def write(control, body, *, at=NOW + DAY_BEFORE, sid="SMr"):
    sender = f"whatsapp:{control.customer.phone}"
    return receive_inbound(
        Heard(sid=sid, sender=sender, to="whatsapp:+6281100000000", body=body), at=at
    )


def test_ya_confirms_and_is_thanked_with_the_day(control, reminder):
    write(control, "Ya")
    control.refresh_from_db()
    assert control.state == ControlState.CONFIRMED
    event = control.events.last()
    assert (event.old, event.new, event.by) == ("planned", "confirmed", None)
    assert "Minggu, 6 Desember 2026" in Message.objects.get(key="auto:SMr").body


@pytest.mark.parametrize("text", ["TIDAK", "batal"])
def test_tidak_frees_it_and_nothing_reminds_any_more(control, reminder, text):
    write(control, text)
    control.refresh_from_db()
    assert control.state == ControlState.FREED
    waiting = Message.objects.filter(notice="control_reminder", state="queued")
    assert not waiting.exists()
    assert "hari lain" in Message.objects.get(key="auto:SMr").body
    # A person finds the other day with her.
    assert Conversation.objects.get().unread == 1


def test_she_changes_her_mind_and_twice_is_once(control, reminder):
    write(control, "Ya", sid="SM1a")
    write(control, "Tidak", sid="SM1b")
    write(control, "Tidak", sid="SM1b")
    write(control, "ya", sid="SM1c")
    control.refresh_from_db()
    assert [event.new for event in control.events.all()] == [
        "planned", "confirmed", "freed", "confirmed",
    ]  # fmt: skip


def test_a_moved_control_is_not_what_she_answers(control, reminder):
    Control.objects.update(due_on=control.due_on + timedelta(days=7))
    write(control, "Ya")
    control.refresh_from_db()
    assert control.state == ControlState.PLANNED
    assert not Message.objects.filter(key__startswith="auto:").exists()
    assert Conversation.objects.get().unread == 1


def test_after_the_day_it_is_for_a_person(control, reminder):
    write(control, "Ya", at=NOW + timedelta(days=15))
    control.refresh_from_db()
    assert control.state == ControlState.PLANNED


def test_a_kept_or_cancelled_control_stays(control, reminder):
    Control.objects.update(state=ControlState.CANCELLED)
    write(control, "Ya")
    control.refresh_from_db()
    assert control.state == ControlState.CANCELLED


@pytest.fixture
def in_one(control, reminder):
    """The reminder as it left in one message with the thanks for the treatment."""
    put_message(reminder, "queued", accepted_at=None, provider_sid=None)
    thanks = Message.objects.get(notice="aftercare")
    Message.objects.filter(pk=thanks.pk).update(
        due_at=reminder.due_at, expires_at=reminder.expires_at
    )
    carrier = combine(reminder.pk, at=reminder.due_at)
    put_message(
        carrier,
        "accepted",
        accepted_at=NOW + DAY_BEFORE,
        provider_sid="SM1",
        to_phone=control.customer.phone,
    )
    return carrier


def test_an_answer_to_several_in_one_reaches_the_control(control, in_one):
    write(control, "Ya")
    control.refresh_from_db()
    assert control.state == ControlState.CONFIRMED
    # What was told in it is told: nothing is planned once more.
    states = dict(Message.objects.filter(notice="control_reminder").values_list("key", "state"))
    assert list(states.values()).count("merged") == 1
