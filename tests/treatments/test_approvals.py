"""The doctor's yes and no."""

from datetime import UTC, datetime

import pytest

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import TreatmentFactory, create_slip, create_staff, put_on_duty
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.models import Slip
from treatments.states import SlipState


@pytest.fixture
def slip(cast: Cast, menteng: Branch) -> Slip:
    at = datetime.now(UTC)
    put_on_duty(cast.tari, branch=menteng, at=at)
    return create_slip(
        branch=menteng,
        desk=cast.anna,
        beautician=cast.tari,
        treatments=[TreatmentFactory(needs_doctor=True)],
        at=at,
    )


def test_a_slip_that_needs_the_doctor_waits_here(cast: Cast, slip: Slip, sign_in: SignIn) -> None:
    page = sign_in(cast.dewi).get("/approvals/").content.decode()
    assert slip.code in page
    assert slip.customer.phone[3:] not in page.replace("-", "")


def test_an_allergy_that_was_just_written_reaches_the_doctor(
    cast: Cast, slip: Slip, sign_in: SignIn
) -> None:
    client, poll = sign_in(cast.dewi), {"X-Poll": "1", "HX-Request": "true"}
    seen = client.get("/approvals/", headers=poll)["ETag"]
    assert client.get("/approvals/", headers=poll | {"If-None-Match": seen}).status_code == 304
    Customer.objects.filter(pk=slip.customer_id).update(allergies="penisilin", version=2)

    answer = client.get("/approvals/", headers=poll | {"If-None-Match": seen})

    assert "penisilin" in answer.text


def test_the_yes_stands_on_the_slip_with_name_and_time(
    cast: Cast, slip: Slip, sign_in: SignIn
) -> None:
    client = sign_in(cast.dewi)
    assert client.post(f"/approvals/{slip.pk}/approve/").status_code == 302
    slip.refresh_from_db()
    assert slip.approved_by == cast.dewi
    assert slip.approved_at is not None
    assert slip.code not in client.get("/approvals/").content.decode()


def test_the_no_needs_a_reason_and_cancels(cast: Cast, slip: Slip, sign_in: SignIn) -> None:
    client = sign_in(cast.dewi)
    for typed, sentence in (
        (" ", "Tulis alasannya"),
        ("iritasi " * 30, "Alasan paling panjang 200 huruf"),
        ("iritasi\0", "Karakter null"),
    ):
        refused = client.post(f"/approvals/{slip.pk}/refuse/", {"reason": typed})
        assert refused.status_code == 422
        assert sentence in refused.content.decode()
        assert typed.strip() in refused.content.decode()
    client.post(f"/approvals/{slip.pk}/refuse/", {"reason": "Kulit sedang iritasi."})
    slip.refresh_from_db()
    assert slip.state == SlipState.CANCELLED
    assert slip.reason == "Kulit sedang iritasi."


def test_of_two_doctors_who_looked_at_the_same_slip_the_first_decides(
    cast: Cast, menteng: Branch, slip: Slip
) -> None:
    eka, at = create_staff(Role.DOCTOR, branch=menteng), datetime.now(UTC)
    dewis, ekas = (Slip.objects.select_related("branch").get(pk=slip.pk) for _ in range(2))
    actions.approve_slip(dewis, by=cast.dewi, at=at)
    with pytest.raises(CannotChangeSlip, match="sudah disetujui"):
        actions.approve_slip(ekas, by=eka, at=at)
    with pytest.raises(CannotChangeSlip, match="sudah disetujui"):
        actions.refuse_slip(ekas, reason="Iritasi.", by=eka, at=at)
    slip.refresh_from_db()
    assert (slip.approved_by, slip.state) == (cast.dewi, SlipState.ISSUED)


def test_a_doctor_of_another_branch_gets_a_404(
    cast: Cast, jayapura: Branch, slip: Slip, sign_in: SignIn
) -> None:
    elsewhere = sign_in(create_staff(Role.DOCTOR, branch=jayapura))
    assert elsewhere.post(f"/approvals/{slip.pk}/approve/").status_code == 404
    assert slip.code not in elsewhere.get("/approvals/").content.decode()


@pytest.mark.parametrize("who", ["anna", "tari", "maya", "citra"])
def test_nobody_but_a_doctor_approves(cast: Cast, slip: Slip, sign_in: SignIn, who: str) -> None:
    client = sign_in(getattr(cast, who))
    assert client.get("/approvals/").status_code == 403
    assert client.post(f"/approvals/{slip.pk}/approve/").status_code == 403
