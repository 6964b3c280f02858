"""Why a deed on messages is refused: one sentence for the exception and for the page."""

from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from customers.models import Customer
from customers.permissions import why_not_edit
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models import CallEntry, CallState, Channel, Conversation, Message
from notifications.states import MessageState

# How long after her last word WhatsApp takes words of our own.
WINDOW = timedelta(hours=24)
LONGEST_REPLY = 1600


def why_not_suppress(customer: Customer, *, by: Staff) -> str:
    if not customer.phone:
        return _("Isi nomor HP dulu: yang dicatat adalah nomornya.")
    return why_not_edit(by=by)


def why_not_lift(customer: Customer, *, by: Staff) -> str:
    return why_not_suppress(customer, by=by)


def why_not_write(talk: Conversation, *, by: Staff) -> str:
    """To whom nothing can be written at all, whatever the words."""
    if Permission.SEE_INBOX not in by.permissions_at(talk.branch):
        return _("Anda tidak bertugas di cabang percakapan ini.")
    if talk.channel != Channel.WHATSAPP:
        return _("SMS di Indonesia hanya satu arah: telepon pelanggan atau pakai WhatsApp.")
    return ""


def why_not_hand_over(talk: Conversation, *, to: Branch | None, by: Staff) -> str:
    if Permission.SEE_INBOX not in by.permissions_at(talk.branch):
        return _("Anda tidak bertugas di cabang percakapan ini.")
    if talk.owner is not None and talk.owner != by:
        return _("%(name)s sedang menjawab percakapan ini. Ambil alih dulu bila perlu.") % {
            "name": talk.owner.nickname
        }
    if to is None or not to.is_active or to == talk.branch:
        return _("Pilih cabang lain.")
    return ""


def why_not_reply(talk: Conversation, *, text: str, by: Staff, at: datetime) -> str:
    if reason := why_not_write(talk, by=by):
        return reason
    if talk.last_inbound_at is None or talk.last_inbound_at + WINDOW <= at:
        return _(
            "Sudah lebih dari 24 jam sejak pesan terakhir pelanggan. WhatsApp hanya menerima "
            "templat; pilih salah satu."
        )
    if not text.strip():
        return _("Tulis balasan dulu.")
    if len(text.strip()) > LONGEST_REPLY:
        return _("Balasan paling panjang %(most)d huruf.") % {"most": LONGEST_REPLY}
    return ""


def why_not_send_by_hand(message: Message, *, by: Staff) -> str:
    if message.channel != Channel.BY_HAND or message.state != MessageState.QUEUED:
        return _("Pesan ini sudah ditangani.")
    if Permission.SEE_INBOX not in by.permissions_at(message.branch):
        return _("Anda tidak bertugas di cabang ini.")
    return ""


def why_not_note_call(entry: CallEntry, *, by: Staff) -> str:
    if entry.state != CallState.OPEN:
        return _("Telepon ini sudah selesai atau tidak perlu lagi.")
    if Permission.SEE_CALLS not in by.permissions_at(entry.branch):
        return _("Anda tidak bertugas di cabang ini.")
    return ""


def why_not_set_notice(branch: Branch | None, *, by: Staff) -> str:
    if branch is None and not by.may(Permission.MANAGE_CHAIN, branch=None):
        return _("Hanya administrator jaringan yang mengubah setelan semua cabang.")
    if branch is not None and not by.may(Permission.SET_NOTICES, branch=branch):
        return _("Peran Anda tidak mencakup setelan pesan cabang ini.")
    return ""


def why_not_write_template(*, by: Staff) -> str:
    if not by.may_somewhere(Permission.WRITE_TEMPLATES):
        return _("Peran Anda tidak mencakup penulisan templat.")
    return ""
