"""What is unclear is asked for, and sent again only when it is proven absent."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from notifications import actions
from notifications.models import Message, Template
from notifications.states import MessageState
from tests.factories import CustomerFactory, give_consent
from tests.notifications.conftest import Clock, lose_a_claim, process_environ, steps
from tests.twilio_server import ROOT, until

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    # The provider dates by its own clock, so these stories happen now, with no quiet hours.
    return Clock(timezone.now())


@pytest.fixture(autouse=True)
def awake(menteng):
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()


@pytest.fixture
def unclear(plan, sending, clock):
    """A message whose POST met this fault."""

    def send(fault: str, **values) -> Message:
        sending.set(next=[fault])
        message = plan(at=clock(), **values)
        actions.send_due(clock=clock)
        message.refresh_from_db()
        assert message.state == MessageState.UNKNOWN
        return message

    return send


def refreshed(message: Message) -> Message:
    message.refresh_from_db()
    return message


def test_found_at_the_provider(unclear, sending, clock):
    message = unclear("drop_after")

    assert actions.settle(clock=clock) == 1

    assert refreshed(message).state == MessageState.ACCEPTED
    assert message.provider_sid == sending.accepted()[0]["sid"]
    assert steps(message) == ["queued", "sending", "unknown", "accepted"]


def test_absent_twice_after_the_grace_then_sent_again(unclear, sending, clock):
    message = unclear("drop_before")

    assert actions.settle(clock=clock) == 0
    clock.forward(seconds=121)
    assert actions.settle(clock=clock) == 0
    clock.forward(seconds=30)
    assert actions.settle(clock=clock) == 0
    assert refreshed(message).state == MessageState.UNKNOWN
    clock.forward(seconds=31)
    assert actions.settle(clock=clock) == 1
    assert refreshed(message).state == MessageState.QUEUED
    actions.send_due(clock=clock)

    assert refreshed(message).state == MessageState.ACCEPTED
    assert len(sending.accepted()) == 1


def test_found_although_the_list_lags(unclear, sending, clock):
    sending.set(list_lag_ms=400)
    message = unclear("server_error_after")

    assert actions.settle(clock=clock) == 0
    until(lambda: actions.settle(clock=clock))
    assert refreshed(message).state == MessageState.ACCEPTED
    assert len(sending.accepted()) == 1


@pytest.mark.parametrize("kind", ["marketing", "personal"])
def test_other_classes_are_never_sent_again(unclear, clock, reminder, customer, sending, kind):
    give_consent(customer, purpose="promo")
    Template.objects.filter(pk=reminder.pk).update(message_class=kind)
    message = unclear("drop_before")

    clock.forward(seconds=121)
    actions.settle(clock=clock)
    clock.forward(seconds=61)
    actions.settle(clock=clock)

    assert refreshed(message).state == MessageState.ABANDONED
    assert message.problem
    clock.forward(hours=1)
    assert actions.send_due(clock=clock) == 0
    assert sending.accepted() == []


def test_expired_while_unclear_is_not_sent_again(unclear, clock, sending):
    message = unclear("drop_before", expires_at=clock() + timedelta(seconds=150))

    clock.forward(seconds=121)
    actions.settle(clock=clock)
    clock.forward(seconds=61)
    actions.settle(clock=clock)

    assert refreshed(message).state == MessageState.ABANDONED
    assert sending.accepted() == []


def test_an_older_message_to_the_same_number_is_no_proof(unclear, plan, clock, sending):
    plan(key="old", at=clock())
    actions.send_due(clock=clock)
    message = unclear("drop_before")

    actions.settle(clock=clock)
    clock.forward(seconds=121)
    actions.settle(clock=clock)
    clock.forward(seconds=61)
    actions.settle(clock=clock)

    assert refreshed(message).state == MessageState.QUEUED


def test_a_message_just_before_it_proves_no_absence_so_early(unclear, plan, clock, sending):
    """The list holds that one, which we know: ours may still come."""
    plan(key="before", at=clock())
    actions.send_due(clock=clock)
    message = unclear("drop_before", key="ours")

    assert actions.settle(clock=clock) == 0
    assert refreshed(message).absent_seen == 0


def test_something_nobody_knows_at_the_same_number_stops_a_resend(unclear, clock, sending):
    sending.client().messages.create(
        to="whatsapp:+6281234567890", from_="whatsapp:+6281100000000", body="Ditulis tangan"
    )
    message = unclear("drop_before")

    for _ in range(3):
        clock.forward(seconds=121)
        actions.settle(clock=clock)
    assert refreshed(message).state == MessageState.UNKNOWN
    clock.forward(minutes=30)
    actions.settle(clock=clock)

    assert refreshed(message).state == MessageState.ABANDONED
    assert len(sending.accepted()) == 1


def test_nothing_is_proven_while_the_provider_is_away(unclear, clock, sending):
    message = unclear("drop_before")
    sending.set(read_faults={"server_error_before": 1.0})

    for _ in range(3):
        clock.forward(seconds=121)
        assert actions.settle(clock=clock) == 0
    assert refreshed(message).state == MessageState.UNKNOWN
    assert message.absent_seen == 0


def test_a_lost_claim_is_reaped_then_sent_once(plan, sending, clock):
    message = plan(at=clock())
    actions.register_templates()
    lose_a_claim(clock)

    clock.forward(seconds=89)
    actions.settle(clock=clock)
    assert refreshed(message).state == MessageState.SENDING
    clock.forward(seconds=2)
    actions.settle(clock=clock)
    assert refreshed(message).state == MessageState.UNKNOWN
    clock.forward(seconds=60)
    actions.settle(clock=clock)
    clock.forward(seconds=61)
    actions.settle(clock=clock)
    actions.send_due(clock=clock)

    assert refreshed(message).state == MessageState.ACCEPTED
    assert len(sending.accepted()) == 1


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_count_one_absence(unclear, clock):
    message = unclear("drop_before")
    clock.forward(seconds=121)
    start = threading.Barrier(4)

    def work():
        try:
            start.wait()
            actions.settle(clock=clock)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert refreshed(message).absent_seen == 1
    assert message.state == MessageState.UNKNOWN


WORKER = """
import django
django.setup()
from notifications import actions
actions.send_due()
"""


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("signal_number", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_killed_between_post_and_commit(plan, sending, settings, menteng, signal_number):
    """The provider has all of them, nobody wrote that down: found again, none sent twice."""
    for number in range(5):
        person = CustomerFactory(home_branch=menteng)
        give_consent(person)
        plan(key=f"killed:{number}", customer=person, at=timezone.now())
    actions.register_templates()
    sending.set(latency_ms=60_000)
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=ROOT,
        env={**os.environ, **process_environ(settings)},
    )
    try:
        until(lambda: len(sending.accepted()) == 5)
        worker.send_signal(signal_number)
        worker.wait(30)
    finally:
        worker.kill()
    assert Message.objects.filter(state=MessageState.SENDING).count() == 5
    sending.set(latency_ms=0)

    clock = Clock(timezone.now() + timedelta(seconds=91))
    actions.settle(clock=clock)
    for _ in range(4):
        clock.forward(seconds=61)
        actions.settle(clock=clock)
        actions.send_due(clock=clock)

    assert Message.objects.filter(state=MessageState.ACCEPTED).count() == 5
    taken = sending.accepted()
    assert len(taken) == 5
    assert {row["sid"] for row in taken} == set(
        Message.objects.values_list("provider_sid", flat=True)
    )
