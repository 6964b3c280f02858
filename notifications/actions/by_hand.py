"""Messages that a person sends from her own WhatsApp, in the same log as all others."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from frontdesk.staff.models import Staff
from notifications.actions.consent import NEEDED, agreed
from notifications.actions.moves import Moves, locked
from notifications.actions.parting import hold, take_apart
from notifications.models import TOGETHER, Channel, Message, MessageClass, Scope, Suppression
from notifications.permissions import why_not_send_by_hand
from notifications.states import MessageState

A_ROUND = 500


class CannotSendByHand(Exception):
    """The message says why, in words the desk may read."""


def phone_of(message: Message) -> str:
    return message.to_phone or (message.customer.phone if message.customer else "")


def why_nots(messages: Iterable[Message]) -> dict[int, str]:
    """Why each of these must not be sent, by key; as a sender of ours would find it."""
    rows = list(messages)
    consents = agreed({row.customer_id for row in rows if row.customer_id})
    stops = Suppression.objects.live().filter(phone__in={phone_of(row) for row in rows})
    stopped = set(stops.values_list("phone", "scope"))
    found = {}
    for row in rows:
        phone, purpose = phone_of(row), NEEDED.get(MessageClass(row.message_class))
        is_promo = row.message_class == MessageClass.MARKETING
        if not phone:
            found[row.pk] = _("Nomor HP tidak ada.")
        elif (phone, Scope.ALL) in stopped or (is_promo and (phone, Scope.PROMO) in stopped):
            found[row.pk] = _("Pelanggan tidak ingin menerima pesan.")
        elif purpose and (row.customer_id, purpose) not in consents:
            found[row.pk] = _("Pelanggan belum menyetujui atau sudah menarik persetujuan.")
    return found


@transaction.atomic
def mark_sent(message: Message, *, by: Staff, at: datetime) -> None:
    """She says that she sent it: nobody else can know."""
    message = locked([message.pk]).get()
    reason = why_not_send_by_hand(message, by=by) or why_nots([message]).get(message.pk, "")
    if reason:
        raise CannotSendByHand(reason)
    moves = Moves(at=at, by=by)
    moves.move(
        message,
        MessageState.ACCEPTED,
        accepted_at=at,
        final_at=at,
        written_by=by,
        to_phone=phone_of(message),
        version=message.template.current if message.template else None,
        note=gettext_noop("Dikirim manual"),
    )
    moves.write()


@transaction.atomic
def skip(message: Message, *, by: Staff, at: datetime) -> None:
    hold([message.customer_id])
    message = locked([message.pk]).get()
    if reason := why_not_send_by_hand(message, by=by):
        raise CannotSendByHand(reason)
    moves = Moves(at=at, by=by)
    for one in locked(message.carries.values_list("pk", flat=True)):
        moves.move(
            one,
            MessageState.CANCELLED,
            carrier=None,
            note=gettext_noop("Dilewati"),
            final_at=at,
        )
    moves.write()
    moves = Moves(at=at, by=by)
    moves.move(message, MessageState.CANCELLED, note=gettext_noop("Dilewati"), final_at=at)
    moves.write()


@transaction.atomic
def clear_by_hand(*, at: datetime) -> int:
    """What nobody sent in time leaves the list, as it would leave the line of a sender."""
    waiting = Message.objects.filter(channel=Channel.BY_HAND, state=MessageState.QUEUED)
    late = waiting.filter(expires_at__lte=at).order_by("pk")
    for pk in list(late.filter(notice=TOGETHER).values_list("pk", flat=True)[:A_ROUND]):
        take_apart(pk, at=at)
    rows = late.exclude(notice=TOGETHER).select_for_update(skip_locked=True, of=("self",))[:A_ROUND]
    moves = Moves(at=at)
    for message in rows:
        moves.move(message, MessageState.EXPIRED, final_at=at)
    moves.write()
    return len(rows)
