"""Every component as it is seen and pressed, on the gallery's pages."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django import Settings

from frontdesk.branches.models import Branch
from tests.browser.conftest import COUNTER, PHONE, check_axe, shoot
from tests.browser.gallery import urls as gallery
from tests.conftest import Cast
from tests.factories import TerminalFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _gallery(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.browser.gallery.urls"
    gallery.DEEDS.clear()
    gallery.STATE.update(etag='"1"', broken=False)


@pytest.fixture
def desk(page: Page, cast: Cast, menteng: Branch, sign_in: Callable[..., None]) -> Page:
    sign_in(page, cast.anna, terminal=TerminalFactory(branch=menteng))
    return page


@pytest.mark.parametrize("name", ["counter", "page", "form", "plain", "report", "touch"])
def test_every_component_can_be_read_by_everyone(name: str, desk: Page) -> None:
    desk.goto(f"/gallery/{name}/")
    for size, viewport in (("desk", COUNTER), ("phone", PHONE)):
        desk.set_viewport_size(viewport)  # type: ignore[arg-type]
        shoot(desk, f"gallery-{name}-{size}", full=size == "phone")
        check_axe(desk)
        assert desk.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # WCAG 1.4.10: nothing but a table scrolls sideways at 320 px.
    desk.set_viewport_size({"width": 320, "height": 640})
    assert desk.evaluate("document.documentElement.scrollWidth") == 320


def test_states_are_told_apart_without_colour(desk: Page) -> None:
    desk.goto("/gallery/page/")
    tools = desk.context.new_cdp_session(desk)
    for kind in ("protanopia", "deuteranopia", "tritanopia", "achromatopsia"):
        tools.send("Emulation.setEmulatedVisionDeficiency", {"type": kind})
        shoot(desk, f"vision-{kind}")

    looks = desk.locator(".card .badge").evaluate_all(
        """badges => badges.map(badge => {
            const style = getComputedStyle(badge);
            const icon = badge.querySelector('use').getAttribute('href').split('#')[1];
            const struck = getComputedStyle(badge.querySelector('span')).textDecorationLine;
            return [icon, style.borderStyle, style.borderWidth, struck, badge.textContent].join();
        })"""
    )
    assert len(set(looks)) == len(gallery.SWATCHES)


def test_errors_are_summed_up_and_lead_to_their_fields(desk: Page) -> None:
    desk.goto("/gallery/form/")
    desk.get_by_label("Nama lengkap").fill("Maria Goretti")
    desk.get_by_label("Harga").fill("murah")
    desk.get_by_role("button", name="Simpan pelanggan").click()

    summary = desk.locator(".error-summary")
    expect(summary).to_be_focused()
    assert desk.title().startswith("Galat:")
    expect(desk.get_by_label("Nama lengkap")).to_have_value("Maria Goretti")
    expect(desk.get_by_label("Harga")).to_have_attribute("aria-invalid", "true")
    shoot(desk, "gallery-errors")
    check_axe(desk)

    summary.get_by_role("link", name="Masukkan jumlah dalam Rupiah").click()
    expect(desk.get_by_label("Harga")).to_be_focused()
    summary.get_by_role("link", name=re.compile("misalnya 0812")).click()
    expect(desk.get_by_label("Nomor telepon")).to_be_focused()


def test_a_radio_group_is_reached_from_the_summary(desk: Page) -> None:
    desk.goto("/gallery/form/")
    desk.get_by_role("button", name="Simpan pelanggan").click()
    desk.locator(".error-summary a").last.click()

    assert desk.evaluate("document.activeElement.name") in {"purpose", "branch"}


def test_a_quick_button_fills_its_field(desk: Page) -> None:
    desk.goto("/gallery/form/")
    desk.get_by_role("button", name="Kemarin").click()

    expect(desk.get_by_label("Tanggal lahir")).to_have_value("kemarin")
    expect(desk.get_by_label("Tanggal lahir")).to_be_focused()


def test_search_is_walked_opened_and_left_by_key(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.locator("#undo").focus()
    desk.keyboard.press("/")
    search = desk.get_by_role("combobox", name="Cari pelanggan")
    expect(search).to_be_focused()
    desk.keyboard.type("mar")
    options = desk.get_by_role("option")
    expect(options).to_have_count(3)
    expect(options.nth(0)).to_have_attribute("aria-selected", "true")
    expect(options.nth(2)).to_contain_text("Daftarkan pelanggan baru “mar”")
    shoot(desk, "gallery-search")
    check_axe(desk)

    desk.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    desk.keyboard.press("Escape")
    expect(search).to_have_value("")
    expect(desk.locator("#undo")).to_be_focused()

    desk.keyboard.press("/")
    desk.keyboard.type("maria")
    expect(options).to_have_count(3)
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/gallery/form/")


def test_a_scanner_opens_the_exact_code_from_anywhere(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.locator("#visit").focus()
    # A scanner's characters come a few milliseconds apart, which a busy test machine's do not.
    desk.evaluate(
        """keys => keys.forEach(key => document.activeElement.dispatchEvent(
            new KeyboardEvent("keydown", {key, bubbles: true, cancelable: true})))""",
        [*"S0031X", "Enter"],
    )

    desk.wait_for_url("**/gallery/page/")


def test_keys_press_what_can_be_seen(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.keyboard.press("F9")
    expect(desk.locator("#answer")).to_have_text("1")
    expect(desk.get_by_role("status")).to_contain_text("A-012 dipanggil")
    expect(desk.locator("html.busy")).to_have_count(0)

    desk.keyboard.press("Alt+n")
    desk.wait_for_url("**/visits/new/")


def test_ctrl_z_presses_the_undo_button_but_not_while_typing(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.evaluate(
        "document.getElementById('undo').addEventListener('click', () => window.undone = 1)"
    )
    desk.get_by_role("combobox", name="Cari pelanggan").focus()
    desk.keyboard.press("Control+z")
    assert desk.evaluate("window.undone") is None

    desk.locator("#visit").focus()
    desk.keyboard.press("Control+z")
    assert desk.evaluate("window.undone") == 1


def test_the_palette_lists_every_command_with_its_key(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.keyboard.press("Control+k")
    palette = desk.get_by_role("dialog", name="Perintah")
    expect(palette.get_by_role("option", name="Kunjungan baru Alt N")).to_be_visible()
    shoot(desk, "gallery-palette")
    check_axe(desk)

    desk.keyboard.type("cata")
    expect(palette.get_by_role("option")).to_have_count(1)
    desk.keyboard.press("Enter")
    expect(desk.locator("#answer")).to_have_text("1")


def test_a_double_click_does_its_deed_once(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.evaluate("[1, 2, 3].forEach(() => document.querySelector('[data-key=F9]').click())")
    expect(desk.locator("#answer")).to_be_visible()
    assert len(gallery.DEEDS) == 1


def test_a_refused_request_is_never_silent(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.locator("#refused").click()

    expect(desk.locator("#failure")).to_contain_text("Anda tidak berhak")
    check_axe(desk)


def test_a_dialog_gives_the_focus_back(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    desk.locator("#open-example").click()
    expect(desk.get_by_role("dialog")).to_be_visible()
    shoot(desk, "gallery-dialog")
    check_axe(desk)
    desk.keyboard.press("Escape")

    expect(desk.locator("#open-example")).to_be_focused()


def test_a_lost_connection_stays_on_the_screen_until_it_is_back(desk: Page) -> None:
    desk.goto("/gallery/counter/")
    expect(desk.locator("#polled")).to_have_text("1")
    gallery.STATE["broken"] = True
    bar = desk.locator("#offline-bar")
    expect(bar).to_contain_text("Koneksi terputus — data terakhir")
    expect(desk.locator("[data-needs-server]")).to_be_disabled()
    shoot(desk, "gallery-offline")

    gallery.STATE.update(broken=False, etag='"2"')
    expect(bar).to_be_hidden()
    expect(desk.locator("#polled")).to_have_text("2")
    expect(desk.locator("[data-needs-server]")).to_be_enabled()


def test_what_was_half_written_comes_back_after_the_lock(
    desk: Page, cast: Cast, sign_in: Callable[..., None]
) -> None:
    desk.goto("/gallery/form/")
    desk.get_by_label("Nama lengkap").fill("Maria Goretti")
    desk.get_by_label("Konsultasi dokter").check()
    desk.keyboard.press("F8")
    desk.wait_for_url("**/staff/lock/")

    sign_in(desk, cast.bela)
    desk.goto("/gallery/form/")
    expect(desk.get_by_label("Nama lengkap")).to_have_value("")

    sign_in(desk, cast.anna)
    desk.goto("/gallery/form/")
    expect(desk.get_by_label("Nama lengkap")).to_have_value("Maria Goretti")
    expect(desk.get_by_label("Konsultasi dokter")).to_be_checked()


def test_an_idle_terminal_warns_and_locks_itself(desk: Page) -> None:
    desk.clock.install()
    desk.goto("/gallery/counter/")
    desk.clock.run_for(165_000)
    expect(desk.get_by_role("status")).to_contain_text("Layar terkunci dalam 20 detik")

    desk.clock.run_for(20_000)
    desk.wait_for_url("**/staff/lock/")


def test_a_pin_is_typed_by_finger_and_sends_itself(desk: Page) -> None:
    desk.goto("/gallery/plain/")
    for digit in "12345":
        desk.get_by_role("button", name=digit, exact=True).click()
    expect(desk.get_by_label("PIN", exact=True)).to_have_value("12345")
    desk.get_by_role("button", name="6", exact=True).click()

    desk.wait_for_url("**/deed/")


@pytest.mark.parametrize(("paper", "width"), [("80", 80), ("58", 58)])
def test_a_slip_is_one_page_of_its_own_length(
    desk: Page, paper: str, width: int, tmp_path: Path
) -> None:
    desk.goto(f"/gallery/print/{paper}/")
    desk.wait_for_selector("html[data-fitted]", state="attached")
    check_axe(desk)
    sheet = desk.pdf(prefer_css_page_size=True, path=tmp_path / "slip.pdf")
    boxes = re.findall(rb"/MediaBox \[0 0 ([\d.]+) ([\d.]+)\]", sheet)

    assert len(boxes) == 1
    assert float(boxes[0][0]) == pytest.approx(width / 25.4 * 72, abs=1)
    assert float(boxes[0][1]) < 300 / 25.4 * 72


def test_printing_needs_no_page_and_ends_in_the_search(desk: Page) -> None:
    desk.add_init_script("window.print = () => top.postMessage('printed', '*')")
    desk.goto("/gallery/counter/")
    desk.evaluate("addEventListener('message', event => { document.title = event.data })")
    desk.get_by_role("button", name="Cetak ulang").click()
    expect(desk).to_have_title("printed")

    expect(desk.get_by_role("combobox", name="Cari pelanggan")).to_be_focused()
    expect(desk.get_by_role("status")).to_contain_text("Dikirim ke pencetak")
