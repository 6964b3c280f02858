"""The oracle sees each rule broken, and nothing where none is."""

from datetime import timedelta
from itertools import pairwise

import pytest

from customers.models import ConsentPurpose
from frontdesk.branches.models import TimeZone
from frontdesk.home.bench.chaos.oracle import Oracle, busiest, slowest
from frontdesk.home.bench.chaos.outbox import Outbox
from notifications.models import (
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


def row(message, *, sid=None, seconds=0.0):
    return {
        "sid": sid or message.provider_sid,
        "to_addr": f"whatsapp:{message.to_phone}",
        "from_addr": message.sender.address,
        "callback": f"http://127.0.0.1/tw/s/{message.public_id}/#rc=5",
        "created": NOW.timestamp() + seconds,
    }


def broken(outbox, rows, *, written=(), stopped=None, at=NOW + timedelta(minutes=5)):
    oracle = Oracle(outbox, rows, written, stopped=stopped or {}, burst=2)
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


def test_windows():
    times = [0.0, 0.1, 0.2, 1.0, 1.1, 3.0]

    assert busiest(times, 1) == 3
    assert slowest(times, 1) == 1
    assert busiest([], 1) == slowest([], 1) == 0
