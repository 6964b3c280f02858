"""The oracle sees each rule broken, and nothing where none is."""

from datetime import timedelta
from itertools import pairwise

import pytest

from customers.models import ConsentPurpose
from frontdesk.branches.models import TimeZone
from frontdesk.home.bench.chaos.oracle import Oracle, busiest, slowest
from frontdesk.home.bench.chaos.outbox import Outbox
from frontdesk.home.bench.chaos.together import KEYS, words
from notifications.models import (
    TOGETHER,
    Batch,
    Channel,
    Message,
    MessageClass,
    MessageEvent,
    Sender,
)
from notifications.states import MessageState
from tests.factories import (
    NOW,
    BranchFactory,
    CustomerFactory,
    create_template,
    give_consent,
    put_message,
)

pytestmark = pytest.mark.django_db
STEPS = {
    MessageState.QUEUED: [],
    MessageState.ACCEPTED: ["sending", "accepted"],
    MessageState.ABANDONED: ["sending", "unknown", "abandoned"],
    MessageState.SENDING: ["sending"],
}


@pytest.fixture
def outbox(reminder_text):
    return Outbox(
        began=NOW,
        promo=Batch.objects.create(name="Promo", created_at=NOW),
        sender=Sender.objects.create(
            channel=Channel.WHATSAPP, address="whatsapp:+6281100000009", per_second=10
        ),
        quiet=BranchFactory(code="CHQ", time_zone=TimeZone.WIT),
    )


@pytest.fixture
def message(outbox):
    def make(state=MessageState.ACCEPTED, *, number=1, kind=MessageClass.TRANSACTIONAL, **values):
        customer = CustomerFactory()
        give_consent(customer, purpose=ConsentPurpose.SERVICE)
        made = Message.objects.create(
            key=f"chaos:{number}",
            branch=values.pop("branch", customer.home_branch),
            customer=customer,
            template=create_template(f"words_{number}"),
            message_class=kind,
            notice=values.pop("notice", ""),
            variables=values.pop("variables", {}),
            sender=outbox.sender,
            to_phone=customer.phone,
            due_at=NOW,
            expires_at=values.pop("expires_at", NOW + timedelta(hours=1)),
            created_at=NOW,
        )
        if state == MessageState.ACCEPTED:
            values |= {"provider_sid": f"SM{number}", "accepted_at": NOW}
        put_message(made, state, intent_at=NOW, **values)
        history = ["", "queued", *STEPS[state]]
        for old, new in pairwise(history):
            MessageEvent.objects.create(message=made, old=old, new=new, at=NOW)
        return made

    return make


def row(message, *, sid=None, seconds=0.0, body=""):
    return {
        "body": body,
        "sid": sid or message.provider_sid,
        "to_addr": f"whatsapp:{message.to_phone}",
        "from_addr": message.sender.address,
        "callback": f"http://127.0.0.1/tw/s/{message.public_id}/#rc=5",
        "created": NOW.timestamp() + seconds,
    }


def broken(outbox, rows, *, written=(), stopped=None, at=NOW + timedelta(minutes=5), **more):
    oracle = Oracle(outbox, rows, written, stopped=stopped or {}, burst=2, **more)
    return set(oracle.judge(at=at).broken)


def test_nothing_is_said_against_what_went_well(outbox, message):
    assert broken(outbox, [row(message())]) == set()


def test_sent_twice(outbox, message):
    one = message()
    assert broken(outbox, [row(one), row(one, sid="SM2", seconds=9)]) == {"sent more than once"}


def test_the_two_sides_differ(outbox, message):
    never_taken, given_up = message(number=1), message(MessageState.ABANDONED, number=2)

    assert broken(outbox, [row(given_up, sid="SM2")]) == {
        "called accepted, but not taken",
        "taken, but not called accepted",
        "lost",
    }
    assert never_taken.provider_sid


def test_given_up_is_a_loss_only_where_it_may_be_sent_again(outbox, message):
    promo = message(MessageState.ABANDONED, kind=MessageClass.MARKETING)

    assert broken(outbox, []) == set()
    assert promo.state == MessageState.ABANDONED


@pytest.mark.parametrize("state", [MessageState.SENDING, MessageState.QUEUED])
def test_never_settled(outbox, message, state):
    lease = {"lease": "0" * 32, "lease_until": NOW} if state == MessageState.SENDING else {}
    message(state, **lease)

    assert "never settled" in broken(outbox, [])


