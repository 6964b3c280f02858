"""What the provider really took, held against what the database says happened."""

import re
import uuid
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Q

from frontdesk.branches.models import Branch
from frontdesk.home.bench.chaos.outbox import Outbox, unsettled
from frontdesk.home.bench.chaos.together import judge_notices
from notifications.models import TOGETHER, InboundMessage, Message, MessageClass, MessageEvent
from notifications.states import TRANSITIONS, MessageState

PUBLIC_ID = re.compile(r"/tw/s/([0-9a-f-]{36})/")
# A claim is committed, then posted: the provider may take it this much later.
ON_THE_WIRE = timedelta(seconds=5)
# The clock is read a moment before the statement that looks who has stopped.
CLAIM_TAKES = timedelta(seconds=0.2)
SHOWN = 5
OURS = Q(key__startswith="chaos:") | Q(notice=TOGETHER)


@dataclass(frozen=True)
class Taken:
    sid: str
    phone: str
    sender: str
    public_id: uuid.UUID | None
    at: datetime
    body: str = ""

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> "Taken":
        found = PUBLIC_ID.search(row["callback"] or "")
        return cls(
            sid=row["sid"],
            phone=row["to_addr"].removeprefix("whatsapp:"),
            sender=row["from_addr"],
            public_id=uuid.UUID(found[1]) if found else None,
            at=datetime.fromtimestamp(row["created"], UTC),
            body=row.get("body") or "",
        )


@dataclass
class Verdict:
    """Every rule that was broken, and by which messages."""

    broken: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    figures: dict[str, int | float | str] = field(default_factory=dict)

    @property
    def is_clean(self) -> bool:
        return not self.broken

    def blame(self, rule: str, whom: object) -> None:
        self.broken[rule].append(str(whom))

    def lines(self) -> Iterator[str]:
        for name, figure in self.figures.items():
            yield f"  {name:<34}{figure:>12}"
        for rule, whom in self.broken.items():
            some = "; ".join(whom[:SHOWN]) + (" …" if len(whom) > SHOWN else "")
            yield f"  BROKEN  {rule}: {len(whom)} ({some})"
        if self.is_clean:
            yield "  nothing lost, nothing twice, no rule broken"


