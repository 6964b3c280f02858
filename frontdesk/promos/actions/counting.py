"""Counting how a promo fares: by a worker now and then, so that its page only reads one row."""

import time
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q
from django.db.models.lookups import IsNull
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.promos import outcomes
from frontdesk.promos.actions.moves import CannotChangeCampaign, move
from frontdesk.promos.audience import Group
from frontdesk.promos.models import Campaign, CampaignFigures
from frontdesk.promos.states import ENDED, CampaignState
from frontdesk.promos.timetable import timetable
from notifications.actions import batches
from notifications.models import InboundMessage, Meaning, Message, Suppression
from notifications.models.reach import Scope
from notifications.states import MessageState, ProviderStatus

Clock = Callable[[], datetime]
OFTEN = timedelta(seconds=4)
# Of the time between two counts, counting takes a fiftieth at most.
SHARE = 50
STOPS = (Meaning.STOP, Meaning.STOP_PROMO)
# How long people still read, answer and come, and how often that is looked at.
AFTERWARDS = (
    (timedelta(hours=1), timedelta(minutes=1)),
    (timedelta(days=1), timedelta(minutes=10)),
    (timedelta(days=30), timedelta(hours=1)),
)
ON_ITS_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)
BAD_ENDS = (ProviderStatus.FAILED, ProviderStatus.UNDELIVERED, ProviderStatus.CANCELED)


def count_campaigns(*, clock: Clock = timezone.now) -> int:
    """Count what is to be counted now; return how many promos that were."""
    due = CampaignFigures.objects.filter(count_again_at__lte=clock()).order_by("count_again_at")
    return sum(count_one(pk, at=clock()) for pk in list(due.values_list("pk", flat=True)))


@transaction.atomic
def count_one(pk: int, *, at: datetime) -> bool:
    """Count one promo and see whether it is through; say whether this worker did."""
    figures = (
        CampaignFigures.objects.filter(pk=pk)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("campaign__batch")
        .first()
    )
    if figures is None or figures.campaign.batch is None:
        return False
    campaign, batch = figures.campaign, figures.campaign.batch
    began = time.perf_counter()
    withdrawn = 0
    if campaign.state == CampaignState.CANCELLED:
        withdrawn = batches.withdraw(batch, by=None, at=at)
    counts, waiting, is_on_its_way = _counts(batch.pk)
    told = {
        "counts": counts,
        "replies": _replies(batch.pk),
        "opt_outs": _opt_outs(batch.pk, since=batch.created_at),
        "outcomes": {
            outcome.key: outcome.count(batch.pk, batch.created_at)
            for outcome in outcomes.declared()
        },
        "finish_at": _finish_at(campaign, waiting, at=at),
    }
    is_new = any(getattr(figures, name) != value for name, value in told.items())
    for name, value in told.items():
        setattr(figures, name, value)
    figures.version += is_new
    figures.counted_at = at
    if campaign.state == CampaignState.RUNNING and not is_on_its_way:
        _finish(campaign, at=at)
    took = timedelta(seconds=time.perf_counter() - began)
    figures.count_again_at = at if withdrawn else _again_at(campaign, at=at, took=took)
    figures.save()
    return True


def _finish(campaign: Campaign, *, at: datetime) -> None:
    assert campaign.batch
    # Whoever pauses or cancels it at this very moment is right.
    with suppress(CannotChangeCampaign):
        move(campaign, CampaignState.DONE, by=None, at=at, ended_at=at)
        batches.close_batch(campaign.batch)


def _again_at(campaign: Campaign, *, at: datetime, took: timedelta) -> datetime | None:
    rest = took * SHARE
    if campaign.state not in ENDED or campaign.ended_at is None:
        return at + max(OFTEN, rest)
    since = at - campaign.ended_at
    for until, every in AFTERWARDS:
        if since < until:
            return at + max(every, rest)
    return None


def _counts(batch: int) -> tuple[dict[str, int], dict[Group, int], bool]:
    """Messages by what the page tells of them, what still waits by branch and channel, and whether
    any is on its way.

    A person is counted once: what stands in for her message only waits.
    """
    rows = (
        Message.objects.filter(batch=batch)
        .order_by()
        .annotate(is_first=IsNull(F("parent"), True))
        .values_list("state", "provider_status", "branch", "channel", "is_first")
        .annotate(n=Count("pk"))
    )
    counts: dict[str, int] = {}
    waiting: dict[Group, int] = {}
    is_on_its_way = False
    for state, status, branch, channel, is_first, n in rows:
        kind = _kind(state, status)
        if is_first:
            counts[kind] = counts.get(kind, 0) + n
        if state == MessageState.QUEUED:
            waiting[branch, channel] = waiting.get((branch, channel), 0) + n
        is_on_its_way |= state in ON_ITS_WAY
    return counts, waiting, is_on_its_way


def _kind(state: str, status: str) -> str:
    """One word for a message of ours: its state, or what the provider says once it has it."""
    if state != MessageState.ACCEPTED:
        return str(state)
    if status in BAD_ENDS:
        return str(MessageState.FAILED)
    if status in (ProviderStatus.DELIVERED, ProviderStatus.READ):
        return str(status)
    return str(MessageState.ACCEPTED)


def _replies(batch: int) -> int:
    answers = InboundMessage.objects.filter(reply_to__batch=batch).exclude(meaning__in=STOPS)
    return answers.aggregate(n=Count("from_phone", distinct=True))["n"] or 0


def _opt_outs(batch: int, *, since: datetime) -> int:
    """Numbers that asked to be left alone after this promo reached them."""
    reached = Message.objects.filter(
        batch=batch, to_phone=OuterRef("phone"), accepted_at__lte=OuterRef("at")
    )
    stopped = Suppression.objects.filter(Q(at__gte=since), Exists(reached), scope__in=Scope.values)
    return stopped.aggregate(n=Count("phone", distinct=True))["n"] or 0


def _finish_at(campaign: Campaign, waiting: dict[Group, int], *, at: datetime) -> datetime | None:
    if campaign.state != CampaignState.RUNNING:
        return campaign.figures.finish_at if campaign.state == CampaignState.PREPARING else None
    branches = Branch.objects.filter(pk__in={branch for branch, _channel in waiting})
    planned = timetable(waiting, branches=branches, start_at=at).finish_at
    # Some wait for another day, e.g. because their customer got a message today.
    queued = Message.objects.filter(batch=campaign.batch, state=MessageState.QUEUED)
    last = queued.aggregate(last=Max("due_at"))["last"]
    return max(planned, last) if planned and last else planned
