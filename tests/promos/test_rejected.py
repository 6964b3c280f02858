"""A promo whose template a person rejects on the provider's page: held, and said so everywhere."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.promos.models import Campaign
from notifications import actions
from notifications.models import Message, Sender, SenderPace, Template, TemplateVersion
from tests.notifications.conftest import account, provider, sending, twilio_server
from tests.promos.conftest import MakeCampaign, fan, run
from tests.twilio_server import WHATSAPP_FROM

__all__ = ["account", "provider", "sending", "twilio_server"]
pytestmark = pytest.mark.django_db
REASON = "TAG_CONTENT_MISMATCH"


@pytest.fixture
def campaign(
    menteng: Branch, make_campaign: MakeCampaign, sender: Sender, sending: Any
) -> Campaign:
    menteng.quiet_from = menteng.quiet_until
    menteng.save()
    sender.address = WHATSAPP_FROM
    sender.save()
    now = timezone.now()
    SenderPace.objects.create(sender=sender, refilled_at=now, inbound_seen_until=now)
    for _ in range(3):
        fan(menteng)
    draft = make_campaign()
    actions.register_templates()
    return run(draft, at=now)


def decide(sending: Any, template: Template, status: str, reason: str = "") -> None:
    """Click on the provider's page, and let the clinic look."""
    template.refresh_from_db()
    assert template.current
    answer = sending.http.request(
        "POST",
        f"{sending.url}/templates/{template.current.content_sid}",
        body=urlencode({"status": status, "reason": reason}),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    assert answer.status == 303


def look(*, minutes: int) -> None:
    """The provider is asked about a few at a time."""
    while actions.follow_approvals(at=timezone.now() + timedelta(minutes=minutes)):
        pass


def test_it_is_held_with_its_reason_and_goes_on_once_approved(
    campaign: Campaign,
    offer: Template,
    sending: Any,
    cast: Any,
    sign_in: Callable[..., Client],
) -> None:
    Template.objects.exclude(pk=offer.pk).update(is_archived=True)
    decide(sending, offer, "rejected", REASON)
    look(minutes=0)
    actions.send_due()
    assert sending.accepted() == []

    client = sign_in(cast.maya)
    shown = client.get(reverse("promos:promo_show", args=[campaign.pk])).content.decode()
    assert "ditolak WhatsApp" in shown
    text = client.get(reverse("notifications:template_show", args=[offer.pk])).content.decode()
    assert REASON in text
    assert set(Message.objects.values_list("state", flat=True)) == {"queued"}

    decide(sending, offer, "approved")
    look(minutes=3)
    assert TemplateVersion.objects.get(pk=offer.current_id).approval == "approved"
    actions.send_due()
    assert len(sending.accepted()) == 3
    shown = client.get(reverse("promos:promo_show", args=[campaign.pk])).content.decode()
    assert "ditolak WhatsApp" not in shown
