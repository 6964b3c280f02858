"""Sending: the intent is committed before the POST, the outcome after it, no lock in between."""

import logging
import random
import uuid
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_noop as _

from customers.models import ConsentPurpose
from notifications.actions.consent import agreed, withdraw
from notifications.actions.moves import Moves, locked
from notifications.actions.registering import register_templates
from notifications.models import Channel, Message, MessageClass
from notifications.providers import twilio
from notifications.providers.codes import ErrorClass, words
from notifications.providers.twilio import Outcome, Outgoing
from notifications.states import RANK, MessageState, ProviderStatus
from notifications.wording import content_variables

logger = logging.getLogger(__name__)

BATCH = 16
BUDGET = timedelta(seconds=20)
# A worker that was held up for so long that its lease could end during the POST does not post.
POST_TAKES = timedelta(seconds=twilio.CONNECT_SECONDS + twilio.READ_SECONDS + 2)
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=15)
WAIT_FOR_ACCOUNT = timedelta(minutes=2)
WAIT_FOR_TEMPLATE = timedelta(minutes=15)
NEEDS_CONSENT = {
    MessageClass.TRANSACTIONAL: ConsentPurpose.SERVICE,
    MessageClass.MARKETING: ConsentPurpose.PROMO,
}
Clock = Callable[[], datetime]


@dataclass(frozen=True)
class Claim:
    """One message that is ours to post until its lease ends."""

    pk: int
    lease: uuid.UUID
    lease_until: datetime
    outgoing: Outgoing


def send_due(*, clock: Clock = timezone.now, batch: int = BATCH) -> int:
    """Send what is due until nothing is or the time is up; return how many were taken."""
    if not twilio.is_configured():
        return 0
    if twilio.is_local():
        register_templates()
    ends, taken = clock() + BUDGET, 0
    with ThreadPoolExecutor(max_workers=batch, thread_name_prefix="post") as threads:
        while clock() < ends:
            claims, seen = claim(at=clock(), batch=batch)
            outcomes = list(threads.map(lambda claim: _post(claim, clock), claims))
            taken += finish(list(zip(claims, outcomes, strict=True)), at=clock())
            if seen < batch:
                break
    return taken


@transaction.atomic
def claim(*, at: datetime, batch: int = BATCH) -> tuple[list[Claim], int]:
    """Take due messages and write the intent to post them; also say how many were looked at."""
    due = Message.objects.filter(state=MessageState.QUEUED, due_at__lte=at)
    messages = list(
        due.order_by("due_at", "id")
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("branch", "customer", "template__current", "sender")[:batch]
    )
    consents = agreed({message.customer_id for message in messages if message.customer_id})
    moves = Moves(at=at)
    claims: list[Claim] = []
    for message in messages:
        purpose = NEEDS_CONSENT.get(MessageClass(message.message_class))
        may_send = purpose is None or (message.customer_id, purpose) in consents
        if not _held_back(message, moves, may_send=may_send):
            claims.append(_take(message, moves))
    moves.write()
    return claims, len(messages)


def _held_back(message: Message, moves: Moves, *, may_send: bool) -> bool:
    """Say whether the message does not go now, and note why."""
    at, phone = moves.at, message.customer.phone if message.customer else message.to_phone
    if message.expires_at <= at:
        return moves.move(message, MessageState.EXPIRED, final_at=at)
    problem = ""
    if not may_send:
        problem = _("Pelanggan belum menyetujui atau sudah menarik persetujuan")
    elif not phone:
        problem = _("Nomor HP tidak ada")
    elif message.sender is None:
        problem = _("Nomor pengirim belum disetel")
    if problem:
        return moves.move(message, MessageState.SUPPRESSED, problem=problem, final_at=at)
    later = message.branch.after_quiet(at)
    if later > at:
        return moves.move(message, MessageState.QUEUED, due_at=later, note=_("Jam tenang"))
    assert message.template
    assert message.template.current
    if message.channel == Channel.WHATSAPP and not message.template.current.content_sid:
        problem = _("Templat belum dikenal penyedia")
        return moves.move(
            message, MessageState.QUEUED, due_at=at + WAIT_FOR_TEMPLATE, problem=problem
        )
    return False


