from collections.abc import Callable
from typing import Any

import pytest

from customers.models import ConsentPurpose, Customer
from frontdesk.branches.models import Branch
from frontdesk.promos import actions
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.models import Campaign
from notifications.models import Channel, MessageClass, Portfolio, Sender, Template
from tests.factories import NOW, CustomerFactory, create_template, give_consent

MakeCampaign = Callable[..., Campaign]


@pytest.fixture
def sender(db: None) -> Sender:
    portfolio = Portfolio.objects.get_or_create(name="WhatsApp")[0]
    return Sender.objects.create(
        channel=Channel.WHATSAPP, address="whatsapp:+6221500", portfolio=portfolio
    )


@pytest.fixture
def offer(db: None) -> Template:
    return create_template(
        "offer",
        body="Halo {name}, {offer} di {clinic} {branch}. Mau kami pesankan tempat?",
        message_class=MessageClass.MARKETING,
    )


def fan(branch: Branch, **fields: Any) -> Customer:
    """A customer who agreed to promos."""
    customer: Customer = CustomerFactory(home_branch=branch, **fields)
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    return customer


@pytest.fixture
def make_campaign(menteng: Branch, sender: Sender, offer: Template) -> MakeCampaign:
    def make(**values: Any) -> Campaign:
        by = values.pop("by", None)
        promo = Promo(
            **{
                "name": "Akhir tahun",
                "branches": [menteng],
                "template": offer,
                "variables": {"offer": "potongan 20%"},
            }
            | values
        )
        return actions.create_campaign(promo, branch=menteng, by=by, at=NOW)

    return make


def run(campaign: Campaign, *, chunk: int = 10_000, at: Any = NOW) -> Campaign:
    """Start a draft and let a worker plan it."""
    actions.start_campaign(campaign, by=None, at=at)
    actions.prepare_due(clock=lambda: at, chunk=chunk)
    campaign.refresh_from_db()
    return campaign
