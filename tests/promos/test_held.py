"""A promo whose words WhatsApp does not take says so."""

import pytest
from django.urls import reverse

from frontdesk.promos import permissions
from notifications.models import Approval, TemplateVersion
from tests.factories import NOW
from tests.promos.conftest import fan, run

pytestmark = pytest.mark.django_db


def test_it_is_not_started_with_them(make_campaign, menteng, offer) -> None:
    fan(menteng)
    TemplateVersion.objects.filter(pk=offer.current_id).update(approval=Approval.REJECTED)
    campaign = make_campaign()
    assert "ditolak WhatsApp" in permissions.why_not_start(campaign, by=None, at=NOW)
    campaign.channel = "sms"
    assert permissions.why_not_start(campaign, by=None, at=NOW) == ""


def test_under_way_its_page_says_why_nothing_leaves(
    make_campaign, menteng, offer, cast, sign_in
) -> None:
    fan(menteng)
    campaign = run(make_campaign())
    client = sign_in(cast.maya)
    poll = reverse("promos:promo_progress", args=[campaign.pk])
    known = client.get(poll)
    assert "dijeda WhatsApp" not in known.content.decode()
    TemplateVersion.objects.filter(pk=offer.current_id).update(approval=Approval.PAUSED)
    again = client.get(poll, headers={"If-None-Match": known["ETag"]})
    assert again.status_code == 200
    assert "dijeda WhatsApp" in again.content.decode()
    page = client.get(reverse("promos:promo_show", args=[campaign.pk])).content.decode()
    assert "dijeda WhatsApp" in page
