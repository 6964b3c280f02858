import os
import subprocess
import sys
from datetime import timedelta

import pytest
from django.utils import timezone

from notifications import actions
from notifications.models import Message
from notifications.states import MessageState
from tests.notifications.conftest import Clock, account, process_environ
from tests.twilio_server import ROOT

__all__ = ["account"]


@pytest.fixture
def clock() -> Clock:
    # The provider dates by its own clock, so these stories happen now, with no quiet hours.
    return Clock(timezone.now())


@pytest.fixture(autouse=True)
def awake(menteng):
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()


@pytest.fixture
def pump_process(settings):
    """`manage.py pump` as a process of its own, which may be told where to die."""
    started = []

    def start(failpoint: str = "", *arguments: str) -> subprocess.Popen:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "pump", *arguments],
            cwd=ROOT,
            env={**os.environ, **process_environ(settings), "FRONTDESK_FAILPOINT": failpoint},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait(10)


@pytest.fixture
def die_at(pump_process):
    def die(failpoint: str) -> None:
        process = pump_process(failpoint, "--for", "60")
        assert process.wait(60) == 137, process.stdout.read()

    return die


@pytest.fixture
def settle_all(clock):
    """The rounds of the next minutes: the lease ends, the grace passes, two lists are asked."""

    def settle() -> None:
        clock.at = timezone.now() + timedelta(seconds=91)
        for _round in range(5):
            actions.settle(clock=clock)
            clock.forward(seconds=61)
            actions.send_due(clock=clock)

    return settle


def state(message: Message) -> str:
    message.refresh_from_db()
    return MessageState(message.state).value
