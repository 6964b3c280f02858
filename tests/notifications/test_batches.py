"""What belongs to a batch goes with it when it is cancelled."""

import pytest

from notifications.actions import batches
from notifications.models import Batch, BatchState, Channel, Message
from tests.factories import NOW, put_message

pytestmark = pytest.mark.django_db


def test_the_sms_that_stands_in_is_withdrawn_too(plan) -> None:
    batch = Batch.objects.create(name="Promo", state=BatchState.CANCELLED, created_at=NOW)
    failed, child, other = plan(key="wa"), plan(key="sms"), plan(key="other")
    Message.objects.filter(pk=failed.pk).update(batch=batch, may_sms=True)
    put_message(failed, "failed")
    Message.objects.filter(pk=child.pk).update(parent=failed, channel=Channel.SMS)

    assert batches.withdraw(batch, by=None, at=NOW) == 1

    states = dict(Message.objects.values_list("key", "state"))
    assert states == {"wa": "failed", "sms": "cancelled", "other": "queued"}
    assert child.events.get(new="cancelled").at == NOW
    assert other.events.count() == 1
