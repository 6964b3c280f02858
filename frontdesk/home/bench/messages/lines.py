"""The measurements, one after the other, each on a provider that forgot the one before."""

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from customers.models import Customer
from frontdesk.home.bench.chaos.oracle import busiest, slowest
from frontdesk.home.bench.load import percentile
from frontdesk.home.bench.messages import outbox, promo_page, webhooks
from frontdesk.home.bench.messages.outbox import UNLIMITED, Ground
from frontdesk.promos import actions as promos
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.models import Campaign
from frontdesk.running.trial import Trial
from frontdesk.running.up import ROOT
from notifications import actions
from notifications.models import Batch, BatchState, Lane, Message, MessageClass
from notifications.states import MessageState

PACE = 80.0
PACED_SECONDS = 30
URGENT = 60
PAUSES = 3
STOPS = 20
IDLE_SECONDS = 20
LOOKS = 100
PATIENCE = 180.0

MARKETING = MessageClass.MARKETING
WEBHOOKS = 300


@dataclass(frozen=True)
class Line:
    name: str
    figure: str


@dataclass(frozen=True)
class Rate:
    """How fast, and what each cost the process that sent it."""

    per_second: float
    cpu_micros: float

    def __str__(self) -> str:
        return f"{self.per_second:,.0f}/s, {self.cpu_micros:,.0f} µs CPU a message"


