"""Crash points 8 to 17: it may have left, and is asked for before anything is sent again."""

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications import actions
from notifications.actions import posting, pumping
from notifications.actions.finishing import Posted, finish
from notifications.providers.codes import ErrorClass
from notifications.providers.outcome import Outcome
from notifications.states import MessageState
from tests.factories import put_message
from tests.notifications.conftest import lose_a_claim, steps
from tests.notifications.crash_points.conftest import state

pytestmark = pytest.mark.django_db

SID = "SM" + "1" * 32


def tell(message, status, sid=SID, code="") -> bool:
    return actions.apply_status(
        message.public_id, sid=sid, status=status, error_code=code, at=timezone.now()
    )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failpoint", ["after_post", "before_finish"])
def test_8_killed_between_post_and_commit(plan, sending, clock, die_at, settle_all, failpoint):
    message = plan(at=clock())

    die_at(failpoint)

    assert state(message) == "sending"
    [taken] = sending.accepted()
    settle_all()
    assert state(message) == "accepted"
    assert message.provider_sid == taken["sid"]
    assert len(sending.accepted()) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("fault", ["server_error_after", "server_error_before"])
def test_9_an_answer_that_says_nothing(plan, sending, clock, settle_all, fault):
    sending.set(next=[fault])
    message = plan(at=clock())
    actions.send_due()

    assert state(message) == "unknown"
    settle_all()
    assert state(message) == "accepted"
    assert len(sending.accepted()) == 1


@pytest.mark.django_db(transaction=True)
def test_10_the_connection_breaks_while_the_result_is_committed(plan, sending, clock, monkeypatch):
    message = plan(at=clock())
    real, calls = pumping.finish, []

    def breaking(posted, *, at):
        calls.append(posted)
        if len(calls) == 1:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return real(posted, at=at)

    monkeypatch.setattr(pumping, "finish", breaking)

    assert actions.send_due() == 1
    assert len(calls) == 2
    assert state(message) == "accepted"
    assert len(sending.accepted()) == 1


@pytest.mark.django_db(transaction=True)
def test_11_killed_after_the_commit(plan, sending, clock, die_at, settle_all):
    message = plan(at=clock())

    die_at("after_finish")

    assert state(message) == "accepted"
    settle_all()
    assert len(sending.accepted()) == 1


def test_12_the_callback_is_quicker_than_the_answer(plan, sending, clock):
    message = plan(at=clock())
    actions.register_templates()
    held = lose_a_claim(clock)
    assert tell(message, "delivered")

    posted = Posted(message.pk, held.lease, 1, Outcome(None, sid=SID, status="queued"))
    assert finish([posted], at=clock()) == 0

    assert state(message) == "accepted"
    assert message.provider_status == "delivered"
    assert steps(message) == ["queued", "sending", "accepted"]


def accepted(message):
    put_message(
        message,
        MessageState.ACCEPTED,
        provider_sid=SID,
        accepted_at=timezone.now(),
        provider_status="queued",
        provider_rank=20,
    )
    return message


def test_13_a_callback_twice(plan, clock):
    message = accepted(plan(at=clock()))

    assert tell(message, "delivered")
    assert not tell(message, "delivered")
    assert len(steps(message)) == 2


def test_14_callbacks_out_of_order(plan, clock):
    message = accepted(plan(at=clock()))

    assert tell(message, "read")
    assert not tell(message, "sent")
    assert state(message) == "accepted"
    assert message.provider_status == "read"


def test_15_a_callback_that_never_comes_is_asked_for(plan, sending, clock):
    sending.set(read="never")
    message = plan(at=clock())
    actions.send_due(clock=clock)
    assert actions.poll_stale(clock=clock) == 0
    time.sleep(0.3)

    clock.forward(minutes=11)
    assert actions.poll_stale(clock=clock) == 1

    assert state(message) == "accepted"
    assert message.provider_status == "delivered"
    assert message.ask_again_at is None


def test_15_a_status_that_stays_away_is_asked_for_ever_more_rarely_then_no_more(
    plan, sending, clock
):
    sending.set(sent_ms=3_600_000)
    message = plan(at=clock())
    actions.send_due(clock=clock)
    began, asked = clock(), []
    for _minute in range(74 * 6):
        clock.forward(minutes=10, seconds=1)
        before = message.ask_again_at
        actions.poll_stale(clock=clock)
        message.refresh_from_db()
        if message.ask_again_at != before:
            asked.append(clock() - began)

    assert message.ask_again_at is None
    assert 5 <= len(asked) <= 12
    assert asked[-1] >= timedelta(hours=72)


@pytest.mark.parametrize("stands", ["abandoned", "unknown", "queued"])
def test_16_a_callback_after_we_gave_up_or_planned_it_again(plan, sending, clock, stands):
    message = plan(at=clock())
    put_message(message, stands, intent_at=clock(), unknown_since=clock())

    assert tell(message, "sent")

    assert state(message) == "accepted"
    assert actions.send_due(clock=clock) == 0
    assert sending.accepted() == []


def test_17_a_worker_that_wakes_after_its_lease_does_not_post(plan, sending, clock, monkeypatch):
    message = plan(at=clock())
    monkeypatch.setattr(posting.Lease, "is_too_late", True)

    assert actions.send_due(clock=clock) == 0

    assert state(message) == "queued"
    assert sending.accepted() == []


def test_17_the_late_answer_of_a_slow_worker_counts(plan, sending, clock):
    message = plan(at=clock())
    actions.register_templates()
    held = lose_a_claim(clock)
    clock.forward(seconds=91)
    actions.settle(clock=clock)
    assert state(message) == "unknown"

    posted = Posted(message.pk, held.lease, 1, Outcome(None, sid=SID, status="queued"))
    assert finish([posted], at=clock()) == 1

    assert state(message) == "accepted"
    assert message.provider_sid == SID


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome(ErrorClass.BAD_NUMBER, code="21211"),
        # Put back in the line, it would leave a second time beside the POST that is on its way.
        Outcome(ErrorClass.SAFE, code="20429"),
    ],
)
def test_17_the_late_refusal_of_another_lease_changes_nothing(plan, sending, clock, outcome):
    message = plan(at=clock())
    actions.register_templates()
    lost = lose_a_claim(clock)
    put_message(message, MessageState.QUEUED, lease=None, lease_until=None)
    lose_a_claim(clock)

    posted = Posted(message.pk, lost.lease, 1, outcome)
    finish([posted], at=clock())

    assert state(message) == "sending"
