"""A promo is through when what stands in for its messages has left too."""

from datetime import timedelta

import pytest

from frontdesk.promos import actions
from frontdesk.promos.reports import progress
from frontdesk.promos.states import CampaignState
from notifications.actions.falling_back import fall_back
from notifications.models import Channel, Message, Sender
from notifications.providers.codes import ErrorClass
from tests.factories import NOW, put_message
from tests.promos.conftest import fan, run

pytestmark = pytest.mark.django_db


def test_not_done_before_its_sms_has_left_and_each_person_counted_once(make_campaign, menteng):
    Sender.objects.create(channel=Channel.SMS, address="KLINIK")
    fan(menteng, phone="+6281234567890")
    campaign = run(make_campaign(may_sms=True))
    message = Message.objects.get()
    undelivered = {"provider_status": "undelivered", "provider_rank": 45}
    put_message(message, "accepted", accepted_at=NOW, provider_sid="SM1", **undelivered)
    fall_back(message, error=ErrorClass.NO_WHATSAPP, at=NOW)
    sms = Message.objects.get(parent=message)

    actions.count_one(campaign.pk, at=NOW)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.RUNNING
    assert progress(campaign).total == 1

    put_message(sms, "accepted", accepted_at=NOW, provider_sid="SM2")
    actions.count_one(campaign.pk, at=NOW + timedelta(minutes=1))
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.DONE
    assert progress(campaign).total == 1
