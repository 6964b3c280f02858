"""Redis stopped: the desk plans, messages wait, and go out when it is back."""

import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress

import pytest
from celery import current_app
from django.utils import timezone

from frontdesk.running import valkey
from notifications.models import Message
from notifications.states import MessageState
from tests.notifications.conftest import process_environ
from tests.twilio_server import ROOT, until

# Seconds: a busy machine may take long.
PATIENCE = 75


class Broker:
    """A Valkey of this test alone, that it starts and stops."""

    def __init__(self, folder):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder = folder
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process = None

    def start(self):
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--save",
            "",
            "--dir",
            self.folder,
        ]
        self.process = subprocess.Popen(
            [str(valkey.find()), *map(str, options)], stdout=subprocess.DEVNULL
        )
        until(self._answers, seconds=PATIENCE)

    def _answers(self):
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    def stop(self):
        if self.process:
            self.process.terminate()
            self.process.wait(30)
            self.process = None


@pytest.fixture
def broker(tmp_path, settings, monkeypatch):
    broker = Broker(tmp_path)
    settings.REDIS_URL = broker.url
    monkeypatch.setattr(current_app.conf, "broker_url", broker.url)
    monkeypatch.setattr(current_app.conf, "broker_write_url", broker.url)
    broker.start()
    yield broker
    broker.stop()


@pytest.fixture
def worker(broker, settings, sending, tmp_path, menteng):
    """A worker with its beat, that has taken up its work."""
    log = tmp_path / "worker.log"
    command = ["-A", "frontdesk", "worker", "-B", "-s", str(tmp_path / "beat"), "-P", "threads"]
    with log.open("w") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "celery", *command, "-c", "2", "-l", "INFO"],
            cwd=ROOT,
            env={**os.environ, **process_environ(settings)},
            stdout=file,
            stderr=file,
            # Its beat is a process of its own, which has to end with it.
            start_new_session=True,
        )
    try:
        until(lambda: " ready." in log.read_text(), seconds=PATIENCE)
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(30)


@pytest.mark.django_db(transaction=True)
def test_messages_wait_and_go_out_when_it_is_back(plan, broker, worker, sending, menteng):
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()
    broker.stop()

    plan(at=timezone.now())
    time.sleep(1)
    assert Message.objects.get().state == MessageState.QUEUED

    broker.start()
    until(lambda: Message.objects.get().state == MessageState.ACCEPTED, seconds=PATIENCE)
    assert len(sending.accepted()) == 1
