"""What customers wrote while we were away is fetched, so that a "stop" is never lost."""

import logging
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.utils import timezone

from notifications.actions.hearing import receive_inbound
from notifications.actions.talking import Heard
from notifications.models import Channel, InboundMessage, Sender, SenderPace
from notifications.providers import media, twilio
from notifications.providers.twilio import Listed

logger = logging.getLogger(__name__)

# Looked at again each time, because the provider's list may lag.
OVERLAP = timedelta(minutes=10)


def pull_inbound() -> int:
    """Fetch what was written to each address of ours; return how much of it was new.

    Campaigns of an address that was not listened to for a while rest until this succeeds.
    """
    if not twilio.is_configured():
        return 0
    senders = Sender.objects.filter(channel=Channel.WHATSAPP).select_related("pace")
    return sum(_pull(sender) for sender in senders if hasattr(sender, "pace"))


def _pull(sender: Sender) -> int:
    now = timezone.now()
    since = (sender.pace.inbound_seen_until or now) - OVERLAP
    try:
        rows = twilio.received_since(address=sender.address, since=since)
    except twilio.LookUpFailed as problem:
        logger.warning("Nobody could be asked what came for sender %s: %s", sender.pk, problem)
        return 0
    sids = [row.sid for row in rows]
    known = InboundMessage.objects.filter(provider_sid__in=sids)
    heard = set(known.values_list("provider_sid", flat=True))
    new = sum(_hear(row) for row in rows if row.sid not in heard)
    SenderPace.objects.filter(sender=sender).update(inbound_seen_until=now)
    return new


def _attachments(row: Listed) -> tuple[media.Attachment, ...]:
    """A "stop" counts whether or not the picture beside it can be found."""
    try:
        return media.attachments_of(row.sid) if row.media_count else ()
    except twilio.LookUpFailed as problem:
        logger.warning("What came with message %s is not known: %s", row.sid, problem)
        return ()


def _hear(row: Listed) -> bool:
    """One that cannot be taken does not keep the others, and the campaigns, waiting."""
    said = Heard(
        sid=row.sid,
        sender=row.sender,
        to=row.to,
        body=row.body,
        media_count=row.media_count,
        attachments=_attachments(row),
    )
    try:
        return receive_inbound(said, at=row.created_at) is not None
    except (InterfaceError, OperationalError):
        raise
    except Exception:
        logger.exception("Inbound message %s could not be taken", row.sid)
        return False
