"""The demo's promo keeps the house's rules and can be started as it stands."""

from frontdesk.branches.models import Branch
from frontdesk.home.demo.promo import BODY, SMS_BODY, make_promo
from frontdesk.promos.states import CampaignState
from notifications.linting import lint
from notifications.models import Message, MessageClass, Sender
from tests.conftest import Cast
from tests.factories import NOW
from tests.promos.conftest import fan, run


def test_its_words_give_no_reason_for_complaint() -> None:
    offered = {
        "name": "Ibu Maria Goretti",
        "clinic": "Klinik Seruni",
        "branch": "Menteng",
        "penawaran": "potongan 20% untuk facial",
        "sampai_tanggal": "31 Desember",
    }
    found = lint(BODY, message_class=MessageClass.MARKETING, sms_body=SMS_BODY, offered=offered)
    assert found == []


def test_it_can_be_started(menteng: Branch, cast: Cast, sender: Sender) -> None:
    fan(menteng, name="Sari Lestari")
    campaign = run(make_promo(menteng, by=cast.maya, at=NOW))
    assert campaign.state == CampaignState.RUNNING
    text = Message.objects.get().text
    assert text.startswith("Halo Kak Sari, terima kasih")
    assert "{" not in text
