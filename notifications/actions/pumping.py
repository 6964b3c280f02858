"""The pump: takes tokens, claims, posts in parallel, writes down what became of it; one sender."""

import json
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone

from frontdesk.branches.models import Branch
from notifications import failpoints
from notifications.actions import pacing
from notifications.actions.claiming import HELD, Claim, Hours, Slice, claim
from notifications.actions.finishing import Posted, finish
from notifications.actions.pacing import Grant, Health
from notifications.actions.posting import Job, Lease, Posters, callback_address
from notifications.actions.registering import register_templates
from notifications.actions.sms import write_sms
from notifications.actions.statements import hot_path, is_pooled
from notifications.models import Channel, Lane, Sender, TemplateVersion
from notifications.providers import email, twilio
from notifications.providers.outcome import Outgoing
from notifications.wording import content_variables, filled

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
PUMP_BUDGET = timedelta(seconds=20)
# Set when the process is asked to end: nothing more is claimed, what is on its way is finished.
STOPPING = threading.Event()
# Campaigns leave some of the connections free for what is urgent.
FREE_PART = 8
MOST_A_SLICE = 64
# How long to wait for a slice to fill, for news while posts are on their way, for a database.
LINGER, LOOK_EVERY, PATIENCE = 0.02, 0.1, 20.0
AWAY = (OperationalError, InterfaceError)
# Keys of advisory locks: ours, then the sender, then the place.
LOCKS, PLACES = 7_301, 64


def send_due(*, clock: Clock | None = None) -> int:
    """Pump every sender that has something due; return how many messages were taken."""
    due = senders_with_due(at=clock and clock())
    return sum(pump(sender, clock=clock) or 0 for sender in due)


def pump(
    sender: int,
    *,
    clock: Clock | None = None,
    posts_at_once: int | None = None,
    places: int | None = None,
    budget: timedelta = PUMP_BUDGET,
    stop: threading.Event = STOPPING,
) -> int | None:
    """Send what is due from one address until nothing is or the time is up.

    Return how many messages the provider took, or None where there is nothing to do for us: no
    provider, or others have all the places. They may pump the same sender beside this one.
    """
    if not _has_provider(sender):
        return None
    with _place(sender, places or settings.MESSAGE_PUMPS_A_SENDER) as has_place:
        if not has_place:
            return None
        if twilio.is_local():
            register_templates()
        most = posts_at_once or settings.MESSAGE_POSTS_AT_ONCE
        with hot_path():
            return Pump(sender, clock=clock, most=most, budget=budget, stop=stop).run()


def _has_provider(sender: int) -> bool:
    by_email = Sender.objects.filter(pk=sender, channel=Channel.EMAIL).exists()
    return email.is_configured() if by_email else twilio.is_configured()


_DUE = f"""
SELECT sender.id FROM notifications_sender sender
JOIN notifications_senderpace pace ON pace.sender_id = sender.id
CROSS JOIN (SELECT COALESCE(%(at)s::timestamptz, clock_timestamp()) AS at) clock
WHERE NOT sender.is_paused
    AND NOT (pace.circuit <> 'closed' AND pace.open_until > clock_timestamp())
    AND EXISTS (
        SELECT FROM unnest(%(lanes)s::int[]) AS lanes (lane)
        CROSS JOIN LATERAL (
            SELECT batch.id FROM notifications_batch batch
            LEFT JOIN notifications_template template ON template.id = batch.template_id
            LEFT JOIN notifications_templateversion version ON version.id = template.current_id
            WHERE batch.state = 'running' AND NOT (sender.channel = 'whatsapp'
                AND batch.template_id IS NOT NULL AND {HELD} <> '')
            UNION ALL SELECT -1) AS batch
        CROSS JOIN LATERAL (
            SELECT FROM notifications_message WHERE batch.id = -1
                AND sender_id = sender.id AND state = 'queued' AND batch_id IS NULL
                AND lane = lanes.lane AND due_at <= clock.at
            UNION ALL
            SELECT FROM notifications_message WHERE sender_id = sender.id AND state = 'queued'
                AND batch_id = batch.id AND lane = lanes.lane AND due_at <= clock.at
            LIMIT 1
        ) found)
ORDER BY sender.id
"""  # noqa: S608


