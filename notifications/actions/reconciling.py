"""Unclear messages: asked for at the provider, and sent again only when proven absent."""

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop as _

from notifications.actions.moves import Moves, locked
from notifications.actions.sending import accept
from notifications.models import Channel, Message, MessageClass
from notifications.providers import twilio
from notifications.providers.twilio import Listed, LookUpFailed
from notifications.states import MessageState

logger = logging.getLogger(__name__)

Clock = Callable[[], datetime]
# At most ten questions a second, at a round every five.
QUESTIONS_A_ROUND, MOST_A_ROUND = 50, 1000
# From so many on, one list of all that the sender sent is quicker than a question for each.
STORM = 10
# Clocks differ a little between us and the provider.
CLOCK_SLACK = timedelta(seconds=5)
# Looked for at once as well: most unclear answers were taken.
FIRST_LOOK = timedelta(seconds=12)
GIVE_UP_AFTER = timedelta(minutes=30)


@dataclass(frozen=True)
class Unclear:
    pk: int
    channel: str
    phone: str
    sender: str
    intent_at: datetime

    @property
    def to(self) -> str:
        return f"whatsapp:{self.phone}" if self.channel == Channel.WHATSAPP else self.phone


class Finding(StrEnum):
    ABSENT = "absent"
    # Something of ours to this number that no row of ours knows: it may be this one.
    UNCLEAR = "unclear"


def reconcile(clock: Clock) -> int:
    """Ask for what is unclear; return how many were settled."""
    by_sender: defaultdict[str, list[Unclear]] = defaultdict(list)
    for one in _to_ask(at=clock()):
        by_sender[one.sender].append(one)
    settled, left = 0, QUESTIONS_A_ROUND
    for sender, some in by_sender.items():
        if len(some) > STORM and some[0].channel != Channel.EMAIL:
            settled += _reconcile_storm(sender, some, clock)
        else:
            settled += sum(_reconcile(one, clock) for one in some[:left])
            left = max(0, left - len(some))
    return settled


def _to_ask(*, at: datetime) -> list[Unclear]:
    first = Q(absent_seen=0, intent_at__lte=at - settings.MESSAGE_ABSENT_AFTER)
    again = Q(absent_seen__gt=0, absent_seen_at__lte=at - settings.MESSAGE_ABSENT_AGAIN_AFTER)
    early = Q(absent_seen=0, unknown_since__gt=at - FIRST_LOOK)
    unknown = Message.objects.filter(first | again | early, state=MessageState.UNKNOWN)
    rows = unknown.order_by("unknown_since", "pk").values_list(
        "pk", "channel", "to_phone", "from_address", "intent_at"
    )[:MOST_A_ROUND]
    return [
        Unclear(pk, channel, phone, sender, intent)
        for pk, channel, phone, sender, intent in rows
        if intent
    ]


def _reconcile(one: Unclear, clock: Clock) -> bool:
    if one.channel == Channel.EMAIL:
        # No mail server can be asked; the same message twice is one to a mail program.
        return _judge(one, [], at=clock())
    try:
        rows = twilio.look_up(to=one.to, sender=one.sender, since=one.intent_at - CLOCK_SLACK)
    except LookUpFailed as problem:
        logger.warning("Message %s could not be asked for: %s", one.pk, problem)
        return _give_up(one.pk, at=clock())
    return _judge(one, rows, at=clock())


def _reconcile_storm(sender: str, some: Sequence[Unclear], clock: Clock) -> int:
    """Many at once: the provider lists all it has of this sender."""
    since = min(one.intent_at for one in some) - CLOCK_SLACK
    try:
        rows = twilio.sent_since(sender=sender, since=since)
    except LookUpFailed as problem:
        logger.warning("%d messages could not be asked for: %s", len(some), problem)
        return sum(_give_up(one.pk, at=clock()) for one in some)
    by_number: defaultdict[str, list[Listed]] = defaultdict(list)
    for row in rows:
        by_number[row.to].append(row)
    settled = 0
    for one in some:
        begins = one.intent_at - CLOCK_SLACK
        fitting = [row for row in by_number[one.to] if row.created_at >= begins]
        settled += _judge(one, fitting, at=clock())
    return settled


def _judge(one: Unclear, rows: list[Listed], *, at: datetime) -> bool:
    """What is not there so early may still come, and its row is left in peace."""
    if not rows and one.intent_at > at - settings.MESSAGE_ABSENT_AFTER:
        return False
    return _apply(one.pk, rows, at=at)


@transaction.atomic
def _apply(pk: int, rows: list[Listed], *, at: datetime) -> bool:
    message = locked([pk]).first()
    if message is None or message.state != MessageState.UNKNOWN:
        return False
    moves = Moves(at=at)
    found = _match(message, rows)
    if isinstance(found, Listed):
        settled = accept(message, moves, sid=found.sid, status=found.status)
    elif found == Finding.ABSENT:
        settled = _absent(message, moves)
    else:
        settled = _is_hopeless(message, at) and _abandon(message, moves)
    moves.write()
    return settled


def _match(message: Message, rows: list[Listed]) -> Listed | Finding:
    known = set(
        Message.objects.filter(provider_sid__in=[row.sid for row in rows]).values_list(
            "provider_sid", flat=True
        )
    )
    nobodys = [row for row in rows if row.sid not in known]
    for row in nobodys:
        if row.body.split() == message.text.split():
            return row
    return Finding.UNCLEAR if nobodys else Finding.ABSENT


def _absent(message: Message, moves: Moves) -> bool:
    """Absent counts after the grace, and only twice is proof."""
    assert message.intent_at
    at = moves.at
    if message.intent_at > at - settings.MESSAGE_ABSENT_AFTER:
        return False
    if message.absent_seen == 0:
        moves.change(
            message, absent_seen=1, absent_seen_at=at, note=_("Tidak ada di daftar penyedia")
        )
        return False
    last_seen = message.absent_seen_at
    if last_seen is None or last_seen > at - settings.MESSAGE_ABSENT_AGAIN_AFTER:
        return False
    may_resend = message.message_class == MessageClass.TRANSACTIONAL and message.expires_at > at
    if not may_resend:
        return _abandon(message, moves)
    return moves.move(
        message,
        MessageState.QUEUED,
        due_at=at,
        lease=None,
        lease_until=None,
        unknown_since=None,
        problem="",
        note=_("Dua kali tidak ada di daftar penyedia: dikirim ulang"),
    )


@transaction.atomic
def _give_up(pk: int, *, at: datetime) -> bool:
    message = locked([pk]).first()
    if message is None or message.state != MessageState.UNKNOWN or not _is_hopeless(message, at):
        return False
    moves = Moves(at=at)
    settled = _abandon(message, moves)
    moves.write()
    return settled


def _is_hopeless(message: Message, at: datetime) -> bool:
    assert message.intent_at
    return at > message.intent_at + GIVE_UP_AFTER


def _abandon(message: Message, moves: Moves) -> bool:
    problem = _("Tidak dapat dipastikan terkirim; tidak dikirim ulang")
    return moves.move(
        message,
        MessageState.ABANDONED,
        problem=problem,
        final_at=moves.at,
        lease=None,
        lease_until=None,
    )