def test_claimed_after_a_stop(outbox, message):
    one = message()
    before = {one.to_phone: NOW - timedelta(seconds=1)}

    assert broken(outbox, [row(one)], stopped=before) == {"claimed after a stop"}
    assert broken(outbox, [row(one)], stopped={one.to_phone: NOW + timedelta(seconds=1)}) == set()


def test_a_stop_nobody_heard(outbox, message):
    assert broken(outbox, [], written=[{"sid": "SM9"}]) == {"written by a customer, never heard"}


def test_sent_in_quiet_hours_or_too_late(outbox, message):
    asleep = BranchFactory(code="CHT")
    asleep.quiet_from = asleep.local(NOW - timedelta(hours=1)).time()
    asleep.quiet_until = asleep.local(NOW + timedelta(hours=1)).time()
    asleep.save()
    quiet = message(number=1, branch=asleep)
    late = message(number=2, expires_at=NOW - timedelta(seconds=1))

    assert broken(outbox, [row(quiet), row(late)]) == {
        "sent in quiet hours",
        "sent after it expired",
    }


def test_sent_without_consent(outbox, message):
    one = message()
    outbox.without_consent.add(one.customer_id)

    assert broken(outbox, [row(one)]) == {"sent without consent"}


def test_faster_than_the_pace(outbox, message):
    rows = [row(message(number=n), seconds=n / 20) for n in range(1, 16)]

    assert broken(outbox, rows) == {"faster than 10/s"}


def test_an_illegal_history(outbox, message):
    one = message()
    MessageEvent.objects.create(message=one, old="failed", new="queued", at=NOW)

    assert broken(outbox, [row(one)]) == {
        "an illegal step",
        "a step is missing",
        "the history ends elsewhere",
    }


@pytest.fixture
def in_one(message):
    """Two notices that left in one message: the carrier, then the two."""
    carrier = message(MessageState.QUEUED, number=1, notice=TOGETHER)
    parts = [
        message(MessageState.QUEUED, number=n, notice=KEYS[n - 2], variables=words(n))
        for n in (2, 3)
    ]
    for part in parts:
        put_message(part, MessageState.MERGED, carrier=carrier)
        MessageEvent.objects.create(message=part, old="queued", new="merged", at=NOW)
    sent = {"provider_sid": "SM1", "accepted_at": NOW, "intent_at": NOW}
    put_message(carrier, MessageState.ACCEPTED, **sent)
    for old, new in pairwise(["queued", "sending", "accepted"]):
        MessageEvent.objects.create(message=carrier, old=old, new=new, at=NOW)
    return carrier, *parts


def says(*numbers):
    return "; serta ".join(words(number)["day"] for number in numbers)


def test_each_of_several_is_said_once_in_one(outbox, in_one):
    assert broken(outbox, [row(in_one[0], body=says(2, 3))]) == set()


@pytest.mark.parametrize(
    ("said", "rule"),
    [
        ((2,), "a notice never said"),
        ((2, 3, 3), "a notice said twice"),
        ((2, 3, 4), "a notice said in words it no longer has"),
    ],
)
def test_one_of_several_is_missing_double_or_outdated(outbox, in_one, said, rule):
    assert broken(outbox, [row(in_one[0], body=says(*said))]) == {rule}


def test_one_of_several_is_said_alone_as_well(outbox, in_one, message):
    alone = message(number=4)
    rows = [row(in_one[0], body=says(2, 3)), row(alone, body=says(3))]

    assert broken(outbox, rows) == {"a notice said twice"}


def test_a_notice_that_was_taken_back_is_said(outbox, message):
    one = message(MessageState.QUEUED, notice=KEYS[0], variables=words(1))
    put_message(one, MessageState.CANCELLED, final_at=NOW)
    MessageEvent.objects.create(message=one, old="queued", new="cancelled", at=NOW)
    other = message(number=2)

    assert broken(outbox, [row(other)], withdrawn=[one.key]) == set()
    assert broken(outbox, [row(other, body=says(1))]) == {"a notice said, but not called so"}


def test_a_notice_that_was_taken_back_still_leaves(outbox, message):
    one = message(notice=KEYS[0], variables=words(1))

    taken = [row(one, body=says(1))]
    assert broken(outbox, taken, withdrawn=[one.key]) == {"a notice taken back, and yet not"}


def test_windows():
    times = [0.0, 0.1, 0.2, 1.0, 1.1, 3.0]

    assert busiest(times, 1) == 3
    assert slowest(times, 1) == 1
    assert busiest([], 1) == slowest([], 1) == 0