class Oracle:
    """Reads both sides once and asks each rule."""

    def __init__(
        self,
        outbox: Outbox,
        taken: Iterable[Mapping[str, Any]],
        written: Iterable[Mapping[str, Any]],
        *,
        stopped: Mapping[str, datetime],
        burst: float,
        withdrawn: Iterable[str] = (),
    ) -> None:
        self.outbox = outbox
        self.stopped = stopped
        self.burst = burst
        self.withdrawn = withdrawn
        self.taken = [Taken.of(row) for row in taken]
        # What customers wrote: the sids.
        self.written = {row["sid"] for row in written}
        self.messages = {
            message.public_id: message for message in Message.objects.filter(OURS).iterator()
        }
        self.branches = Branch.objects.in_bulk()
        self.verdict = Verdict()

    def judge(self, *, at: datetime) -> Verdict:
        self._once()
        self._said_once()
        self._same_on_both_sides()
        self._settled(at)
        self._heard()
        self._allowed()
        self._one_a_day()
        self._in_pace()
        self._legal()
        self._figures()
        return self.verdict

    def _once(self) -> None:
        """Everybody who was written to was written to once a message."""
        times = Counter(taken.public_id for taken in self.taken)
        for public_id, count in times.items():
            if public_id not in self.messages:
                self.verdict.blame("taken, but no message of ours", public_id)
            elif count > 1:
                kind = self.messages[public_id].message_class
                self.verdict.blame("sent more than once", f"{public_id} {kind} ×{count}")

    def _said_once(self) -> None:
        """However several notices were put into one message, and parted again."""
        self.verdict.figures |= judge_notices(
            self.messages.values(),
            [(taken.public_id, taken.body) for taken in self.taken],
            withdrawn=self.withdrawn,
            blame=self.verdict.blame,
        )

    def _same_on_both_sides(self) -> None:
        sids = {taken.sid for taken in self.taken}
        by_id = {taken.public_id for taken in self.taken}
        for message in self.messages.values():
            is_accepted = message.state == MessageState.ACCEPTED
            if is_accepted and message.provider_sid not in sids:
                self.verdict.blame("called accepted, but not taken", self._story(message))
            if message.public_id in by_id and not is_accepted:
                self.verdict.blame("taken, but not called accepted", self._story(message))

    def _settled(self, at: datetime) -> None:
        """Final, or waiting with a reason; only what may be given up was given up."""
        for message in unsettled(at=at).filter(OURS):
            self.verdict.blame("never settled", self._story(message))
        for message in self.messages.values():
            is_given_up = message.state == MessageState.ABANDONED
            is_transactional = message.message_class == MessageClass.TRANSACTIONAL
            if is_given_up and is_transactional and message.expires_at > at:
                self.verdict.blame("lost", self._story(message))
            if message.state == MessageState.FAILED and not message.error_code:
                self.verdict.blame("failed without a reason", self._story(message))
            has_reason = message.branch_id == self.outbox.quiet.pk or message.one_a_day
            if message.state == MessageState.QUEUED and not has_reason:
                self.verdict.blame("still waiting", self._story(message))

    def _heard(self) -> None:
        """Also what was written while nobody was there to hear it."""
        heard = InboundMessage.objects.values_list("provider_sid", flat=True)
        for sid in self.written - set(heard):
            self.verdict.blame("written by a customer, never heard", sid)

    def _allowed(self) -> None:
        self.verdict.figures["numbers that stopped"] = len(self.stopped)
        for taken in self.taken:
            message = self.messages.get(taken.public_id) if taken.public_id else None
            if message is None or message.intent_at is None:
                continue
            stop = self.stopped.get(taken.phone)
            if stop and stop < message.intent_at - CLAIM_TAKES:
                self.verdict.blame("claimed after a stop", self._story(message))
            if self.branches[message.branch_id].is_quiet(taken.at):
                self.verdict.blame("sent in quiet hours", self._story(message))
            is_late = message.intent_at > message.expires_at
            if is_late or taken.at > message.expires_at + ON_THE_WIRE:
                self.verdict.blame("sent after it expired", self._story(message))
            if message.customer_id in self.outbox.without_consent:
                self.verdict.blame("sent without consent", self._story(message))

    def _one_a_day(self) -> None:
        sent = Counter(
            message.to_phone
            for message in self.messages.values()
            if message.one_a_day and message.state == MessageState.ACCEPTED
        )
        for phone, count in sent.items():
            if count > 1:
                self.verdict.blame("more than one on a day", f"{phone} ×{count}")

    def _in_pace(self) -> None:
        """No second and no ten seconds hold more than the pace and what was on the wire."""
        allowed = self.outbox.sender.per_second
        times = sorted(
            t.at.timestamp() for t in self.taken if t.sender == self.outbox.sender.address
        )
        for seconds in (1, 10):
            most = busiest(times, seconds)
            self.verdict.figures[f"most in {seconds} s"] = most
            if most > allowed * seconds + self.burst:
                self.verdict.blame(f"faster than {allowed:g}/s", f"{most} in {seconds} s")

    def _legal(self) -> None:
        """Each step begins where the last one ended, and goes along an arrow."""
        legal = {(old.value, new.value) for old, news in TRANSITIONS.items() for new in news}
        legal |= {("", MessageState.QUEUED.value)} | {
            (state, state) for state in MessageState.values
        }
        last: dict[int, str] = {}
        events = MessageEvent.objects.order_by("pk").values_list("message_id", "old", "new")
        for message_id, old, new in events.iterator():
            if (old, new) not in legal:
                self.verdict.blame("an illegal step", f"{message_id}: {old} → {new}")
            if last.get(message_id, "") != old:
                before = last.get(message_id, "")
                self.verdict.blame("a step is missing", f"{message_id}: {before} … {old} → {new}")
            last[message_id] = new
        for message in self.messages.values():
            if last.get(message.pk) != message.state:
                self.verdict.blame("the history ends elsewhere", self._story(message))

    def _figures(self) -> None:
        states = Counter(message.state for message in self.messages.values())
        figures = self.verdict.figures
        figures["messages"] = len(self.messages)
        figures["taken by the provider"] = len(self.taken)
        for state in MessageState.values:
            if states[state]:
                figures[f"called {state}"] = states[state]
        given_up = [m for m in self.messages.values() if m.state == MessageState.ABANDONED]
        for kind, count in Counter(m.message_class for m in given_up).items():
            figures[f"given up, {kind}"] = count

    @staticmethod
    def _story(message: Message) -> str:
        return f"{message.pk} {message.message_class} {message.state} {message.problem}".strip()


def busiest(times: Sequence[float], seconds: float) -> int:
    """Return the most that fell into any window of that length."""
    return max((bisect_left(times, at + seconds) - n for n, at in enumerate(times)), default=0)


def slowest(times: Sequence[float], seconds: float) -> int:
    """Return the least that fell into any window of that length within the run."""
    windows = [
        bisect_left(times, at + seconds) - n
        for n, at in enumerate(times)
        if at + seconds <= times[-1]
    ]
    return min(windows, default=0)


def when_stopped() -> dict[str, datetime]:
    """When each "stop" was committed, by the number that wrote it (track_commit_timestamp)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT from_phone, min(pg_xact_commit_timestamp(xmin)) FROM"
            " notifications_inboundmessage WHERE meaning IN ('stop', 'stop_promo') GROUP BY 1"
        )
        return dict(cursor.fetchall())
