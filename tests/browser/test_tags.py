"""Tags by mouse and by keyboard: kept by the chain, put on at the desk, seen where she is found."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from customers.models import Customer, Tag
from frontdesk.branches.models import Branch
from tests.browser.conftest import check_axe, shoot
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def sari(menteng: Branch) -> Customer:
    return CustomerFactory(name="Sari Lestari", home_branch=menteng, allergies="udang")


@pytest.fixture
def tags(db: None) -> None:
    colours = {"VIP": "plum", "Pelanggan lama": "blue", "Mahasiswa": "green", "Pekerja": "amber"}
    Tag.objects.bulk_create(
        Tag(name=name, colour=colour, created_at=NOW) for name, colour in colours.items()
    )


def test_the_chain_keeps_its_list(page: Page, sign_in: Callable[..., None], cast: Cast) -> None:
    sign_in(page, cast.citra)
    page.goto("/")
    page.locator("summary").first.click()
    # The longest menu there is stands in the window to its last line.
    expect(page.locator(".menu-sheet").get_by_role("button", name="Keluar")).to_be_in_viewport(
        ratio=1
    )
    assert page.locator(".menu-sheet").evaluate("menu => menu.scrollHeight <= menu.clientHeight")
    page.get_by_role("link", name="Label pelanggan").click()
    expect(page.get_by_text("Belum ada label.")).to_be_visible()
    check_axe(page)
    page.get_by_label("Nama label").fill("VIP")
    page.get_by_label("Ungu").check()
    page.get_by_role("button", name="Tambahkan").click()
    expect(page.locator(".tag-table .tag-plum")).to_have_text("VIP")
    page.get_by_label("Nama label").fill("vip")
    page.get_by_role("button", name="Tambahkan").click()
    expect(page.get_by_text("Label “VIP” sudah ada.").first).to_be_visible()
    check_axe(page)
    shoot(page, "tags-list")
    page.get_by_role("link", name="Ubah VIP").click()
    page.get_by_label("Dipakai").uncheck()
    check_axe(page)
    shoot(page, "tags-edit")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("tidak dipakai lagi")).to_be_visible()


def test_on_and_off_by_mouse_and_by_keyboard(
    page: Page, sign_in: Callable[..., None], cast: Cast, sari: Customer, tags: None
) -> None:
    sign_in(page, cast.anna)
    page.goto(f"/customers/{sari.pk}/")
    page.get_by_role("button", name="Label Alt L").click()
    dialog = page.get_by_role("dialog", name="Pasang label")
    expect(dialog).to_contain_text("Bukan untuk data kesehatan")
    check_axe(page)
    shoot(page, "tags-dialog")
    dialog.get_by_role("button", name="VIP").click()
    expect(page.locator("#customer-tags .tag")).to_contain_text(["VIP"])
    expect(dialog).to_be_hidden()
    expect(page.locator("#tag-add")).to_be_focused()

    page.keyboard.press("Alt+l")
    expect(page.get_by_label("Label untuk")).to_be_focused()
    page.keyboard.type("maha")
    page.keyboard.press("Enter")
    expect(page.locator("#customer-tags .tag")).to_have_count(2)
    expect(page.locator("#status")).to_contain_text("Label Mahasiswa dipasang.")
    check_axe(page)
    shoot(page, "tags-card")

    page.get_by_role("button", name="Lepas label VIP").click()
    expect(page.locator("#customer-tags .tag")).to_have_count(1)
    expect(page.locator("#tag-add")).to_be_focused()
    assert [tag.name for tag in sari.tags.all()] == ["Mahasiswa"]
    page.reload()
    expect(page.locator(".timeline").first).to_contain_text("Label VIP dilepas")

    page.keyboard.press("/")
    page.keyboard.type("sari")
    option = page.get_by_role("option", name="Sari Lestari")
    expect(option).to_contain_text("Mahasiswa")
    check_axe(page)
    shoot(page, "tags-search")
    option.click()
    expect(page.locator("#visit .tag")).to_have_text("Mahasiswa")
    shoot(page, "tags-check-in")


def test_on_a_phone(
    phone_page: Page, sign_in: Callable[..., None], cast: Cast, sari: Customer, tags: None
) -> None:
    sari.tags.set(Tag.objects.all())
    sign_in(phone_page, cast.citra)
    for path in (f"/customers/{sari.pk}/", "/customers/tags/"):
        phone_page.goto(path)
        check_axe(phone_page)
        assert phone_page.evaluate("document.documentElement.scrollWidth") <= 360
        shoot(phone_page, f"tags-phone{path.count('tags')}")
