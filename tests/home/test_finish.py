"""Finishing a visit while somebody still works on its guest."""

import pytest
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from tests.conftest import Cast, SignIn
from tests.factories import create_slip, put_on_duty
from treatments.models import Slip
from treatments.states import SlipState

HTMX = {"HX-Request": "true"}


def slip_of(cast: Cast, branch: Branch, state: SlipState) -> Slip:
    at = timezone.now()
    put_on_duty(cast.tari, branch=branch, at=at)
    slip = create_slip(branch=branch, desk=cast.anna, beautician=cast.tari, state=state, at=at)
    if slip.visit.state != VisitState.SERVING:
        visits.start_visit(slip.visit, by=cast.anna, at=at)
    return slip


def state_of(visit: Visit) -> str:
    return Visit.objects.get(pk=visit.pk).state


@pytest.mark.parametrize("state", [SlipState.ACCEPTED, SlipState.IN_PROGRESS])
def test_the_desk_is_told_and_asked_once_more(
    cast: Cast, menteng: Branch, sign_in: SignIn, state: SlipState
) -> None:
    slip = slip_of(cast, menteng, state)
    anna, address = sign_in(cast.anna), reverse("visits:visit_finish", args=[slip.visit_id])

    asked = anna.post(address, {"seen": "serving"}, headers=HTMX)
    assert asked.status_code == 409
    said = f"Slip {slip.code} belum selesai: {slip.get_state_display().lower()}, Tari."
    assert said in asked.text
    assert "Tetap selesai" in asked.text
    assert state_of(slip.visit) == VisitState.SERVING

    done = anna.post(address, {"seen": "serving", "sure": "1"}, headers=HTMX)
    assert done.status_code == 200
    assert state_of(slip.visit) == VisitState.DONE


@pytest.mark.parametrize("state", [SlipState.ISSUED, SlipState.DONE, SlipState.CANCELLED])
def test_nobody_is_asked_when_no_hand_is_on_her(
    cast: Cast, menteng: Branch, sign_in: SignIn, state: SlipState
) -> None:
    slip = slip_of(cast, menteng, state)
    address = reverse("visits:visit_finish", args=[slip.visit_id])
    assert sign_in(cast.anna).post(address, headers=HTMX).status_code == 200
    assert state_of(slip.visit) == VisitState.DONE


def test_without_script_it_is_said_afterwards(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    slip = slip_of(cast, menteng, SlipState.IN_PROGRESS)
    address = reverse("visits:visit_finish", args=[slip.visit_id])
    page = sign_in(cast.anna).post(address, follow=True)
    assert f"Slip {slip.code} belum selesai" in page.text
    assert state_of(slip.visit) == VisitState.DONE


def test_who_is_behind_is_told_that_first(cast: Cast, menteng: Branch, sign_in: SignIn) -> None:
    slip = slip_of(cast, menteng, SlipState.IN_PROGRESS)
    address = reverse("visits:visit_finish", args=[slip.visit_id])
    answer = sign_in(cast.anna).post(address, {"seen": "waiting"}, headers=HTMX)
    assert answer.status_code == 409
    assert "baru saja diubah orang lain" in answer.text
