"""The threads that post: they know one message each and never touch the database."""

import logging
import threading
import time
import uuid
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from queue import Empty, SimpleQueue

from django.conf import settings
from django.urls import reverse

from notifications import failpoints
from notifications.actions.claiming import Claim
from notifications.actions.finishing import Posted
from notifications.models import Channel, Lane
from notifications.providers import email, twilio
from notifications.providers.codes import ErrorClass
from notifications.providers.outcome import Outcome, Outgoing

logger = logging.getLogger(__name__)

Post = Callable[[Outgoing], Outcome]
POSTS: Mapping[str, Post] = {
    Channel.WHATSAPP: twilio.send,
    Channel.SMS: twilio.send,
    Channel.EMAIL: email.send,
}
NOBODY = uuid.UUID(int=0)
# What waits for a thread can be neither paused nor stopped any more: so many at most, and no more
# than leave in so many seconds at the speed of late.
MOST_AHEAD, AHEAD_SECONDS, COUNT_SECONDS = 64, 0.1, 0.25


def callback_address() -> str:
    """Where the provider reports, with a place for the message's own id."""
    path = reverse("notifications:status_callback", args=[NOBODY])
    return f"{settings.PUBLIC_BASE_URL}{path.replace(str(NOBODY), '%s')}"


class Lease:
    """Until when a slice may be posted, by two clocks of this machine: whichever ran further."""

    def __init__(self) -> None:
        self.id = NOBODY
        self._started, self._started_on_wall = time.monotonic(), time.time()

    @property
    def is_too_late(self) -> bool:
        """Say whether a POST begun now could outlast the lease, e.g. after a pause of the PC."""
        passed = max(time.monotonic() - self._started, time.time() - self._started_on_wall)
        return passed + twilio.longest_post() > settings.MESSAGE_LEASE.total_seconds()


@dataclass(frozen=True, slots=True)
class Job:
    claim: Claim
    lease: Lease
    outgoing: Outgoing

    @property
    def is_campaign(self) -> bool:
        return self.claim.lane == Lane.CAMPAIGN

    def run(self) -> Outcome:
        if self.lease.is_too_late:
            return Outcome(ErrorClass.SAFE)
        failpoints.reach("before_post")
        try:
            outcome = POSTS[self.claim.channel](self.outgoing)
        except Exception as broken:
            logger.warning("A provider's answer is unclear: %s", type(broken).__name__)
            outcome = Outcome(ErrorClass.UNKNOWN)
        failpoints.reach("after_post")
        return outcome

    def posted(self, outcome: Outcome) -> Posted:
        return Posted(self.claim.pk, self.lease.id, self.claim.attempts, outcome)


class Posters:
    """As many threads as there is work for, up to a limit; they end with the pump.

    Some jobs may wait for a thread, so that none is idle while the database is asked for more;
    what is urgent does not wait behind campaigns.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        # On their way or waiting for a thread.
        self.in_flight = 0
        self.campaigns_in_flight = 0
        self._threads = 0
        # One word a job, False to end; the job itself is then in one of the two lines.
        self._calls: SimpleQueue[bool] = SimpleQueue()
        self._first: deque[Job] = deque()
        self._campaigns: deque[Job] = deque()
        self._done: SimpleQueue[tuple[Job, Outcome]] = SimpleQueue()
        self._per_second, self._counted_at, self._counted = 0.0, time.monotonic(), 0

    @property
    def ahead(self) -> int:
        """How many may wait for a thread: no more than leave soon, seen how fast they do."""
        return min(MOST_AHEAD, int(self._per_second * AHEAD_SECONDS))

    def put(self, job: Job) -> None:
        self.in_flight += 1
        self.campaigns_in_flight += job.is_campaign
        (self._campaigns if job.is_campaign else self._first).append(job)
        self._calls.put(True)
        if self._threads < min(self.in_flight, self.most):
            self._threads += 1
            threading.Thread(target=self._work, name="post", daemon=True).start()

    def done(self, *, at_least: int, wait: float, linger: float) -> list[tuple[Job, Outcome]]:
        """What has come back: waits for the first, then a little for more."""
        found: list[tuple[Job, Outcome]] = []
        ends = time.monotonic() + wait
        while len(found) < self.in_flight:
            try:
                left = max(0.0, ends - time.monotonic()) if len(found) < at_least else 0.0
                found.append(self._done.get(timeout=left) if left else self._done.get_nowait())
            except Empty:
                break
            if len(found) == 1:
                ends = time.monotonic() + linger
        self.in_flight -= len(found)
        self.campaigns_in_flight -= sum(job.is_campaign for job, _outcome in found)
        self._count(len(found))
        return found

    def _count(self, answers: int) -> None:
        now = time.monotonic()
        self._counted += answers
        if (passed := now - self._counted_at) >= COUNT_SECONDS:
            self._per_second = self._counted / passed
            self._counted, self._counted_at = 0, now

    def close(self) -> None:
        for _ in range(self._threads):
            self._calls.put(False)

    def _work(self) -> None:
        while self._calls.get():
            job = self._next()
            self._done.put((job, job.run()))

    def _next(self) -> Job:
        try:
            return self._first.popleft()
        except IndexError:
            return self._campaigns.popleft()
