"""How the senders fare, and what a branch's messages came to day by day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from notifications.models import (
    Approval,
    Channel,
    Circuit,
    Lane,
    Message,
    MessageClass,
    ReachedPhone,
    Sender,
    Template,
)
from notifications.providers.codes import words
from notifications.reports import BAD_ENDS
from notifications.states import MessageState, ProviderStatus

DAY = timedelta(hours=24)
FIGURE_DAYS = 14
MILLION = 1_000_000
PRICED = (Channel.WHATSAPP, Channel.SMS)


@dataclass(frozen=True)
class SenderRow:
    sender: Sender
    badge: str
    state: str
    # What is due now, for the desk and for promos, and since when the oldest waits.
    waiting: int
    promos: int
    oldest: datetime | None
    sent: int
    bad: int
    # People begun with in the last 24 hours, where the provider limits them.
    reached: int | None
    problem: str

    @property
    def is_late(self) -> bool:
        return self.oldest is not None


def sender_rows(*, at: datetime) -> list[SenderRow]:
    """Return every sender with its health; five queries, however many there are."""
    due = _by_sender(
        Message.objects.filter(state=MessageState.QUEUED, due_at__lte=at),
        waiting=Count("pk", filter=~Q(lane=Lane.CAMPAIGN)),
        promos=Count("pk", filter=Q(lane=Lane.CAMPAIGN)),
        oldest=Min("due_at", filter=~Q(lane=Lane.CAMPAIGN)),
    )
    sent = _by_sender(
        Message.objects.filter(accepted_at__gt=at - DAY),
        sent=Count("pk"),
        bad=Count("pk", filter=Q(provider_status__in=BAD_ENDS)),
    )
    reached = dict(
        ReachedPhone.objects.filter(at__gt=at - DAY)
        .values_list("portfolio")
        .annotate(Count("pk"))
        .values_list("portfolio", "pk__count")
    )
    rows = []
    for sender in Sender.objects.select_related("pace", "portfolio", "branch"):
        badge, state, problem = _health(sender)
        waits, did = due.get(sender.pk, {}), sent.get(sender.pk, {})
        limited = sender.portfolio is not None and sender.portfolio.people_a_day is not None
        rows.append(
            SenderRow(
                sender=sender,
                badge=badge,
                state=state,
                waiting=waits.get("waiting", 0),
                promos=waits.get("promos", 0),
                oldest=waits.get("oldest"),
                sent=did.get("sent", 0),
                bad=did.get("bad", 0),
                reached=reached.get(sender.portfolio_id or 0, 0) if limited else None,
                problem=problem,
            )
        )
    return rows


def _by_sender(messages: QuerySet[Message], **figures: Any) -> dict[int, dict[str, Any]]:
    rows = messages.filter(sender__isnull=False).values("sender").annotate(**figures)
    return {row["sender"]: row for row in rows}


def _health(sender: Sender) -> tuple[str, str, str]:
    if sender.is_paused:
        reason = sender.paused_reason
        return "held", _("Dijeda"), _(reason) if reason else ""
    pace = getattr(sender, "pace", None)
    if pace is None or pace.circuit == Circuit.CLOSED:
        return "approved", str(Circuit.CLOSED.label), ""
    return "failed", str(pace.get_circuit_display()), str(_(words(pace.last_error_code)))


def held_templates() -> list[Template]:
    """Return the texts whose WhatsApp messages wait; each knows why."""
    is_refused = ~Q(current__approval__in=["", Approval.APPROVED])
    held = Template.objects.filter(is_refused | Q(stopped_at__isnull=False), current__isnull=False)
    held = held.filter(is_archived=False).exclude(message_class=MessageClass.PERSONAL)
    return list(held.select_related("current"))


@dataclass(frozen=True)
class DayFigures:
    day: date | None
    sent: int = 0
    delivered: int = 0
    read: int = 0
    bad: int = 0
    by_sms: int = 0
    segments: int = 0
    cost: int = 0
    # What left by the provider and has no price yet.
    unpriced: int = 0
    currency: str = ""

    @property
    def money(self) -> str:
        """What the provider charged, in its own currency; empty while it has not said."""
        if not self.currency:
            return ""
        amount = f"{abs(self.cost) / MILLION:.2f}".replace(".", ",")
        return f"{self.currency} {amount}"


def daily_figures(branch: Branch, *, at: datetime, days: int = FIGURE_DAYS) -> list[DayFigures]:
    """Return the last days' figures of a branch, newest first, by the branch's own calendar."""
    first = branch.local(at).date() - timedelta(days=days - 1)
    started = branch.at(first, branch.day_starts_at.min)
    arrived = Q(provider_status__in=[ProviderStatus.DELIVERED, ProviderStatus.READ])
    rows = (
        Message.objects.filter(branch=branch, accepted_at__gte=started)
        .annotate(day=TruncDate("accepted_at", tzinfo=branch.zone))
        .values("day", currency=F("price_currency"))
        .annotate(
            sent=Count("pk"),
            delivered=Count("pk", filter=arrived),
            read=Count("pk", filter=Q(provider_status=ProviderStatus.READ)),
            bad=Count("pk", filter=Q(provider_status__in=BAD_ENDS)),
            by_sms=Count("pk", filter=Q(channel=Channel.SMS)),
            parts=Sum("segments", filter=Q(channel=Channel.SMS)),
            cost=Sum("price_micros"),
            unpriced=Count("pk", filter=Q(price_micros=None, channel__in=PRICED)),
        )
    )
    return [_sum(day, found) for day, found in sorted(_by_day(rows).items(), reverse=True)]


def total(figures: list[DayFigures]) -> DayFigures:
    return DayFigures(
        day=None,
        **{
            name: sum(getattr(one, name) for one in figures)
            for name in (
                "sent",
                "delivered",
                "read",
                "bad",
                "by_sms",
                "segments",
                "cost",
                "unpriced",
            )
        },
        currency=next((one.currency for one in figures if one.currency), ""),
    )


def _by_day(rows: Any) -> dict[date, list[dict[str, Any]]]:
    days: dict[date, list[dict[str, Any]]] = {}
    for row in rows:
        days.setdefault(row["day"], []).append(row)
    return days


def _sum(day: date, rows: list[dict[str, Any]]) -> DayFigures:
    """One day's rows differ in currency: what is not priced yet has none."""
    return DayFigures(
        day=day,
        sent=sum(row["sent"] for row in rows),
        delivered=sum(row["delivered"] for row in rows),
        read=sum(row["read"] for row in rows),
        bad=sum(row["bad"] for row in rows),
        by_sms=sum(row["by_sms"] for row in rows),
        segments=sum(row["parts"] or 0 for row in rows),
        cost=sum(row["cost"] or 0 for row in rows),
        unpriced=sum(row["unpriced"] for row in rows),
        currency=next((row["currency"] for row in rows if row["currency"]), ""),
    )
