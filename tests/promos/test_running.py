"""From the draft to the last message, and what stops it on the way."""

from datetime import timedelta

import pytest

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.promos import actions
from frontdesk.promos.actions import CannotChangeCampaign
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.models import Campaign
from frontdesk.promos.states import CampaignState
from frontdesk.visits.actions import check_in, start_visit
from frontdesk.visits.models import Purpose
from notifications.models import (
    BatchState,
    Channel,
    InboundMessage,
    Lane,
    Message,
    MessageEvent,
    PhoneStanding,
    Sender,
    Suppression,
    Template,
)
from tests.conftest import Cast
from tests.factories import NOW, create_template, put_message
from tests.promos.conftest import MakeCampaign, fan, run


@pytest.fixture
def fans(menteng: Branch) -> list[Customer]:
    return [fan(menteng, name=f"Sari {n}") for n in range(25)]


def states(campaign: Campaign) -> list[str]:
    return [event.new for event in campaign.events.all()]


def test_everybody_gets_one_message(
    make_campaign: MakeCampaign, fans: list[Customer], menteng: Branch, sender: Sender
) -> None:
    twin = fan(menteng, phone=fans[0].phone)
    campaign = run(make_campaign(), chunk=10)
    assert campaign.state == CampaignState.RUNNING
    assert states(campaign) == ["draft", "scheduled", "preparing", "running"]
    assert campaign.batch
    assert campaign.batch.state == BatchState.RUNNING
    assert campaign.audience == 25
    messages = Message.objects.filter(batch=campaign.batch)
    assert messages.count() == 25
    assert not messages.filter(customer=twin).exists()
    message = messages.get(customer=fans[3])
    assert message.key == f"promo:{campaign.pk}:{fans[3].pk}"
    assert message.text == (
        "Halo Kak Sari, potongan 20% di Klinik Seruni Menteng. Mau kami pesankan tempat?"
    )
    assert (message.lane, message.one_a_day, message.sender) == (Lane.CAMPAIGN, True, sender)
    assert (message.to_phone, message.branch) == (fans[3].phone, menteng)
    assert message.expires_at > NOW + timedelta(days=3)
    assert {message.public_id.version for message in messages} == {7}
    told = MessageEvent.objects.filter(message__batch=campaign.batch, old="", new="queued")
    assert told.count() == 25


def test_prepared_again_nobody_gets_another(
    make_campaign: MakeCampaign, fans: list[Customer]
) -> None:
    campaign = make_campaign()
    actions.start_campaign(campaign, by=None, at=NOW)
    for _ in range(3):
        actions.preparing.prepare_step(campaign.pk, at=NOW, chunk=10)
    # As if the place reached had never been written down.
    Campaign.objects.update(cursor=0, planned={})
    actions.prepare_due(clock=lambda: NOW, chunk=10)
    assert Message.objects.filter(batch__isnull=False).count() == 25
    assert MessageEvent.objects.filter(message__batch__isnull=False).count() == 25


def test_it_waits_for_its_time(make_campaign: MakeCampaign, fans: list[Customer]) -> None:
    later = NOW + timedelta(hours=2)
    campaign = make_campaign(start_at=later)
    actions.start_campaign(campaign, by=None, at=NOW)
    assert actions.prepare_due(clock=lambda: NOW) == 0
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.SCHEDULED
    assert actions.prepare_due(clock=lambda: later) == 25
    assert set(Message.objects.values_list("due_at", flat=True)) == {later}


def test_it_is_taken_back_before_its_time(
    make_campaign: MakeCampaign, fans: list[Customer]
) -> None:
    campaign = make_campaign(start_at=NOW + timedelta(hours=2))
    actions.start_campaign(campaign, by=None, at=NOW)
    actions.unschedule_campaign(campaign, by=None, at=NOW)
    assert actions.prepare_due(clock=lambda: NOW + timedelta(days=1)) == 0


