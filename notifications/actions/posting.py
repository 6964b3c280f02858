"""The threads that post: they know one message each and never touch the database."""

import logging
import threading
import time
import uuid
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
    """As many threads as there is work for, up to a limit; they end with the pump."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.in_flight = 0
        self.campaigns_in_flight = 0
        self._threads = 0
        self._jobs: SimpleQueue[Job | None] = SimpleQueue()
        self._done: SimpleQueue[tuple[Job, Outcome]] = SimpleQueue()

    def put(self, job: Job) -> None:
        self.in_flight += 1
        self.campaigns_in_flight += job.is_campaign
        self._jobs.put(job)
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
        return found

    def close(self) -> None:
        for _ in range(self._threads):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._done.put((job, job.run()))
