"""An outbox in which everything that may happen to a message will happen to some."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import TypeVar

from django.db import transaction
from django.db.models import QuerySet

from customers.models import ConsentEvent, ConsentPurpose, ConsentSource, Customer
from frontdesk.branches.models import Branch, TimeZone
from frontdesk.home.bench.chaos.together import KEYS, words
from notifications import actions, notices
from notifications.models import (
    Batch,
    BatchState,
    Channel,
    Lane,
    Message,
    MessageClass,
    MessageEvent,
    Sender,
    Template,
)
from notifications.states import MessageState
from notifications.variables import values_for

CHUNK = 2_000
DAY = timedelta(days=1)
# Numbers that play an error at the provider: some at once, some later.
SCRIPTED = (21211, 21610, 21614, 63003, 63014, 63024, 30008, 40000)
STOPPERS = 12
# Customers who are told several things while it runs: one in so many messages, within bounds.
TOLD_PART, FEWEST_TOLD, MOST_TOLD = 75, 12, 400
# Later that day: leaves with what is due before.
EVENING = timedelta(hours=3)
BODIES = {
    MessageClass.TRANSACTIONAL: "Halo {name}, jadwal kontrol Anda {day}. Sampai jumpa.",
    MessageClass.MARKETING: "Halo {name}, promo kami berlaku sampai {day}. Mau kami catat?",
    MessageClass.PERSONAL: "Halo {name}, pertanyaan Anda kami jawab {day}.",
}
LANES = {
    MessageClass.TRANSACTIONAL: Lane.NOTICE,
    MessageClass.MARKETING: Lane.CAMPAIGN,
    MessageClass.PERSONAL: Lane.URGENT,
}

T = TypeVar("T")


@dataclass
class Outbox:
    """What was put in, as far as the driver and the oracle must know."""

    began: datetime
    promo: Batch
    sender: Sender
    quiet: Branch
    # Who answers "stop" while the messages go out.
    stoppers: list[str] = field(default_factory=list)
    without_consent: set[int] = field(default_factory=set)
    # Who is told something while it runs, and whose notices wait for the morning.
    told: list[int] = field(default_factory=list)
    waiting: list[int] = field(default_factory=list)


@dataclass(frozen=True)
class Draft:
    """One message before it is written."""

    customer: Customer
    branch: Branch
    message_class: MessageClass
    due_at: datetime
    expires_at: datetime
    number: int
    one_a_day: bool
    # One of those that are said together with others.
    notice: str = ""


class Filling:
    """Writes the outbox of one trial, always the same for a seed."""

    def __init__(self, *, messages: int, seconds: float, per_second: float, at: datetime) -> None:
        self.wanted = messages
        self.seconds = seconds
        self.at = at
        self.dice = random.Random(messages)  # nosec B311: invented data, no secret
        self.open, quiet = _branches(at)
        notices.write_missing_templates()
        self.templates: dict[str, Template] = {kind: _template(kind, at=at) for kind in BODIES}
        self.templates |= {key: Template.objects.get(key=key) for key in KEYS}
        sender = _sender(per_second)
        promo = Batch.objects.create(name="Promo", state=BatchState.RUNNING, created_at=at)
        self.outbox = Outbox(began=at, promo=promo, sender=sender, quiet=quiet)
        self.numbers = iter(range(1, 10 * messages + 1000))

    def fill(self) -> Outbox:
        drafts = iter(self._drafts())
        while chunk := list(islice(drafts, CHUNK)):
            self._write(chunk)
        self._write_told()
        return self.outbox

    def _write_told(self) -> None:
        """Nothing waits for them yet."""
        many = min(max(self.wanted // TOLD_PART, FEWEST_TOLD), MOST_TOLD)
        people = {person.pk: person for person in (self._customer() for _ in range(many))}
        self._write_people(people)
        self.outbox.told = list(people)

    def _drafts(self) -> Iterator[Draft]:
        for code in SCRIPTED:
            yield self._draft(self._customer(f"+62812000{code}"))
        for _ in range(STOPPERS):
            yield from self._stopper()
        for _ in range(self.wanted):
            yield from self._usual(self.dice.random())

    def _usual(self, share: float) -> Iterator[Draft]:
        """One message, mostly; what it is like depends on where the dice fell."""
        late = self.at + timedelta(seconds=self.dice.uniform(0, self.seconds))
        customer = self._customer()
        if share < 0.04:
            yield from self._several(customer, late)
        elif share < 0.60:
            yield self._draft(customer)
        elif share < 0.78:
            yield self._draft(customer, MessageClass.MARKETING)
        elif share < 0.84:
            yield self._draft(customer, MessageClass.PERSONAL, due_at=late)
        elif share < 0.88:
            # The same number twice: telling the two apart at the provider is harder.
            yield self._draft(customer)
            yield self._draft(customer, due_at=late)
        elif share < 0.90:
            yield self._draft(customer, one_a_day=True)
            yield self._draft(customer, due_at=late, one_a_day=True)
        elif share < 0.93:
            yield self._draft(customer, branch=self.outbox.quiet)
        elif share < 0.95:
            yield self._draft(customer, due_at=self.at, expires_at=self.at - timedelta(seconds=1))
        elif share < 0.98:
            yield self._draft(customer, expires_at=late)
        else:
            self.outbox.without_consent.add(customer.pk)
            yield self._draft(customer)

    def _several(self, customer: Customer, late: datetime) -> Iterator[Draft]:
        """What she is due on one day; her day's place may be taken, or one part end soon."""
        first, second, third = KEYS
        match self.dice.randrange(4):
            case 0:
                yield self._draft(customer, notice=first)
                yield self._draft(customer, notice=second)
            case 1:
                yield self._draft(customer, notice=first, due_at=late)
                yield self._draft(customer, notice=second, due_at=late)
                yield self._draft(customer, notice=third, due_at=self.at + EVENING)
            case 2:
                self.outbox.waiting.append(customer.pk)
                yield self._draft(customer, one_a_day=True)
                yield self._draft(customer, notice=second, due_at=late)
                yield self._draft(customer, notice=third, due_at=late)
            case _:
                yield self._draft(customer, notice=first)
                yield self._draft(customer, notice=second, expires_at=late)

    def _stopper(self) -> Iterator[Draft]:
        """Several messages over the whole run, of which only those before the stop may leave."""
        customer = self._customer()
        self.outbox.stoppers.append(customer.phone)
        for step in range(8):
            due_at = self.at + timedelta(seconds=step * self.seconds / 7)
            kind = MessageClass.MARKETING if step == 3 else MessageClass.TRANSACTIONAL
            yield self._draft(customer, kind, due_at=due_at)
            if step == 5:
                yield self._draft(customer, notice=KEYS[0], due_at=due_at)
                yield self._draft(customer, notice=KEYS[1], due_at=due_at)

    def _customer(self, phone: str = "") -> Customer:
        number = next(self.numbers)
        return Customer(
            pk=number,
            name=f"Pelanggan {number}",
            phone=phone or f"+62813{number:08}",
            home_branch=self.open[number % len(self.open)],
            created_at=self.at,
        )

    def _draft(
        self,
        customer: Customer,
        kind: MessageClass = MessageClass.TRANSACTIONAL,
        *,
        branch: Branch | None = None,
        due_at: datetime | None = None,
        expires_at: datetime | None = None,
        one_a_day: bool = False,
        notice: str = "",
    ) -> Draft:
        home = branch or customer.home_branch
        assert home
        return Draft(
            customer=customer,
            branch=home,
            message_class=kind,
            due_at=due_at or self.at,
            expires_at=expires_at or self.at + 2 * DAY,
            number=next(self.numbers),
            one_a_day=notices.notice(notice).one_a_day if notice else one_a_day,
            notice=notice,
        )

    @transaction.atomic
    def _write(self, drafts: list[Draft]) -> None:
        self._write_people({draft.customer.pk: draft.customer for draft in drafts})
        written = Message.objects.bulk_create(self._message(draft) for draft in drafts)
        MessageEvent.objects.bulk_create(
            MessageEvent(message=message, old="", new=MessageState.QUEUED, at=self.at)
            for message in written
        )

    def _write_people(self, people: dict[int, Customer]) -> None:
        """Those who are new, with what they agreed to."""
        known = Customer.objects.in_bulk(list(people))
        new = [pk for pk in people if pk not in known]
        Customer.objects.bulk_create(people[pk] for pk in new)
        ConsentEvent.objects.bulk_create(
            ConsentEvent(
                customer=people[pk],
                purpose=purpose,
                is_granted=True,
                source=ConsentSource.COUNTER,
                text_shown="Boleh dikirimi pesan.",
                at=self.at,
            )
            for pk in new
            if pk not in self.outbox.without_consent
            for purpose in ConsentPurpose
        )

    def _message(self, draft: Draft) -> Message:
        kind = draft.message_class
        return Message(
            key=f"chaos:{draft.number}",
            branch=draft.branch,
            customer=draft.customer,
            batch=self.outbox.promo if kind == MessageClass.MARKETING else None,
            template=self.templates[draft.notice or kind],
            message_class=kind,
            channel=Channel.WHATSAPP,
            sender=self.outbox.sender,
            lane=LANES[kind],
            one_a_day=draft.one_a_day,
            notice=draft.notice,
            merges=bool(draft.notice),
            variables=self._words(draft),
            to_phone=draft.customer.phone,
            due_at=draft.due_at,
            expires_at=draft.expires_at,
            created_at=self.at,
        )

    @staticmethod
    def _words(draft: Draft) -> dict[str, str]:
        if draft.notice:
            return values_for(draft.branch, draft.customer) | words(draft.number)
        return {"name": f"Ibu {draft.number}", "day": f"hari ke-{draft.number % 31 + 1}"}


