"""A shared counter: in by PIN, locked by one key, handed over in seconds, nothing typed is lost."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from frontdesk.branches.models import Branch
from frontdesk.staff import terminal_cookie
from frontdesk.staff.actions import enrol_terminal, set_duty
from frontdesk.staff.models import Staff
from tests.browser.conftest import COUNTER, PHONE, check_axe, shoot
from tests.conftest import Cast
from tests.factories import PASSWORD, PIN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

AT_SIGN_IN = re.compile(r"/staff/sign-in/")
AT_LOCK = re.compile(r"/staff/locked/")
# Django names the fields of a table of rows by the column only, and Select2 none of its own.
FIELDS_OF_A_ROW = ("label", "select-name", "aria-input-field-name", "empty-table-header")
# To look into style sheets that import others, axe writes an inline style, which no page may have.
IN_STYLE_SHEETS = ("css-orientation-lock", "no-autoplay-audio")
DJANGOS_OWN = (*FIELDS_OF_A_ROW, *IN_STYLE_SHEETS)
SIZES = (("desk", COUNTER), ("phone", PHONE))


@pytest.fixture
def enrolled(live_server: LiveServer, cast: Cast, menteng: Branch) -> Callable[[Page], Page]:
    """Return a function that makes a browser a counter terminal of Menteng."""
    _terminal, token = enrol_terminal(menteng, name="Meja depan 1", by=cast.maya, at=timezone.now())
    response = HttpResponse()
    terminal_cookie.remember(response, token)
    cookie = response.cookies[terminal_cookie.TERMINAL_COOKIE]

    def enrol(page: Page) -> Page:
        page.context.add_cookies(
            [{"name": cookie.key, "value": cookie.value, "url": live_server.url, "httpOnly": True}]
        )
        return page

    return enrol


@pytest.fixture
def counter(page: Page, enrolled: Callable[[Page], Page]) -> Page:
    return enrolled(page)


def at(path: str) -> re.Pattern[str]:
    return re.compile(rf"^https?://[^/]+{re.escape(path)}$")


def come_in(page: Page, staff: Staff, pin: str = PIN) -> None:
    page.get_by_text(staff.name, exact=True).click()
    page.keyboard.type(pin)


def come_in_at(page: Page, staff: Staff, to: str) -> None:
    page.goto(f"/staff/sign-in/?next={to}")
    come_in(page, staff)
    page.wait_for_url(at(to))


def look(page: Page, name: str) -> None:
    """Show a page to axe, and take its picture at the counter and on a phone."""
    check_axe(page)
    for size, viewport in SIZES:
        page.set_viewport_size(viewport)  # type: ignore[arg-type]
        # The new width reaches the page a moment after it was set.
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth")
        shoot(page, f"staff-{name}-{size}", full=size == "phone")
    page.set_viewport_size(COUNTER)  # type: ignore[arg-type]


def test_six_digits_let_her_in(counter: Page, cast: Cast) -> None:
    counter.goto("/staff/sign-in/?next=/staff/duty/")
    look(counter, "pin")
    come_in(counter, cast.anna, "975310")
    expect(counter.get_by_role("alert")).to_contain_text("Tersisa 4 percobaan")
    expect(counter.get_by_label("PIN enam angka")).to_be_focused()
    look(counter, "pin-refused")
    counter.keyboard.type(PIN)
    expect(counter).to_have_url(at("/staff/duty/"))


def test_a_finger_is_enough(new_page: Callable[..., Page], enrolled, cast: Cast) -> None:
    page = enrolled(new_page(COUNTER, has_touch=True))
    page.goto("/staff/sign-in/?next=/staff/me/")
    page.get_by_text("Bela Contoh").tap()
    for digit in "9" + PIN:
        page.locator(f"[data-pin-key='{digit}']").tap()
        if digit == "9":
            page.get_by_role("button", name="Hapus angka terakhir").tap()
    expect(page).to_have_url(at("/staff/me/"))


def test_the_keyboard_is_enough(counter: Page, cast: Cast) -> None:
    counter.goto("/staff/sign-in/?next=/staff/me/")
    counter.locator("input[name=person]").first.focus()
    counter.keyboard.press("ArrowDown")
    counter.keyboard.type(PIN)
    expect(counter.locator(".page-head")).to_contain_text("Bela Contoh")


def test_a_pin_can_be_pasted(counter: Page, cast: Cast) -> None:
    counter.goto("/staff/sign-in/?next=/staff/me/")
    counter.get_by_text("Anna Contoh").click()
    counter.get_by_label("PIN enam angka").evaluate(
        """(field, text) => {
            const clipboardData = new DataTransfer();
            clipboardData.setData('text', text);
            const options = {clipboardData, bubbles: true, cancelable: true};
            field.dispatchEvent(new ClipboardEvent('paste', options));
        }""",
        f"{PIN[:3]} {PIN[3:]}",
    )
    expect(counter).to_have_url(at("/staff/me/"))


def test_the_desk_is_handed_over_in_a_key_a_click_and_a_pin(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.anna, "/staff/duty/")
    shown: list[str] = []
    counter.on("framenavigated", lambda frame: shown.append(frame.url))
    counter.keyboard.press("F8")
    expect(counter).to_have_url(AT_LOCK)
    come_in(counter, cast.bela)
    expect(counter).to_have_url(at("/staff/duty/"))
    # Nothing but the lock and her own page: three seconds at the counter.
    assert len(shown) == 2
    expect(counter.locator(".person-name")).to_have_text("Bela")


def test_what_was_half_typed_comes_back_to_who_typed_it(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.maya, "/staff/terminals/")
    counter.context.clear_cookies(name=terminal_cookie.TERMINAL_COOKIE)
    counter.goto("/staff/terminals/")
    counter.get_by_label("Nama terminal").fill("Meja dekat pintu")
    counter.keyboard.press("F8")
    expect(counter).to_have_url(AT_LOCK)
    look(counter, "locked")
    expect(counter.get_by_label("PIN enam angka")).to_be_focused()
    counter.keyboard.type(PIN)
    expect(counter.get_by_label("Nama terminal")).to_have_value("Meja dekat pintu")
    expect(counter.get_by_text("Isian yang belum dikirim dipulihkan")).to_be_visible()


def test_it_does_not_come_back_to_somebody_else(counter: Page, cast: Cast, menteng: Branch) -> None:
    cast.bela.assignments.update(role="branch_manager")
    come_in_at(counter, cast.maya, "/staff/terminals/")
    counter.context.clear_cookies(name=terminal_cookie.TERMINAL_COOKIE)
    counter.goto("/staff/terminals/")
    counter.get_by_label("Nama terminal").fill("Rahasia Maya")
    counter.keyboard.press("F8")
    expect(counter).to_have_url(AT_LOCK)
    come_in(counter, cast.bela)
    expect(counter.get_by_label("Nama terminal")).to_have_value("")


def test_an_unattended_screen_locks_itself_and_keeps_the_form(
    counter: Page, cast: Cast, settings: Settings
) -> None:
    settings.IDLE_LOCK = timedelta(seconds=3)
    come_in_at(counter, cast.maya, "/staff/terminals/")
    counter.context.clear_cookies(name=terminal_cookie.TERMINAL_COOKIE)
    counter.goto("/staff/terminals/")
    counter.get_by_label("Nama terminal").fill("Meja dekat pintu")
    expect(counter.get_by_text("Layar terkunci dalam")).to_be_visible()
    expect(counter).to_have_url(AT_LOCK)
    counter.keyboard.type(PIN)
    expect(counter.get_by_label("Nama terminal")).to_have_value("Meja dekat pintu")


def test_whoever_stands_at_the_counter_can_lock_it(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.tari, "/staff/me/")
    shoot(counter, "staff-me-touch-terminal")
    counter.keyboard.press("F8")
    expect(counter).to_have_url(AT_LOCK)


def test_another_tab_finds_itself_locked(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.anna, "/staff/duty/")
    other = counter.context.new_page()
    other.goto("/staff/me/")
    other.keyboard.press("F8")
    expect(other).to_have_url(AT_LOCK)
    counter.get_by_role("switch").first.click()
    expect(counter).to_have_url(AT_LOCK)


def test_the_back_button_shows_nothing_after_signing_out(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.anna, "/staff/me/")
    counter.goto("/staff/duty/")
    counter.locator("details.menu > summary").click()
    counter.get_by_role("button", name="Keluar").click()
    expect(counter).to_have_url(AT_SIGN_IN)
    for _step in range(2):
        counter.go_back()
        expect(counter).to_have_url(AT_SIGN_IN)
        expect(counter.get_by_text("Petugas hari ini")).to_have_count(0)


def test_elsewhere_she_signs_in_with_her_password(phone_page: Page, cast: Cast) -> None:
    phone_page.goto("/staff/sign-in/?next=/staff/me/")
    look(phone_page, "password")
    phone_page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    phone_page.get_by_label("Nama pengguna").fill("Tari")
    phone_page.get_by_label("Kata sandi").fill("salah")
    phone_page.get_by_role("button", name="Masuk").click()
    expect(phone_page.locator("[data-error-summary]")).to_be_focused()
    check_axe(phone_page)
    phone_page.get_by_label("Kata sandi").fill(PASSWORD)
    phone_page.get_by_role("button", name="Masuk").click()
    expect(phone_page).to_have_url(at("/staff/me/"))
    look(phone_page, "me-touch")


def test_five_wrong_passwords_are_answered_kindly(page: Page, cast: Cast) -> None:
    for _attempt in range(4):
        Client().post("/staff/sign-in/", {"username": "anna", "password": "salah"})
    page.goto("/staff/sign-in/")
    page.get_by_label("Nama pengguna").fill("anna")
    page.get_by_label("Kata sandi").fill("salah")
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Tunggu sebentar")).to_be_visible()
    look(page, "too-many")


def test_the_pages_of_a_branch_can_be_read_by_everyone(
    counter: Page, cast: Cast, menteng: Branch
) -> None:
    now = timezone.now()
    for staff in (cast.tari, cast.dewi, cast.anna):
        set_duty(
            staff,
            branch=menteng,
            on=menteng.business_date(now),
            is_on=True,
            by=cast.maya,
            at=now,
        )
    come_in_at(counter, cast.maya, "/staff/me/")
    look(counter, "me")
    counter.get_by_label("PIN baru", exact=True).fill("123456")
    counter.get_by_role("button", name="Ganti PIN").click()
    expect(counter.locator("[data-error-summary]")).to_be_focused()
    look(counter, "me-refused")
    for name in ("duty", "history", "terminals"):
        counter.goto(f"/staff/{name}/")
        look(counter, name)


def test_a_tap_on_a_name_changes_the_duty_where_it_stands(counter: Page, cast: Cast) -> None:
    come_in_at(counter, cast.anna, "/staff/duty/")
    switch = counter.get_by_role("switch", name="Rara Contoh")
    was_on = switch.get_attribute("aria-checked") == "true"
    switch.click()
    expect(switch).to_have_attribute("aria-checked", "false" if was_on else "true")
    expect(switch).to_be_focused()


def test_the_administration_obeys_the_policy_too(
    page: Page, cast: Cast, sign_in: Callable[..., None]
) -> None:
    sign_in(page, cast.citra)
    left_out = {"": (), "staff/staff/": (), f"staff/staff/{cast.anna.pk}/change/": DJANGOS_OWN}
    addresses = [
        "",
        "staff/staff/",
        "staff/staff/add/",
        f"staff/staff/{cast.anna.pk}/change/",
        f"staff/staff/{cast.anna.pk}/history/",
        "branches/branch/",
        "branches/branch/add/",
    ]
    for address in addresses:
        page.goto(f"/admin/{address}")
        expect(page.locator("#content")).to_be_visible()
        if address in left_out:
            check_axe(page, leave_out=left_out[address])
    page.goto(f"/admin/staff/staff/{cast.bela.pk}/change/")
    shoot(page, "admin-staff")
    page.get_by_text("Tambahkan Penugasan lagi", exact=False).click()
    page.get_by_role("button", name="Keluar").click()
    expect(page).to_have_url(AT_SIGN_IN)
