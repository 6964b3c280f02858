"""Step 6 of the day: a slip from the visit in hand, onto paper, found, passed on, cancelled."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Duty
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from tests.browser.conftest import PHONE, SHOTS, NewPage, check_axe, shoot
from tests.conftest import Cast
from tests.factories import (
    CustomerFactory,
    TerminalFactory,
    TreatmentFactory,
    put_on_duty,
    qualify,
)
from treatments import actions as slips
from treatments.models import Slip, Treatment
from treatments.states import SlipState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHITE, PLUM = "rgb(255, 255, 255)", "rgb(107, 42, 84)"
CATALOGUE = [
    ("Facial dasar", "Wajah", 45, 150_000, False),
    ("Facial akne", "Wajah", 60, 225_000, False),
    ("Facial mencerahkan", "Wajah", 75, 350_000, False),
    ("Chemical peel", "Wajah", 45, 900_000, True),
    ("Laser rejuvenation", "Laser", 30, 1_250_000, True),
    ("Laser flek", "Laser", 40, 1_100_000, True),
    ("Mikrodermabrasi", "Wajah", 60, 400_000, False),
    ("Totok wajah", "Wajah", 30, 95_000, False),
    ("Lulur tradisional", "Tubuh", 90, 250_000, False),
    ("Pijat relaksasi", "Tubuh", 60, 180_000, False),
    ("Creambath", "Rambut", 60, 120_000, False),
    ("Hair spa", "Rambut", 75, 200_000, False),
]


@pytest.fixture
def catalogue(db: None) -> dict[str, Treatment]:
    return {
        name: TreatmentFactory(
            name=name, category=category, minutes=minutes, price=price, needs_doctor=doctor
        )
        for name, category, minutes, price, doctor in CATALOGUE
    }


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Maria Goretti Widyaningsih",
        phone="+6281234567890",
        honorific="ibu",
        allergies="penisilin, aspirin",
        home_branch=menteng,
    )


@pytest.fixture
def visit(menteng: Branch, cast: Cast, maria: Customer, catalogue: dict[str, Treatment]) -> Visit:
    """Maria is being served by Anna; Tari can do everything, Rara no laser, Dewi is not on duty."""
    now = timezone.now()
    for staff in (cast.tari, cast.rara):
        Duty.objects.filter(staff=staff).delete()
        put_on_duty(staff, branch=menteng, at=now)
    qualify(cast.tari, *catalogue.values())
    qualify(cast.rara, *(t for t in catalogue.values() if t.category != "Laser"))
    visit = visits.check_in(
        branch=menteng, purpose=Purpose.TREATMENT, customer=maria, by=cast.anna, at=now
    )
    visits.start_visit(visit, by=cast.anna, at=now)
    return visit


@pytest.fixture
def desk(page: Page, cast: Cast, menteng: Branch, sign_in: Callable[..., None]) -> Page:
    """Anna's counter; what would be printed is noted in `window.printed`."""
    page.add_init_script(
        "window.printed = []; window.print = () => {};"
        "document.addEventListener('frontdesk:print', e => window.printed.push(e.detail.address))"
    )
    sign_in(page, cast.anna, terminal=TerminalFactory(branch=menteng))
    return page


def pick(page: Page, typed: str) -> None:
    page.get_by_label("Cari perawatan").fill(typed)
    page.keyboard.press("Enter")


