"""A phone out of reach is tried twice more with what a customer needs, and never with a promo."""

from datetime import timedelta

import pytest

from customers.models import ConsentPurpose
from notifications import actions
from notifications.models import CallEntry, CallReason, Channel, Message, MessageClass
from tests.factories import NOW, create_template, give_consent

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def sms(settings, db) -> None:
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()


@pytest.fixture
def fail(sending, clock):
    """Send what is due, and have the provider say that this one did not arrive."""

    def fail(message: Message, code: str = "30003", status: str = "undelivered") -> None:
        actions.send_due(clock=clock)
        message.refresh_from_db()
        assert message.state == "accepted", message.problem
        told = {"sid": message.provider_sid, "status": status, "error_code": code}
        actions.apply_status(message.public_id, **told, at=clock())

    return fail


def child_of(message: Message) -> Message | None:
    return Message.objects.filter(parent=message).first()


def test_twice_more_each_time_later_and_then_the_telephone(plan, clock, fail, sending) -> None:
    first = plan(channel=Channel.SMS, may_call=True)
    fail(first)
    second = child_of(first)
    assert second
    assert second.due_at == clock() + timedelta(minutes=10)
    assert (second.state, second.channel, second.one_a_day) == ("queued", "sms", False)
    assert second.expires_at == first.expires_at
    clock.forward(minutes=11)
    fail(second)
    third = child_of(second)
    assert third
    assert third.due_at == clock() + timedelta(minutes=40)
    assert not CallEntry.objects.exists()
    clock.forward(minutes=41)
    fail(third)
    assert child_of(third) is None
    assert CallReason.objects.get().message == first
    words = {row["body"] for row in sending.accepted()}
    assert len(sending.accepted()) == 3
    assert words == {"Halo Ibu Sari, sampai jumpa besok."}


@pytest.mark.parametrize("code", ["30003", "30036", "30500"])
def test_told_twice_it_is_tried_once(plan, clock, fail, code) -> None:
    message = plan(channel=Channel.SMS)
    fail(message, code)
    fail(message, code)
    assert Message.objects.count() == 2


@pytest.mark.parametrize("code", ["30004", "30007", "30008", "30410", "63049"])
def test_what_is_no_matter_of_the_phone_is_not_repeated(plan, clock, fail, code) -> None:
    message = plan(channel=Channel.SMS)
    fail(message, code)
    assert child_of(message) is None


@pytest.mark.parametrize("code", ["30003", "63049"])
def test_a_promo_is_never_repeated(plan, clock, fail, customer, code) -> None:
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    create_template("promo", message_class=MessageClass.MARKETING)
    message = plan(template="promo")
    fail(message, code)
    assert child_of(message) is None


def test_not_when_it_would_come_too_late(plan, clock, fail) -> None:
    message = plan(channel=Channel.SMS, expires_at=NOW + timedelta(minutes=10), may_call=True)
    fail(message)
    assert child_of(message) is None
    assert CallEntry.objects.exists()


def test_after_the_last_attempt_by_whatsapp_an_sms(plan, clock, fail) -> None:
    message = plan(may_sms=True)
    for minutes in (11, 41, 0):
        fail(message)
        clock.forward(minutes=minutes)
        parent, message = message, child_of(message)
    assert message
    assert (message.channel, parent.channel) == ("sms", "whatsapp")


@pytest.mark.parametrize("late", [0, 1])
def test_one_that_arrives_after_all_calls_the_others_back(plan, clock, fail, late) -> None:
    messages = [plan(channel=Channel.SMS)]
    for minutes in (11, 41):
        fail(messages[-1])
        clock.forward(minutes=minutes)
        messages.append(child_of(messages[-1]))
    arrived = messages[late]
    actions.apply_status(
        arrived.public_id, sid=arrived.provider_sid, status="delivered", error_code="", at=clock()
    )
    messages[-1].refresh_from_db()
    assert messages[-1].state == "cancelled"


def test_the_last_attempt_arrives_and_nobody_has_to_call(plan, clock, fail) -> None:
    message = plan(channel=Channel.SMS, may_call=True)
    for minutes in (11, 41, 0):
        fail(message)
        clock.forward(minutes=minutes)
        last, message = message, child_of(message)
    assert CallEntry.objects.get().state == "open"
    actions.apply_status(
        last.public_id, sid=last.provider_sid, status="delivered", error_code="", at=clock()
    )
    assert CallEntry.objects.get().state == "dropped"
