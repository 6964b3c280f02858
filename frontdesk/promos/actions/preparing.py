"""Planning the messages of a promo: some thousands in one transaction with the place reached.

A worker that dies between two of them leaves the rest to the next one; two workers never plan the
same promo at once, and a message planned twice would meet its own key.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.promos.actions.moves import move
from frontdesk.promos.audience import Audience, Group, reach
from frontdesk.promos.models import Campaign, CampaignFigures
from frontdesk.promos.states import CampaignState
from frontdesk.promos.timetable import read_departures, timetable
from frontdesk.promos.wording import variables
from notifications.actions import batches, planning_many
from notifications.models import Channel

CHUNK = 10_000
# A message that could not leave by then is too late, whatever held it up.
PATIENCE = timedelta(days=3)
Clock = Callable[[], datetime]


def prepare_due(*, clock: Clock = timezone.now, chunk: int = CHUNK) -> int:
    """Plan what is due, and go on with what was interrupted; return how many messages."""
    planned = 0
    for pk in list(
        Campaign.objects.due(at=clock()).order_by("start_at").values_list("pk", flat=True)
    ):
        while (step := prepare_step(pk, at=clock(), chunk=chunk)) is not None:
            planned += step
    return planned


@transaction.atomic
def prepare_step(pk: int, *, at: datetime, chunk: int = CHUNK) -> int | None:
    """Take one step with one promo; None when there is nothing (more) to do or another does it."""
    campaign = (
        Campaign.objects.due(at=at)
        .filter(pk=pk)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("batch", "template", "created_by")
        .first()
    )
    if campaign is None:
        return None
    if campaign.state == CampaignState.SCHEDULED:
        _begin(campaign, at=at)
        return 0
    return _plan_next(campaign, at=at, chunk=chunk)


def _begin(campaign: Campaign, *, at: datetime) -> None:
    """Open its batch and decide when which part of it leaves."""
    audience = Audience.of(campaign)
    assert campaign.start_at
    ways = [campaign.channel, Channel.SMS] if campaign.may_sms else [campaign.channel]
    groups: dict[Group, int] = {(branch, way): 0 for branch in audience.branches for way in ways}
    found = reach(audience, at=campaign.start_at)
    plan = timetable(
        groups | found.groups,
        branches=Branch.objects.filter(pk__in=audience.branches),
        start_at=max(campaign.start_at, at),
    )
    move(
        campaign,
        CampaignState.PREPARING,
        by=None,
        at=at,
        batch=batches.open_batch(name=campaign.name, template=campaign.template, at=at),
        audience=found.messages,
        timetable=plan.as_json(),
        cursor=0,
    )
    CampaignFigures.objects.filter(pk=campaign.pk).update(
        finish_at=plan.finish_at, count_again_at=at
    )


def _plan_next(campaign: Campaign, *, at: datetime, chunk: int) -> int:
    assert campaign.batch
    assert campaign.template
    assert campaign.start_at
    departures = read_departures(campaign.timetable)
    if not departures:
        _end(campaign, at=at)
        return 0
    planned = {_group(key): count for key, count in campaign.planned.items()}
    recipients = (
        Audience.of(campaign)
        .reachable(at=campaign.start_at)
        .filter(pk__gt=campaign.cursor)
        .order_by("pk")
        .values_list("pk", "home_branch", "phone", "way", variables(campaign.variables))[:chunk]
    )
    result = planning_many.plan_many(
        planning_many.Campaign(
            batch=campaign.batch,
            key=f"promo:{campaign.pk}",
            template=campaign.template,
            may_sms=campaign.may_sms,
            expires_at=_expires_at(campaign, departures),
            by=campaign.created_by,
        ),
        recipients,
        departures=departures,
        planned=planned,
        at=at,
    )
    for group, count in result.messages.items():
        planned[group] = planned.get(group, 0) + count
    campaign.planned = {f"{branch}:{way}": count for (branch, way), count in planned.items()}
    campaign.cursor = max(result.last_customer, campaign.cursor)
    campaign.save(update_fields=["planned", "cursor"])
    if result.looked_at < chunk:
        _end(campaign, at=at)
    return sum(result.messages.values())


def _end(campaign: Campaign, *, at: datetime) -> None:
    """From the commit on its messages leave."""
    assert campaign.batch
    move(campaign, CampaignState.RUNNING, by=None, at=at, prepared_at=at)
    batches.resume(campaign.batch)
    CampaignFigures.objects.filter(pk=campaign.pk).update(count_again_at=at)


def _expires_at(campaign: Campaign, departures: list[planning_many.Departure]) -> datetime:
    if campaign.ends_at is not None:
        return campaign.ends_at
    told = campaign.timetable.get("finish_at")
    last = max(departure.due_at for departure in departures)
    return max(datetime.fromisoformat(told), last) + PATIENCE if told else last + PATIENCE


def _group(key: str) -> Group:
    branch, way = key.split(":", 1)
    return int(branch), way