def test_a_slip_is_written_by_keyboard_and_printed(desk: Page, visit: Visit, cast: Cast) -> None:
    desk.goto(f"/?visit={visit.pk}")
    expect(desk.get_by_text("Belum ada slip untuk kunjungan ini.")).to_be_visible()
    desk.keyboard.press("Alt+s")
    expect(desk.get_by_label("Cari perawatan")).to_be_focused()
    shoot(desk, "slip-form-empty")
    check_axe(desk)

    pick(desk, "menc")
    expect(desk.locator(".picked > li")).to_have_count(1)
    pick(desk, "las rej")
    pick(desk, "menc")
    expect(desk.locator(".picked > li")).to_have_text(
        [re.compile("Facial mencerahkan"), re.compile("Laser rej"), re.compile("Facial mencer")]
    )
    expect(desk.locator(".picked-sum")).to_have_text(re.compile(r"180 mnt\s+Rp1\.950\.000"))
    expect(desk.get_by_role("radio", name="Tari")).to_be_checked()
    expect(desk.get_by_role("radio", name="Rara")).to_be_disabled()
    expect(desk.get_by_text("Rara belum memegang Laser rejuvenation.")).to_be_visible()
    shoot(desk, "slip-form")
    check_axe(desk)

    desk.get_by_label("Pesan untuk beautician").fill("Mulai dari laser")
    desk.keyboard.press("F9")
    expect(desk.locator(".desk-slip")).to_have_count(1)
    slip = Slip.objects.get(visit=visit)
    assert slip.state == SlipState.ISSUED
    assert [line.name for line in slip.lines.all()] == [
        "Facial mencerahkan",
        "Laser rejuvenation",
        "Facial mencerahkan",
    ]
    expect(desk.locator(".desk-slip")).to_contain_text(slip.code)
    expect(desk.locator(".desk-slip")).to_contain_text("Menunggu dokter")
    expect(desk.locator("#search-field")).to_be_focused()
    [printed] = desk.evaluate("window.printed")
    assert printed.endswith(f"/slips/{slip.pk}/print/")
    shoot(desk, "slip-in-pane")
    check_axe(desk)


@pytest.fixture
def issued(visit: Visit, cast: Cast, catalogue: dict[str, Treatment]) -> Slip:
    now = timezone.now()
    slip = slips.create_slip(
        visit,
        treatments=[catalogue["Facial mencerahkan"], catalogue["Laser rejuvenation"]],
        beautician=cast.tari,
        note="Mulai dari laser; kulit sedang kering.",
        by=cast.anna,
        at=now,
    )
    slips.issue_slip(slip, by=cast.anna, at=now)
    return slip


def test_what_is_wrong_stands_beside_its_field_and_nothing_is_lost(
    desk: Page, visit: Visit, cast: Cast
) -> None:
    desk.goto(f"/?visit={visit.pk}")
    desk.get_by_role("button", name="Tulis slip").click()
    desk.get_by_label("Pesan untuk beautician").fill("Kulit kering")
    desk.get_by_role("button", name="Terbitkan & cetak").click()
    expect(desk.locator("[data-error-summary]")).to_be_focused()
    expect(desk.locator("#slip-picked")).to_contain_text("Pilih paling sedikit satu perawatan.")
    expect(desk.get_by_label("Pesan untuk beautician")).to_have_value("Kulit kering")
    shoot(desk, "slip-form-error")
    check_axe(desk)
    desk.locator("[data-error-summary] a").click()
    expect(desk.get_by_label("Cari perawatan")).to_be_focused()

    pick(desk, "totok")
    expect(desk.get_by_role("radio", name="Rara")).to_be_checked()
    # Meanwhile Rara goes home.
    Duty.objects.filter(staff=cast.rara).update(is_on=False)
    desk.get_by_role("button", name="Terbitkan & cetak").click()
    expect(desk.locator("#slip-hands-error")).to_contain_text("Rara tidak bertugas hari ini.")
    expect(desk.locator(".picked > li")).to_have_text([re.compile("Totok wajah")])
    expect(desk.get_by_label("Pesan untuk beautician")).to_have_value("Kulit kering")
    assert not Slip.objects.exists()
    check_axe(desk)

    expect(desk.get_by_role("radio", name="Tari")).to_be_checked()
    desk.get_by_role("button", name="Terbitkan & cetak").click()
    expect(desk.locator(".desk-slip")).to_have_count(1)
    assert Slip.objects.get().beautician == cast.tari


def test_an_open_form_outlives_what_others_do(desk: Page, visit: Visit, issued: Slip) -> None:
    desk.goto(f"/?visit={visit.pk}")
    desk.get_by_role("button", name="Tulis slip").click()
    pick(desk, "totok")
    desk.get_by_label("Pesan untuk beautician").fill("Kulit kering")
    desk.locator("h1").first.click()
    desk.evaluate("htmx.trigger(document.body, 'desk-changed')")
    desk.wait_for_load_state("networkidle")
    expect(desk.locator(".picked > li")).to_have_count(1)
    expect(desk.get_by_label("Pesan untuk beautician")).to_have_value("Kulit kering")

    desk.get_by_role("button", name="Simpan draf").click()
    expect(desk.locator(".desk-slip")).to_have_count(2)
    expect(desk.locator("#slip-form")).to_have_count(0)


