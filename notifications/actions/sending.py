"""The provider has it: the one word that ends every doubt about a message."""

import logging
from datetime import timedelta

from django.utils.translation import gettext_noop as _

from notifications.actions.moves import Moves
from notifications.models import Message
from notifications.states import RANK, MessageState, ProviderStatus

logger = logging.getLogger(__name__)

TWICE = _("Terkirim dua kali")
# A status that has not come by itself is asked for after this, and then ever more rarely.
ASK_AGAIN_AFTER = timedelta(minutes=10)


def accept(message: Message, moves: Moves, *, sid: str, status: str) -> bool:
    """The provider has it: proven by its own id, whoever told us first."""
    if message.state == MessageState.ACCEPTED:
        if message.provider_sid != sid:
            logger.error("Message %s was created twice at the provider", message.pk)
            moves.change(message, note=f"{TWICE}: {sid}")
        return False
    known = status if status in ProviderStatus.values else ProviderStatus.ACCEPTED
    return moves.move(
        message,
        MessageState.ACCEPTED,
        provider_sid=sid,
        provider_status=known,
        provider_rank=RANK[ProviderStatus(known)],
        accepted_at=moves.at,
        ask_again_at=moves.at + ASK_AGAIN_AFTER,
        lease=None,
        lease_until=None,
        unknown_since=None,
        problem="",
        error_code="",
    )