class Lines:
    def __init__(self, trial: Trial, ground: Ground, *, messages: int) -> None:
        self.trial = trial
        self.ground = ground
        self.messages = messages
        self.numbers = iter(range(1, 1000))

    # Throughput --------------------------------------------------------------------------------

    def throughput(self, *, latency_ms: int, threads: int) -> Iterator[Line]:
        """The bare client, and our pump in one process and in two, with as many threads in all."""
        self._provider(latency_ms=latency_ms, delivers=False)
        yield Line(f"bare client, {latency_ms} ms, {threads} threads", str(self._bare(threads)))
        for processes in (1, 2):
            self._provider(latency_ms=latency_ms, delivers=False)
            where = f"{latency_ms} ms, {processes} × {threads // processes} threads"
            yield Line(f"our pump, {where}", str(self._pump(threads, processes=processes)))

    def _bare(self, threads: int) -> Rate:
        template = self.ground.templates[MessageClass.TRANSACTIONAL]
        assert template.current
        done = subprocess.run(
            [
                *(sys.executable, "-m", "frontdesk.home.bench.messages.bare"),
                *("--messages", str(self.messages), "--threads", str(threads)),
                *("--content-sid", template.current.content_sid),
            ],
            env=self.trial.environ,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        told = json.loads(done.stdout.splitlines()[-1])
        each = told["cpu"] / told["messages"]
        return Rate(told["messages"] / told["seconds"], 1e6 * each)

    def _pump(self, threads: int, *, processes: int) -> Rate:
        outbox.set_pace(self.ground.sender, UNLIMITED)
        self._queue(self.messages)
        names = [f"sender-{number}" for number in range(1, processes + 1)]
        for name in names:
            self.trial.start_sender(name, "--for", "600", "--threads", str(threads // processes))
        self._wait(lambda: self.trial.count_taken() > 0)
        used = sum(map(self.trial.cpu_seconds, names))
        begun = self.trial.count_taken()
        self._wait(lambda: self.trial.count_taken() >= self.messages)
        used = sum(map(self.trial.cpu_seconds, names)) - used
        for name in names:
            self.trial.stop_part(name)
        times = self._times()
        return Rate((len(times) - 1) / (times[-1] - times[0]), 1e6 * used / (self.messages - begun))

    # Pace --------------------------------------------------------------------------------------

    def pace(self) -> Iterator[Line]:
        self._provider(latency_ms=100, delivers=False)
        outbox.set_pace(self.ground.sender, PACE)
        wanted = int(PACE * PACED_SECONDS)
        self._queue(wanted)
        self.trial.start_sender("sender", "--for", "600", "--threads", "32")
        self._wait(lambda: self.trial.count_taken() >= wanted)
        self.trial.stop_part("sender")
        times = self._times()
        least, most = slowest(times, 10) / 10, busiest(times, 10) / 10
        yield Line(
            f"a sender limited to {PACE:.0f}/s",
            f"{least:.1f}–{most:.1f}/s in any 10 s, at most {busiest(times, 1)} in any 1 s",
        )

    # While a campaign runs ---------------------------------------------------------------------

    def campaign(self) -> Iterator[Line]:
        """As `up` runs it: web, worker and beat; nobody pumps but the worker."""
        self._provider(latency_ms=100, delivers=True)
        outbox.set_pace(self.ground.sender, PACE)
        self.trial.start_web()
        self.trial.start_background("worker")
        name = f"campaign-{next(self.numbers)}"
        batch = outbox.queue(
            int(PACE * 120),
            self.ground,
            name=name,
            kind=MARKETING,
            at=timezone.now(),
        )
        assert batch
        self._wait(lambda: self.trial.count_taken() > 2 * PACE)
        yield self._urgent()
        yield self._paused(batch)
        yield self._opted_out(batch)
        outbox.forget_waiting()
        self.trial.stop_part("worker")
        self.trial.stop_part("web")

    def _urgent(self) -> Line:
        planned: dict[str, float] = {}
        people = list(Customer.objects.order_by("-pk")[:URGENT])
        for customer in people:
            key = f"urgent:{next(self.numbers)}"
            began = time.time()
            with transaction.atomic():
                message = actions.plan(
                    key=key,
                    customer=customer,
                    branch=self.ground.branch,
                    template=self.ground.templates[MessageClass.TRANSACTIONAL].key,
                    variables={"name": customer.name},
                    lane=Lane.URGENT,
                    due_at=timezone.now(),
                    expires_at=timezone.now() + timedelta(hours=1),
                    by=None,
                    at=timezone.now(),
                )
            planned[str(message.public_id)] = began
            self.trial.watch(0.25)
        self.trial.watch(3)
        taken = {row["callback"]: row["created"] for row in self.trial.taken()}
        waits = [
            at - planned[public_id]
            for callback, at in taken.items()
            for public_id in planned
            if public_id in callback
        ]
        left = f"; {URGENT - len(waits)} never left" if len(waits) < URGENT else ""
        return Line(
            "an urgent message while a campaign runs: click → POST",
            f"{percentile(waits, 50):.0f} ms median, {percentile(waits, 99):.0f} ms p99{left}",
        )

    def _paused(self, batch: Batch) -> Line:
        late, rates = [], []
        for _ in range(PAUSES):
            Batch.objects.filter(pk=batch.pk).update(state=BatchState.PAUSED)
            at = time.time()
            self.trial.watch(4)
            times = self._times()
            # Without it a campaign that stood still would look as if it stopped at once.
            rates.append(sum(at - 2 < moment <= at for moment in times) / 2)
            late.append(max([0.0, *(moment - at for moment in times)]))
            Batch.objects.filter(pk=batch.pk).update(state=BatchState.RUNNING)
            self.trial.watch(8)
        return Line(
            "a campaign paused → its last POST",
            f"{1000 * max(late):.0f} ms, the worst of {PAUSES};"
            f" at least {min(rates):.0f}/s left before it",
        )

    def _opted_out(self, batch: Batch) -> Line:
        """Whose turn comes within the next seconds writes now that she wants no more."""
        waiting = Message.objects.filter(batch=batch, state=MessageState.QUEUED)
        near = waiting.order_by("due_at", "pk").values_list("to_phone", flat=True)
        phones = list(near[int(PACE) : int(PACE) + STOPS * 16 : 16])
        wrote = {}
        for phone in phones:
            wrote[f"whatsapp:{phone}"] = time.time()
            self.trial.writes(phone, "BERHENTI")
        began = time.time()
        self.trial.watch(8)
        taken = self.trial.taken()
        rate = sum(began < row["created"] <= began + 8 for row in taken) / 8
        late = [
            row["created"] - wrote[row["to_addr"]]
            for row in taken
            if row["to_addr"] in wrote and row["created"] > wrote[row["to_addr"]]
        ]
        spared = len(phones) - len(late)
        return Line(
            "a customer wrote BERHENTI → the last POST to her",
            f"{1000 * max(late, default=0):.0f} ms; {spared} of {len(phones)} got nothing more,"
            f" while {rate:.0f}/s left",
        )

    # What comes back ---------------------------------------------------------------------------

    def webhooks(self) -> Iterator[Line]:
        self._provider()
        self.trial.start_web()
        address, token = self.trial.address, self.trial.environ["TWILIO_AUTH_TOKEN"]
        for clients in (2, 8):
            self._queue(clients * WEBHOOKS)
            used = self.trial.cpu_seconds("web")
            timing = webhooks.measure(address, token, self.ground, clients=clients, asks=WEBHOOKS)
            used = self.trial.cpu_seconds("web") - used
            each = f", {1000 * used / len(timing.seconds):.1f} ms CPU each"
            yield Line(f"status webhooks, {clients} connections", webhooks.said(timing) + each)
        self.trial.stop_part("web")

    # A promo -----------------------------------------------------------------------------------

    def planning(self, people: int) -> Iterator[Line]:
        """From "start" to the last planned message, beside the least that the database can do."""
        outbox.make_people(people - Customer.objects.count(), self.ground, at=timezone.now())
        outbox.tidy_up()
        began = time.perf_counter()
        name = f"bench-{next(self.numbers)}"
        outbox.queue(people, self.ground, name=name, kind=MARKETING, at=timezone.now())
        yield Line(f"{people:,} messages, bare INSERT … SELECT", _since(began))
        outbox.forget_waiting()
        outbox.tidy_up()
        promo = Promo(
            name="Promo", branches=[self.ground.branch], template=self.ground.templates[MARKETING]
        )
        began = time.perf_counter()
        campaign = promos.create_campaign(
            promo, branch=self.ground.branch, by=None, at=timezone.now()
        )
        promos.start_campaign(campaign, by=None, at=timezone.now())
        planned = promos.prepare_due()
        yield Line(f"a promo to {planned:,} people planned", _since(began))
        yield self._watched(campaign)

    def _watched(self, campaign: Campaign) -> Line:
        """Its page, while the worker sends and counts it."""
        self._provider(latency_ms=100, delivers=True)
        outbox.set_pace(self.ground.sender, PACE)
        call_command("collectstatic", interactive=False, verbosity=0)
        self.trial.start_web()
        self.trial.start_background("worker")
        self._wait(lambda: self.trial.count_taken() > PACE)
        branch = self.ground.branch
        timing = promo_page.measure(self.trial.address, campaign, branch, asks=LOOKS)
        self.trial.stop_part("worker")
        self.trial.stop_part("web")
        worst = percentile(timing.seconds, 99)
        return Line("its page while it runs", f"{timing.median:.0f} ms median, {worst:.0f} ms p99")

    # Rest --------------------------------------------------------------------------------------

    def idle(self) -> Iterator[Line]:
        """With nothing to send, each part by itself, in percent of one core."""
        outbox.forget_waiting()
        self._provider()
        self.trial.start_web()
        self.trial.start_background("worker")
        self.trial.watch(IDLE_SECONDS / 2)
        parts = sorted(self.trial.supervisor.running)
        before = {name: self.trial.cpu_seconds(name) for name in parts}
        self.trial.watch(IDLE_SECONDS)
        used = {
            name: 100 * (self.trial.cpu_seconds(name) - before[name]) / IDLE_SECONDS
            for name in parts
        }
        self.trial.stop_part("worker")
        self.trial.stop_part("web")
        each = ", ".join(f"{name} {share:.1f}" for name, share in used.items())
        yield Line("idle, of one core", f"{sum(used.values()):.1f} % ({each})")

    # Helps -------------------------------------------------------------------------------------

    def _provider(self, **values: object) -> None:
        self.trial.provider("reset", {})
        self.trial.provider(values={"whatsapp_mps": 0, **values})

    def _queue(self, count: int) -> None:
        outbox.forget_waiting()
        outbox.queue(count, self.ground, name=f"bench-{next(self.numbers)}", at=timezone.now())

    def _wait(self, is_there: Callable[[], bool]) -> None:
        ends = time.monotonic() + PATIENCE
        while not is_there():
            self.trial.watch(0.1)
            if time.monotonic() > ends:
                raise TimeoutError("The messages did not leave in time.")

    def _times(self) -> list[float]:
        return sorted(row["created"] for row in self.trial.taken())


def _since(began: float) -> str:
    return f"{time.perf_counter() - began:.1f} s"
