"""At the sender's pace, the urgent first, and only to whom it may go."""

import threading
import time
from copy import copy
from datetime import timedelta

import psycopg
import pytest
from django.db import connection
from django.utils import timezone

from notifications import actions
from notifications.actions import claiming, pacing, pumping
from notifications.actions.pacing import Health
from notifications.models import (
    Batch,
    Circuit,
    DaySlot,
    Lane,
    Message,
    MessageClass,
    PhoneStanding,
    Portfolio,
    Sender,
    SenderPace,
    Suppression,
    SuppressionSource,
)
from notifications.providers.codes import ErrorClass
from notifications.states import MessageState
from tests.factories import NOW, CustomerFactory, create_template, give_consent, put_message
from tests.notifications.conftest import lose_a_claim
from tests.twilio_server import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(reminder) -> Sender:
    return Sender.objects.get()


@pytest.fixture
def plan_some(plan, menteng):
    def plan_some(many: int, **values) -> list[Message]:
        people = CustomerFactory.create_batch(many, home_branch=menteng)
        for person in people:
            give_consent(person)
        at = values.get("at", NOW)
        key = values.pop("key", "some")
        return [
            plan(
                **{**values, "key": f"{key}:{n}", "customer": person, "at": at},
                to_phone=person.phone,
            )
            for n, person in enumerate(people)
        ]

    return plan_some


def states() -> dict[str, str]:
    return dict(Message.objects.values_list("key", "state"))


def take(sender, want=64, campaigns=64, **values):
    return pacing.take(sender.pk, want=want, campaigns=campaigns, **values)


# The pace -----------------------------------------------------------------------------------------


def test_no_more_than_the_pace_however_often_one_asks(sender):
    began, granted, longest = time.monotonic(), 0, 0.0
    while (passed := time.monotonic() - began) < 1.5:
        before = time.monotonic()
        granted += take(sender, want=5).total
        longest = max(longest, time.monotonic() - before)
    most = 5 + 80 * (passed + longest)

    assert granted <= most
    if longest < 0.05:
        assert granted >= 0.95 * 80 * passed


def test_a_pause_saves_up_no_more_than_a_sixteenth_of_a_second(sender):
    SenderPace.objects.update(tokens=0, refilled_at=timezone.now() - timedelta(hours=1))

    assert take(sender).total == 5


def test_a_slow_sender_gets_whole_messages(sender):
    Sender.objects.update(per_second=0.5)
    SenderPace.objects.update(tokens=1)

    assert take(sender).total == 1
    waiting = take(sender)
    assert waiting.total == 0
    # A third of what its bucket holds: at half a message a second, of one.
    assert waiting.wait == pytest.approx(2 / 3)


def test_what_was_not_used_is_given_back(sender):
    Sender.objects.update(per_second=1)
    SenderPace.objects.update(tokens=1)
    taken = take(sender).total

    assert take(sender).total == 0
    assert take(sender, back=taken).total == 1


def test_a_campaign_never_takes_the_reserve(sender):
    Sender.objects.update(per_second=160, reserve_percent=50)
    for tokens, campaigns in ((10, 5), (6, 1), (3, 0)):
        SenderPace.objects.update(tokens=tokens, refilled_at=timezone.now() + timedelta(hours=1))
        grant = take(sender)
        assert (grant.total, grant.campaigns) == (tokens, campaigns)


def test_a_paused_sender_gets_nothing(sender):
    Sender.objects.update(is_paused=True)

    assert take(sender) is None
    assert actions.senders_with_due(at=NOW) == []


@pytest.mark.django_db(transaction=True)
def test_the_provider_sees_the_pace(plan_some, sending):
    Sender.objects.update(per_second=40)
    plan_some(60)

    actions.send_due(clock=lambda: NOW)

    created = sorted(row["created"] for row in sending.accepted())
    assert len(created) == 60
    for first, last in zip(created, created[20:], strict=False):
        # Twenty take half a second; four of them may come at once, and a thread may be late.
        assert last - first > 0.25


# Lanes --------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_an_urgent_message_overtakes_a_campaign(plan_some, plan, sending):
    Sender.objects.update(per_second=30)
    batch = Batch.objects.create(name="Promo", created_at=NOW)
    plan_some(90, batch=batch, lane=Lane.CAMPAIGN)
    sending.set(latency_ms=100)

    def work():
        try:
            actions.send_due(clock=lambda: NOW)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: len(sending.accepted()) > 5)
    before = len(sending.accepted())
    urgent = plan(key="urgent", lane=Lane.URGENT)
    until(lambda: Message.objects.get(pk=urgent.pk).state == MessageState.ACCEPTED)
    after = len(sending.accepted())
    thread.join()

    # Not behind the eighty that were there before it.
    assert after - before < 60
    assert len(sending.accepted()) == 91


