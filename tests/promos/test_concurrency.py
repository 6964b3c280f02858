"""Two clicks, two workers, and a worker that dies: everybody still gets one message."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from frontdesk.branches.models import Branch
from frontdesk.promos import actions
from frontdesk.promos.actions import CannotChangeCampaign
from frontdesk.promos.models import Campaign
from frontdesk.promos.states import CampaignState
from notifications.models import Batch, Message, MessageEvent
from tests.notifications.conftest import process_environ
from tests.promos.conftest import MakeCampaign, fan, run

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = 40


@pytest.fixture
def campaign(make_campaign: MakeCampaign, menteng: Branch) -> Campaign:
    for _ in range(PEOPLE):
        fan(menteng)
    return make_campaign()


def at_once(*deeds: Callable[[], Any]) -> list[Any]:
    def done(deed: Callable[[], Any]) -> Any:
        try:
            return deed()
        except CannotChangeCampaign as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(done, deeds))


def start(pk: int) -> Callable[[], None]:
    return lambda: actions.start_campaign(Campaign.objects.get(pk=pk), by=None, at=timezone.now())


def everybody_once() -> None:
    assert Message.objects.count() == PEOPLE
    assert Message.objects.values("to_phone").distinct().count() == PEOPLE
    assert MessageEvent.objects.filter(old="", new="queued").count() == PEOPLE
    assert Batch.objects.count() == 1


def test_two_clicks_on_start(campaign: Campaign) -> None:
    answers = at_once(*[start(campaign.pk)] * 4)
    refused = [answer for answer in answers if isinstance(answer, CannotChangeCampaign)]
    assert len(refused) == 3
    assert campaign.events.filter(new=CampaignState.SCHEDULED).count() == 1


def test_two_workers_plan_each_message_once(campaign: Campaign) -> None:
    start(campaign.pk)()
    planned = at_once(*[lambda: actions.prepare_due(chunk=3)] * 4)
    # A worker that met another at the same promo leaves it; the next beat goes on.
    assert sum(planned) + actions.prepare_due(chunk=3) == PEOPLE
    everybody_once()


def test_two_workers_count_it_once(campaign: Campaign) -> None:
    run(campaign, at=timezone.now())
    actions.cancel_campaign(campaign, by=None, at=timezone.now())
    at_once(*[actions.count_campaigns] * 4)
    while actions.count_campaigns():
        pass
    assert MessageEvent.objects.filter(old="queued", new="cancelled").count() == PEOPLE


def test_cancelled_while_another_worker_plans(campaign: Campaign) -> None:
    start(campaign.pk)()
    actions.preparing.prepare_step(campaign.pk, at=timezone.now())

    def cancel() -> None:
        stopped = Campaign.objects.select_related("batch").get(pk=campaign.pk)
        actions.cancel_campaign(stopped, by=None, at=timezone.now())

    at_once(lambda: actions.prepare_due(chunk=2), cancel)
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.CANCELLED
    while actions.count_campaigns():
        pass
    assert not Message.objects.exclude(state="cancelled").exists()


KILLED = """
import os, signal, django
django.setup()
from django.utils import timezone
from frontdesk.promos.actions import preparing
for _ in range(3):
    preparing.prepare_step({pk}, at=timezone.now(), chunk=10)
preparing.move = lambda *args, **fields: None
plan_many = preparing.planning_many.plan_many
def dies(*args, **values):
    plan_many(*args, **values)
    os.kill(os.getpid(), signal.SIGKILL)
preparing.planning_many.plan_many = dies
preparing.prepare_step({pk}, at=timezone.now(), chunk=10)
"""


def test_a_worker_killed_between_two_steps(campaign: Campaign, settings: Settings) -> None:
    """The one begins the promo and plans twenty; it dies with ten more written, not committed."""
    start(campaign.pk)()
    dead = subprocess.run(
        [sys.executable, "-c", KILLED.format(pk=campaign.pk)],
        env={**os.environ, **process_environ(settings)},
        timeout=120,
        check=False,
    )
    assert dead.returncode == -9
    assert Message.objects.count() == 20
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.PREPARING
    assert actions.prepare_due(chunk=10) == 20
    campaign.refresh_from_db()
    assert campaign.state == CampaignState.RUNNING
    everybody_once()
