"""Every state against every deed: what TRANSITIONS allows happens, everything else is refused."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from tests.conftest import Cast
from tests.factories import NOW, put_on_duty
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.models import Slip, SlipEvent, Treatment
from treatments.models.slip import SlipEventKind
from treatments.permissions import why_not_approve, why_not_start, why_not_treat, why_not_write
from treatments.states import OPEN, TRANSITIONS, SlipState

Deed = Callable[[Slip, Cast], None]


def _pass_on(slip: Slip, cast: Cast) -> None:
    to: Staff = cast.rara if slip.beautician == cast.tari else cast.tari
    actions.pass_on_slip(slip, to=to, reason="Dipanggil dokter", by=cast.anna, at=NOW)


DEEDS: dict[SlipState, Deed] = {
    SlipState.ISSUED: lambda slip, cast: actions.issue_slip(slip, by=cast.anna, at=NOW),
    SlipState.PASSED_ON: _pass_on,
    SlipState.ACCEPTED: lambda slip, cast: actions.accept_slip(slip, by=slip.beautician, at=NOW),
    SlipState.IN_PROGRESS: lambda slip, cast: actions.start_slip(slip, by=slip.beautician, at=NOW),
    SlipState.DONE: lambda slip, cast: actions.finish_slip(slip, by=slip.beautician, at=NOW),
    SlipState.CANCELLED: lambda slip, cast: actions.cancel_slip(
        slip, reason="Tamu pulang", by=cast.anna, at=NOW
    ),
}


# A beautician's tap that comes a second time finds what it wanted.
HER_TAPS = {SlipState.ACCEPTED, SlipState.IN_PROGRESS, SlipState.DONE}


@pytest.mark.parametrize("to", DEEDS)
@pytest.mark.parametrize("state", SlipState)
def test_a_deed_does_what_the_table_of_states_says(
    state: SlipState, to: SlipState, slip_in: SlipIn, cast: Cast
) -> None:
    slip = slip_in(state)
    before = SlipEvent.objects.filter(slip=slip).count()
    version = slip.version

    if to in TRANSITIONS[state]:
        DEEDS[to](slip, cast)
        last = slip.events.last()
        assert (last.kind, last.old, last.new) == (SlipEventKind.MOVED, state, to)
        assert last.at == NOW
        assert (slip.state, slip.version) == (to, version + 1)
    else:
        if state == to and to in HER_TAPS:
            DEEDS[to](slip, cast)
        else:
            with pytest.raises(CannotChangeSlip) as refusal:
                DEEDS[to](slip, cast)
            assert str(refusal.value).endswith(".")
        slip.refresh_from_db()
        assert (slip.state, slip.version) == (state, version)
        assert SlipEvent.objects.filter(slip=slip).count() == before


@pytest.mark.parametrize("state", SlipState)
def test_only_a_finished_slip_is_recapped(
    state: SlipState, slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    slip = slip_in(state)
    if state != SlipState.RECAPPED:
        actions.close_recap(branch=menteng, on=slip.business_date, by=cast.maya, at=NOW)
    slip.refresh_from_db()
    expected = SlipState.RECAPPED if SlipState.RECAPPED in TRANSITIONS[state] else state
    assert slip.state == expected


def test_a_recapped_slip_cannot_be_changed_by_anybody(slip_in: SlipIn) -> None:
    slip = slip_in(SlipState.RECAPPED)
    with pytest.raises(DatabaseError, match="Cannot update"), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(total=1)


def test_the_doctor_comes_first_for_the_action_and_for_the_database(
    slip_in: SlipIn, cast: Cast, laser: Treatment
) -> None:
    slip = slip_in(SlipState.ACCEPTED, treatments=[laser])
    with pytest.raises(CannotChangeSlip, match="Menunggu persetujuan dokter"):
        actions.start_slip(slip, by=cast.tari, at=NOW)
    with pytest.raises(IntegrityError, match="doctor_first"), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(state=SlipState.IN_PROGRESS, started_at=NOW)
    with pytest.raises(IntegrityError, match="doctor_first"), transaction.atomic():
        Slip.objects.filter(pk=slip.pk).update(
            state=SlipState.IN_PROGRESS, started_at=NOW, approved_at=NOW
        )

    actions.approve_slip(slip, by=cast.dewi, at=NOW)
    actions.start_slip(slip, by=cast.tari, at=NOW)
    assert slip.state == SlipState.IN_PROGRESS


@pytest.mark.parametrize("reason", ["", "   "])
def test_passing_on_cancelling_and_the_doctors_no_need_a_reason(
    reason: str, slip_in: SlipIn, cast: Cast, laser: Treatment
) -> None:
    slip = slip_in()
    with pytest.raises(CannotChangeSlip, match=r"Tulis alasannya\."):
        actions.cancel_slip(slip, reason=reason, by=cast.anna, at=NOW)
    with pytest.raises(CannotChangeSlip, match=r"Tulis alasannya\."):
        actions.pass_on_slip(slip, to=cast.rara, reason=reason, by=cast.anna, at=NOW)
    waiting = slip_in(treatments=[laser])
    with pytest.raises(CannotChangeSlip, match=r"Tulis alasannya\."):
        actions.refuse_slip(waiting, reason=reason, by=cast.dewi, at=NOW)


@pytest.mark.parametrize("state", sorted(OPEN))
def test_a_cancelled_slip_keeps_its_number_and_says_why(
    state: SlipState, slip_in: SlipIn, cast: Cast
) -> None:
    slip = slip_in(state)
    number = slip.number
    actions.cancel_slip(slip, reason="Tamu pulang", by=cast.anna, at=NOW)
    assert (slip.number, slip.reason, slip.cancelled_at) == (number, "Tamu pulang", NOW)


def test_a_draft_that_waits_over_night_is_numbered_on_the_morrow(
    slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    slip_in(SlipState.ISSUED)
    draft = slip_in(SlipState.DRAFT)
    # 03.59 in Jakarta still belongs to the evening before, 04.00 does not.
    night, morning = NOW + timedelta(hours=17, minutes=59), NOW + timedelta(hours=18)
    late = slip_in(SlipState.ISSUED, at=night)
    put_on_duty(cast.tari, branch=menteng, at=morning)
    actions.issue_slip(draft, by=cast.anna, at=morning)
    assert (late.code, draft.code) == ("JKT-261122-002", "JKT-261123-001")


def test_the_refusals_are_sentences(slip_in: SlipIn, cast: Cast, laser: Treatment) -> None:
    slip = slip_in()
    assert why_not_write(slip, by=cast.anna) == ""
    assert why_not_write(slip, by=cast.boris) == "Peran Anda tidak mencakup slip cabang ini."
    assert why_not_treat(slip, by=cast.rara) == "Slip ini sekarang di tangan orang lain."
    assert why_not_start(slip, by=cast.rara) == why_not_treat(slip, by=cast.rara)
    assert why_not_start(slip, by=cast.tari) == f"Slip {slip.code} sudah diterbitkan."
    assert why_not_approve(slip, by=cast.anna) == "Hanya dokter cabang ini yang menyetujui."
    assert why_not_approve(slip, by=cast.dewi) == "Slip ini tidak perlu persetujuan dokter."
    waiting = slip_in(treatments=[laser])
    assert why_not_approve(waiting, by=cast.dewi) == ""
    actions.approve_slip(waiting, by=cast.dewi, at=NOW)
    assert why_not_approve(waiting, by=cast.dewi) == "Slip ini sudah disetujui."
