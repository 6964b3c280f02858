"""Why a deed on a slip, control or recap is refused: `""`, or a sentence for the desk."""

from collections.abc import Collection, Sequence
from datetime import date, datetime

from django.db import connection
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import GRANTS, Permission, Role
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from treatments.models import Control, Recap, Slip, Treatment
from treatments.states import CONTROL_TRANSITIONS, TRANSITIONS, ControlState, SlipState

# Every slip asks it, so it is one query by hand: her roles here, her duty, what she can do of it.
STANDING = """
SELECT
    ARRAY(SELECT role FROM staff_assignment
        WHERE staff_id = s.id AND (branch_id = %(branch)s OR branch_id IS NULL)),
    s.is_active AND EXISTS (SELECT FROM staff_duty
        WHERE staff_id = s.id AND branch_id = %(branch)s AND business_date = %(on)s AND is_on),
    ARRAY(SELECT treatment_id FROM treatments_qualification
        WHERE staff_id = s.id AND treatment_id = ANY(%(treatments)s))
FROM staff_staff s WHERE s.id = %(staff)s
"""


def why_not_move(slip: Slip, to: SlipState) -> str:
    if to in TRANSITIONS[SlipState(slip.state)]:
        return ""
    return _("Slip %(code)s sudah %(state)s.") % {
        "code": slip.code or _("draf"),
        "state": slip.get_state_display().lower(),
    }


def why_not_begin(visit: Visit) -> str:
    """Say why no slip can be written for this visit, whoever asks."""
    if visit.customer_id is None:
        return _("Kenali pelanggan dulu, baru tulis slip.")
    if visit.state == VisitState.NO_SHOW:
        return _("Kunjungan ini dicatat tidak hadir.")
    return ""


def why_not_write(slip: Slip, *, by: Staff) -> str:
    if not by.may(Permission.WRITE_SLIPS, branch=slip.branch):
        return _("Peran Anda tidak mencakup slip cabang ini.")
    return ""


def why_not_able(staff: Staff, treatments: Sequence[Treatment], *, held: Collection[int]) -> str:
    """Say which of these treatments a person who holds those (by key) cannot do."""
    missing = dict.fromkeys(t.name for t in treatments if t.pk not in held)
    if not missing:
        return ""
    return _("%(name)s belum memegang %(treatments)s.") % {
        "name": staff.nickname,
        "treatments": ", ".join(missing),
    }


def why_not_give(
    beautician: Staff | None, treatments: Sequence[Treatment], *, branch: Branch, on: date
) -> str:
    """Say why this person cannot be given these treatments on that day."""
    if beautician is None:
        return _("Pilih beautician yang mengerjakan.")
    values: dict[str, int | date | list[int]] = {
        "staff": beautician.pk,
        "branch": branch.pk,
        "on": on,
        "treatments": sorted({treatment.pk for treatment in treatments}),
    }
    with connection.cursor() as cursor:
        cursor.execute(STANDING, values)
        roles, is_on_duty, held = cursor.fetchone() or ([], False, [])
    if not any(Permission.TREAT in GRANTS[Role(role)] for role in roles):
        return _("%(name)s tidak merawat di cabang ini.") % {"name": beautician.nickname}
    if not is_on_duty:
        return _("%(name)s tidak bertugas hari ini.") % {"name": beautician.nickname}
    return why_not_able(beautician, treatments, held=held)


def why_ask_before_finishing(visit: Visit) -> str:
    """Name the slips of a visit that a beautician is busy with, or has taken over."""
    busy = Slip.objects.filter(
        visit=visit, state__in=[SlipState.ACCEPTED, SlipState.IN_PROGRESS]
    ).select_related("branch", "beautician")
    return " ".join(
        _("Slip %(code)s belum selesai: %(state)s, %(name)s.")
        % {
            "code": slip.code,
            "state": slip.get_state_display().lower(),
            "name": slip.beautician.nickname if slip.beautician else "–",
        }
        for slip in busy.order_by("pk")
    )


def why_not_treat(slip: Slip, *, by: Staff) -> str:
    if slip.beautician_id != by.pk:
        return _("Slip ini sekarang di tangan orang lain.")
    return ""


def why_not_start(slip: Slip, *, by: Staff) -> str:
    if reason := why_not_treat(slip, by=by):
        return reason
    if slip.awaits_doctor:
        return _("Menunggu persetujuan dokter.")
    return why_not_move(slip, SlipState.IN_PROGRESS)


def why_not_approve(slip: Slip, *, by: Staff) -> str:
    if not by.may(Permission.APPROVE_SLIPS, branch=slip.branch):
        return _("Hanya dokter cabang ini yang menyetujui.")
    if not slip.needs_doctor:
        return _("Slip ini tidak perlu persetujuan dokter.")
    if slip.approved_at is not None:
        return _("Slip ini sudah disetujui.")
    if not slip.is_open:
        return why_not_move(slip, SlipState.ACCEPTED)
    return ""


def why_not_change_control(control: Control, to: ControlState, *, by: Staff) -> str:
    if not by.may(Permission.PLAN_CONTROLS, branch=control.branch):
        return _("Peran Anda tidak mencakup jadwal kontrol cabang ini.")
    return why_not_answer_control(control, to)


def why_not_answer_control(control: Control, to: ControlState) -> str:
    if to not in CONTROL_TRANSITIONS[ControlState(control.state)]:
        return _("Jadwal kontrol ini sudah %(state)s.") % {
            "state": control.get_state_display().lower()
        }
    return ""


def why_not_close(*, branch: Branch, on: date, by: Staff, at: datetime) -> str:
    """Say why a day cannot be closed, other than for its differences."""
    if not by.may(Permission.CLOSE_RECAP, branch=branch):
        return _("Rekap ditutup oleh pengelola cabang.")
    if on > branch.business_date(at):
        return _("Hari itu belum tiba.")
    if Recap.objects.filter(branch=branch, business_date=on).exists():
        return _("Rekap hari ini sudah ditutup.")
    if Recap.objects.filter(branch=branch, business_date__gt=on).exists():
        return _("Hari sesudahnya sudah ditutup.")
    last = Recap.objects.last_before(branch=branch, on=on)
    unclosed = Slip.objects.filter(
        branch=branch, number__isnull=False, business_date__lt=on, recap_slips__isnull=True
    )
    if last is not None:
        # Slips issued after that evening's closing fall into the next day by rule.
        unclosed = unclosed.filter(business_date__gt=last.business_date)
    if day := unclosed.order_by("business_date").values_list("business_date", flat=True).first():
        return _("Tutup dulu rekap %(day)s.") % {"day": date_format(day, "j F Y")}
    return ""
