"""A phone that was switched off or out of reach: what a customer needs is sent to it again.

A new attempt is a message of its own, so that the log tells of each, and only what certainly failed
is attempted anew. Promos never are: who could not be reached by one is not pressed.
"""

from datetime import datetime, timedelta

from notifications.actions.planning import plan
from notifications.models import (
    TOGETHER,
    Batch,
    BatchState,
    Channel,
    Lane,
    Message,
    MessageClass,
)

# How long after each failure; so many attempts, and no more.
AGAIN_AFTER = (timedelta(minutes=10), timedelta(minutes=40))


def try_again(message: Message, batch: Batch | None, *, at: datetime) -> bool:
    """Plan one more attempt while it is of use; say whether there is one."""
    if message.message_class != MessageClass.TRANSACTIONAL:
        return False
    if Message.objects.filter(parent=message).exists():
        return True
    before = _attempts_before(message)
    if before >= len(AGAIN_AFTER):
        return False
    due_at = message.branch.after_quiet(at + AGAIN_AFTER[before])
    if due_at >= message.expires_at:
        return False
    plan(
        key=f"again:{message.pk}",
        customer=message.customer,
        branch=message.branch,
        template=message.template.key if message.template else "",
        variables=message.variables,
        body=message.body,
        message_class=MessageClass(message.message_class),
        channel=Channel(message.channel),
        lane=Lane(message.lane),
        # Its notices were told in one message, and are in this one as well.
        notice="" if message.notice == TOGETHER else message.notice,
        may_sms=message.may_sms,
        may_call=message.may_call,
        to_phone=message.to_phone,
        to_email=message.to_email,
        batch=batch if batch and batch.state != BatchState.DONE else None,
        parent=message,
        due_at=due_at,
        expires_at=message.expires_at,
        by=None,
        at=at,
    )
    return True


def _attempts_before(message: Message) -> int:
    """How often it was tried before on this channel."""
    count, earlier = 0, message.parent
    while earlier is not None and earlier.channel == message.channel:
        count, earlier = count + 1, earlier.parent
    return count