def test_a_slip_is_passed_on_and_cancelled_with_a_reason(
    desk: Page, visit: Visit, issued: Slip, cast: Cast, catalogue: dict[str, Treatment]
) -> None:
    qualify(cast.rara, catalogue["Laser rejuvenation"])
    desk.goto(f"/?visit={visit.pk}")
    opener = desk.get_by_role("button", name="Alihkan")
    opener.click()
    dialog = desk.get_by_role("dialog", name=f"Alihkan {issued.code}")
    expect(dialog).to_be_visible()
    dialog.get_by_role("button", name="Alihkan slip").click()
    expect(dialog.locator("[data-error-summary]")).to_be_focused()
    expect(dialog).to_contain_text("Pilih kepada siapa slip ini dialihkan.")
    expect(dialog).to_contain_text("Tulis alasannya.")
    shoot(desk, "slip-pass-on")
    check_axe(desk)
    # A fresh look at the list that was under way leaves the open dialog alone.
    desk.evaluate(f"htmx.ajax('GET', '/slips/of-visit/{visit.pk}/', '#visit-slips')")
    dialog.get_by_role("radio", name="Rara").check()
    dialog.get_by_label("Alasan").fill("Tari dipanggil dokter")
    dialog.get_by_role("button", name="Alihkan slip").click()
    expect(dialog).to_have_count(0)
    expect(desk.locator(".desk-slip")).to_contain_text("Rara")
    expect(desk.get_by_role("button", name="Alihkan")).to_be_focused()
    expect(desk.locator("#status")).to_contain_text("dialihkan ke Rara")

    desk.get_by_role("button", name="Batalkan", exact=True).click()
    dialog = desk.get_by_role("dialog", name=f"Batalkan {issued.code}")
    dialog.get_by_label("Alasan").fill("Tamu pulang")
    shoot(desk, "slip-cancel")
    check_axe(desk)
    dialog.get_by_role("button", name="Batalkan slip").click()
    expect(desk.locator(".desk-slip")).to_contain_text("Tamu pulang")
    issued.refresh_from_db()
    assert issued.state == SlipState.CANCELLED


def test_the_slip_page_tells_everything_and_moves_by_itself(
    desk: Page, issued: Slip, cast: Cast
) -> None:
    desk.goto(f"/slips/find/?code={issued.code.lower()}")
    expect(desk).to_have_url(re.compile(rf"/slips/{issued.pk}/$"))
    expect(desk.get_by_role("heading", level=1)).to_have_text(issued.code)
    shoot(desk, "slip-page")
    check_axe(desk)

    desk.get_by_role("button", name="Cetak ulang").click()
    expect(desk.locator(".slip-timeline")).to_contain_text("Dicetak")
    expect(desk.locator("#search-field")).to_be_focused()
    assert len(desk.evaluate("window.printed")) == 1

    slips.accept_slip(issued, by=cast.tari, at=timezone.now())
    expect(desk.locator(".slip-timeline")).to_contain_text("Diterima")
    desk.get_by_role("button", name="Alihkan").click()
    check_axe(desk)


def test_a_visit_is_finished_over_a_running_slip_only_when_meant(
    desk: Page, issued: Slip, cast: Cast
) -> None:
    slips.accept_slip(issued, by=cast.tari, at=timezone.now())
    desk.goto(f"/?visit={issued.visit_id}")
    expect(desk.locator(".desk-slip")).to_have_count(1)
    desk.keyboard.press("F4")
    doubt = desk.locator(".finish-doubt")
    expect(doubt).to_contain_text(f"Slip {issued.code} belum selesai: diterima, Tari.")
    expect(doubt).to_be_focused()
    shoot(desk, "finish-doubt")
    check_axe(desk)
    desk.keyboard.press("Alt+y")
    expect(desk.locator("#visit-card .visit-state")).to_contain_text("Selesai")


