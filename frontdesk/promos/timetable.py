"""When a promo's messages leave: pace of the senders, people a day, quiet hours of the branches.

What is told before a start and what is planned at it are the same reckoning.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from frontdesk.branches.models import Branch
from frontdesk.promos.audience import Group
from notifications.actions.planning_many import Departure
from notifications.models import Sender

WINDOW = timedelta(hours=24)
# Nobody plans a promo for longer than this.
HORIZON = timedelta(days=366)


@dataclass(frozen=True)
class Timetable:
    departures: tuple[Departure, ...] = ()
    # None: it would take longer than a year, or nothing leaves.
    finish_at: datetime | None = None
    days: int = 0
    # Groups that no address of ours can write to.
    without_sender: tuple[Group, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "departures": [
                asdict(departure) | {"due_at": departure.due_at.isoformat()}
                for departure in self.departures
            ],
            "finish_at": self.finish_at.isoformat() if self.finish_at else None,
        }


def read_departures(written: Mapping[str, Any]) -> list[Departure]:
    return [
        Departure(**{**row, "due_at": datetime.fromisoformat(row["due_at"])})
        for row in written.get("departures", ())
    ]


@dataclass
class _Flow:
    """The messages of one branch on one channel, on their way."""

    branch: Branch
    sender: Sender
    channel: str
    left: float
    gone: float = 0
    is_moving: bool = False
    departures: list[Departure] = field(default_factory=list)

    def depart(self, at: datetime) -> None:
        first = round(self.gone)
        if not self.departures or first > self.departures[-1].first:
            self.departures.append(
                Departure(self.branch.pk, self.channel, self.sender.pk, first, at)
            )


@dataclass
class _Limit:
    """How many people one portfolio may still reach, in 24 hours from its first message on."""

    people: float
    left: float
    opened_at: datetime | None = None

    def open(self, at: datetime) -> None:
        if self.opened_at is None or at >= self.opened_at + WINDOW:
            self.opened_at, self.left = at, self.people

    def reopens_at(self, at: datetime) -> datetime:
        is_spent = self.left < 1 and self.opened_at is not None
        return max(at, self.opened_at + WINDOW) if is_spent and self.opened_at else at


def timetable(
    groups: Mapping[Group, int], *, branches: Iterable[Branch], start_at: datetime
) -> Timetable:
    """Plan groups of messages from a moment on."""
    by_pk = {branch.pk: branch for branch in branches}
    senders = _senders()
    flows: list[_Flow] = []
    without: list[Group] = []
    for (branch, channel), people in sorted(groups.items()):
        sender = senders.get((branch, channel)) or senders.get((None, channel))
        if sender is None:
            without.append((branch, channel))
        else:
            flows.append(_Flow(by_pk[branch], sender, channel, people))
    finish_at = _run([flow for flow in flows if flow.left], start_at)
    for flow in flows:
        # Whoever joins the audience while it is planned leaves too.
        if not flow.departures:
            flow.depart(flow.branch.after_quiet(start_at))
    return Timetable(
        departures=tuple(departure for flow in flows for departure in flow.departures),
        finish_at=finish_at,
        days=(finish_at - start_at).days + 1 if finish_at else 0,
        without_sender=tuple(without),
    )


def _senders() -> dict[tuple[int | None, str], Sender]:
    """By branch and channel, the first one counting: as `notifications.sender_for` chooses."""
    found: dict[tuple[int | None, str], Sender] = {}
    for sender in Sender.objects.select_related("portfolio").order_by("pk"):
        found.setdefault((sender.branch_id, sender.channel), sender)
    return found


def _run(flows: Sequence[_Flow], start_at: datetime) -> datetime | None:
    """Let them flow from one change of the line to the next; return when the last one is out."""
    limits = _limits(flows)
    at, stops_at = start_at, start_at + HORIZON
    while waiting := [flow for flow in flows if flow.left > 0]:
        if at > stops_at:
            return None
        opens = {id(flow): _opens_at(flow, limits, at) for flow in waiting}
        moving = [flow for flow in waiting if opens[id(flow)] <= at]
        for flow in waiting:
            if flow in moving and not flow.is_moving:
                flow.depart(at)
            flow.is_moving = flow in moving
        if moving:
            later = [moment for moment in opens.values() if moment > at]
            at = _advance(moving, limits, at, until=min(later, default=stops_at + WINDOW))
        else:
            at = min(opens.values())
    return at if flows else None


def _limits(flows: Iterable[_Flow]) -> dict[int, _Limit]:
    found = {}
    for flow in flows:
        portfolio = flow.sender.portfolio
        if portfolio and portfolio.people_a_day is not None:
            people = float(max(portfolio.people_a_day, 1))
            found[portfolio.pk] = _Limit(people, people)
    return found


def _opens_at(flow: _Flow, limits: Mapping[int, _Limit], at: datetime) -> datetime:
    limit = limits.get(flow.sender.portfolio_id or 0)
    return flow.branch.after_quiet(limit.reopens_at(at) if limit else at)


def _advance(
    moving: Sequence[_Flow], limits: Mapping[int, _Limit], at: datetime, *, until: datetime
) -> datetime:
    """Move until the first flow runs dry, falls quiet or reaches its limit; return when."""
    rates = {id(flow): _pace(flow.sender) / _sharing(flow, moving) for flow in moving}
    ends = [until, *(_quiet_from(flow.branch, at) for flow in moving)]
    ends += [at + timedelta(seconds=flow.left / rates[id(flow)]) for flow in moving]
    for key, limit in limits.items():
        rate = sum(rates[id(flow)] for flow in moving if flow.sender.portfolio_id == key)
        if rate:
            limit.open(at)
            ends.append(at + timedelta(seconds=limit.left / rate))
    end = max(min(ends), at + timedelta(milliseconds=1))
    seconds = (end - at).total_seconds()
    for flow in moving:
        sent = min(flow.left, rates[id(flow)] * seconds)
        flow.gone += sent
        flow.left = flow.left - sent if flow.left - sent > 0.5 else 0
        if spent := limits.get(flow.sender.portfolio_id or 0):
            spent.left -= sent
    return end


def _pace(sender: Sender) -> float:
    """Messages a second that a campaign may have of a sender."""
    return sender.per_second * (100 - sender.reserve_percent) / 100


def _sharing(flow: _Flow, moving: Iterable[_Flow]) -> int:
    return sum(other.sender.pk == flow.sender.pk for other in moving)


def _quiet_from(branch: Branch, at: datetime) -> datetime:
    """Return when a branch that may be written to falls quiet next."""
    today = branch.local(at).date()
    for days in range(3):
        day = today + timedelta(days=days)
        for clock in sorted({time(0), branch.quiet_from}):
            moment = branch.at(day, clock)
            if moment > at and branch.is_quiet(moment):
                return moment
    return at + timedelta(days=2)
