"""What the provider did not tell by itself is asked for."""

from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import actions, tasks
from notifications.models import (
    Heartbeat,
    InboundMessage,
    Message,
    Sender,
    SenderPace,
    Suppression,
)
from notifications.providers import twilio
from notifications.states import MessageState
from tests.factories import CustomerFactory, give_consent
from tests.notifications.conftest import Clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now())


@pytest.fixture(autouse=True)
def awake(menteng):
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()


def test_a_stop_that_was_written_while_we_were_away(plan, sending, clock, customer, reminder):
    SenderPace.objects.update(inbound_seen_until=timezone.now() - timedelta(hours=1))
    sending.inbound(customer.phone, "BERHENTI")

    assert actions.pull_inbound() == 1

    assert Suppression.objects.filter(phone=customer.phone, lifted_at=None).exists()
    message = plan(at=clock())
    actions.send_due(clock=clock)
    message.refresh_from_db()
    assert message.state == MessageState.SUPPRESSED


def test_heard_once_however_often_it_is_pulled(sending, customer, reminder):
    sending.inbound(customer.phone, "Halo")
    sending.inbound(customer.phone, "Apakah buka besok?")

    assert [actions.pull_inbound() for _ in range(3)] == [2, 0, 0]
    assert InboundMessage.objects.count() == 2
    assert SenderPace.objects.get().inbound_seen_until


def test_not_listened_while_the_provider_is_away(sending, customer, reminder):
    before = timezone.now() - timedelta(hours=1)
    SenderPace.objects.update(inbound_seen_until=before)
    sending.inbound(customer.phone, "STOP")
    sending.set(read_faults={"server_error_before": 1.0})

    assert actions.pull_inbound() == 0
    assert SenderPace.objects.get().inbound_seen_until == before
    sending.set(read_faults={})
    assert actions.pull_inbound() == 1


def test_a_storm_is_one_question(plan, sending, clock, menteng, monkeypatch):
    # All at once, before the breaker opens.
    Sender.objects.update(per_second=1000)
    sending.set(faults={"drop_after": 1.0})
    for number, person in enumerate(CustomerFactory.create_batch(15, home_branch=menteng)):
        give_consent(person)
        plan(key=f"storm:{number}", customer=person, at=clock())
    actions.send_due(clock=clock)
    assert Message.objects.filter(state=MessageState.UNKNOWN).count() == 15
    sending.set(faults={})
    monkeypatch.delattr(twilio, "look_up")

    assert actions.settle(clock=clock) == 15

    assert Message.objects.filter(state=MessageState.ACCEPTED).count() == 15
    assert {row["sid"] for row in sending.accepted()} == set(
        Message.objects.values_list("provider_sid", flat=True)
    )


def test_of_a_storm_what_is_absent_is_sent_again(plan, sending, clock, menteng):
    Sender.objects.update(per_second=1000)
    sending.set(faults={"drop_before": 1.0})
    for number, person in enumerate(CustomerFactory.create_batch(15, home_branch=menteng)):
        give_consent(person)
        plan(key=f"storm:{number}", customer=person, at=clock())
    actions.send_due(clock=clock)
    sending.set(faults={})
    SenderPace.objects.update(circuit="closed", open_until=None, failures=0)
    for _round in range(3):
        clock.forward(seconds=121)
        actions.settle(clock=clock)
    actions.send_due(clock=clock)

    assert Message.objects.filter(state=MessageState.ACCEPTED).count() == 15
    assert len(sending.accepted()) == 15


def test_each_job_says_that_it_ran(sending, reminder):
    for job in (tasks.tick, tasks.settle, tasks.ask):
        job()

    assert set(Heartbeat.objects.values_list("name", flat=True)) == {"tick", "settle", "ask"}


def test_without_an_account_nobody_is_asked(settings, reminder):
    settings.TWILIO_ACCOUNT_SID = ""

    assert actions.pull_inbound() == actions.poll_stale() == 0


@pytest.mark.parametrize(
    "price, micros", [("-0.00750", 7500), (None, None), ("0.01", 10_000), ("?", None)]
)
def test_what_it_cost(price, micros):
    assert twilio._micros(price) == micros
