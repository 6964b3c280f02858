"""Sent once, and never called sent when it was not."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from customers.models import ConsentPurpose
from notifications import actions
from notifications.models import Message, Template, TemplateVersion
from notifications.providers import twilio
from notifications.states import MessageState
from tests.factories import NOW, CustomerFactory, give_consent
from tests.notifications.conftest import steps

pytestmark = pytest.mark.django_db


def test_sent_as_the_template_says(plan, sending, clock, settings):
    message = plan()

    assert actions.send_due(clock=clock) == 1

    [taken] = sending.accepted()
    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED
    assert message.provider_sid == taken["sid"]
    assert message.text == taken["body"] == "Halo Ibu Sari, sampai jumpa besok."
    assert taken["to_addr"] == "whatsapp:+6281234567890"
    assert taken["content_sid"] == message.version.content_sid
    assert taken["callback"].startswith(f"{settings.PUBLIC_BASE_URL}/tw/s/{message.public_id}/")
    assert steps(message) == ["queued", "sending", "accepted"]
    assert actions.send_due(clock=clock) == 0
    assert len(sending.accepted()) == 1


def test_a_changed_text_is_registered_before_it_is_sent(plan, sending, clock, reminder):
    plan()
    actions.send_due(clock=clock)
    actions.write_version(reminder, body="Hai {name}, {day}.", by=None, at=NOW)
    plan(key="test:2")
    actions.send_due(clock=clock)

    assert [row["body"] for row in sending.accepted()] == [
        "Halo Ibu Sari, sampai jumpa besok.",
        "Hai Ibu Sari, besok.",
    ]


def test_not_before_it_is_due(plan, sending, clock):
    plan(due_at=NOW + timedelta(minutes=5))

    assert actions.send_due(clock=clock) == 0
    clock.forward(minutes=5)
    assert actions.send_due(clock=clock) == 1


def test_not_after_it_expired(plan, sending, clock):
    message = plan(expires_at=NOW + timedelta(hours=1))
    clock.forward(hours=2)

    assert actions.send_due(clock=clock) == 0
    message.refresh_from_db()
    assert message.state == MessageState.EXPIRED
    assert sending.accepted() == []


def test_not_in_the_quiet_hours_of_the_branch(plan, sending, clock, menteng):
    message = plan(expires_at=NOW + timedelta(days=2))
    clock.at = menteng.at(NOW.date(), menteng.quiet_from)

    actions.send_due(clock=clock)
    assert sending.accepted() == []
    message.refresh_from_db()
    clock.at = message.due_at
    assert menteng.local(clock.at).hour == 8
    assert actions.send_due(clock=clock) == 1


@pytest.mark.parametrize("lacking", ["consent", "phone", "withdrawn"])
def test_suppressed_when_it_may_not_or_cannot_go(plan, sending, clock, menteng, settings, lacking):
    person = CustomerFactory(
        home_branch=menteng, phone="" if lacking == "phone" else "+6281298765432"
    )
    if lacking != "consent":
        give_consent(person)
    if lacking == "withdrawn":
        give_consent(person).__class__.objects.create(
            customer=person,
            purpose=ConsentPurpose.SERVICE,
            is_granted=False,
            source="counter",
            at=NOW,
        )
    message = plan(customer=person)

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == MessageState.SUPPRESSED
    assert message.problem
    assert sending.accepted() == []


def test_a_promo_needs_its_own_consent(plan, sending, clock, reminder, customer):
    Template.objects.filter(pk=reminder.pk).update(message_class="marketing")
    plan(key="a")
    actions.send_due(clock=clock)
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    plan(key="b")
    actions.send_due(clock=clock)

    assert dict(Message.objects.values_list("key", "state")) == {"a": "suppressed", "b": "accepted"}


def test_without_an_account_messages_wait(plan, settings, clock):
    settings.TWILIO_ACCOUNT_SID = ""
    message = plan()

    assert actions.send_due(clock=clock) == 0
    message.refresh_from_db()
    assert message.state == MessageState.QUEUED


@pytest.mark.parametrize(
    "fault, state, taken",
    [
        ("rate_limited", MessageState.QUEUED, 0),
        ("unauthorized", MessageState.QUEUED, 0),
        ("server_error_before", MessageState.UNKNOWN, 0),
        ("server_error_after", MessageState.UNKNOWN, 1),
        ("unavailable", MessageState.UNKNOWN, 0),
        ("drop_before", MessageState.UNKNOWN, 0),
        ("drop_after", MessageState.UNKNOWN, 1),
        ("hang_before", MessageState.UNKNOWN, 0),
        ("hang_after", MessageState.UNKNOWN, 1),
        ("truncated", MessageState.UNKNOWN, 1),
        ("html", MessageState.UNKNOWN, 1),
        ("trickle", MessageState.ACCEPTED, 1),
    ],
)
def test_never_called_sent_when_it_was_not(plan, sending, clock, settings, fault, state, taken):
    settings.TWILIO_READ_SECONDS = 2.5
    twilio._client.cache_clear()
    sending.set(next=[fault], hang_seconds=6)
    message = plan()

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == state
    assert len(sending.accepted()) == taken
    assert (message.provider_sid is not None) == (state == MessageState.ACCEPTED)
    assert (message.accepted_at is not None) == (state == MessageState.ACCEPTED)
    twilio._client.cache_clear()


def test_no_connection_is_safe_and_tried_later(plan, clock, settings):
    message = plan()
    TemplateVersion.objects.update(content_sid="HX1")

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert message.attempts == 1
    assert message.due_at > NOW


def test_a_provider_that_asks_for_years_is_tried_the_next_day(plan, sending, clock):
    sending.set(next=["rate_limited"], retry_after=10**12)
    message = plan()

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert message.due_at <= NOW + timedelta(days=1, seconds=1)


def test_waits_as_long_as_the_provider_asks(plan, sending, clock):
    sending.set(next=["rate_limited"], retry_after=90)
    message = plan()

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.due_at >= NOW + timedelta(seconds=90)
    clock.at = message.due_at
    assert actions.send_due(clock=clock) == 1


@pytest.mark.parametrize("phone, code", [("+6281200021211", "21211"), ("+6281200063007", "63007")])
def test_a_refusal_is_final_and_says_why(plan, sending, clock, menteng, phone, code):
    person = CustomerFactory(home_branch=menteng, phone=phone)
    give_consent(person)
    message = plan(customer=person)

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == MessageState.FAILED
    assert message.error_code == code
    assert message.problem
    clock.forward(hours=1)
    assert actions.send_due(clock=clock) == 0


def test_a_number_opted_out_at_the_provider_is_left_in_peace(plan, sending, clock, customer):
    sending.control("opt_outs", {"add": [customer.phone]})
    plan()
    actions.send_due(clock=clock)
    sending.control("opt_outs", {"remove": [customer.phone]})
    plan(key="test:2")
    actions.send_due(clock=clock)

    assert dict(Message.objects.values_list("key", "state")) == {
        "test:1": "failed",
        "test:2": "suppressed",
    }


def test_a_worker_that_was_held_up_does_not_post(plan, sending, clock, settings):
    message = plan()
    settings.MESSAGE_LEASE = timedelta(seconds=settings.TWILIO_READ_SECONDS)

    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert message.state == MessageState.QUEUED
    assert steps(message) == ["queued", "sending", "queued"]
    assert sending.accepted() == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("workers", [2, 8])
def test_sent_once_by_many_workers(plan, sending, clock, menteng, workers):
    people = CustomerFactory.create_batch(60, home_branch=menteng)
    for number, person in enumerate(people):
        give_consent(person)
        plan(key=f"many:{number}", customer=person)
    actions.register_templates()
    sending.set(latency_ms=5, latency_spread_ms=20)
    start = threading.Barrier(workers)

    def work():
        try:
            start.wait()
            actions.send_due(clock=clock)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    taken = sending.accepted()
    assert len(taken) == 60
    assert len({row["callback"] for row in taken}) == 60
    assert Message.objects.filter(state=MessageState.ACCEPTED).count() == 60
