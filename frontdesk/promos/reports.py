"""What the pages show of promos: pure reads, frozen results; a running promo costs one row."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.promos import outcomes
from frontdesk.promos.audience import Audience, Reach, reach, sample
from frontdesk.promos.models import Campaign, CampaignFigures
from frontdesk.promos.states import CampaignState
from frontdesk.promos.timetable import Timetable, timetable
from frontdesk.promos.wording import variables
from notifications.models import Channel, Template
from notifications.states import MessageState, ProviderStatus
from notifications.wording import filled

# A page waits no longer for a count; the promo itself is planned without one.
PATIENCE_MS = 5_000

GROUPS: tuple[tuple[str, StrOrPromise, tuple[str, ...]], ...] = (
    ("planned", _("Menunggu"), (MessageState.QUEUED,)),
    ("sending", _("Sedang dikirim"), (MessageState.SENDING, MessageState.UNKNOWN)),
    ("sent", _("Terkirim"), (MessageState.ACCEPTED,)),
    ("delivered", _("Sampai"), (ProviderStatus.DELIVERED,)),
    ("read", _("Dibaca"), (ProviderStatus.READ,)),
    ("failed", _("Gagal"), (MessageState.FAILED, MessageState.ABANDONED)),
    ("withdrawn", _("Tidak dikirim"), (MessageState.SUPPRESSED, MessageState.EXPIRED)),
    ("cancelled", _("Dibatalkan"), (MessageState.CANCELLED,)),
)
WAITING = frozenset({"planned", "sending"})


@dataclass(frozen=True)
class Figure:
    badge: str
    label: str
    count: int
    percent: int


@dataclass(frozen=True)
class Progress:
    """A promo under way, as its row of figures tells it."""

    campaign: Campaign
    figures: list[Figure]
    total: int
    through: int
    replies: int
    opt_outs: int
    followed: list[tuple[str, int]]
    finish_at: datetime | None
    counted_at: datetime | None
    etag: str

    @property
    def percent(self) -> int:
        return 100 * self.through // self.total if self.total else 0

    @property
    def is_live(self) -> bool:
        """Whether its page goes on asking."""
        return self.campaign.state in (
            CampaignState.SCHEDULED,
            CampaignState.PREPARING,
            CampaignState.RUNNING,
            CampaignState.PAUSED,
        )


def progress(campaign: Campaign) -> Progress:
    told: CampaignFigures = campaign.figures
    groups = [
        (badge, str(label), sum(told.counts.get(state, 0) for state in states))
        for badge, label, states in GROUPS
    ]
    planned = sum(count for _badge, _label, count in groups)
    total = campaign.audience if campaign.state == CampaignState.PREPARING else planned
    return Progress(
        campaign=campaign,
        figures=[
            Figure(badge, label, count, 100 * count // planned if planned else 0)
            for badge, label, count in groups
            if count or badge in {"sent", "delivered", "read"}
        ],
        total=total,
        through=_through(campaign, groups),
        replies=told.replies,
        opt_outs=told.opt_outs,
        followed=[(str(one.label), told.outcomes.get(one.key, 0)) for one in outcomes.declared()],
        finish_at=told.finish_at,
        counted_at=told.counted_at,
        etag=etag_of(campaign),
    )


def _through(campaign: Campaign, groups: list[tuple[str, str, int]]) -> int:
    if campaign.state == CampaignState.PREPARING:
        return sum(campaign.planned.values())
    return sum(count for badge, _label, count in groups if badge not in WAITING)


def etag_of(campaign: Campaign) -> str:
    """Return what changes whenever the promo or a figure of it did."""
    planned = sum(campaign.planned.values())
    held = campaign.template.hold if campaign.template else None
    known = (campaign.pk, campaign.version, campaign.figures.version, planned, held or "")
    return f'"{"-".join(str(part) for part in known)}"'


def why_held(campaign: Campaign) -> str:
    """Why nothing leaves of a promo that nobody paused; empty when something does."""
    is_waiting = campaign.state in (CampaignState.SCHEDULED, CampaignState.RUNNING)
    if not is_waiting or campaign.channel != Channel.WHATSAPP or campaign.template is None:
        return ""
    return campaign.template.hold_words


@dataclass(frozen=True)
class Look:
    """An audience before the start: how many, who for example, what they would read, until when."""

    # Empty: not asked for, or it could not be counted in the time that a page waits.
    reach: Reach | None
    is_counted: bool
    people: list[Customer]
    shown: Customer | None
    text: str
    timetable: Timetable | None
    # Part of it would leave after the last day, which is to say not at all.
    is_too_late: bool


def look(
    audience: Audience,
    *,
    template: Template | None,
    written: Mapping[str, str],
    start_at: datetime,
    ends_at: datetime | None = None,
    show: int | None = None,
    count: bool = True,
) -> Look:
    counted: Reach | None = None
    people: list[Customer] = []
    with suppress(OperationalError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = {PATIENCE_MS}")
        people = sample(audience, at=start_at)
        counted = reach(audience, at=start_at) if count else None
    shown = next((one for one in people if one.pk == show), people[0] if people else None)
    plan = _timetable(audience, counted, start_at=start_at)
    return Look(
        reach=counted,
        is_counted=count,
        people=people,
        shown=shown,
        text=preview(shown, template=template, written=written, channel=audience.channel),
        timetable=plan,
        is_too_late=bool(plan and ends_at and (plan.finish_at is None or plan.finish_at > ends_at)),
    )


def preview(
    customer: Customer | None,
    *,
    template: Template | None,
    written: Mapping[str, str],
    channel: str,
) -> str:
    """What one customer would read."""
    if customer is None or template is None or template.current is None:
        return ""
    values = Customer.objects.values_list(variables(written), flat=True).get(pk=customer.pk)
    version = template.current
    is_sms = channel == Channel.SMS and version.sms_body
    return filled(version.sms_body if is_sms else version.body, values)


def _timetable(
    audience: Audience, counted: Reach | None, *, start_at: datetime
) -> Timetable | None:
    if counted is None or not counted.groups:
        return None
    branches = Branch.objects.filter(pk__in=audience.branches)
    return timetable(counted.groups, branches=branches, start_at=start_at)
