"""Step 3 by hand: one field finds everybody, and registers whom it does not find."""

import re
from collections.abc import Callable

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import ConsentEvent, Customer
from frontdesk.branches.models import Branch
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import Purpose
from tests.browser.conftest import check_axe
from tests.conftest import Cast
from tests.factories import CustomerFactory, give_consent

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SignIn = Callable[..., None]


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Maria Goretti",
        honorific="ibu",
        phone="+6281234567890",
        allergies="penisilin",
        notes="Lebih suka ruang yang tenang.",
        birth_date="1988-02-01",
        home_branch=menteng,
    )


def look_for(page: Page, text: str) -> None:
    page.keyboard.press("/")
    expect(page.locator("#search-field")).to_be_focused()
    page.keyboard.type(text)


def test_search_with_the_keyboard_alone(
    page: Page, sign_in: SignIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    CustomerFactory(name="Mario Teguh", home_branch=menteng)
    check_in(
        branch=menteng, purpose=Purpose.TREATMENT, customer=maria, by=cast.anna, at=timezone.now()
    )
    sign_in(page, cast.anna)
    page.goto("/")
    look_for(page, "mari")
    options = page.locator("#search-results [role=option]")
    expect(options).to_have_count(3)
    expect(options.last).to_contain_text("Daftarkan pelanggan baru “mari”")
    check_axe(page)
    page.keyboard.press("ArrowDown")
    expect(page.locator("#search-results [aria-selected=true]")).to_contain_text("Mario")
    page.keyboard.press("Escape")
    expect(page.locator("#search-results")).to_be_hidden()
    look_for(page, "A001")
    expect(options.first).to_contain_text("A001")
    page.keyboard.press("Enter")
    expect(page.locator("#visit")).to_contain_text("Maria Goretti")
    expect(page).to_have_url(re.compile(r"\?visit=\d+$"))


def test_from_a_number_to_a_registered_customer(
    page: Page, sign_in: SignIn, cast: Cast, maria: Customer
) -> None:
    sign_in(page, cast.anna)
    page.goto("/")
    look_for(page, "0812 9999 0000")
    page.get_by_role("option", name="Daftarkan pelanggan baru “0812 9999 0000”").click()
    expect(page.locator("#id_phone")).to_have_value("0812 9999 0000")
    check_axe(page)

    # A known number tells who has it, while it is typed.
    page.fill("#id_phone", "0812-3456-789")
    page.locator("#id_phone").press_sequentially("0")
    owners = page.locator("#phone-owners")
    expect(owners).to_contain_text("Maria Goretti")
    check_axe(page)
    owners.get_by_role("link", name="Daftarkan orang lain dengan nomor ini").click()
    expect(page.locator("#id_name")).to_be_focused()

    page.fill("#id_birth_date", "31/02/90")
    page.get_by_role("button", name="Daftarkan").click()
    expect(page).to_have_title(re.compile("^Galat:"))
    expect(page.locator("[data-error-summary]")).to_be_focused()
    expect(page.locator("#id_birth_date")).to_have_value("31/02/90")
    check_axe(page)

    page.fill("#id_name", "Yosef")
    page.fill("#id_birth_date", "22-11-1990")
    page.get_by_label("Saya setuju klinik mengingatkan saya").check()
    page.get_by_role("button", name="Daftarkan").click()
    expect(page.locator("#visit")).to_contain_text("Yosef")
    yosef = Customer.objects.get(name="Yosef")
    assert yosef.phone == maria.phone
    assert ConsentEvent.objects.get().customer == yosef


def test_guest_is_found_by_her_number(
    page: Page, sign_in: SignIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    visit = check_in(
        branch=menteng, purpose=Purpose.OTHER, by=cast.anna, at=timezone.now(), guest_name="Tamu"
    )
    sign_in(page, cast.anna)
    page.goto(f"/?visit={visit.pk}")
    page.locator("#identify-field").fill("081234567890")
    page.get_by_role("button", name="Daftarkan “081234567890”").click()
    expect(page.get_by_label("Nomor HP")).to_have_value("081234567890")
    assert "0812" not in page.url
    page.get_by_role("button", name="Pilih Maria Goretti").click()
    expect(page.locator("#visit")).to_contain_text("Maria Goretti")
    visit.refresh_from_db()
    assert visit.customer == maria


def test_two_clerks_change_one_card(
    page: Page, sign_in: SignIn, cast: Cast, maria: Customer
) -> None:
    give_consent(maria)
    sign_in(page, cast.anna)
    page.goto(f"/customers/{maria.pk}/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Maria Goretti")
    expect(page.locator(".strip-allergy")).to_contain_text("penisilin")
    check_axe(page)
    page.get_by_role("link", name="Ubah kartu").click()
    page.fill("#id_address", "Jalan Anggrek 3")
    Customer.objects.filter(pk=maria.pk).update(address="Jalan Mawar 2", version=2)
    page.get_by_role("button", name="Simpan").click()
    summary = page.locator("[data-error-summary]")
    expect(summary).to_contain_text("Jalan Mawar 2")
    expect(page.locator("#id_address")).to_have_value("Jalan Anggrek 3")
    check_axe(page)
    page.get_by_role("button", name="Simpan").click()
    # The consent stands under its own day, and today's come first.
    today = page.locator(".timeline").first
    expect(today).to_contain_text("Alamat: Jalan Mawar 2 → Jalan Anggrek 3")
