"""A manager writes a text: reasons while she types, chips at the caret, a real name in it."""

import re

import pytest
from playwright.sync_api import expect

from notifications.models import NoticeSetting
from tests.browser.conftest import check_axe, shoot
from tests.factories import CustomerFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_text_is_written_with_the_reasons_beside_it(page, sign_in, cast, menteng, reminder_text):
    CustomerFactory(name="Sari Contoh", honorific="ibu", home_branch=menteng)
    sign_in(page, cast.maya)
    page.goto("/messages/templates/")
    check_axe(page)
    page.get_by_role("link", name="Pengingat jadwal kontrol").click()
    expect(page.locator("#preview")).to_contain_text("Halo Ibu Sari, kami dari Klinik Seruni")
    check_axe(page)

    text = page.get_by_label("Isi pesan")
    text.fill("Halo {name}, jadwal yg baru: . Diskon 20%!! Apakah sesuai?")
    reason = page.get_by_role("button", name="Tulis “yang”, bukan “yg”.")
    expect(reason).to_be_visible()
    check_axe(page)
    shoot(page, "text-reasons")
    reason.click()
    chosen = "e => e.value.slice(e.selectionStart, e.selectionEnd)"
    assert text.evaluate(chosen) == "yg"
    page.get_by_role("button", name="Simpan versi baru").click()
    expect(page.get_by_role("alert")).to_contain_text("Perbaiki dulu yang ditandai pada teks.")
    check_axe(page)

    text.fill("Halo {name}, jadwal baru Anda: . Apakah sesuai?")
    text.evaluate("e => e.setSelectionRange(31, 31)")
    page.get_by_role("button", name="hari kontrol", exact=True).click()
    expect(text).to_have_value("Halo {name}, jadwal baru Anda: {day}. Apakah sesuai?")
    expect(page.locator("#preview")).to_contain_text("jadwal baru Anda: Minggu, 6 Desember 2026.")
    expect(page.locator("#preview")).to_contain_text("Tidak ada catatan.")
    page.get_by_role("button", name="Simpan versi baru").click()
    expect(page.get_by_text("Templat disimpan")).to_be_visible()
    expect(page.get_by_text("Versi 2")).to_be_visible()
    page.get_by_role("button", name="Pakai lagi versi 1").click()
    expect(page.get_by_text("Versi 3")).to_be_visible()


def test_a_notice_is_set_for_a_branch(page, sign_in, cast, menteng):
    sign_in(page, cast.maya)
    page.goto("/messages/notices/")
    check_axe(page)
    page.get_by_role("link", name=re.compile("Pengingat jadwal kontrol")).click()
    page.get_by_label("Berapa hari sebelum kontrol").fill("2 hari")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_role("alert")).to_contain_text("Tulis jumlah hari, misalnya 3, 1")
    check_axe(page)
    page.get_by_label("Berapa hari sebelum kontrol").fill("2")
    page.get_by_role("button", name="Simpan").click()
    expect(page.get_by_text("2 hari sebelumnya, pukul 10.00")).to_be_visible()
    assert NoticeSetting.objects.get().offsets == [-2]
    page.goto("/messages/quiet/")
    check_axe(page)


def test_a_text_on_a_phone(phone_page, sign_in, cast, reminder_text):
    sign_in(phone_page, cast.maya)
    texts = "/messages/templates/"
    for path in (texts, f"{texts}{reminder_text.pk}/", "/messages/notices/", "/messages/quiet/"):
        phone_page.goto(path)
        wide = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not phone_page.evaluate(wide)
        check_axe(phone_page)
