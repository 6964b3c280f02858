"""A promo on its way through the pump to the provider, halted in between."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.promos import actions
from frontdesk.promos.models import Campaign
from frontdesk.promos.states import CampaignState
from notifications.actions import register_templates, send_due
from notifications.models import Message, Sender, SenderPace, Suppression
from tests.notifications.conftest import account, provider, sending, twilio_server
from tests.promos.conftest import MakeCampaign, fan, run
from tests.twilio_server import WHATSAPP_FROM

__all__ = ["account", "provider", "sending", "twilio_server"]
pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 40


@pytest.fixture
def campaign(
    menteng: Branch, make_campaign: MakeCampaign, sender: Sender, sending: Any
) -> Campaign:
    # Nobody is left in peace: the test runs at any hour.
    menteng.quiet_from = menteng.quiet_until
    menteng.save()
    sender.address, sender.per_second, sender.reserve_percent = WHATSAPP_FROM, 20, 0
    sender.save()
    now = timezone.now()
    SenderPace.objects.create(sender=sender, refilled_at=now, inbound_seen_until=now)
    for _ in range(PEOPLE):
        fan(menteng)
    draft = make_campaign()
    register_templates()
    return run(draft, at=timezone.now())


def numbers(sending: Any) -> list[str]:
    return [row["to_addr"] for row in sending.accepted()]


@contextmanager
def pumping() -> Iterator[None]:
    """A worker that sends whatever is due, until the block is left."""
    done = threading.Event()

    def work() -> None:
        try:
            while not done.is_set():
                send_due()
                done.wait(0.05)
        finally:
            connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


def wait_until(is_so: Any, *, seconds: float = 20) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until
        time.sleep(0.05)


def test_paused_under_way_and_resumed(campaign: Campaign, sending: Any) -> None:
    actions.pause_campaign(campaign, by=None, at=timezone.now())
    send_due()
    assert numbers(sending) == []
    actions.resume_campaign(campaign, by=None, at=timezone.now())
    with pumping():
        wait_until(lambda: len(numbers(sending)) >= 5)
        actions.pause_campaign(campaign, by=None, at=timezone.now())
        # A claim that had begun goes out; within the second that is all.
        time.sleep(1)
        wait_until(lambda: not Message.objects.filter(state="sending").exists())
        halted = len(numbers(sending))
        time.sleep(1)
        assert halted == len(numbers(sending)) < PEOPLE
        actions.resume_campaign(campaign, by=None, at=timezone.now())
        wait_until(lambda: len(numbers(sending)) >= PEOPLE)
    assert len(numbers(sending)) == len(set(numbers(sending))) == PEOPLE
    actions.count_campaigns(clock=lambda: timezone.now() + timedelta(minutes=1))
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.DONE


def test_who_stops_meanwhile_gets_nothing(campaign: Campaign, sending: Any) -> None:
    last = Message.objects.order_by("-pk")[0]
    Suppression.objects.create(
        phone=last.to_phone, scope="promo", source="reply", at=timezone.now()
    )
    with pumping():
        wait_until(lambda: not Message.objects.filter(state="queued").exists())
    assert f"whatsapp:{last.to_phone}" not in numbers(sending)
    assert len(numbers(sending)) == PEOPLE - 1
