"""Crash points 18 to 27: beat, broker, database, clock, opt-out, pause, deploy, restore."""

import signal
import threading
import time

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from notifications import actions, tasks
from notifications.actions import batches, posting
from notifications.models import (
    Batch,
    Heartbeat,
    Message,
    MessageEvent,
    Suppression,
    SuppressionSource,
)
from notifications.states import MessageState
from tests.factories import CustomerFactory, give_consent, put_message
from tests.notifications.crash_points.conftest import state
from tests.twilio_server import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan_some(plan, menteng):
    def plan_some(many: int, **values) -> list[Message]:
        people = CustomerFactory.create_batch(many, home_branch=menteng)
        for person in people:
            give_consent(person)
        return [
            plan(
                key=f"some:{n}",
                customer=person,
                to_phone=person.phone,
                at=timezone.now(),
                **values,
            )
            for n, person in enumerate(people)
        ]

    return plan_some


def accepted() -> int:
    return Message.objects.filter(state=MessageState.ACCEPTED).count()


def once_each(sending) -> bool:
    callbacks = [row["callback"] for row in sending.accepted()]
    return len(callbacks) == len(set(callbacks))


@pytest.mark.django_db(transaction=True)
def test_18_two_beats(plan_some, sending):
    plan_some(6)
    start = threading.Barrier(2)

    def beat():
        try:
            start.wait()
            for _tick in range(3):
                for sender in actions.senders_with_due():
                    tasks.pump(sender)
                tasks.settle()
        finally:
            connection.close()

    threads = [threading.Thread(target=beat) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert accepted() == len(sending.accepted()) == 6
    assert once_each(sending)


def test_19_beat_is_dead(plan, sending, clock, django_capture_on_commit_callbacks, monkeypatch):
    woken = []
    monkeypatch.setattr("frontdesk.broker.wake", lambda *task: woken.append(task))
    with django_capture_on_commit_callbacks(execute=True):
        message = plan(at=clock())

    assert woken == [("notifications.tasks.pump", message.sender_id)]
    tasks.pump(message.sender_id)
    assert state(message) == "accepted"
    # Nobody settles any more, and that can be seen.
    assert not Heartbeat.objects.exists()
    tasks.settle()
    assert Heartbeat.objects.filter(name="settle").exists()


@pytest.mark.django_db(transaction=True)
def test_20_the_broker_is_away(plan, sending, clock, monkeypatch):
    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    began = time.monotonic()
    message = plan(at=clock())
    assert time.monotonic() - began < 4

    actions.pump(message.sender_id)
    assert state(message) == "accepted"


@pytest.mark.django_db(transaction=True)
def test_21_the_database_throws_everybody_out(plan_some, sending, pump_process, settle_all):
    plan_some(120)
    sending.set(latency_ms=100)
    process = pump_process("", "--for", "120", "--threads", "8")
    until(lambda: len(sending.accepted()) > 10, seconds=60)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )

    until(lambda: Message.objects.filter(state=MessageState.QUEUED).count() == 0, seconds=60)
    process.send_signal(signal.SIGTERM)
    process.wait(30)
    settle_all()
    assert accepted() == len(sending.accepted()) == 120
    assert once_each(sending)


def test_22_an_intent_that_a_failover_lost_is_known_by_its_callback(plan, sending, clock):
    """Not covered without a synchronous standby; what the provider tells by itself still counts."""
    message = plan(at=clock())

    actions.apply_status(
        message.public_id, sid="SM1", status="sent", error_code="", at=timezone.now()
    )

    assert state(message) == "accepted"
    assert actions.send_due(clock=clock) == 0
    assert sending.accepted() == []


@pytest.mark.django_db(transaction=True)
def test_23_the_clock_of_the_pc_jumps(plan, sending, clock, monkeypatch):
    message = plan(at=clock())
    real, calls = time.time, []

    def jumping() -> float:
        calls.append(1)
        return real() + (86_400 if len(calls) > 1 else 0)

    monkeypatch.setattr(posting.time, "time", jumping)
    actions.send_due()

    assert sending.accepted() == []
    assert state(message) == "queued"
    assert abs((message.intent_at - timezone.now()).total_seconds()) < 60


def test_24_an_opt_out_during_a_campaign(plan, sending, clock, customer):
    message = plan(at=clock())
    Suppression.objects.create(
        phone=customer.phone, scope="all", source=SuppressionSource.LINK, at=clock()
    )

    assert actions.send_due(clock=clock) == 0

    assert state(message) == "suppressed"
    assert sending.accepted() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("deed", ["pause", "cancel_batch"])
def test_25_a_campaign_is_stopped_within_one_slice(plan_some, sending, deed):
    batch = Batch.objects.create(name="Promo", created_at=timezone.now())
    plan_some(100, batch=batch)
    sending.set(latency_ms=20)
    done = threading.Event()

    def work():
        try:
            actions.send_due()
        finally:
            connection.close()
            done.set()

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: len(sending.accepted()) >= 10)
    getattr(batches, deed)(batch)
    stopped_at = timezone.now()
    assert done.wait(10)
    thread.join()

    late = MessageEvent.objects.filter(new="sending", at__gt=stopped_at).count()
    assert late == 0
    assert accepted() == len(sending.accepted()) < 100
    if deed == "pause":
        assert batches.resume(batch)
        actions.send_due()
        assert accepted() == len(sending.accepted()) == 100
    else:
        batches.withdraw(batch, by=None, at=timezone.now())
        assert not Message.objects.filter(state=MessageState.QUEUED).exists()


@pytest.mark.django_db(transaction=True)
def test_26_a_deploy_lets_what_is_on_its_way_arrive(plan_some, sending, pump_process):
    plan_some(60)
    sending.set(latency_ms=300)
    process = pump_process("", "--threads", "4")
    until(lambda: len(sending.accepted()) >= 8, seconds=60)

    process.send_signal(signal.SIGTERM)

    assert process.wait(30) == 0
    assert not Message.objects.filter(state=MessageState.SENDING).exists()
    assert accepted() == len(sending.accepted()) < 60


def test_27_a_restored_backup_sends_nothing_twice(plan, sending, clock):
    before = plan(key="before", at=clock())
    actions.send_due(clock=clock)
    # The backup is older than the sending of it.
    put_message(
        before,
        MessageState.QUEUED,
        provider_sid=None,
        accepted_at=None,
        provider_status="",
        provider_rank=0,
    )
    after = plan(key="after", variables={"name": "Ibu Sari", "day": "lusa"}, at=clock())

    assert actions.recover(since=clock()) == 1

    assert state(before) == "accepted"
    assert state(after) == "queued"
    actions.send_due(clock=clock)
    assert len(sending.accepted()) == 2