def senders_with_due(*, at: datetime | None = None) -> list[int]:
    """Who has something to send by now, and is neither paused nor resting."""
    with connection.cursor() as cursor:
        values = {"at": at, "lanes": Lane.values, "needs_approval": not twilio.is_local()}
        cursor.execute(_DUE, values)
        return [pk for (pk,) in cursor.fetchall()]


@contextmanager
def _place(sender: int, places: int) -> Iterator[bool]:
    """One of the sender's places for a pump; a session that ends gives its place back.

    Too many pumps do no harm, they only take turns: behind PgBouncer nobody counts them.
    """
    if is_pooled():
        yield True
        return
    taken = None
    with connection.cursor() as cursor:
        for place in range(min(places, PLACES)):
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [LOCKS, sender * PLACES + place])
            if cursor.fetchone()[0]:
                taken = place
                break
    try:
        yield taken is not None
    finally:
        if taken is not None:
            _leave(sender * PLACES + taken)


def _leave(place: int) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [LOCKS, place])
    except AWAY:
        connection.close()


class Pump:
    """One run over one sender. The connection is this thread's; others only post."""

    def __init__(
        self,
        sender: int,
        *,
        clock: Clock | None,
        most: int,
        budget: timedelta,
        stop: threading.Event,
    ) -> None:
        self.sender = sender
        self.clock = clock
        self.stop = stop
        self.ends = time.monotonic() + budget.total_seconds()
        self.posters = Posters(most)
        self.for_campaigns = max(1, most - most // FREE_PART)
        self.callback = callback_address()
        self.versions: dict[int, TemplateVersion] = {}
        self.hours: tuple[datetime, Hours] | None = None
        self.health = Health()
        self.spare = 0
        self.taken = 0
        self.is_over = False
        # By this process's clock: when tokens may be there again, when to look for urgent ones.
        self.paced_until = self.look_at = 0.0
        self.database_at, self.seen_at = timezone.now(), time.monotonic()

    def run(self) -> int:
        try:
            while not self._is_done():
                if self._may_claim():
                    self._claim()
                self._gather()
        finally:
            self.posters.close()
        self._report()
        return self.taken

    def _is_done(self) -> bool:
        if self.stop.is_set() or time.monotonic() > self.ends:
            self.is_over = True
        return self.is_over and not self.posters.in_flight

    def _may_claim(self) -> bool:
        now, posters = time.monotonic(), self.posters
        ahead = posters.ahead
        if self.is_over or now < self.paced_until or posters.in_flight >= posters.most + ahead:
            return False
        room = self.for_campaigns + ahead - posters.campaigns_in_flight
        return room >= self._step or now >= self.look_at

    @property
    def _step(self) -> int:
        """A slice worth a statement: while it is written down, the others keep the threads busy."""
        most = self.posters.most
        return max(1, min(8, most // 2), (most + self.posters.ahead) // 4)

    def _claim(self) -> None:
        posters, health, back = self.posters, self.health, self.spare
        want = min(posters.most + posters.ahead - posters.in_flight, MOST_A_SLICE)
        room = max(0, self.for_campaigns + posters.ahead - posters.campaigns_in_flight)
        self.health, self.spare = Health(), 0
        grant = pacing.take(
            self.sender, want=want, campaigns=min(room, want), back=back, health=health
        )
        if grant is None:
            self.is_over = True
            return
        self.database_at, self.seen_at = grant.at, time.monotonic()
        self.look_at = self.seen_at + LOOK_EVERY
        if grant.total < want:
            self.paced_until = self.seen_at + min(grant.wait, 1.0)
        if not grant.total:
            # A breaker that opened: whoever is woken when it closes goes on.
            self.is_over = not posters.in_flight and grant.wait > 1.0
            return
        self._claim_slice(grant)

    def _claim_slice(self, grant: Grant) -> None:
        lease, at = Lease(), self._now()
        taken = claim(self.sender, grant, self._hours(at), at=at)
        failpoints.reach("after_claim")
        lease.id = taken.lease
        self.spare = grant.total - len(taken.claims)
        if not taken.seen:
            self.is_over = not self.posters.in_flight
            self.paced_until = max(self.paced_until, self.look_at)
        if grant.is_probe and not taken.claims:
            pacing.unprobe(self.sender)
        self._put(taken, lease, address=grant.address)

    def _put(self, taken: Slice, lease: Lease, *, address: str) -> None:
        missing = {c.version for c in taken.claims if c.version} - self.versions.keys()
        if missing:
            self.versions |= TemplateVersion.objects.in_bulk(missing)
        texts = write_sms((c.pk for c in taken.claims if c.channel == Channel.SMS), at=taken.at)
        for one in taken.claims:
            text = texts.get(one.pk, one.body)
            self.posters.put(Job(one, lease, self._outgoing(one, address, text)))

    def _outgoing(self, one: Claim, address: str, text: str) -> Outgoing:
        is_whatsapp = one.channel == Channel.WHATSAPP
        body, sid, variables = text, "", ""
        if one.version:
            version = self.versions[one.version]
            given = json.loads(one.variables)
            if is_whatsapp:
                sid, variables = one.content_sid, content_variables(version.variables, given)
            else:
                body = body or filled(version.body, given)
        return Outgoing(
            to=f"whatsapp:{one.to}" if is_whatsapp else one.to,
            sender=address,
            callback=self.callback % one.public_id,
            validity=one.seconds_left,
            body=body,
            content_sid=sid,
            content_variables=variables,
        )

    def _gather(self) -> None:
        """Wait for answers, or for the time of the next claim, and write the answers down."""
        now = time.monotonic()
        wait = max(0.0, min(self.paced_until - now, LOOK_EVERY))
        if not self.posters.in_flight:
            if wait and not self.is_over:
                self.stop.wait(wait)
            return
        done = self.posters.done(at_least=self._step, wait=wait or LOOK_EVERY, linger=LINGER)
        if not done:
            return
        for _job, outcome in done:
            self.health.note(outcome.error, outcome.code, outcome.retry_after)
        failpoints.reach("before_finish")
        self.taken += self._finish([job.posted(outcome) for job, outcome in done])
        failpoints.reach("after_finish")

    def _finish(self, posted: list[Posted]) -> int:
        """Wait for a database that is away: what is not written down is unclear later."""
        gives_up = time.monotonic() + PATIENCE
        while True:
            try:
                return finish(posted, at=self._now())
            except AWAY:
                if connection.in_atomic_block or time.monotonic() > gives_up:
                    raise
                connection.close()
                time.sleep(0.5)

    def _report(self) -> None:
        """Give back what was not used, and say how the provider answered last."""
        if self.spare or self.health.successes or self.health.failures:
            pacing.take(self.sender, want=0, campaigns=0, back=self.spare, health=self.health)

    def _now(self) -> datetime:
        """The database's clock, carried on by ours since it was last heard."""
        if self.clock:
            return self.clock()
        return self.database_at + timedelta(seconds=time.monotonic() - self.seen_at)

    def _hours(self, at: datetime) -> Hours:
        """Hours begin and end on full minutes, so that they hold for the minute."""
        minute = at.replace(second=0, microsecond=0)
        if self.hours is None or self.hours[0] != minute:
            self.hours = minute, Hours.of(list(Branch.objects.all()), at=at)
        return self.hours[1]