def test_pause_and_resume(make_campaign: MakeCampaign, fans: list[Customer]) -> None:
    campaign = run(make_campaign())
    assert campaign.batch
    actions.pause_campaign(campaign, by=None, at=NOW)
    campaign.batch.refresh_from_db()
    assert campaign.batch.state == BatchState.PAUSED
    with pytest.raises(CannotChangeCampaign, match="sudah dijeda"):
        actions.pause_campaign(campaign, by=None, at=NOW)
    actions.resume_campaign(campaign, by=None, at=NOW)
    campaign.batch.refresh_from_db()
    assert campaign.batch.state == BatchState.RUNNING


def test_cancelled_nothing_waits_any_more(
    make_campaign: MakeCampaign, fans: list[Customer]
) -> None:
    campaign = run(make_campaign())
    assert campaign.batch
    first = Message.objects.filter(batch=campaign.batch).first()
    assert first
    put_message(first, "accepted", accepted_at=NOW, provider_sid="SM1", provider_status="read")
    actions.cancel_campaign(campaign, by=None, at=NOW)
    campaign.batch.refresh_from_db()
    assert campaign.batch.state == BatchState.CANCELLED
    actions.count_campaigns(clock=lambda: NOW)
    assert Message.objects.filter(batch=campaign.batch, state="cancelled").count() == 24
    assert MessageEvent.objects.filter(old="queued", new="cancelled").count() == 24
    campaign.figures.refresh_from_db()
    actions.count_campaigns(clock=lambda: NOW)
    campaign.figures.refresh_from_db()
    assert campaign.figures.counts == {"cancelled": 24, "read": 1}


def test_cancelled_while_it_is_planned(make_campaign: MakeCampaign, fans: list[Customer]) -> None:
    campaign = make_campaign()
    actions.start_campaign(campaign, by=None, at=NOW)
    for _ in range(2):
        actions.preparing.prepare_step(campaign.pk, at=NOW, chunk=10)
    actions.cancel_campaign(campaign, by=None, at=NOW)
    assert actions.prepare_due(clock=lambda: NOW, chunk=10) == 0
    actions.count_campaigns(clock=lambda: NOW)
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}


def test_figures_and_the_end(
    make_campaign: MakeCampaign, fans: list[Customer], cast: Cast, menteng: Branch
) -> None:
    campaign = run(make_campaign())
    messages = list(Message.objects.filter(batch=campaign.batch).order_by("pk"))
    ends = ["delivered"] * 10 + ["read"] * 8 + ["undelivered"] * 2 + ["sent"] * 5
    for number, (message, status) in enumerate(zip(messages, ends, strict=True)):
        put_message(
            message,
            "accepted",
            accepted_at=NOW,
            provider_sid=f"SM{number}",
            provider_status=status,
        )
    InboundMessage.objects.create(
        provider_sid="IN1",
        from_phone=messages[0].to_phone,
        to_address="whatsapp:+6221500",
        channel=Channel.WHATSAPP,
        body="Mau",
        reply_to=messages[0],
        at=NOW,
    )
    after = NOW + timedelta(hours=1)
    Suppression.objects.create(phone=messages[1].to_phone, scope="promo", source="reply", at=after)
    Suppression.objects.create(
        phone=messages[2].to_phone, scope="promo", source="reply", at=NOW - timedelta(days=5)
    )
    came = check_in(branch=menteng, purpose=Purpose.OTHER, customer=fans[0], by=cast.anna, at=after)
    start_visit(came, by=cast.anna, at=after)
    assert actions.count_campaigns(clock=lambda: NOW) == 1
    campaign.refresh_from_db()
    campaign.figures.refresh_from_db()
    assert campaign.figures.counts == {"delivered": 10, "read": 8, "failed": 2, "accepted": 5}
    assert (campaign.figures.replies, campaign.figures.opt_outs) == (1, 1)
    assert campaign.figures.outcomes["visits"] == 1
    assert campaign.state == CampaignState.DONE
    assert campaign.batch
    campaign.batch.refresh_from_db()
    assert campaign.batch.state == BatchState.DONE
    # Later answers are still counted, ever more rarely, and not for ever.
    assert campaign.figures.count_again_at
    assert campaign.figures.count_again_at > NOW
    actions.count_campaigns(clock=lambda: NOW + timedelta(days=40))
    campaign.figures.refresh_from_db()
    assert campaign.figures.count_again_at is None