def _take(message: Message, moves: Moves) -> Claim:
    at, lease = moves.at, uuid.uuid4()
    assert message.template
    assert message.sender
    lease_until = at + settings.MESSAGE_LEASE
    moves.move(
        message,
        MessageState.SENDING,
        attempts=message.attempts + 1,
        lease=lease,
        lease_until=lease_until,
        intent_at=at,
        unknown_since=None,
        absent_seen=0,
        absent_seen_at=None,
        version=message.template.current,
        to_phone=message.customer.phone if message.customer else message.to_phone,
        from_address=message.sender.address,
        problem="",
        error_code="",
    )
    return Claim(message.pk, lease, lease_until, _outgoing(message))


def _outgoing(message: Message) -> Outgoing:
    version, is_sms = message.version, message.channel == Channel.SMS
    assert version
    path = reverse("notifications:status_callback", args=[message.public_id])
    left = message.expires_at - (message.intent_at or message.expires_at)
    return Outgoing(
        to=address(message),
        sender=message.from_address,
        callback=settings.PUBLIC_BASE_URL + path,
        validity=int(left.total_seconds()),
        body=message.text,
        content_sid="" if is_sms else version.content_sid,
        content_variables=content_variables(version.variables, message.variables),
    )


def address(message: Message) -> str:
    is_sms = message.channel == Channel.SMS
    return message.to_phone if is_sms else f"whatsapp:{message.to_phone}"


def _post(claim: Claim, clock: Clock) -> Outcome:
    if clock() > claim.lease_until - POST_TAKES:
        return Outcome(ErrorClass.SAFE)
    return twilio.send(claim.outgoing)


@transaction.atomic
def finish(outcomes: Sequence[tuple[Claim, Outcome]], *, at: datetime) -> int:
    """Write down what became of the POSTs; return how many were taken by the provider."""
    by_pk = {claim.pk: (claim, outcome) for claim, outcome in outcomes}
    moves, taken = Moves(at=at), 0
    for message in locked(by_pk):
        claim, outcome = by_pk[message.pk]
        if outcome.sid:
            taken += accept(message, moves, sid=outcome.sid, status=outcome.status)
        elif message.lease == claim.lease and message.state in UNSETTLED:
            _settle(message, moves, outcome)
    moves.write()
    return taken


UNSETTLED = frozenset({MessageState.SENDING, MessageState.UNKNOWN})


def accept(message: Message, moves: Moves, *, sid: str, status: str) -> bool:
    """The provider has it: proven by its own id, whoever told us first."""
    if message.state == MessageState.ACCEPTED:
        if message.provider_sid != sid:
            logger.error("Message %s was created twice at the provider", message.pk)
            moves.change(message, note=f"{_('Terkirim dua kali')}: {sid}")
        return False
    known = status if status in ProviderStatus.values else ProviderStatus.ACCEPTED
    return moves.move(
        message,
        MessageState.ACCEPTED,
        provider_sid=sid,
        provider_status=known,
        provider_rank=RANK[ProviderStatus(known)],
        accepted_at=moves.at,
        lease=None,
        lease_until=None,
        unknown_since=None,
        problem="",
        error_code="",
    )


def _settle(message: Message, moves: Moves, outcome: Outcome) -> None:
    at = moves.at
    told = {"error_code": outcome.code, "problem": words(outcome.code)}
    if outcome.error in (ErrorClass.SAFE, ErrorClass.ACCOUNT):
        moves.move(
            message,
            MessageState.QUEUED,
            due_at=at + _wait(message, outcome),
            lease=None,
            lease_until=None,
            unknown_since=None,
            **told,
        )
        if outcome.error == ErrorClass.ACCOUNT:
            logger.error("The provider refuses our account (%s)", outcome.code)
    elif outcome.error == ErrorClass.UNKNOWN:
        told["problem"] = words(20500)
        moves.move(message, MessageState.UNKNOWN, unknown_since=at, **told)
    else:
        moves.move(message, MessageState.FAILED, final_at=at, lease=None, lease_until=None, **told)
        if outcome.error == ErrorClass.OPTED_OUT:
            withdraw(message.to_phone, words=_("Penyedia: nomor ini berhenti"), at=at)


def _wait(message: Message, outcome: Outcome) -> timedelta:
    """Longer each time, never all at the same moment."""
    if outcome.error == ErrorClass.ACCOUNT:
        return WAIT_FOR_ACCOUNT
    wait = min(FIRST_WAIT * 2 ** min(message.attempts - 1, 10), LONGEST_WAIT)
    told = timedelta(seconds=outcome.retry_after or 0)
    jittered: timedelta = wait * random.uniform(0.7, 1.3)
    return max(jittered, told)
