"""What stands in for a message of a batch waits with it, goes on with it and ends with it."""

import pytest

from customers.models import ConsentPurpose
from notifications import actions
from notifications.actions import batches
from notifications.actions.falling_back import fall_back
from notifications.models import Batch, BatchState, Lane, Message, MessageClass
from notifications.providers.codes import ErrorClass
from tests.factories import NOW, create_template, give_consent, put_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(settings) -> Batch:
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()
    return Batch.objects.create(name="Promo", state=BatchState.RUNNING, created_at=NOW)


@pytest.fixture
def failed(plan, customer, batch) -> Message:
    """A message of a promo that WhatsApp could not deliver."""
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    create_template("promo", message_class=MessageClass.MARKETING)
    message = plan(
        template="promo",
        lane=Lane.CAMPAIGN,
        batch=batch,
        may_sms=True,
        to_phone=customer.phone,
    )
    undelivered = {"provider_status": "undelivered", "provider_rank": 45}
    put_message(message, "accepted", accepted_at=NOW, provider_sid="SM1", **undelivered)
    return message


def stand_in(message: Message) -> Message:
    fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
    return Message.objects.get(parent=message)


@pytest.mark.parametrize("is_paused_first", [True, False])
def test_it_waits_while_the_promo_is_paused_and_goes_on_with_it(
    failed, batch, sending, clock, is_paused_first
) -> None:
    if is_paused_first:
        batches.pause(batch)
        child = stand_in(failed)
    else:
        child = stand_in(failed)
        batches.pause(batch)

    assert actions.senders_with_due(at=clock()) == []
    actions.send_due(clock=clock)
    assert sending.accepted() == []

    batches.resume(batch)
    actions.send_due(clock=clock)
    child.refresh_from_db()
    assert child.state == "accepted"
    assert [row["to_addr"] for row in sending.accepted()] == [child.to_phone]


def test_it_is_withdrawn_with_a_cancelled_promo(failed, batch, plan) -> None:
    child, other = stand_in(failed), plan(key="other")
    assert batches.withdraw(batch, by=None, at=NOW) == 0
    batches.cancel_batch(batch)

    assert batches.withdraw(batch, by=None, at=NOW) == 1

    states = dict(Message.objects.values_list("key", "state"))
    assert states == {failed.key: "accepted", child.key: "cancelled", other.key: "queued"}
    assert child.events.get(new="cancelled").at == NOW


def test_a_promo_that_is_through_holds_nothing_back(failed, batch, sending, clock) -> None:
    batches.close_batch(batch)
    child = stand_in(failed)
    actions.send_due(clock=clock)
    child.refresh_from_db()
    assert (child.batch, child.state) == (None, "accepted")


def test_what_began_to_stand_in_at_the_last_moment_leaves_too(failed, batch, sending, clock):
    child = stand_in(failed)
    assert child.batch == batch
    batches.close_batch(batch)
    actions.send_due(clock=clock)
    child.refresh_from_db()
    assert child.state == "accepted"