def test_an_unchanged_count_keeps_its_version(
    make_campaign: MakeCampaign, fans: list[Customer]
) -> None:
    campaign = run(make_campaign())
    at = NOW + timedelta(days=1)
    actions.pause_campaign(campaign, by=None, at=NOW)
    actions.count_one(campaign.pk, at=at)
    campaign.figures.refresh_from_db()
    version = campaign.figures.version
    actions.count_one(campaign.pk, at=at)
    campaign.figures.refresh_from_db()
    assert campaign.figures.version == version == 1


def test_sms_for_who_is_not_on_whatsapp(
    make_campaign: MakeCampaign, menteng: Branch, sender: Sender
) -> None:
    sms = Sender.objects.create(channel=Channel.SMS, address="KLINIK")
    customer = fan(menteng)
    PhoneStanding.objects.create(phone=customer.phone, no_whatsapp_until=NOW + timedelta(days=9))
    run(make_campaign(may_sms=True))
    message = Message.objects.get()
    assert (message.channel, message.sender, message.may_sms) == (Channel.SMS, sms, True)


def test_people_a_day_are_planned_over_the_days(
    make_campaign: MakeCampaign, fans: list[Customer], sender: Sender
) -> None:
    assert sender.portfolio
    sender.portfolio.people_a_day = 10
    sender.portfolio.save()
    campaign = run(make_campaign(), chunk=7)
    due = list(Message.objects.order_by("customer").values_list("due_at", flat=True))
    assert [(at - NOW).days for at in due] == [0] * 10 + [1] * 10 + [2] * 5
    assert min(Message.objects.values_list("expires_at", flat=True)) > max(due)
    assert campaign.timetable["finish_at"]


def test_nobody_to_write_to(make_campaign: MakeCampaign) -> None:
    with pytest.raises(CannotChangeCampaign, match="belum menjangkau siapa pun"):
        actions.start_campaign(make_campaign(), by=None, at=NOW)


def test_a_service_text_is_no_promo(make_campaign: MakeCampaign, fans: list[Customer]) -> None:
    with pytest.raises(CannotChangeCampaign, match="bukan templat promo"):
        actions.start_campaign(make_campaign(template=create_template()), by=None, at=NOW)


def test_over_before_it_began(make_campaign: MakeCampaign, fans: list[Customer]) -> None:
    with pytest.raises(CannotChangeCampaign, match="sudah lewat"):
        actions.start_campaign(make_campaign(ends_at=NOW), by=None, at=NOW)


def test_only_of_branches_one_answers_for(
    make_campaign: MakeCampaign, cast: Cast, jayapura: Branch, offer: Template
) -> None:
    with pytest.raises(CannotChangeCampaign, match="Jayapura"):
        make_campaign(by=cast.maya, branches=[jayapura])
    campaign = make_campaign(by=cast.maya)
    with pytest.raises(CannotChangeCampaign, match="tidak berhak"):
        actions.start_campaign(campaign, by=cast.boris, at=NOW)


def test_changed_meanwhile(
    make_campaign: MakeCampaign, fans: list[Customer], menteng: Branch, offer: Template
) -> None:
    campaign = make_campaign()
    behind, clicked = (Campaign.objects.get(pk=campaign.pk) for _ in range(2))
    promo = Promo(name="Baru", branches=[menteng], template=offer)
    actions.change_campaign(campaign, promo, by=None, at=NOW)
    assert campaign.name == "Baru"
    with pytest.raises(CannotChangeCampaign, match="diubah orang lain"):
        actions.change_campaign(behind, promo, by=None, at=NOW)
    with pytest.raises(CannotChangeCampaign, match="diubah orang lain"):
        actions.start_campaign(clicked, by=None, at=NOW)


def test_who_waits_until_tomorrow_is_in_the_finishing_time(
    menteng: Branch, make_campaign: MakeCampaign
) -> None:
    for _ in range(3):
        fan(menteng)
    campaign = run(make_campaign())
    tomorrow = NOW + timedelta(days=1)
    last = Message.objects.order_by("-pk")[0]
    Message.objects.filter(pk=last.pk).update(due_at=tomorrow)
    actions.count_campaigns(clock=lambda: NOW + timedelta(minutes=1))
    campaign.figures.refresh_from_db()
    assert campaign.figures.finish_at == tomorrow
