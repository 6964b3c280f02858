"""Templates that WhatsApp does not take now: what waits for them, and how that ends.

A message of theirs waits in the line for the approval, as WhatsApp costs less and shows more. One a
customer needs goes by SMS or telephone shortly before it is of no more use, where its notice allows
that; a promo waits and expires, because paying to send the words WhatsApp's readers complained of
by another way is no remedy.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from notifications.actions.claiming import HOLDS
from notifications.actions.falling_back import A_ROUND, fall_back
from notifications.actions.moves import Moves, locked
from notifications.models import Channel, Message, MessageClass, Sender
from notifications.providers.codes import ErrorClass
from notifications.states import MessageState


def stand_in_for_held(*, at: datetime) -> int:
    """Let something else tell what still waits for its template; return how often it did."""
    # By sender and without a batch: a promo of 300,000 that waits is not walked through.
    senders = list(Sender.objects.filter(channel=Channel.WHATSAPP).values_list("pk", flat=True))
    waiting = Message.objects.filter(
        state=MessageState.QUEUED,
        sender__in=senders,
        channel=Channel.WHATSAPP,
        batch=None,
        message_class=MessageClass.TRANSACTIONAL,
        problem__in=HOLDS.values(),
        expires_at__gt=at,
        expires_at__lte=at + settings.MESSAGE_FALL_BACK_BEFORE,
    )
    waiting = waiting.filter(may_sms=True) | waiting.filter(may_call=True)
    keys = list(waiting.order_by("expires_at").values_list("pk", flat=True)[:A_ROUND])
    return sum(_stand_in(pk, at=at) for pk in keys)


@transaction.atomic
def _stand_in(pk: int, *, at: datetime) -> bool:
    message = locked([pk]).first()
    if message is None or message.state != MessageState.QUEUED:
        return False
    if not fall_back(message, error=ErrorClass.CONTENT, at=at):
        return False
    moves = Moves(at=at)
    moves.move(message, MessageState.SUPPRESSED, note=message.problem, final_at=at)
    moves.write()
    return True