def _branches(at: datetime) -> tuple[list[Branch], Branch]:
    """Three that are never quiet, and one that is quiet for hours."""
    awake = [
        Branch(code=f"CH{n}", name=f"Cabang {n}", time_zone=zone)
        for n, zone in enumerate(TimeZone, 1)
    ]
    for branch in awake:
        # Begins when it ends, and the day ends half a day away.
        branch.quiet_from = branch.quiet_until = branch.local(at + DAY / 2).time()
        branch.day_starts_at = branch.quiet_from
    quiet = Branch(code="CHQ", name="Cabang tenang", time_zone=TimeZone.WIT)
    quiet.quiet_from = quiet.local(at - timedelta(hours=2)).time()
    quiet.quiet_until = quiet.local(at + timedelta(hours=6)).time()
    Branch.objects.bulk_create([*awake, quiet])
    return awake, quiet


def _template(kind: MessageClass, *, at: datetime) -> Template:
    template = Template.objects.create(
        key=f"chaos_{kind}", name=str(kind.label), message_class=kind
    )
    actions.write_version(template, body=BODIES[kind], by=None, at=at)
    actions.register_templates()
    template.refresh_from_db()
    return template


def _sender(per_second: float) -> Sender:
    actions.ensure_senders()
    sender = Sender.objects.get(channel=Channel.WHATSAPP)
    sender.per_second = per_second
    sender.save(update_fields=["per_second"])
    return sender


def unsettled(*, at: datetime) -> QuerySet[Message]:
    """What should still move by itself."""
    waiting = Message.objects.filter(state=MessageState.QUEUED, due_at__lte=at + timedelta(hours=1))
    between = Message.objects.filter(state__in=[MessageState.SENDING, MessageState.UNKNOWN])
    return waiting | between
