"""Notices that fall on one day: told and taken back while they leave, and each looked for."""

import random
import re
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import count

from django.utils import timezone

from customers.models import Customer
from notifications import actions
from notifications.models import TOGETHER, Message, MessageEvent
from notifications.states import MessageState

# The first is waited for, the others take the day's place.
KEYS = ("control_reminder", "aftercare", "control_missed")
MARK = re.compile(r"tanda \d{8}")
# So early that they overtake what has waited since the beginning.
EARLY = timedelta(seconds=1)
KEPT = timedelta(days=2)
# Longer than it takes to combine them, and about as long as it takes until they have left.
CHANGES_ITS_MIND = 0.3
# A carrier in one of these says nothing, unless it may have left in spite of all.
OVER = (MessageState.CANCELLED, MessageState.SUPPRESSED, MessageState.EXPIRED)
Blame = Callable[[str, object], None]


def words(number: int) -> dict[str, str]:
    """What a notice says, different for each: so it is known again in whatever it was said."""
    mark = f"tanda {number:08}"
    return {"day": mark, "treatment": mark}


class Desk:
    """Tells customers several things at once, and changes its mind while that leaves."""

    def __init__(self, *, began: datetime, seed: int) -> None:
        self.began = began
        self.dice = random.Random(seed)  # nosec B311: no secret
        self.numbers = count(10_000_000)
        # By key, what was taken back before it left.
        self.withdrawn: set[str] = set()

    def tell(self, pk: int) -> None:
        """Due before everything else: put together and on its way within a moment."""
        customer = self._customer(pk)
        for notice in self.dice.sample(KEYS, self.dice.choice((2, 2, 3))):
            self._plan(f"chaos:told:{pk}:{notice}", notice, customer)
        time.sleep(self.dice.uniform(0, CHANGES_ITS_MIND))

    def change_mind(self, pk: int) -> None:
        """Take one of them back, say it otherwise, or only look at it again."""
        customer = self._customer(pk)
        message = self.dice.choice(
            list(Message.objects.filter(customer=customer, notice__in=KEYS).order_by("pk"))
        )
        deed = self.dice.choice(("cancel", "move", "release"))
        if deed == "move":
            self._plan(message.key, message.notice, customer)
        elif deed == "release":
            assert customer.home_branch
            actions.release(customer, branch=customer.home_branch, at=timezone.now())
        elif actions.cancel(key=message.key, by=None, at=timezone.now()):
            self.withdrawn.add(message.key)

    def _plan(self, key: str, notice: str, customer: Customer) -> None:
        assert customer.home_branch
        actions.plan_notice(
            actions.decided(notice, branch=customer.home_branch),
            key=key,
            customer=customer,
            branch=customer.home_branch,
            variables=words(next(self.numbers)),
            due_at=self.began - EARLY,
            expires_at=self.began + KEPT,
            by=None,
            at=timezone.now(),
        )
        self.withdrawn.discard(key)

    @staticmethod
    def _customer(pk: int) -> Customer:
        return Customer.objects.select_related("home_branch").get(pk=pk)


def judge_notices(
    messages: Iterable[Message],
    said: Sequence[tuple[object, str]],
    *,
    withdrawn: Iterable[str],
    blame: Blame,
) -> Mapping[str, int]:
    """Each was said where its row says it was, once, in the words it has; return what there was.

    `said` holds the public id and the body of everything that the provider took.
    """
    heard: dict[str, list[object]] = defaultdict(list)
    for public_id, body in said:
        for mark in MARK.findall(body):
            heard[mark].append(public_id)
    by_pk = {message.pk: message for message in messages}
    notices = [message for message in by_pk.values() if message.notice in KEYS]
    for message in notices:
        _judge(message, heard.pop(message.variables["day"], []), by_pk, blame=blame)
    for mark, where in heard.items():
        blame("a notice said in words it no longer has", f"{mark} in {where}")
    by_key = {message.key: message for message in notices}
    for key in withdrawn:
        if by_key[key].state != MessageState.CANCELLED:
            blame("a notice taken back, and yet not", f"{key} {by_key[key].state}")
    parted = MessageEvent.objects.filter(old=MessageState.MERGED, new=MessageState.QUEUED)
    return {
        "notices said in one message": sum(m.state == MessageState.MERGED for m in notices),
        "such messages": sum(message.notice == TOGETHER for message in by_pk.values()),
        "notices parted again": parted.count(),
    }


def _judge(
    message: Message, heard: list[object], by_pk: Mapping[int, Message], *, blame: Blame
) -> None:
    says: Message | None = message
    if message.state == MessageState.MERGED:
        assert message.carrier_id
        says = by_pk.get(message.carrier_id)
    if says is None or (says is not message and _is_over(says)):
        blame("a notice lost in a message that never leaves", message.pk)
        return
    wanted = [says.public_id] if says.state == MessageState.ACCEPTED else []
    if len(heard) > len(wanted) and wanted:
        blame("a notice said twice", f"{message.pk} in {heard}")
    elif heard != wanted:
        rule = "a notice never said" if wanted else "a notice said, but not called so"
        blame(rule, f"{message.pk} {message.state} in {heard}")


def _is_over(carrier: Message) -> bool:
    return carrier.state in OVER and not carrier.absent_seen
