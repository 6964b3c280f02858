"""Unclear messages: asked for at the provider, and sent again only when proven absent."""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from notifications.actions.moves import Moves, locked
from notifications.actions.sending import accept
from notifications.models import Channel, Message, MessageClass
from notifications.providers import twilio
from notifications.providers.twilio import Listed, LookUpFailed
from notifications.states import MessageState

logger = logging.getLogger(__name__)

# At most ten questions a second, at a round every five.
A_ROUND = 50
# Clocks differ a little between us and the provider.
CLOCK_SLACK = timedelta(seconds=5)
# Looked for at once as well: most unclear answers were taken.
FIRST_LOOK = timedelta(seconds=12)
GIVE_UP_AFTER = timedelta(minutes=30)


class Finding(StrEnum):
    ABSENT = "absent"
    # Something of ours to this number that no row of ours knows: it may be this one.
    UNCLEAR = "unclear"


def settle(*, clock: Callable[[], datetime] = timezone.now) -> int:
    """One round of lost claims and unknown outcomes; return how many were settled."""
    reap(at=clock())
    if not twilio.is_configured():
        return 0
    return sum(_reconcile(pk, clock) for pk in _to_ask(at=clock()))


@transaction.atomic
def reap(*, at: datetime) -> int:
    """A worker that did not come back in time may have posted or not."""
    lost = Message.objects.filter(state=MessageState.SENDING, lease_until__lte=at)
    messages = list(lost.select_for_update(skip_locked=True, of=("self",)))
    moves = Moves(at=at)
    for message in messages:
        note = _("Pengirim tidak kembali")
        moves.move(message, MessageState.UNKNOWN, unknown_since=at, note=note)
    moves.write()
    return len(messages)


def _to_ask(*, at: datetime) -> list[int]:
    first = Q(absent_seen=0, intent_at__lte=at - settings.MESSAGE_ABSENT_AFTER)
    again = Q(absent_seen__gt=0, absent_seen_at__lte=at - settings.MESSAGE_ABSENT_AGAIN_AFTER)
    early = Q(absent_seen=0, unknown_since__gt=at - FIRST_LOOK)
    unknown = Message.objects.filter(first | again | early, state=MessageState.UNKNOWN)
    return list(unknown.order_by("unknown_since", "pk").values_list("pk", flat=True)[:A_ROUND])


def _reconcile(pk: int, clock: Callable[[], datetime]) -> bool:
    message = Message.objects.get(pk=pk)
    assert message.intent_at
    try:
        rows = twilio.look_up(
            to=address(message),
            sender=message.from_address,
            since=message.intent_at - CLOCK_SLACK,
        )
    except LookUpFailed as problem:
        logger.warning("Message %s could not be asked for: %s", pk, problem)
        return _give_up(pk, at=clock())
    return _apply(pk, rows, at=clock())


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


def address(message: Message) -> str:
    is_whatsapp = message.channel == Channel.WHATSAPP
    return f"whatsapp:{message.to_phone}" if is_whatsapp else message.to_phone


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