def test_lanes_in_order(plan, sending, clock, plan_some):
    Sender.objects.update(per_second=160)
    plan_some(2, key="promo", lane=Lane.CAMPAIGN)
    plan_some(2, key="notice", lane=Lane.NOTICE)
    plan_some(2, key="urgent", lane=Lane.URGENT)
    actions.register_templates()
    claimed = [claim.lane for claim in lose_a_claim(clock).claims]

    assert claimed == [10, 10, 20, 20, 30, 30]


def test_a_slice_takes_no_more_campaigns_than_granted(sending, clock, plan_some):
    Sender.objects.update(per_second=160)
    plan_some(4, key="promo", lane=Lane.CAMPAIGN)
    plan_some(1, key="notice", lane=Lane.NOTICE)
    actions.register_templates()
    taken = lose_a_claim(clock, campaigns=2)

    assert [claim.lane for claim in taken.claims] == [20, 30, 30]


@pytest.mark.django_db(transaction=True)
def test_what_another_claimed_since_is_not_claimed_again(sending, clock, plan_some, monkeypatch):
    """The slower worker has read the line before the quicker one commits, and locks after it."""
    Sender.objects.update(per_second=160)
    plan_some(2)
    actions.register_templates()
    usual = claiming._CLAIM
    slow, taken = copy(usual), []
    read = b"SELECT id FROM due"
    assert read in usual.sql
    slow.sql = usual.sql.replace(read, read + b" CROSS JOIN (SELECT pg_advisory_lock(1)) AS gate")

    def work():
        taken.extend(lose_a_claim(clock).claims)
        connection.close()

    def ask(question: str) -> int:
        with connection.cursor() as cursor:
            cursor.execute(question)
            return cursor.fetchone()[0]

    ask("SELECT count(pg_advisory_lock(1))")
    monkeypatch.setattr(claiming, "_CLAIM", slow)
    thread = threading.Thread(target=work)
    thread.start()
    until(lambda: ask("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"))
    monkeypatch.setattr(claiming, "_CLAIM", usual)
    assert len(lose_a_claim(clock).claims) == 2
    ask("SELECT count(pg_advisory_unlock(1))")
    thread.join()

    assert taken == []


def test_a_paused_batch_does_not_hold_up_the_rest(plan_some, plan, sending, clock):
    batch = Batch.objects.create(name="Promo", state="paused", created_at=NOW)
    plan_some(3, batch=batch, lane=Lane.CAMPAIGN)
    plan(key="notice")

    assert actions.send_due(clock=clock) == 1
    assert states()["notice"] == "accepted"


# The breaker --------------------------------------------------------------------------------------


def fail(sender, times=1, **values):
    return take(sender, want=0, health=Health(failures=times, code="20500", **values))


def pace() -> SenderPace:
    return SenderPace.objects.get()


def test_many_failures_open_the_breaker_and_one_success_closes_it(sender):
    fail(sender, times=9)
    assert pace().circuit == Circuit.CLOSED
    fail(sender)
    assert pace().circuit == Circuit.OPEN
    assert take(sender).total == 0
    assert actions.senders_with_due(at=NOW) == []

    SenderPace.objects.update(open_until=timezone.now() - timedelta(seconds=1), tokens=8)
    probe = take(sender)
    assert (probe.total, probe.is_probe) == (1, True)
    assert pace().circuit == Circuit.HALF_OPEN
    assert take(sender).total == 0

    take(sender, want=0, health=Health(successes=1))
    assert pace().circuit == Circuit.CLOSED
    assert pace().failures == 0


def test_a_probe_that_fails_waits_twice_as_long(sender):
    fail(sender, times=10)
    first = pace().open_until - timezone.now()
    SenderPace.objects.update(open_until=timezone.now() - timedelta(seconds=1), tokens=8)
    assert take(sender).is_probe
    fail(sender)
    second = pace().open_until - timezone.now()

    assert timedelta(seconds=3) < first < timedelta(seconds=6)
    assert timedelta(seconds=8) < second < timedelta(seconds=11)


