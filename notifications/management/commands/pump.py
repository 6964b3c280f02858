"""`manage.py pump`: a worker that does nothing but send, for installations with much to send.

Any number may run beside each other and beside Celery's workers; they share the senders' pace.
"""

import argparse
import logging
import signal
import threading
import time
from datetime import timedelta
from types import FrameType
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import InterfaceError, OperationalError, connection

from notifications import actions
from notifications.models import Sender

logger = logging.getLogger(__name__)

# Between two looks at the tables while nothing is due, and after a database that was away.
IDLE_SECONDS, AWAY_SECONDS = 0.25, 1.0
FOR_EVER = 10 * 365 * 86_400.0


class Command(BaseCommand):
    help = "Send what is due, until stopped: one loop for each sender."
    # A sender that died is back a third sooner; `check` looks at the project.
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--sender", help="the address or number of one sender; all, if left out"
        )
        parser.add_argument(
            "--for", type=float, default=FOR_EVER, metavar="SECONDS", dest="seconds"
        )
        parser.add_argument(
            "--threads",
            type=int,
            default=settings.MESSAGE_POSTS_AT_ONCE,
            help="messages of one sender on their way at once (MESSAGE_POSTS_AT_ONCE)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        stop = threading.Event()

        def end(_number: int, _frame: FrameType | None) -> None:
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, end)
        ends = time.monotonic() + options["seconds"]
        loops = [
            Loop(sender, threads=options["threads"], ends=ends, stop=stop)
            for sender in self._senders(options["sender"])
        ]
        for loop in loops:
            loop.start()
        for loop in loops:
            loop.join()
        self.stdout.write(str(sum(loop.taken for loop in loops)))

    def _senders(self, named: str | None) -> list[int]:
        senders = Sender.objects.order_by("pk")
        if named:
            by_number = senders.filter(pk=named) if named.isdigit() else senders.none()
            senders = by_number | senders.filter(address=named)
        found = list(senders.values_list("pk", flat=True))
        if not found:
            raise CommandError("There is no such sender.")
        return found


class Loop(threading.Thread):
    """Pumps one sender again and again; a database that is away is waited for."""

    def __init__(self, sender: int, *, threads: int, ends: float, stop: threading.Event) -> None:
        super().__init__(name=f"pump {sender}")
        self.sender = sender
        self.threads = threads
        self.ends = ends
        self.stop = stop
        self.taken = 0

    def run(self) -> None:
        while not self.stop.is_set() and (left := self.ends - time.monotonic()) > 0:
            try:
                self._round(min(left, actions.PUMP_BUDGET.total_seconds()))
            except (InterfaceError, OperationalError) as away:
                logger.warning("The database is away (%s); trying again", type(away).__name__)
                self._close()
                self.stop.wait(AWAY_SECONDS)
        self._close()

    def _round(self, seconds: float) -> None:
        taken = None
        if self.sender in actions.senders_with_due():
            taken = actions.pump(
                self.sender,
                posts_at_once=self.threads,
                budget=timedelta(seconds=seconds),
                stop=self.stop,
            )
        if taken is None:
            self.stop.wait(min(IDLE_SECONDS, seconds))
        else:
            self.taken += taken

    def _close(self) -> None:
        try:
            connection.close()
        except (InterfaceError, OperationalError):
            connection.connection = None
