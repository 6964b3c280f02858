"""What a guest is told of her visit: that her turn is near, thanks, and sorry if she was missed."""

from datetime import date, datetime, time, timedelta

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.states import ENDED, VisitState
from notifications import actions as notifications
from notifications.models import Lane, Message
from notifications.notices import Notice, Offsets, declare
from notifications.states import MessageState
from notifications.variables import Variable

DATE = Variable("date", _("hari kunjungan"), "Minggu, 22 November 2026")
NUMBER = Variable("number", _("nomor antrean"), "A012")
TELL_FOR = timedelta(days=2)
# Whoever has just come is still in the room; later than this her turn has come.
WAITED, NEAR_FOR = timedelta(minutes=10), timedelta(minutes=20)
WAITING = (MessageState.QUEUED, MessageState.MERGED)

TURN_NEAR = declare(
    Notice(
        key="visit_turn",
        name=_("Giliran sebentar lagi"),
        about=_(
            "Kepada tamu berikutnya dalam antrean yang sudah menunggu lebih dari 10 menit, agar "
            "yang menunggu di luar kembali."
        ),
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Giliran Anda dengan nomor {number} "
            "sebentar lagi. Silakan kembali ke ruang tunggu. Apakah Anda sudah di dekat klinik?"
        ),
        variables=(NUMBER,),
        moment=_("begitu gilirannya dekat"),
        lane=Lane.URGENT,
        one_a_day=False,
        is_on=False,
    )
)

UNSERVED = declare(
    Notice(
        key="visit_unserved",
        name=_("Belum sempat dilayani"),
        about=_("Kepada tamu yang mengambil nomor lalu pulang atau tidak hadir saat dipanggil."),
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Mohon maaf, pada {date} Anda belum "
            "sempat kami layani. Kami dengan senang hati menyiapkan waktu yang lebih cocok. "
            "Apakah Anda ingin kami bantu memilih waktunya?"
        ),
        variables=(DATE,),
        offsets=(1,),
        asks_offsets=Offsets(_("Berapa hari sesudah kunjungan"), is_before=False, most=7),
        send_at=time(10),
        clause=(
            "mohon maaf Anda belum sempat kami layani pada {date}, kami dengan senang hati "
            "menyiapkan waktu yang lebih cocok"
        ),
        question="Anda ingin kami bantu memilih waktunya",
    )
)

THANKS = declare(
    Notice(
        key="visit_thanks",
        name=_("Terima kasih atas kunjungan"),
        about=_(
            "Sesudah konsultasi, pembelian, atau keperluan lain. Perawatan punya ucapannya sendiri."
        ),
        body=(
            "Halo {name}, terima kasih atas kunjungan Anda ke {clinic} cabang {branch} pada "
            "{date}. Semoga pelayanan kami menyenangkan. "
            "Apakah ada yang ingin Anda tanyakan kepada kami?"
        ),
        variables=(DATE,),
        offsets=(1,),
        asks_offsets=Offsets(_("Berapa hari sesudah kunjungan"), is_before=False, most=7),
        send_at=time(10),
        is_on=False,
        clause="terima kasih atas kunjungan Anda pada {date}",
        question="ada yang ingin Anda tanyakan kepada kami",
    )
)


def follow_end(visit: Visit, *, by: Staff | None, at: datetime) -> None:
    """Plan what a guest's day at a branch calls for now, and withdraw what it no longer does.

    Two visits on one day are told of once.
    """
    if visit.customer is None:
        return
    branch, day = visit.branch, visit.business_date
    visits = Visit.objects.of_day(branch=branch, on=day).filter(customer=visit.customer)
    ended = list(visits.values_list("state", "purpose", "started_at"))
    is_here = any(state not in ENDED for state, _purpose, _started in ended)
    done = {purpose for state, purpose, _started in ended if state == VisitState.DONE}
    missed = not is_here and not done and all(started is None for *_rest, started in ended)
    thanked = not is_here and bool(done) and Purpose.TREATMENT not in done
    decisions = notifications.decisions(branch)
    about = f"{visit.customer.pk}:{branch.pk}:{day:%Y-%m-%d}"
    keys = {notice.key: f"{notice.key}:{about}" for notice in (UNSERVED, THANKS)}
    there = set(Message.objects.filter(key__in=keys.values()).values_list("key", flat=True))
    for notice, is_wanted in ((UNSERVED, missed), (THANKS, thanked)):
        decision, key = decisions[notice.key], keys[notice.key]
        if not (is_wanted and decision.is_on and decision.offsets):
            if key in there:
                notifications.cancel(key=key, by=by, at=at, note=notifications.NO_LONGER)
            continue
        due_at = max(decision.moment(branch, day, decision.offsets[0]), at)
        notifications.plan_notice(
            decision,
            key=key,
            customer=visit.customer,
            branch=branch,
            variables={DATE.name: _in_words(day)},
            due_at=due_at,
            expires_at=due_at + TELL_FOR,
            by=by,
            at=at,
        )


def follow_arrival(customer: Customer, *, by: Staff | None, at: datetime) -> None:
    """Whoever is here again is not told any more that she was missed."""
    waiting = Message.objects.filter(
        customer=customer, notice=UNSERVED.key, state__in=WAITING
    ).select_related("carrier")
    if rows := list(waiting):
        notifications.withdraw(rows, at=at, by=by)


def follow_queue(branch: Branch, *, on: date, by: Staff | None, at: datetime) -> None:
    """Tell whoever is next that her turn is near; once, and nobody whose turn no longer is."""
    decision = notifications.decided(TURN_NEAR.key, branch=branch)
    if not decision.is_on:
        return
    line = Visit.objects.of_day(branch=branch, on=on).waiting().in_queue_order()
    following = line.select_related("customer").first()
    key = f"{TURN_NEAR.key}:{following.pk}" if following else ""
    told = Message.objects.filter(branch=branch, notice=TURN_NEAR.key)
    notifications.withdraw(told.filter(state=MessageState.QUEUED).exclude(key=key), at=at, by=by)
    if following is None or following.customer is None or following.waited(at=at) < WAITED:
        return
    if branch.is_quiet(at) or told.filter(key=key).exclude(state=MessageState.CANCELLED).exists():
        return
    notifications.plan_notice(
        decision,
        key=key,
        customer=following.customer,
        branch=branch,
        variables={NUMBER.name: following.queue_code},
        due_at=at,
        expires_at=at + NEAR_FOR,
        by=by,
        at=at,
    )


def _in_words(day: date) -> str:
    with translation.override("id"):
        return date_format(day, "l, j F Y")
