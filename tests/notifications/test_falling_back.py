"""What stands in for a message that did not arrive: an SMS, then the telephone; each once."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import connection

from customers.models import ConsentPurpose
from notifications import actions
from notifications.actions.falling_back import fall_back, fall_back_in_time, recall
from notifications.models import (
    Batch,
    CallEntry,
    CallReason,
    Channel,
    Message,
    MessageClass,
    OptOutLink,
    PhoneStanding,
    Scope,
    SuppressionSource,
)
from notifications.providers.codes import ErrorClass
from notifications.segments import count
from tests.factories import NOW, CustomerFactory, create_template, give_consent, put_message

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"


@pytest.fixture(autouse=True)
def sms(settings, db):
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()


@pytest.fixture
def failed(plan):
    def fail(**values):
        message = plan(**{"may_sms": True, "may_call": True} | values)
        put_message(
            message,
            "accepted",
            accepted_at=NOW,
            provider_sid=f"SM{message.pk}",
            provider_status="undelivered",
            provider_rank=45,
            error_code="63024",
            to_phone=message.customer.phone,
        )
        return message

    return fail


def child_of(message):
    return Message.objects.get(parent=message)


def test_whatsapp_fails_and_an_sms_stands_in(failed):
    message = failed()
    fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
    child = child_of(message)
    assert (child.channel, child.state, child.to_phone) == ("sms", "queued", PHONE)
    assert (child.lane, child.expires_at) == (message.lane, message.expires_at)
    assert count(child.body).is_gsm7
    assert child.segments == 1
    assert not child.one_a_day
    assert not CallEntry.objects.exists()
    assert PhoneStanding.objects.get().no_whatsapp_until == NOW + timedelta(days=30)


def test_twice_is_once(failed):
    message = failed()
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    assert Message.objects.filter(parent=message).count() == 1


def test_the_words_for_sms_and_their_alphabet(failed):
    create_template("fancy", body="Halo “{name}”", sms_body="Hai “{name}” – {day} 🌸")
    message = failed(key="fancy", template="fancy")
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    assert child_of(message).body == 'Hai "Ibu Sari" - besok'


def test_a_promo_by_sms_carries_the_way_out(failed, customer, settings):
    settings.PUBLIC_BASE_URL = "https://klinik.example"
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    create_template("promo", body="Promo {day}.", message_class=MessageClass.MARKETING)
    message = failed(key="promo", template="promo")
    fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
    code = OptOutLink.objects.get(phone=PHONE).code
    assert child_of(message).body == f"Promo besok.\nStop: https://klinik.example/b/{code}/"


def test_the_sms_fails_too_and_somebody_calls(failed, menteng, customer):
    message = failed()
    fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
    child = child_of(message)
    fall_back(child, error=ErrorClass.UNREACHABLE, at=NOW)
    fall_back(child, error=ErrorClass.UNREACHABLE, at=NOW)
    entry = CallEntry.objects.get()
    assert (entry.branch, entry.customer, entry.state) == (menteng, customer, "open")
    assert CallReason.objects.get().message == message


def test_without_sms_straight_to_the_telephone_one_line_a_customer(failed):
    for number in range(3):
        message = failed(key=f"m{number}", may_sms=False)
        fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    assert CallEntry.objects.count() == 1
    assert CallReason.objects.count() == 3


def test_a_landline_gets_no_sms(failed, menteng):
    customer = CustomerFactory(phone="+622112345678", home_branch=menteng)
    give_consent(customer)
    fall_back(failed(customer=customer), error=ErrorClass.BAD_NUMBER, at=NOW)
    assert not Message.objects.filter(channel=Channel.SMS).exists()
    assert CallEntry.objects.get().customer == customer
    assert PhoneStanding.objects.get().bad_since == NOW


@pytest.mark.parametrize(
    "error", [ErrorClass.OPTED_OUT, ErrorClass.SAFE, ErrorClass.UNKNOWN, ErrorClass.ACCOUNT]
)
def test_some_ends_have_no_substitute(failed, error):
    fall_back(failed(), error=error, at=NOW)
    assert Message.objects.count() == 1
    assert not CallEntry.objects.exists()


def test_neither_wanted_nor_still_of_use(failed):
    fall_back(failed(may_sms=False, may_call=False), error=ErrorClass.UNREACHABLE, at=NOW)
    late = failed(key="late")
    fall_back(late, error=ErrorClass.UNREACHABLE, at=late.expires_at)
    assert Message.objects.filter(channel=Channel.SMS).count() == 0
    assert not CallEntry.objects.exists()


def test_a_cancelled_campaign_gets_none(failed):
    message = failed()
    message.batch = Batch.objects.create(name="Promo", state="cancelled", created_at=NOW)
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    assert Message.objects.count() == 1


def test_nobody_calls_whom_it_would_annoy(failed, customer):
    stop = {"source": SuppressionSource.REPLY, "words": "STOP", "by": None, "at": NOW}
    actions.leave_in_peace(PHONE, scope=Scope.ALL, **stop)
    fall_back(failed(may_sms=False), error=ErrorClass.UNREACHABLE, at=NOW)
    assert not CallEntry.objects.exists()


def test_it_arrived_after_all(failed):
    message = failed()
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    recall(message, at=NOW)
    assert child_of(message).state == "cancelled"


def test_what_has_left_is_not_called_back(failed):
    message = failed()
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    put_message(child_of(message), "accepted", accepted_at=NOW, provider_sid="SMc")
    recall(message, at=NOW)
    assert child_of(message).state == "accepted"


def test_nobody_needs_to_call_any_more(failed):
    message = failed(may_sms=False)
    fall_back(message, error=ErrorClass.UNREACHABLE, at=NOW)
    recall(message, at=NOW)
    assert CallEntry.objects.get().state == "dropped"


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["sent", "undelivered", "delivered"]))
)
def test_statuses_in_any_order_leave_nothing_to_send(plan, order):
    message = plan(may_sms=True)
    put_message(message, "accepted", accepted_at=NOW, provider_sid="SM1", to_phone=PHONE)
    for status in [*order, *order]:
        code = "63024" if status == "undelivered" else ""
        actions.apply_status(message.public_id, sid="SM1", status=status, error_code=code, at=NOW)
    message.refresh_from_db()
    assert message.provider_status == "delivered"
    assert not Message.objects.filter(parent=message, state="queued").exists()


def test_what_is_not_delivered_in_time_goes_another_way(plan):
    message = plan(may_sms=True)
    put_message(message, "accepted", accepted_at=NOW, provider_sid="SM1", to_phone=PHONE)
    early, late = NOW + timedelta(hours=2), message.expires_at - timedelta(hours=1)
    assert fall_back_in_time(at=early) == 0
    assert fall_back_in_time(at=late) == 1
    assert fall_back_in_time(at=late) == 0
    assert child_of(message).channel == "sms"


def test_what_was_delivered_or_nobody_waits_for_stays(plan):
    delivered, plain = plan(may_sms=True), plan(key="plain")
    done = {"provider_status": "delivered", "provider_rank": 50, "final_at": NOW}
    put_message(delivered, "accepted", accepted_at=NOW, provider_sid="SM1", **done)
    put_message(plain, "accepted", accepted_at=NOW, provider_sid="SM2")
    assert fall_back_in_time(at=plain.expires_at - timedelta(hours=1)) == 0


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_plan_one(failed):
    message, start, failures = failed(), threading.Barrier(8), []

    def work():
        try:
            start.wait()
            fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Message.objects.filter(parent=message).count() == 1


def test_an_sms_of_its_own_is_written_down_as_it_left(plan, sending, clock, customer, settings):
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    create_template("promo", body="Promo “{day}” 🌸", message_class=MessageClass.MARKETING)
    message = plan(template="promo", channel=Channel.SMS)
    actions.send_due(clock=clock)
    message.refresh_from_db()
    code = OptOutLink.objects.get(phone=PHONE).code
    words = f'Promo "besok"\nStop: {settings.PUBLIC_BASE_URL}/b/{code}/'
    assert (message.state, message.text, message.segments) == ("accepted", words, 1)
    assert sending.accepted()[0]["body"] == words


def test_what_is_held_back_here_says_nothing_new_of_the_number(plan, sending, clock):
    until = clock() + timedelta(days=3)
    PhoneStanding.objects.create(phone=PHONE, no_whatsapp_until=until)
    message = plan(may_sms=True)
    actions.send_due(clock=clock)
    message.refresh_from_db()
    assert message.state == "suppressed"
    assert child_of(message).state in ("queued", "accepted")
    assert PhoneStanding.objects.get().no_whatsapp_until == until
