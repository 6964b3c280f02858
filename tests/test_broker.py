"""Workers are woken by a word; a broker that is away is asked once, not at every click."""

import socket
import time
from collections.abc import Callable
from uuid import uuid4

import pytest
from celery import current_app
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from customers.models import Customer
from frontdesk import broker
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from notifications.models import Message, NoticeSetting, Template
from notifications.states import MessageState
from tests.conftest import Cast
from tests.factories import (
    PASSWORD,
    CustomerFactory,
    TreatmentFactory,
    give_consent,
    put_on_duty,
    qualify,
)
from tests.notifications.conftest import account
from treatments.models import Control, Slip, Treatment
from treatments.notices import CONTROL_TEMPLATE
from treatments.states import ControlState, SlipState

__all__ = ["account"]
TASK = "notifications.tasks.send_due"


class Deaf:
    """A port that takes a connection and never answers; it counts who came."""

    def __init__(self) -> None:
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.socket.setblocking(False)
        self.url = f"redis://127.0.0.1:{self.socket.getsockname()[1]}/0"

    def callers(self) -> int:
        count = 0
        while True:
            try:
                self.socket.accept()
            except BlockingIOError:
                return count
            count += 1


@pytest.fixture
def deaf(monkeypatch: pytest.MonkeyPatch) -> Deaf:
    found = Deaf()
    monkeypatch.setattr(current_app.conf, "broker_url", found.url)
    monkeypatch.setattr(current_app.conf, "broker_write_url", found.url)
    return found


def test_a_dead_broker_is_asked_once(deaf: Deaf, caplog: pytest.LogCaptureFixture) -> None:
    broker.wake(TASK)
    assert 0 < deaf.callers() <= 2
    assert f"{TASK} waits for the next beat" in caplog.text
    broker.wake(TASK)
    assert deaf.callers() == 0

    broker._Broker.failed_at -= broker.QUIET_AFTER_FAILURE
    broker.wake(TASK)
    assert deaf.callers() > 0


@pytest.mark.django_db
def test_nobody_is_woken_before_the_deed_is_through(
    django_capture_on_commit_callbacks: Callable[..., list[Callable[[], None]]],
) -> None:
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        broker.wake_on_commit(TASK)
    assert len(callbacks) == 1

    def deed() -> None:
        with transaction.atomic():
            broker.wake_on_commit(TASK)
            transaction.set_rollback(True)

    with django_capture_on_commit_callbacks() as callbacks:
        deed()
    assert callbacks == []


@pytest.fixture
def stopped(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Redis is not running: nobody listens at its address."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"redis://127.0.0.1:{free.getsockname()[1]}/0"
    settings.REDIS_URL = url
    monkeypatch.setattr(current_app.conf, "broker_url", url)
    monkeypatch.setattr(current_app.conf, "broker_write_url", url)


@pytest.fixture
def facial(cast: Cast, menteng: Branch) -> Treatment:
    """A treatment of Tari's whose reminder is due at whatever hour it is finished."""
    NoticeSetting.objects.create(
        notice=CONTROL_TEMPLATE,
        branch=menteng,
        template=Template.objects.get(key=CONTROL_TEMPLATE),
        offsets=[-1],
        send_at=menteng.day_starts_at,
    )
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()
    treatment: Treatment = TreatmentFactory(control_days=[1])
    qualify(cast.tari, treatment)
    put_on_duty(cast.tari, branch=menteng, at=timezone.now())
    return treatment


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("account", "stopped")
def test_the_counter_works_while_redis_is_stopped(
    cast: Cast, menteng: Branch, facial: Treatment, caplog: pytest.LogCaptureFixture
) -> None:
    begun = time.monotonic()
    desk, phone = _enter("anna"), _enter("tari")
    for _ in range(2):
        customer = CustomerFactory(home_branch=menteng)
        give_consent(customer)
        _serve(customer, facial, by=cast.tari, desk=desk, phone=phone)
        message = Message.objects.get(customer=customer, notice=CONTROL_TEMPLATE)
        assert message.state == MessageState.QUEUED
        assert message.due_at <= timezone.now()
    assert desk.get(reverse("home:counter")).status_code == 200
    asked = [record for record in caplog.records if record.name == broker.__name__]
    assert 1 <= len(asked) <= 1 + (time.monotonic() - begun) // broker.QUIET_AFTER_FAILURE


def _serve(
    customer: Customer, treatment: Treatment, *, by: Staff, desk: Client, phone: Client
) -> None:
    """Take her from the door to the planned control, each step by its own page."""
    _do(desk, "home:check_in", purpose="treatment", customer=customer.pk)
    visit = Visit.objects.get(customer=customer)
    _do(desk, "home:call_next")
    _do(desk, "visits:visit_start", visit.pk)
    said = {"treatments": [treatment.pk], "beautician": by.pk, "deed": "issue"}
    _do(desk, "treatments:slip_create", visit.pk, **said)
    slip = Slip.objects.get(visit=visit)
    assert slip.state == SlipState.ISSUED
    assert slip.code in phone.get(reverse("treatments:my_slips")).text
    for deed in ("accept", "start", "finish"):
        _do(phone, f"treatments:my_slip_{deed}", slip.pk)
    _do(desk, "visits:visit_finish", visit.pk)

    visit.refresh_from_db()
    slip.refresh_from_db()
    assert (visit.state, slip.state) == (VisitState.DONE, SlipState.DONE)
    assert Control.objects.get(customer=customer).state == ControlState.PLANNED


def _enter(username: str) -> Client:
    client = Client()
    said = {"username": username, "password": PASSWORD}
    assert client.post(reverse("staff:sign_in"), said).status_code == 302
    return client


def _do(client: Client, name: str, *keys: int, **said: object) -> None:
    answer = client.post(reverse(name, args=keys), {**said, "once": uuid4()})
    assert answer.status_code in {201, 302}, (name, answer.status_code)
