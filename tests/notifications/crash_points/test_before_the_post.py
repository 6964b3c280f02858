"""Crash points 1 to 7: nothing has left yet, so nothing is lost and nothing is doubled."""

import threading
from contextlib import suppress

import pytest
from django.db import connection, transaction

from frontdesk import broker
from notifications import actions, tasks
from notifications.actions import pacing
from notifications.actions.planning import PUMP_TASK
from notifications.models import Message, SenderPace, Template
from tests.factories import give_consent
from tests.notifications.conftest import lose_a_claim, steps
from tests.notifications.crash_points.conftest import state

pytestmark = pytest.mark.django_db


def test_1_a_deed_that_is_rolled_back_told_nobody(plan, sending, clock):
    with suppress(ZeroDivisionError), transaction.atomic():
        plan(at=clock())
        raise ZeroDivisionError

    assert actions.send_due(clock=clock) == 0
    assert not Message.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_2_the_deed_is_through_and_the_wake_up_was_never_published(
    plan, sending, clock, monkeypatch
):
    monkeypatch.setattr(broker._Broker, "failed_at", float("inf"))
    message = plan(at=clock())

    assert actions.senders_with_due() == [message.sender_id]
    assert actions.pump(message.sender_id) == 1
    assert state(message) == "accepted"


def test_3_a_lost_wake_up_is_made_up_for_by_the_tick(plan, sending, clock, monkeypatch):
    message = plan(at=clock())
    woken = []
    monkeypatch.setattr(tasks, "wake", lambda *task: woken.append(task))

    tasks.tick()

    assert woken == [(PUMP_TASK, message.sender_id)]


@pytest.mark.django_db(transaction=True)
def test_4_the_same_wake_up_many_times(plan, sending, clock):
    message = plan(at=clock())
    sending.set(latency_ms=50)
    start = threading.Barrier(4)

    def woken():
        try:
            start.wait()
            tasks.pump(message.sender_id)
        finally:
            connection.close()

    threads = [threading.Thread(target=woken) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert state(message) == "accepted"
    assert len(sending.accepted()) == 1


def test_5_a_pump_that_dies_with_tokens_in_hand(plan, sending, clock):
    message = plan(at=clock())
    SenderPace.objects.update(tokens=8)
    assert pacing.take(message.sender_id, want=8, campaigns=8)

    assert actions.send_due(clock=clock) == 1


def test_6_a_claim_that_does_not_commit(plan, sending, clock):
    message = plan(at=clock())
    actions.register_templates()
    with suppress(ZeroDivisionError), transaction.atomic():
        assert len(lose_a_claim(clock).claims) == 1
        raise ZeroDivisionError

    assert state(message) == "queued"
    assert steps(message) == ["queued"]
    assert actions.send_due(clock=clock) == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("failpoint", ["after_claim", "before_post"])
@pytest.mark.parametrize("kind, ends", [("transactional", "accepted"), ("marketing", "abandoned")])
def test_7_killed_between_claim_and_post(
    plan, sending, clock, die_at, settle_all, reminder, customer, failpoint, kind, ends
):
    Template.objects.filter(pk=reminder.pk).update(message_class=kind)
    give_consent(customer, purpose="promo")
    message = plan(at=clock())

    die_at(failpoint)

    assert state(message) == "sending"
    assert sending.accepted() == []
    settle_all()
    assert state(message) == ends
    assert len(sending.accepted()) == (ends == "accepted")