def test_picked_treatments_come_back_after_the_lock(
    desk: Page, visit: Visit, cast: Cast, sign_in: Callable[..., None]
) -> None:
    desk.goto(f"/?visit={visit.pk}")
    expect(desk.get_by_role("button", name=re.compile("Tulis slip"))).to_be_visible()
    desk.keyboard.press("Alt+s")
    pick(desk, "totok")
    expect(desk.locator(".picked > li")).to_have_count(1)
    pick(desk, "menc")
    expect(desk.locator(".picked > li")).to_have_count(2)
    desk.get_by_role("radio", name="Rara").check(force=True)
    desk.get_by_label("Pesan untuk beautician").fill("Kulit sensitif")
    desk.keyboard.press("F8")
    desk.wait_for_url("**/staff/locked/**")

    sign_in(desk, cast.anna)
    desk.goto(f"/?visit={visit.pk}")
    expect(desk.get_by_role("button", name=re.compile("Tulis slip"))).to_be_visible()
    desk.keyboard.press("Alt+s")
    expect(desk.locator(".picked > li")).to_have_text(
        [re.compile("Totok wajah"), re.compile("Facial mencerahkan")]
    )
    expect(desk.get_by_role("radio", name="Rara")).to_be_checked()
    expect(desk.get_by_label("Pesan untuk beautician")).to_have_value("Kulit sensitif")
    desk.keyboard.press("F9")
    expect(desk.locator(".desk-slip")).to_contain_text("Rara")
    assert Slip.objects.get().lines.count() == 2


def test_the_days_list_is_narrowed_down(desk: Page, issued: Slip) -> None:
    desk.goto("/slips/")
    expect(desk.locator(".slip-table tbody tr")).to_have_count(1)
    shoot(desk, "slips")
    check_axe(desk)
    desk.get_by_label("Keadaan").select_option("done")
    desk.get_by_role("button", name="Tampilkan").click()
    expect(desk.get_by_text("Tidak ada slip yang cocok")).to_be_visible()
    check_axe(desk)


@pytest.mark.parametrize(("paper", "width"), [("58", 58), ("80", 80), ("a5", 148)])
def test_the_slip_is_one_page_of_the_right_width(
    desk: Page, issued: Slip, paper: str, width: int
) -> None:
    desk.goto(f"/slips/{issued.pk}/print/?paper={paper}")
    expect(desk.locator("html[data-fitted]")).to_be_attached()
    shoot(desk, f"slip-print-{paper}", full=True)
    check_axe(desk)
    pdf = desk.pdf(prefer_css_page_size=True)
    if SHOTS:
        (SHOTS / f"slip-{paper}.pdf").write_bytes(pdf)
    boxes = re.findall(rb"/MediaBox\s*\[\s*0 0 ([\d.]+) ([\d.]+)\s*\]", pdf)
    assert len(boxes) == 1
    assert float(boxes[0][0]) / 72 * 25.4 == pytest.approx(width, abs=0.5)


def test_on_a_phone_the_visit_ends_where_it_was_shown(
    new_page: NewPage, issued: Slip, cast: Cast, sign_in: Callable[..., None]
) -> None:
    now = timezone.now()
    slips.accept_slip(issued, by=cast.tari, at=now)
    slips.approve_slip(issued, by=cast.dewi, at=now)
    slips.start_slip(issued, by=cast.tari, at=now)
    phone = new_page(PHONE, has_touch=True, is_mobile=True)
    sign_in(phone, cast.maya)
    phone.goto(f"/?visit={issued.visit_id}")
    finish = phone.locator("#deed-finish")
    expect(phone.locator(".desk-slip")).to_have_count(1)
    expect(finish).to_have_css("background-color", WHITE)
    slips.finish_slip(issued, by=cast.tari, at=now)
    # The beautician is done with her: what comes next is plum, without loading the page anew.
    expect(finish).to_have_css("background-color", PLUM)
    finish.tap()
    expect(phone.locator("#visit-card .visit-state")).to_contain_text("Selesai")
    expect(phone.locator("#visit-card .status-line")).to_be_in_viewport()
    assert phone.url.endswith(f"/?visit={issued.visit_id}")


@pytest.mark.parametrize("address", ["/slips/", "/slips/{pk}/"])
def test_the_desks_pages_fit_a_phone(
    address: str, new_page: NewPage, issued: Slip, cast: Cast, sign_in: Callable[..., None]
) -> None:
    phone = new_page(PHONE)
    sign_in(phone, cast.maya)
    phone.goto(address.format(pk=issued.pk))
    shoot(
        phone, f"phone-{address.strip('/').partition('/')[0]}-{'one' if '{' in address else 'all'}"
    )
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for wrap in phone.locator(".table-wrap").all():
        assert wrap.evaluate("wrap => wrap.scrollWidth <= wrap.clientWidth")
    check_axe(phone)
