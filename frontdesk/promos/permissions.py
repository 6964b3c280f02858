"""Why a deed on a promo is refused: one sentence for the exception and for the page."""

from datetime import datetime

from django.db import OperationalError, connection, transaction
from django.utils.translation import gettext as _

from frontdesk.promos.audience import Audience
from frontdesk.promos.models import Campaign
from frontdesk.promos.states import TRANSITIONS, CampaignState
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models import Channel, Hold, MessageClass

# A page waits no longer to know whether there is anybody at all.
PATIENCE_MS = 2_000


def why_not_write(campaign: Campaign, *, by: Staff | None) -> str:
    if reason := _why_not_run(campaign, by=by):
        return reason
    if not campaign.is_draft:
        return _("Promo ini sudah dijadwalkan. Kembalikan ke draf dulu untuk mengubahnya.")
    return ""


def why_not_start(campaign: Campaign, *, by: Staff | None, at: datetime) -> str:
    if reason := why_not_move(campaign, CampaignState.SCHEDULED, by=by):
        return reason
    template = campaign.template
    if template is None or template.current is None:
        return _("Pilih templat promo dulu.")
    if template.message_class != MessageClass.MARKETING or template.is_archived:
        return _("Templat ini bukan templat promo yang dipakai. Pilih templat lain.")
    if campaign.channel == Channel.WHATSAPP and template.hold not in (None, Hold.PENDING):
        return _("%(reason)s. Pesannya tidak akan berangkat; pilih templat lain dulu.") % {
            "reason": template.hold_words
        }
    if campaign.ends_at is not None and campaign.ends_at <= max(campaign.start_at or at, at):
        return _("Tanggal terakhir promo ini sudah lewat. Ubah dulu tanggalnya.")
    if _reaches_nobody(campaign, at=max(campaign.start_at or at, at)):
        return _(
            "Promo ini belum menjangkau siapa pun: tidak ada pelanggan yang cocok, menyetujui "
            "promo, dan nomornya bisa dikirimi. Ubah syaratnya, atau minta persetujuan promo di "
            "meja depan."
        )
    return ""


def _reaches_nobody(campaign: Campaign, *, at: datetime) -> bool:
    """Say so only when it is sure: an audience too big to be looked through in time has people."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{PATIENCE_MS}ms"])
            found = Audience.of(campaign).reachable(at=at).exists()
            cursor.execute("SET LOCAL statement_timeout TO DEFAULT")
            return not found
    except OperationalError:
        return False


def why_not_move(campaign: Campaign, to: CampaignState, *, by: Staff | None) -> str:
    if reason := _why_not_run(campaign, by=by):
        return reason
    if to not in TRANSITIONS[CampaignState(campaign.state)]:
        return _("Promo ini sudah %(state)s.") % {"state": campaign.get_state_display().lower()}
    return ""


def moved_by_another(campaign: Campaign) -> str:
    return _("Promo ini baru saja diubah orang lain: sekarang %(state)s.") % {
        "state": campaign.get_state_display().lower()
    }


def _why_not_run(campaign: Campaign, *, by: Staff | None) -> str:
    if by is not None and not by.may(Permission.RUN_PROMOS, branch=campaign.branch):
        return _("Anda tidak berhak menjalankan promo cabang ini.")
    return ""
