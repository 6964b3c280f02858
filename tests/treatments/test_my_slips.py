"""The beautician's phone (step 7 of the day)."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from pytest_django import DjangoAssertNumQueries

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import (
    CustomerFactory,
    SupplyFactory,
    TreatmentFactory,
    create_slip,
    put_on_duty,
    qualify,
)
from treatments import actions
from treatments.models import Slip, SlipSupply, Treatment, TreatmentSupply
from treatments.models.slip import SlipEventKind
from treatments.states import SlipState

POLL = {"HTTP_X_POLL": "1", "HTTP_HX_REQUEST": "true"}


@pytest.fixture
def now(cast: Cast, menteng: Branch) -> datetime:
    at = datetime.now(UTC)
    for staff in (cast.tari, cast.rara):
        put_on_duty(staff, branch=menteng, at=at)
    return at


@pytest.fixture
def slip(cast: Cast, menteng: Branch, now: datetime) -> Slip:
    customer = CustomerFactory(
        home_branch=menteng, name="Sari Melati", phone="+6281234567890", allergies="lateks"
    )
    return create_slip(
        branch=menteng, desk=cast.anna, beautician=cast.tari, customer=customer, at=now
    )


def test_shows_what_she_needs_and_never_the_phone(cast: Cast, slip: Slip, sign_in: SignIn) -> None:
    page = sign_in(cast.tari).get("/my/slips/").content.decode()
    assert "Sari Melati" in page
    assert "lateks" in page
    assert slip.code in page
    assert "81234567890" not in page.replace("-", "").replace(" ", "")


def test_another_beautician_sees_and_reaches_nothing(
    cast: Cast, slip: Slip, sign_in: SignIn
) -> None:
    client = sign_in(cast.rara)
    assert slip.code not in client.get("/my/slips/").content.decode()
    for deed in ("accept", "start", "finish"):
        assert client.post(f"/my/slips/{slip.pk}/{deed}/").status_code == 404
    assert client.get(f"/my/slips/{slip.pk}/finish/").status_code == 404


@pytest.mark.parametrize("who", ["anna", "gita", "boris"])
def test_only_those_who_treat_have_this_page(cast: Cast, sign_in: SignIn, who: str) -> None:
    assert sign_in(getattr(cast, who)).get("/my/slips/").status_code == 403


def test_four_taps_from_issued_to_done(cast: Cast, slip: Slip, sign_in: SignIn) -> None:
    serum, cotton = SupplyFactory(name="Serum"), SupplyFactory(name="Kapas")
    TreatmentSupply.objects.create(treatment=slip.lines.get().treatment, supply=serum, quantity=2)
    client = sign_in(cast.tari)
    client.post(f"/my/slips/{slip.pk}/accept/")
    client.post(f"/my/slips/{slip.pk}/start/")
    form = client.get(f"/my/slips/{slip.pk}/finish/")
    # What the treatment usually uses stands ready filled in.
    assert form.context["form"][f"used_{serum.pk}"].initial == 2
    answer = client.post(
        f"/my/slips/{slip.pk}/finish/",
        {f"used_{serum.pk}": "2", f"used_{cotton.pk}": "", "result_note": "Nyaman."},
    )
    assert answer.status_code == 302
    slip.refresh_from_db()
    assert slip.state == SlipState.DONE
    assert slip.result_note == "Nyaman."
    assert list(SlipSupply.objects.values_list("supply__name", "quantity")) == [("Serum", 2)]


def test_a_tap_whose_answer_was_lost_is_done_once_and_never_refused(
    cast: Cast, slip: Slip, sign_in: SignIn
) -> None:
    serum = SupplyFactory(name="Serum")
    client = sign_in(cast.tari)
    for deed in ("accept", "start"):
        for _ in range(2):
            answer = client.post(f"/my/slips/{slip.pk}/{deed}/", HTTP_HX_REQUEST="true")
            assert answer.status_code == 200
    said = {f"used_{serum.pk}": "2", "result_note": "Nyaman."}
    for _ in range(2):
        answer = client.post(f"/my/slips/{slip.pk}/finish/", said, follow=True)
        assert f"Slip {slip.code} selesai." in answer.text

    moves = slip.events.filter(kind=SlipEventKind.MOVED).values_list("new", flat=True)
    assert list(moves) == ["issued", "accepted", "in_progress", "done"]
    assert SlipSupply.objects.get().quantity == 2
    for other in ({"result_note": "Perih."}, {f"used_{serum.pk}": "3"}):
        answer = client.post(f"/my/slips/{slip.pk}/finish/", said | other)
        assert answer.status_code == 409
        assert f"Slip {slip.code} sudah selesai." in answer.text
    slip.refresh_from_db()
    assert slip.result_note == "Nyaman."


@pytest.mark.django_db(transaction=True)
def test_two_taps_at_one_moment_finish_once(
    cast: Cast, menteng: Branch, now: datetime, at_once: Callable
) -> None:
    slip = create_slip(
        branch=menteng, desk=cast.anna, beautician=cast.tari, state=SlipState.IN_PROGRESS, at=now
    )
    serum = SupplyFactory()
    loaded = [Slip.objects.select_related("branch").get(pk=slip.pk) for _ in range(4)]

    answers = at_once(
        [
            lambda one=one: actions.finish_slip(
                one, result_note="Nyaman.", supplies=[(serum, 1)], by=cast.tari, at=now
            )
            for one in loaded
        ]
    )

    assert answers == [None] * 4
    assert slip.events.filter(new=SlipState.DONE).count() == 1
    assert SlipSupply.objects.count() == 1


def test_a_quantity_that_is_no_number_keeps_what_was_typed(
    cast: Cast, menteng: Branch, now: datetime, sign_in: SignIn
) -> None:
    serum = SupplyFactory()
    slip = create_slip(
        branch=menteng,
        desk=cast.anna,
        beautician=cast.tari,
        state=SlipState.IN_PROGRESS,
        at=now,
    )
    answer = sign_in(cast.tari).post(
        f"/my/slips/{slip.pk}/finish/",
        {f"used_{serum.pk}": "banyak", "result_note": "Catatan panjang saya"},
    )
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "Catatan panjang saya" in page
    assert "Masukkan jumlah dalam angka" in page
    slip.refresh_from_db()
    assert slip.state == SlipState.IN_PROGRESS
    assert not SlipSupply.objects.exists()


def test_without_the_doctors_yes_there_is_no_start(
    cast: Cast, menteng: Branch, now: datetime, sign_in: SignIn
) -> None:
    laser = TreatmentFactory(needs_doctor=True)
    slip = create_slip(
        branch=menteng,
        desk=cast.anna,
        beautician=cast.tari,
        treatments=[laser],
        state=SlipState.ACCEPTED,
        at=now,
    )
    client = sign_in(cast.tari)
    assert f"/my/slips/{slip.pk}/start/" not in client.get("/my/slips/").content.decode()
    answer = client.post(f"/my/slips/{slip.pk}/start/", HTTP_HX_REQUEST="true")
    assert answer.status_code == 409
    assert "Menunggu persetujuan dokter" in answer.content.decode()
    slip.refresh_from_db()
    assert slip.state == SlipState.ACCEPTED


def test_an_unchanged_poll_gets_a_304_and_a_new_slip_the_list(
    cast: Cast,
    menteng: Branch,
    slip: Slip,
    now: datetime,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = sign_in(cast.tari)
    first = client.get("/my/slips/", **POLL)
    with django_assert_max_num_queries(3):
        again = client.get("/my/slips/", HTTP_IF_NONE_MATCH=first["ETag"], **POLL)
    assert again.status_code == 304
    new = create_slip(branch=menteng, desk=cast.anna, beautician=cast.tari, at=now)
    changed = client.get("/my/slips/", HTTP_IF_NONE_MATCH=first["ETag"], **POLL)
    assert changed.status_code == 200
    assert new.code in changed.content.decode()


def test_an_allergy_that_was_just_written_reaches_her_phone(
    cast: Cast, slip: Slip, sign_in: SignIn
) -> None:
    client = sign_in(cast.tari)
    seen = client.get("/my/slips/", **POLL)["ETag"]
    Customer.objects.filter(pk=slip.customer_id).update(allergies="penisilin", version=2)

    answer = client.get("/my/slips/", HTTP_IF_NONE_MATCH=seen, **POLL)

    assert "penisilin" in answer.text


def test_a_slip_passed_on_leaves_her_phone_and_reaches_the_other(
    cast: Cast, menteng: Branch, slip: Slip, now: datetime, sign_in: SignIn
) -> None:
    treatment: Treatment = slip.lines.get().treatment
    qualify(cast.rara, treatment)
    seen = sign_in(cast.tari).get("/my/slips/", **POLL)["ETag"]
    actions.pass_on_slip(slip, to=cast.rara, reason="Sakit kepala.", by=cast.anna, at=now)
    mine = sign_in(cast.tari).get("/my/slips/", HTTP_IF_NONE_MATCH=seen, **POLL)
    assert mine.status_code == 200
    assert slip.code not in mine.content.decode()
    assert slip.code in sign_in(cast.rara).get("/my/slips/").content.decode()


def test_queries_do_not_grow_with_slips(
    cast: Cast,
    menteng: Branch,
    now: datetime,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = sign_in(cast.tari)
    for _ in range(12):
        create_slip(branch=menteng, desk=cast.anna, beautician=cast.tari, at=now)
    with django_assert_max_num_queries(5):
        client.get("/my/slips/")


def test_who_treats_in_two_houses_sees_which_one(
    cast: Cast, menteng: Branch, jayapura: Branch, slip: Slip, sign_in: SignIn
) -> None:
    assert "Menteng" not in _list(sign_in(cast.tari).get("/my/slips/").text)

    cast.tari.assignments.create(role=Role.BEAUTICIAN, branch=jayapura)
    assert "Menteng" in _list(sign_in(cast.tari).get("/my/slips/").text)


def _list(page: str) -> str:
    return page.partition('class="slip-list"')[2].partition("</ul>")[0]
