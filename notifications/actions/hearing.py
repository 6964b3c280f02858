"""What the provider tells us by itself: how a message fares, and what a customer writes."""

import logging
import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from customers.models import ConsentPurpose, Customer
from notifications.actions.consent import withdraw
from notifications.actions.moves import Moves, locked
from notifications.actions.sending import accept
from notifications.models import Channel, InboundMessage, Meaning, Message
from notifications.opt_out_words import Said, said
from notifications.providers.codes import ErrorClass, classify, words
from notifications.states import FINAL, RANK, MessageState, ProviderStatus

logger = logging.getLogger(__name__)

WHATSAPP = "whatsapp:"
MEANING = {
    Said.STOP: Meaning.STOP,
    Said.STOP_PROMO: Meaning.STOP_PROMO,
    Said.MAYBE_STOP: Meaning.MAYBE_STOP,
}


@transaction.atomic
def apply_status(
    public_id: uuid.UUID, *, sid: str, status: str, error_code: str, at: datetime
) -> bool:
    """Apply a status that ranks higher than what is known; say whether anything changed.

    It comes twice, in any order, and before the answer to the POST: our id in its address is the
    proof that the provider has the message.
    """
    pk = Message.objects.filter(public_id=public_id).values_list("pk", flat=True).first()
    message = locked([pk]).first() if pk else None
    if message is None or status not in ProviderStatus.values or not sid:
        logger.warning("A status (%s) for a message that is not ours", status[:20])
        return False
    moves = Moves(at=at)
    is_new = accept(message, moves, sid=sid, status=status)
    if message.provider_sid == sid:
        is_new = _rise(message, moves, ProviderStatus(status), error_code[:12], is_new=is_new)
    moves.write()
    return is_new


def _rise(
    message: Message, moves: Moves, status: ProviderStatus, error_code: str, *, is_new: bool
) -> bool:
    if not is_new and RANK[status] <= message.provider_rank:
        return False
    problem = words(error_code) if error_code else ""
    values: dict[str, Any] = {
        "provider_status": status,
        "provider_rank": RANK[status],
        "error_code": error_code,
        "problem": problem,
    }
    if status in FINAL:
        values["final_at"] = moves.at
    if is_new and not error_code and status not in FINAL:
        return True
    moves.change(message, **values)
    if error_code and classify(error_code) == ErrorClass.OPTED_OUT:
        withdraw(message.to_phone, words=problem, at=moves.at)
    return True


@dataclass(frozen=True)
class Heard:
    """What arrived from outside, as the webhook read it."""

    sid: str
    sender: str
    to: str
    body: str


@transaction.atomic
def receive_inbound(heard: Heard, *, at: datetime) -> InboundMessage | None:
    """Keep what a customer wrote, None when known; a "stop" counts from this transaction on."""
    phone = heard.sender.removeprefix(WHATSAPP)[:16]
    meant = said(heard.body)
    message, is_new = InboundMessage.objects.get_or_create(
        provider_sid=heard.sid,
        defaults={
            "from_phone": phone,
            "to_address": heard.to[:40],
            "channel": Channel.WHATSAPP if heard.sender.startswith(WHATSAPP) else Channel.SMS,
            "customer": _writer(phone),
            "body": heard.body[:4096],
            "meaning": MEANING.get(meant, Meaning.OTHER),
            "at": at,
        },
    )
    if not is_new:
        return None
    if meant in (Said.STOP, Said.STOP_PROMO):
        promo_only = meant == Said.STOP_PROMO
        purposes = [ConsentPurpose.PROMO] if promo_only else list(ConsentPurpose)
        withdraw(phone, words=heard.body, at=at, purposes=purposes)
    return message


def _writer(phone: str) -> Customer | None:
    """Of a family that shares a phone, the one whom we wrote to last."""
    last = (
        Message.objects.filter(to_phone=phone, state=MessageState.ACCEPTED)
        .order_by("-accepted_at")
        .select_related("customer")
        .first()
    )
    return last.customer if last else Customer.objects.filter(phone=phone).order_by("pk").first()
