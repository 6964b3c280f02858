"""Workers are woken by a word; a broker that is away is asked once, not at every click."""

import socket
from collections.abc import Callable

import pytest
from celery import current_app
from django.db import transaction

from frontdesk import broker

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
