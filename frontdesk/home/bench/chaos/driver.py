"""One trial: what is done to which part, and when; then the oracle's word."""

import random
import signal
import socket
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from django.conf import settings
from django.db import Error, connection
from django.utils import timezone

from frontdesk.home.bench.chaos.oracle import Oracle, Verdict, when_stopped
from frontdesk.home.bench.chaos.outbox import Filling, Outbox, unsettled
from frontdesk.home.bench.chaos.together import Desk
from frontdesk.running import valkey
from frontdesk.running.trial import Trial
from notifications import failpoints
from notifications.models import Batch, BatchState, InboundMessage

SENDERS = ("sender-1", "sender-2")
BACKGROUNDS = ("worker-1", "worker-2")
# At some messages, not at the first: it has then lived for a while. A web whose processes die
# goes on with new ones, until it is killed altogether.
CHANCE, CHANCE_IN_WEB = 0.1, 0.02
# Where it passes seldom.
SELDOM = {"before_combine", "after_combine", *failpoints.SETTLING}
CHANCE_WHERE_SELDOM = 0.5
WEB_DIES_FOR = 3.0
WROTE = "number wrote BERHENTI"
HARMLESS = {"FRONTDESK_FAILPOINT": "", "DEBUG": ""}
FAULTS = {
    "rate_limited": 0.02,
    "rate_limited_bare": 0.01,
    "server_error_before": 0.01,
    "server_error_after": 0.02,
    "drop_before": 0.01,
    "drop_after": 0.02,
    "hang_before": 0.002,
    "hang_after": 0.003,
    "truncated": 0.005,
    "html": 0.005,
    "unavailable": 0.005,
}
CALLBACKS = {"callback_drop": 0.05, "callback_duplicate": 0.1, "callback_reorder": 0.1}
READ_FAULTS = {"rate_limited": 0.02, "server_error_before": 0.02}
STEP = 0.2
# Deeds that break nothing, and need no pause after them.
DESK = "desk"
# Where nothing is sent for so long, what is due next happens nevertheless.
STUCK = 8.0
NAIVE = """
UPDATE notifications_message
SET state = 'queued', due_at = now(), lease = NULL, lease_until = NULL, unknown_since = NULL
WHERE state = 'unknown' OR (state = 'sending' AND lease_until < now())
"""


@dataclass(frozen=True)
class Plan:
    messages: int
    per_second: float
    kills: int
    database_restarts: int
    threads: int
    seed: int
    # What others do when a lease ends: send again. It must not pass.
    is_naive: bool = False
    senders: tuple[str, ...] = SENDERS

    @property
    def seconds(self) -> float:
        return self.messages / self.per_second


@dataclass(order=True)
class Deed:
    """Done once so much of the outbox has left."""

    share: float
    name: str
    do: Callable[[], None] = field(compare=False)


