"""Steps 7 and 9 of the day: the beautician's phone, the doctor's yes, and the evening's recap."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from customers.models import Customer
from frontdesk.branches.models import Branch
from tests.browser.conftest import NewPage, check_axe, shoot, until
from tests.conftest import Cast
from tests.factories import (
    CustomerFactory,
    SupplyFactory,
    TreatmentFactory,
    create_slip,
    put_on_duty,
)
from treatments.models import Recap, Slip, SlipSupply, Treatment, TreatmentSupply
from treatments.states import SlipState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PHONE = {"width": 360, "height": 740}
SignInPage = Callable[..., None]


@pytest.fixture
def facial(db: None) -> Treatment:
    facial: Treatment = TreatmentFactory(name="Facial mencerahkan", minutes=60, price=275_000)
    TreatmentSupply.objects.create(treatment=facial, supply=SupplyFactory(name="Masker lembaran"))
    SupplyFactory(name="Gel pendingin", unit="ml")
    return facial


@pytest.fixture
def sari(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Sari Melati Kusumaningrum",
        phone="+6281234567890",
        honorific="ibu",
        allergies="lateks",
        home_branch=menteng,
    )


def _issue(cast: Cast, branch: Branch, **wanted: object) -> Slip:
    at = timezone.now()
    put_on_duty(cast.tari, branch=branch, at=at)
    return create_slip(branch=branch, desk=cast.anna, beautician=cast.tari, at=at, **wanted)  # type: ignore[arg-type]


def _fits(page: Page) -> None:
    """Nothing is wider than the phone."""
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_slip_comes_by_itself_and_takes_four_taps(
    cast: Cast,
    menteng: Branch,
    sari: Customer,
    facial: Treatment,
    phone_page: Page,
    sign_in: SignInPage,
) -> None:
    page = phone_page
    page.clock.install()
    sign_in(page, cast.tari)
    page.goto("/my/slips/")
    expect(page.get_by_text("Belum ada slip")).to_be_visible()
    check_axe(page)
    page.evaluate("window.stayed = true")

    # Two seconds of her phone's own clock, however slow the machine is.
    with page.expect_response("**/my/slips/") as unchanged:
        page.clock.pause_at(timezone.now() + timedelta(minutes=1))
    assert unchanged.value.status == 304
    slip = _issue(cast, menteng, treatments=[facial], customer=sari)
    # A poll that was on its way when the clock stopped may still bring a 304.
    with page.expect_response(lambda a: a.url.endswith("/my/slips/") and a.status == 200):
        page.clock.run_for("02")
    page.clock.resume()
    expect(page.get_by_text("Ibu Sari Melati")).to_be_visible()
    assert page.evaluate("window.stayed"), "the page was not loaded anew"
    assert "1234567890" not in page.content().replace("-", "")
    expect(page.locator(".strip-allergy")).to_contain_text("lateks")
    _fits(page)
    check_axe(page)
    shoot(page, "phone-issued")

    page.get_by_role("button", name="Terima").tap()  # 1
    page.get_by_role("button", name="Mulai").tap()  # 2
    expect(page.get_by_text("Dirawat")).to_be_visible()
    check_axe(page)
    page.get_by_role("link", name="Tandai selesai").tap()  # 3
    expect(page.get_by_label("Masker lembaran")).to_have_value("1")
    _fits(page)
    check_axe(page)
    shoot(page, "phone-finish")
    page.get_by_role("button", name="Simpan dan selesai").tap()  # 4
    expect(page.get_by_text(f"Slip {slip.code} selesai.")).to_be_visible()
    check_axe(page)
    shoot(page, "phone-done")

    slip.refresh_from_db()
    assert slip.state == SlipState.DONE
    assert SlipSupply.objects.get(slip=slip).supply.name == "Masker lembaran"


def test_an_unchanged_list_stays_under_the_finger(
    cast: Cast, menteng: Branch, facial: Treatment, phone_page: Page, sign_in: SignInPage
) -> None:
    slip = _issue(cast, menteng, treatments=[facial])
    page = phone_page
    page.clock.install()
    sign_in(page, cast.tari)
    page.goto("/my/slips/")
    page.evaluate("id => { document.getElementById(id).marked = true }", f"slip-{slip.pk}")
    for _ in range(2):
        with page.expect_response("**/my/slips/") as answer:
            page.clock.fast_forward("02")
        assert answer.value.status == 304
    assert page.evaluate("id => document.getElementById(id).marked", f"slip-{slip.pk}")


def test_a_list_asked_for_before_a_tap_does_not_undo_what_the_tap_showed(
    cast: Cast, menteng: Branch, facial: Treatment, phone_page: Page, sign_in: SignInPage
) -> None:
    slip = _issue(cast, menteng, treatments=[facial])
    page = phone_page
    page.clock.install()
    sign_in(page, cast.tari)
    page.goto("/my/slips/")
    held: list[Route] = []
    page.route("**/my/slips/", lambda route: held.append(route), times=1)
    page.clock.fast_forward("02")
    until(page, lambda: held)
    page.get_by_role("button", name="Terima").tap()
    expect(page.get_by_role("button", name="Mulai")).to_be_visible()
    held[0].fulfill(status=200, body="<p>" + slip.code + " lama</p>", content_type="text/html")
    page.wait_for_timeout(300)
    assert "lama" not in page.locator("#my-slips").inner_text()
    expect(page.get_by_role("button", name="Mulai")).to_be_visible()


def test_a_wrong_quantity_keeps_the_note(
    cast: Cast, menteng: Branch, facial: Treatment, phone_page: Page, sign_in: SignInPage
) -> None:
    slip = _issue(cast, menteng, treatments=[facial], state=SlipState.IN_PROGRESS)
    sign_in(phone_page, cast.tari)
    phone_page.goto(f"/my/slips/{slip.pk}/finish/")
    phone_page.get_by_label("Masker lembaran").fill("120")
    phone_page.get_by_label("Catatan perawatan").fill("Kulit agak merah di pipi.")
    phone_page.get_by_role("button", name="Simpan dan selesai").tap()
    expect(phone_page.get_by_text("Paling banyak 99.").first).to_be_visible()
    expect(phone_page.get_by_label("Catatan perawatan")).to_have_value("Kulit agak merah di pipi.")
    check_axe(phone_page)
    slip.refresh_from_db()
    assert slip.state == SlipState.IN_PROGRESS


def test_the_doctors_yes_reaches_the_waiting_beautician(
    cast: Cast, menteng: Branch, new_page: NewPage, sign_in: SignInPage
) -> None:
    laser = TreatmentFactory(name="Laser rejuvenasi", needs_doctor=True)
    slip = _issue(cast, menteng, treatments=[laser], state=SlipState.ACCEPTED)
    hands = new_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(hands, cast.tari)
    hands.goto("/my/slips/")
    expect(hands.get_by_role("button", name="Menunggu persetujuan dokter")).to_be_disabled()
    check_axe(hands)

    doctor = new_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(doctor, cast.dewi)
    doctor.goto("/approvals/")
    expect(doctor.get_by_text(slip.code)).to_be_visible()
    check_axe(doctor)
    # A no without a reason is asked for one, beside the button.
    doctor.get_by_text("Tidak disetujui").tap()
    doctor.get_by_role("button", name="Tolak dan batalkan slip").tap()
    expect(doctor.get_by_text("Tulis alasannya.")).to_be_visible()
    check_axe(doctor)
    shoot(doctor, "phone-doctor")
    doctor.get_by_role("button", name="Setujui").tap()
    expect(doctor.get_by_text("Tidak ada slip yang menunggu Anda.")).to_be_visible()
    check_axe(doctor)
    expect(hands.get_by_role("button", name="Mulai")).to_be_visible()


def test_the_manager_closes_the_day_once(
    cast: Cast, menteng: Branch, facial: Treatment, page: Page, sign_in: SignInPage
) -> None:
    for state in (SlipState.DONE, SlipState.DONE, SlipState.CANCELLED, SlipState.ISSUED):
        _issue(cast, menteng, treatments=[facial], state=state)
    sign_in(page, cast.maya)
    page.goto("/recap/")
    expect(page.get_by_role("heading", name="Rekap slip")).to_be_visible()
    expect(page.locator("tfoot")).to_contain_text("Rp550.000")
    check_axe(page)
    shoot(page, "recap-open")

    page.get_by_role("button", name="Tutup hari ini").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 slip selesai (Rp550.000) dan 1 slip terbawa")
    check_axe(page)
    dialog.get_by_label("Catatan (boleh kosong)").fill("Hari yang tenang.")
    dialog.get_by_role("button", name="Tutup hari ini").click()
    expect(page.get_by_text("Angka ini tidak berubah lagi.")).to_be_visible()
    expect(page.get_by_role("button", name="Tutup hari ini")).to_have_count(0)
    check_axe(page)
    shoot(page, "recap-closed")
    assert Recap.objects.get().total == 550_000

    page.goto(page.url + "print/")
    expect(page.get_by_text("ditutup oleh Maya Contoh")).to_be_visible()
    check_axe(page)


def test_the_warehouse_reads_what_was_used(
    cast: Cast, menteng: Branch, page: Page, sign_in: SignInPage
) -> None:
    sign_in(page, cast.gita)
    page.goto("/supplies/")
    expect(page.get_by_text("Belum ada produk yang dicatat terpakai")).to_be_visible()
    check_axe(page)
