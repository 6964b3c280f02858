"""One promo that only waits to be started."""

from datetime import datetime

from frontdesk.branches.models import Branch
from frontdesk.promos.actions import create_campaign
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.conditions import Choice
from frontdesk.promos.models import Campaign
from frontdesk.staff.models import Staff
from notifications.actions import write_version
from notifications.models import MessageClass, Template

BODY = (
    "Halo {name}, terima kasih sudah mempercayakan perawatan Anda kepada {clinic} cabang {branch}. "
    "Bulan ini ada {penawaran}, berlaku sampai {sampai_tanggal}. "
    "Balas YA bila Anda berminat, atau BERHENTI bila tidak ingin menerima promo lagi. "
    "Apakah kami boleh memesankan tempat untuk Anda?"
)
SMS_BODY = (
    "Halo {name}, ada {penawaran} di {clinic} {branch} sampai {sampai_tanggal}. "
    "Apakah kami boleh memesankan tempat?"
)


def make_promo(branch: Branch, *, by: Staff, at: datetime) -> Campaign:
    template = Template.objects.create(
        key="promo_offer", name="Promo bulanan", message_class=MessageClass.MARKETING
    )
    write_version(template, body=BODY, sms_body=SMS_BODY, by=by, at=at)
    template.refresh_from_db()
    promo = Promo(
        name="Facial akhir tahun",
        branches=[branch],
        choices=[Choice("registered_since", {"days": 365})],
        template=template,
        variables={"penawaran": "potongan 20% untuk facial", "sampai_tanggal": "31 Desember"},
        note="Contoh: tekan Mulai, lalu lihat pesannya di halaman telepon penyedia.",
    )
    return create_campaign(promo, branch=branch, by=by, at=at)