class Chaos:
    def __init__(self, trial: Trial, plan: Plan) -> None:
        self.trial = trial
        self.plan = plan
        self.dice = random.Random(plan.seed)  # nosec B311: no secret
        self.done: Counter[str] = Counter()
        self.later: list[tuple[float, str, signal.Signals]] = []
        self.fail_points = deque(self.dice.sample(failpoints.SENDING, len(failpoints.SENDING)))

    def run(self) -> Verdict:
        self.outbox = self._fill()
        self.desk = Desk(began=self.outbox.began, seed=self.plan.seed)
        began = time.monotonic()
        self._start_parts()
        self._disturb()
        disturbed = time.monotonic() - began
        settled = self._calm_down()
        verdict = self._judge()
        verdict.figures |= {
            "seconds until all had left": round(disturbed),
            "seconds until all was settled": round(settled - began),
        }
        verdict.figures |= {f"done: {name}": count for name, count in sorted(self.done.items())}
        met = self.trial.provider("counts")
        verdict.figures |= {f"met: {name}": met[name] for name in FAULTS if name in met}
        return verdict

    def _fill(self) -> Outbox:
        self.trial.provider("reset", {})
        plan = self.plan
        filling = Filling(
            messages=plan.messages,
            seconds=plan.seconds,
            per_second=plan.per_second,
            at=timezone.now(),
        )
        outbox = filling.fill()
        callbacks = {"callback_drop": 1.0} if plan.is_naive else CALLBACKS
        self.trial.provider(
            values={
                "seed": plan.seed,
                "faults": FAULTS,
                "read_faults": READ_FAULTS,
                "hang_seconds": 4.0,
                "latency_ms": 5,
                "latency_spread_ms": 60,
                "list_lag_ms": 300,
                "whatsapp_mps": 0,
                "read": "never",
                **callbacks,
            }
        )
        return outbox

    def _start_parts(self) -> None:
        if not self.plan.is_naive:
            self.trial.start_web()
            for name in BACKGROUNDS:
                self.trial.start_background(name)
        for name in self.plan.senders:
            self.trial.start_sender(name, "--for", "3600", "--threads", str(self.plan.threads))

    # What is done ------------------------------------------------------------------------------

    def _deeds(self) -> deque[Deed]:
        """Spread over the run, in an order that the seed gives."""
        kinds = [self._kill_sender, self._die_at_fail_point]
        if not self.plan.is_naive:
            kinds += [self._kill_web, self._die_at_fail_point, self._kill_background]
            kinds += [self._die_while_settling, self._die_while_hearing]
        wanted: list[tuple[str, Callable[[], None]]] = [
            ("kill", kinds[n % len(kinds)]) for n in range(self.plan.kills)
        ]
        wanted += [("database", self._restart_database)] * self.plan.database_restarts
        if not self.plan.is_naive:
            rarer = 1 + self.plan.kills // 10
            wanted += [("flush", self._flush_broker), ("broker", self._kill_broker)] * rarer
            wanted += [("freeze", self._freeze_sender)] * rarer
            told = [partial(self._tell, pk) for pk in self.outbox.told]
            waiting = [partial(self._change_mind, pk) for pk in self.outbox.waiting]
            wanted += [(DESK, deed) for deed in (*told, *waiting)]
        self.dice.shuffle(wanted)
        deeds = [
            Deed((n + 0.5) / len(wanted) * 0.9, name, do) for n, (name, do) in enumerate(wanted)
        ]
        deeds += [Deed(0.2, "pause", self._pause), Deed(0.55, "resume", self._resume)]
        deeds += [
            Deed(self.dice.uniform(0.05, 0.8), "stop", lambda phone=phone: self._stop(phone))  # type: ignore[misc]
            for phone in self.outbox.stoppers
        ]
        return deque(sorted(deeds))

    def _disturb(self) -> None:
        """Until everything was done and everything due has left."""
        deeds, seen, moved_at = self._deeds(), 0, time.monotonic()
        while deeds:
            self._step()
            taken = self.trial.count_taken()
            if taken > seen:
                seen, moved_at = taken, time.monotonic()
            is_due = time.monotonic() - moved_at > STUCK
            while deeds and (is_due or taken >= deeds[0].share * self.plan.messages):
                deed = deeds.popleft()
                deed.do()
                moved_at, is_due = time.monotonic(), False
                if deed.name != DESK:
                    break

    def _step(self) -> None:
        for name in self.trial.watch(STEP):
            self.done[f"{name} started again"] += 1
            self.trial.plant(name, **HARMLESS)
        for due in [due for due in self.later if due[0] < time.monotonic()]:
            _at, name, number = due
            self.trial.send_signal(name, number)
            self.later.remove(due)
        if self.plan.is_naive:
            self._execute(NAIVE)

    def _count(self, what: str) -> None:
        self.done[what] += 1

    def _kill_sender(self) -> None:
        self._count("sender killed")
        self.trial.send_signal(self.dice.choice(self.plan.senders), signal.SIGKILL)

    def _die_at_fail_point(self) -> None:
        """Killed now, it comes back with a place in the code at which it will die."""
        self._count("sender killed, and again at a fail-point")
        self._plant_next(self.dice.choice(self.plan.senders))

    def _plant_next(self, name: str) -> None:
        self.fail_points.rotate()
        self._plant(name, self.fail_points[0])

    def _plant(self, name: str, fail_point: str, chance: float = CHANCE) -> None:
        if fail_point in SELDOM:
            chance = CHANCE_WHERE_SELDOM
        self.trial.plant(name, FRONTDESK_FAILPOINT=f"{fail_point}:{chance}", DEBUG="1")
        self.trial.send_signal(name, signal.SIGKILL)

    def _die_while_settling(self) -> None:
        self._count("worker and beat killed, and again at a fail-point")
        name = self.dice.choice(BACKGROUNDS)
        self._plant(name, self.dice.choice(failpoints.SETTLING))

    def _die_while_hearing(self) -> None:
        self._count("web killed, and its processes at a fail-point")
        self._plant("web", self.dice.choice(failpoints.HEARING), CHANCE_IN_WEB)
        self.later.append((time.monotonic() + WEB_DIES_FOR, "web", signal.SIGKILL))

    def _kill_web(self) -> None:
        self._count("web killed")
        self.trial.send_signal("web", signal.SIGKILL)

    def _kill_background(self) -> None:
        self._count("worker and beat killed")
        self.trial.send_signal(self.dice.choice(BACKGROUNDS), signal.SIGKILL)

    def _freeze_sender(self) -> None:
        """Longer than its lease: what it holds is somebody else's when it goes on."""
        self._count("sender frozen beyond its lease")
        name = self.dice.choice(self.plan.senders)
        self.trial.send_signal(name, signal.SIGSTOP)
        wake_at = time.monotonic() + settings.MESSAGE_LEASE.total_seconds() * 1.5
        self.later.append((wake_at, name, signal.SIGCONT))

    def _restart_database(self) -> None:
        self._count("database restarted at once")
        connection.close()
        self.trial.send_signal("postgres", signal.SIGQUIT)

    def _flush_broker(self) -> None:
        self._count("broker emptied")
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(5)
            line.connect(
                str(
                    valkey.Broker(
                        valkey.find(), self.trial.data.path / "valkey", self.trial.data.sockets
                    ).socket
                )
            )
            line.sendall(b"FLUSHALL\r\n")
            line.recv(16)

    def _kill_broker(self) -> None:
        self._count("broker killed")
        self.trial.send_signal("valkey", signal.SIGKILL)

    def _pause(self) -> None:
        self._set_promo(BatchState.PAUSED)

    def _resume(self) -> None:
        self._set_promo(BatchState.RUNNING)

    def _set_promo(self, state: BatchState) -> None:
        table = Batch._meta.db_table
        sql = f"UPDATE {table} SET state = '{state}' WHERE id = {self.outbox.promo.pk}"  # noqa: S608
        while not self._execute(sql):
            self._step()

    def _tell(self, pk: int) -> None:
        """A desk plans several notices for a customer, and at once something else."""
        self._count("customers told several things")
        self._insist(partial(self.desk.tell, pk))
        self._change_mind(pk)

    def _change_mind(self, pk: int) -> None:
        self._count("notices taken back or changed")
        self._insist(partial(self.desk.change_mind, pk))

    def _insist(self, deed: Callable[[], None]) -> None:
        while not self._is_done(deed):
            self._step()

    def _stop(self, phone: str) -> None:
        self._count(WROTE)
        self.trial.writes(phone, "BERHENTI")

    def _execute(self, sql: str) -> bool:
        """Say whether the database was there."""

        def execute() -> None:
            with connection.cursor() as cursor:
                cursor.execute(sql)

        return self._is_done(execute)

    @staticmethod
    def _is_done(deed: Callable[[], None]) -> bool:
        """Say whether the database was there."""
        try:
            deed()
        except Error:
            connection.close()
            return False
        return True

    # Afterwards --------------------------------------------------------------------------------

    def _calm_down(self) -> float:
        """No more faults; what is unclear is asked for, and what waits goes out."""
        self.trial.provider(values={"faults": {}, "read_faults": {}, "latency_spread_ms": 0})
        ends = time.monotonic() + 90 + 2 * self.plan.seconds
        calm = 0
        while calm < 3 and time.monotonic() < ends:
            self._step()
            calm = calm + 1 if self._is_settled() else 0
        return time.monotonic()

    def _is_settled(self) -> bool:
        try:
            heard = InboundMessage.objects.count()
            is_deaf = heard < self.done[WROTE] and not self.plan.is_naive
            return not is_deaf and not unsettled(at=timezone.now()).exists()
        except Error:
            connection.close()
            return False

    def _judge(self) -> Verdict:
        # A status on its way is not a message on its way.
        self._step()
        oracle = Oracle(
            self.outbox,
            self.trial.taken(),
            self.trial.taken("inbound"),
            stopped=when_stopped(),
            burst=2 * len(self.plan.senders) * self.plan.threads,
            withdrawn=self.desk.withdrawn,
        )
        return oracle.judge(at=timezone.now())

    def stop(self) -> None:
        for name in (*self.plan.senders, "web", *BACKGROUNDS):
            self.trial.stop_part(name)
        connection.close()
