"""What stands in for a message that did not arrive: an SMS, and then a call."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from customers.phone import is_mobile
from notifications.actions.batches import hold
from notifications.actions.calling import arrived_after_all, put_on_list
from notifications.actions.moves import Moves, locked
from notifications.actions.planning import plan
from notifications.actions.senders import sender_for
from notifications.actions.sms import with_way_out, words_of
from notifications.actions.trying_again import try_again
from notifications.models import (
    Batch,
    BatchState,
    Channel,
    Lane,
    Message,
    MessageClass,
    PhoneStanding,
)
from notifications.providers.codes import ErrorClass
from notifications.segments import count, to_gsm7
from notifications.states import FINAL, MessageState

# WhatsApp may have reached the number again by then.
NO_WHATSAPP_FOR = timedelta(days=30)
# Nothing is over yet, or she wants nothing at all.
NOTHING_STANDS_IN = frozenset(
    {ErrorClass.SAFE, ErrorClass.UNKNOWN, ErrorClass.ACCOUNT, ErrorClass.OPTED_OUT}
)
# The phone has not shown it for so long that it may be switched off.
UNDELIVERED_FOR = timedelta(minutes=10)
A_ROUND = 200


@transaction.atomic
def fall_back(message: Message, *, error: ErrorClass, at: datetime) -> bool:
    """Put something in the place of a message that failed for good; say whether it stands there.

    Twice is the same as once.
    """
    # What was held back here taught nothing new about the number.
    if message.state not in (MessageState.SUPPRESSED, MessageState.QUEUED):
        _note_standing(message, error, at=at)
    if error in NOTHING_STANDS_IN or message.expires_at <= at:
        return False
    batch = hold(message.batch_id)
    if batch is not None and batch.state == BatchState.CANCELLED:
        return False
    if error == ErrorClass.HANDSET and try_again(message, batch, at=at):
        return True
    if message.may_sms and message.channel == Channel.WHATSAPP and _send_sms(message, batch, at=at):
        return True
    return message.may_call and put_on_list(message, at=at) is not None


@transaction.atomic
def recall(message: Message, *, at: datetime) -> None:
    """It arrived after all: what was to stand in for it and has not left yet stays here."""
    arrived_after_all(message.first, at=at)
    moves = Moves(at=at)
    while child := _child_of(message):
        if child.state == MessageState.QUEUED:
            moves.move(child, MessageState.CANCELLED, note=_("Yang pertama sampai"), final_at=at)
        message = child
    moves.write()


def _child_of(message: Message) -> Message | None:
    return locked(Message.objects.filter(parent=message).values_list("pk", flat=True)).first()


def fall_back_in_time(*, at: datetime) -> int:
    """What WhatsApp took but has not delivered shortly before it is of no more use."""
    late = Message.objects.filter(
        state=MessageState.ACCEPTED,
        channel=Channel.WHATSAPP,
        message_class=MessageClass.TRANSACTIONAL,
        final_at=None,
        accepted_at__lte=at - UNDELIVERED_FOR,
        expires_at__gt=at,
        expires_at__lte=at + settings.MESSAGE_FALL_BACK_BEFORE,
        children=None,
        call_reason=None,
    )
    late = late.filter(may_sms=True) | late.filter(may_call=True)
    done = 0
    for pk in list(late.order_by("expires_at").values_list("pk", flat=True)[:A_ROUND]):
        with transaction.atomic():
            message = locked([pk]).first()
            if message is not None and message.provider_status not in FINAL:
                fall_back(message, error=ErrorClass.UNREACHABLE, at=at)
                done += 1
    return done


def _send_sms(message: Message, batch: Batch | None, *, at: datetime) -> Message | None:
    """Plan the same words as an SMS, unless no SMS can reach her or leave from here."""
    phone = message.to_phone or (message.customer.phone if message.customer else "")
    if not phone or not is_mobile(phone) or sender_for(message.branch, Channel.SMS) is None:
        return None
    child = Message.objects.filter(parent=message).first()
    if child is not None:
        return child
    body = sms_text(message, phone=phone, at=at)
    child = plan(
        key=f"sms:{message.pk}",
        customer=message.customer,
        branch=message.branch,
        body=body,
        message_class=MessageClass(message.message_class),
        channel=Channel.SMS,
        lane=Lane(message.lane),
        notice=message.notice,
        may_call=message.may_call,
        to_phone=phone,
        # Halted, resumed and withdrawn with the rest; one that is through halts nothing any more.
        batch=batch if batch and batch.state != BatchState.DONE else None,
        parent=message,
        due_at=at,
        expires_at=message.expires_at,
        by=None,
        at=at,
    )
    Message.objects.filter(pk=child.pk).update(segments=count(body).segments)
    return child


def sms_text(message: Message, *, phone: str, at: datetime) -> str:
    version = message.version or (message.template.current if message.template else None)
    words = words_of(message, version)
    if message.message_class == MessageClass.MARKETING:
        return with_way_out(words, phone=phone, at=at)
    return to_gsm7(words)


def _note_standing(message: Message, error: ErrorClass, *, at: datetime) -> None:
    phone = message.to_phone
    if not phone or message.channel == Channel.EMAIL:
        return
    if error == ErrorClass.NO_WHATSAPP:
        values: dict[str, object] = {"no_whatsapp_until": at + NO_WHATSAPP_FOR}
    elif error == ErrorClass.BAD_NUMBER:
        values = {"bad_since": at, "bad_code": message.error_code}
    else:
        return
    PhoneStanding.objects.update_or_create(phone=phone, defaults=values)
