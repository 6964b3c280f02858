"""A promo from the first idea to its last message, as a branch manager walks it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from customers.models import Customer, Tag
from frontdesk.branches.models import Branch
from frontdesk.promos import actions
from frontdesk.promos.models import CampaignFigures
from notifications.models import Sender, Template
from tests.browser.conftest import check_axe, shoot
from tests.conftest import Cast
from tests.factories import NOW
from tests.promos.conftest import fan, offer, sender

__all__ = ["offer", "sender"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def audience(menteng: Branch, sender: Sender, offer: Template) -> None:
    for name in ("Sari Lestari", "Dewi Kusuma", "Rina Utami"):
        fan(menteng, name=name)


def test_written_looked_at_started_and_watched(
    page: Page, sign_in: Callable[..., None], cast: Cast, audience: None
) -> None:
    sign_in(page, cast.maya)
    page.goto("/promos/")
    check_axe(page)
    page.get_by_role("link", name="Promo baru").click()
    look = page.get_by_label("Siapa yang menerima")
    expect(look).to_contain_text("dari 3 pelanggan")
    page.locator("#id_use_seen_since").select_option("not")
    page.get_by_label("Nama promo").fill("Akhir tahun")
    page.get_by_label("Templat", exact=True).select_option("offer")
    page.get_by_label("Offer").fill("potongan 20%")
    expect(look).to_contain_text("Halo Kak Sari, potongan 20%")
    look.get_by_role("button", name="Dewi Kusuma").click()
    expect(look).to_contain_text("Yang dibaca Dewi Kusuma")
    check_axe(page)
    shoot(page, "promo-form", full=True)
    page.get_by_role("button", name="Simpan sebagai draf").click()

    expect(page.get_by_role("heading", name="Akhir tahun")).to_be_visible()
    expect(look).to_contain_text("Pesan terakhir berangkat")
    check_axe(page)
    page.get_by_role("button", name="Mulai").click()
    dialog = page.get_by_role("dialog", name="Mulai promo ini")
    check_axe(page)
    dialog.get_by_role("button", name="Mulai promo").click()
    expect(page.get_by_text("Terjadwal").first).to_be_visible()

    actions.prepare_due()
    actions.count_campaigns(clock=lambda: timezone.now() + timedelta(minutes=1))
    expect(page.get_by_text("0 dari 3")).to_be_visible()
    page.get_by_role("button", name="Jeda").click()
    expect(page.get_by_text("Tidak ada yang berangkat sampai dilanjutkan.")).to_be_visible()
    page.get_by_role("button", name="Lanjutkan").click()
    figures = CampaignFigures.objects.get()
    figures.counts = {"queued": 1, "delivered": 1, "read": 1}
    figures.version += 1
    figures.save()
    expect(page.get_by_text("2 dari 3")).to_be_visible()
    check_axe(page)
    shoot(page, "promo-running", full=True)
    page.get_by_role("button", name="Batalkan", exact=True).click()
    page.get_by_role("dialog").get_by_role("button", name="Batalkan promo").click()
    expect(page.get_by_role("button", name="Batalkan", exact=True)).to_have_count(0)
    check_axe(page)


def test_only_those_with_a_tag(
    page: Page, sign_in: Callable[..., None], cast: Cast, menteng: Branch, audience: None
) -> None:
    vip, old = (Tag.objects.create(name=name, created_at=NOW) for name in ("VIP", "Lama"))
    Customer.objects.get(name="Sari Lestari").tags.set([vip, old])
    Customer.objects.get(name="Dewi Kusuma").tags.set([vip])
    sign_in(page, cast.maya)
    page.goto("/promos/new/")
    look = page.get_by_label("Siapa yang menerima")
    page.get_by_label("Berlabel").select_option("is")
    page.get_by_label("VIP").check()
    expect(look).to_contain_text("dari 2 pelanggan")
    page.get_by_label("Lama").check()
    page.get_by_label("punya").select_option("all")
    expect(look).to_contain_text("dari 1 pelanggan")
    expect(look).to_contain_text("Sari Lestari")
    check_axe(page)
    shoot(page, "promo-tags")
    page.get_by_label("Berlabel").select_option("not")
    expect(look).to_contain_text("dari 2 pelanggan")
    page.get_by_label("Nama promo").fill("Tanpa label")
    page.get_by_label("Templat", exact=True).select_option("offer")
    page.get_by_label("Offer").fill("potongan 20%")
    page.get_by_role("button", name="Simpan sebagai draf").click()
    expect(page.get_by_text("Lama, VIP (semuanya)")).to_be_visible()


def test_on_a_phone(
    phone_page: Page, sign_in: Callable[..., None], cast: Cast, audience: None
) -> None:
    sign_in(phone_page, cast.maya)
    for path in ("/promos/", "/promos/new/"):
        phone_page.goto(path)
        width = phone_page.evaluate("document.documentElement.scrollWidth")
        assert width <= 360
        check_axe(phone_page)
    shoot(phone_page, "promo-form-phone", full=True)
