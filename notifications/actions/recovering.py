"""After a backup was restored: what was sent since then is found at the provider first."""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from notifications.actions.moves import Moves, locked
from notifications.actions.sending import accept
from notifications.models import Channel, Message, Sender
from notifications.providers import twilio
from notifications.providers.twilio import Listed
from notifications.states import MessageState

# The provider dates by its own clock, in whole seconds.
SLACK = timedelta(seconds=5)
OPEN = (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN)


def recover(*, since: datetime) -> int:
    """Match what the provider took since the backup with what our tables still want to send.

    Return how many were found. Senders should be paused until it is through.
    """
    return sum(_recover(sender, since=since) for sender in Sender.objects.all())


def _recover(sender: Sender, *, since: datetime) -> int:
    rows = twilio.sent_since(sender=sender.address, since=since - SLACK)
    sids = [row.sid for row in rows]
    known = Message.objects.filter(provider_sid__in=sids)
    kept = set(known.values_list("provider_sid", flat=True))
    by_number: defaultdict[str, list[Listed]] = defaultdict(list)
    for row in reversed(rows):
        if row.sid not in kept:
            by_number[row.to.removeprefix("whatsapp:")].append(row)
    return sum(_match(sender, phone, some) for phone, some in by_number.items())


@transaction.atomic
def _match(sender: Sender, phone: str, rows: list[Listed]) -> int:
    """Give each of these to the first message of the same words to the same number."""
    of_number = Message.objects.filter(to_phone=phone) | Message.objects.filter(
        customer__phone=phone
    )
    waiting = of_number.filter(sender=sender, state__in=OPEN).exclude(channel=Channel.BY_HAND)
    messages = list(locked(waiting.order_by("due_at").values_list("pk", flat=True)))
    moves, found = Moves(at=timezone.now()), 0
    for row in rows:
        for message in messages:
            if message.text.split() == row.body.split():
                message.to_phone = phone
                found += accept(message, moves, sid=row.sid, status=row.status)
                messages.remove(message)
                break
    moves.write()
    return found