def test_a_refused_account_opens_it_at_once(plan_some, sending, clock, sender):
    sending.set(faults={"unauthorized": 1.0})
    plan_some(30)

    actions.send_due(clock=clock)

    assert pace().circuit == Circuit.OPEN
    assert pace().last_error_code == "20003"
    assert pace().open_until - timezone.now() > timedelta(seconds=100)
    assert sending.control("summary")["requests"]["posts"] < 30


def test_it_waits_as_long_as_the_provider_asks(sender):
    fail(sender, times=10, retry_after=77)

    assert pace().open_until - timezone.now() > timedelta(seconds=70)


def test_some_failures_between_successes_do_not_open_it(sender):
    for _ in range(20):
        take(sender, want=0, health=Health(successes=3, failures=2))

    assert pace().circuit == Circuit.CLOSED


def test_a_bad_number_is_no_trouble(sender):
    health = Health()
    health.note(ErrorClass.BAD_NUMBER, "21211", None)

    assert (health.successes, health.failures) == (0, 0)


@pytest.mark.parametrize("code", ["63018", "63038", "63119"])
def test_too_much_for_whatsapp_lets_campaigns_rest(plan, sender, code):
    message = plan()
    put_message(message, "accepted", provider_sid="SM1", accepted_at=NOW, provider_rank=20)
    at = timezone.now()

    actions.apply_status(message.public_id, sid="SM1", status="undelivered", error_code=code, at=at)

    SenderPace.objects.update(tokens=8)
    grant = take(sender)
    assert (grant.total > 0, grant.campaigns) == (True, 0)


def test_nothing_promotional_until_we_have_listened_again(plan_some, sending, clock, sender):
    SenderPace.objects.update(inbound_seen_until=timezone.now() - timedelta(hours=2))
    for promo in plan_some(2, message_class=MessageClass.MARKETING):
        give_consent(promo.customer, purpose="promo")
    assert actions.send_due(clock=clock) == 0
    assert set(states().values()) == {"queued"}

    assert actions.pull_inbound() == 0
    assert actions.send_due(clock=clock) == 2


# To whom it may go --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "scope, channel, kind, state",
    [
        ("all", "", "transactional", "suppressed"),
        ("all", "whatsapp", "transactional", "suppressed"),
        ("all", "sms", "transactional", "accepted"),
        ("promo", "", "transactional", "accepted"),
        ("promo", "", "marketing", "suppressed"),
        ("all", "", "personal", "suppressed"),
    ],
)
def test_who_wants_to_be_left_alone(plan, sending, clock, customer, scope, channel, kind, state):
    give_consent(customer, purpose="promo")
    Suppression.objects.create(
        phone=customer.phone, scope=scope, channel=channel, source=SuppressionSource.REPLY, at=NOW
    )
    plan(message_class=MessageClass(kind))

    actions.send_due(clock=clock)

    assert states() == {"test:1": state}


def test_an_answer_goes_even_to_who_left_while_she_writes(plan, sending, clock, customer):
    Suppression.objects.create(
        phone=customer.phone, scope="all", source=SuppressionSource.REPLY, at=NOW
    )
    PhoneStanding.objects.create(phone=customer.phone, last_inbound_at=NOW - timedelta(hours=1))
    sending.set(outside_window="allow")
    plan(template="", body="Baik, Bu.", message_class=MessageClass.PERSONAL)

    assert actions.send_due(clock=clock) == 1


def test_free_words_only_within_24_hours(plan, sending, clock, customer):
    sending.set(outside_window="allow")
    PhoneStanding.objects.create(phone=customer.phone, last_inbound_at=NOW - timedelta(hours=25))
    plan(template="", body="Baik, Bu.", message_class=MessageClass.PERSONAL)
    actions.send_due(clock=clock)

    assert states() == {"test:1": "suppressed"}


@pytest.mark.parametrize(
    "standing", [{"bad_since": NOW}, {"no_whatsapp_until": NOW + timedelta(days=1)}]
)
def test_a_number_known_to_be_out_of_reach(plan, sending, clock, customer, standing):
    PhoneStanding.objects.create(phone=customer.phone, **standing)
    plan()
    actions.send_due(clock=clock)

    assert states() == {"test:1": "suppressed"}
    assert sending.accepted() == []


