from datetime import timedelta

import pytest
from django.db import transaction

from notifications import actions
from notifications.models import Message
from notifications.states import MessageState
from tests.factories import NOW
from tests.notifications.conftest import steps

pytestmark = pytest.mark.django_db


def test_planned_once_and_moved_when_planned_again(plan):
    first = plan()
    again = plan(due_at=NOW + timedelta(hours=2), variables={"name": "Ibu Sari", "day": "lusa"})

    assert first.pk == again.pk
    message = Message.objects.get()
    assert message.due_at == NOW + timedelta(hours=2)
    assert message.variables["day"] == "lusa"
    assert steps(message) == ["queued", "queued"]


def test_due_in_quiet_hours_waits_for_the_branchs_morning(plan, menteng, jayapura, customer):
    night = menteng.at(NOW.date(), menteng.quiet_from) + timedelta(hours=1)

    message = plan(due_at=night, expires_at=night + timedelta(days=1))
    at_jayapura = plan(key="j", branch=jayapura, due_at=night, expires_at=night + timedelta(days=1))

    assert menteng.local(message.due_at).hour == 8
    assert jayapura.local(at_jayapura.due_at).hour == 8
    assert at_jayapura.due_at < message.due_at


def test_cancelled_and_planned_again(plan, cast):
    plan()

    assert actions.cancel(key="test:1", by=cast.anna, at=NOW, note="pindah")
    assert not actions.cancel(key="test:1", by=cast.anna, at=NOW)
    message = plan()

    assert message.state == MessageState.QUEUED
    assert message.final_at is None
    assert steps(message) == ["queued", "cancelled", "queued"]
    assert message.events.get(new="cancelled").by == cast.anna


def test_nothing_to_cancel(db):
    assert not actions.cancel(key="nobody's", by=None, at=NOW)


def test_what_has_left_stays_as_it_is(plan, sending, clock):
    message = plan()
    actions.send_due(clock=clock)

    plan(variables={"name": "lain", "day": "lain"}, due_at=NOW + timedelta(days=3))
    assert not actions.cancel(key="test:1", by=None, at=NOW)

    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED
    assert message.variables["day"] == "besok"


def test_taken_back_with_the_deed_that_planned_it(plan, sending, clock):
    with transaction.atomic():
        plan()
        transaction.set_rollback(True)

    assert actions.send_due(clock=clock) == 0
    assert sending.accepted() == []


def test_a_dead_broker_does_not_stop_the_desk(
    plan, monkeypatch, django_capture_on_commit_callbacks
):
    from celery import current_app

    monkeypatch.setattr(current_app.conf, "broker_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(current_app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        plan()

    assert len(callbacks) == 1
    assert Message.objects.get().state == MessageState.QUEUED


def test_nobody_is_woken_for_a_message_of_tomorrow(plan, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as callbacks:
        plan(due_at=NOW + timedelta(days=1), expires_at=NOW + timedelta(days=2))

    assert callbacks == []