def test_one_a_day_and_the_second_the_next_morning(plan, sending, clock, menteng):
    plan(key="first", one_a_day=True, expires_at=NOW + timedelta(days=3))
    second = plan(key="second", one_a_day=True, expires_at=NOW + timedelta(days=3))
    plan(key="urgent", lane=Lane.URGENT)
    last = plan(key="last", one_a_day=True, expires_at=NOW + timedelta(hours=5))

    assert actions.send_due(clock=clock) == 2

    assert states() == {
        "first": "accepted", "second": "queued", "urgent": "accepted", "last": "expired",
    }  # fmt: skip
    second.refresh_from_db()
    last.refresh_from_db()
    assert menteng.local(second.due_at).strftime("%d %H.%M") == "23 08.00"
    assert second.problem
    assert last.problem
    clock.at = second.due_at
    assert actions.send_due(clock=clock) == 1


def test_a_refused_message_does_not_use_up_the_day(plan, sending, clock, customer):
    type(customer).objects.filter(pk=customer.pk).update(phone="+6281200021612")
    plan(key="refused", one_a_day=True)
    actions.send_due(clock=clock)

    assert states() == {"refused": "failed"}
    assert not DaySlot.objects.exists()


def test_the_portfolios_people_of_24_hours(plan_some, plan, sending, clock, customer):
    Portfolio.objects.update(people_a_day=2)
    PhoneStanding.objects.create(phone=customer.phone, last_inbound_at=NOW - timedelta(hours=1))
    plan(key="writes", lane=Lane.URGENT)
    some = plan_some(3, expires_at=NOW + timedelta(days=3))

    assert actions.send_due(clock=clock) == 3
    assert sorted(states().values()) == ["accepted", "accepted", "accepted", "queued"]
    waiting = Message.objects.get(state=MessageState.QUEUED)
    assert waiting.due_at == NOW + timedelta(hours=24)

    known = next(one for one in some if one.pk != waiting.pk)
    plan(key="again", customer=known.customer)
    assert actions.send_due(clock=clock) == 1
    clock.at = waiting.due_at + timedelta(minutes=1)
    assert actions.send_due(clock=clock) == 1

    # Reached again the next day, she takes one of the places again.
    other = next(one for one in some if one.pk not in (waiting.pk, known.pk))
    for key, person in (("later", known.customer), ("more", other.customer)):
        plan(key=key, customer=person, at=clock.at, expires_at=NOW + timedelta(days=3))
        actions.send_due(clock=clock)
    assert (states()["later"], states()["more"]) == ("accepted", "queued")


def test_a_person_who_answers_does_not_wait_for_the_morning(plan, sending, menteng):
    late = menteng.at(NOW.date(), menteng.quiet_from)
    plan(at=late, message_class=MessageClass.PERSONAL)

    assert actions.send_due(clock=lambda: late) == 1


def test_each_branch_has_its_own_quiet_hours(plan, sending, menteng, jayapura):
    # Seven in the evening in Jakarta is nine in Jayapura.
    at = menteng.at(NOW.date(), menteng.quiet_from) - timedelta(hours=1)
    far = CustomerFactory(home_branch=jayapura)
    give_consent(far)
    plan(key="near", due_at=NOW, at=at, expires_at=at + timedelta(days=2))
    plan(key="far", due_at=NOW, customer=far, at=at, expires_at=at + timedelta(days=2))

    actions.send_due(clock=lambda: at)

    assert states() == {"near": "accepted", "far": "queued"}


def test_too_many_to_one_number_in_a_minute(plan, sending, clock):
    for number in range(12):
        plan(key=f"many:{number}")
        actions.send_due(clock=clock)

    assert list(states().values()).count("queued") == 2
    clock.forward(minutes=2)
    assert actions.send_due(clock=clock) == 2


def test_where_others_have_all_places_there_is_nothing_to_do(plan_some, sending, sender, settings):
    plan_some(1)
    places = range(settings.MESSAGE_PUMPS_A_SENDER)
    with psycopg.connect(**connection.get_connection_params()) as other:
        for place in places:
            key = [pumping.LOCKS, sender.pk * pumping.PLACES + place]
            other.execute("SELECT pg_advisory_lock(%s, %s)", key)
        assert actions.pump(sender.pk) is None
    assert sending.accepted() == []


def test_without_a_provider_there_is_nothing_to_do(plan_some, sender, settings):
    settings.TWILIO_ACCOUNT_SID = ""
    plan_some(1)
    assert actions.pump(sender.pk) is None


def test_words_are_those_of_the_claim(plan, sending, clock):
    create_template("other", body="Lain {name}.")
    message = plan(template="other", variables={"name": "Ibu Sari"})
    actions.send_due(clock=clock)
    message.refresh_from_db()

    assert message.version == message.template.current
    assert sending.accepted()[0]["body"] == message.text == "Lain Ibu Sari."
