"""The control schedule at the desk: seen, moved to another day, cancelled."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import date_format
from playwright.sync_api import Page, expect

from frontdesk.branches.models import Branch
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import Purpose
from tests.browser.conftest import check_axe, shoot
from tests.conftest import Cast
from tests.factories import CustomerFactory, TreatmentFactory, create_slip, put_on_duty
from treatments.models import Control
from treatments.states import ControlState, SlipState

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GUESTS = [
    ("Maria Goretti Widyaningsih", "ibu", 0),
    ("Suwarni", "ibu", 0),
    ("Ni Luh Ayu Pertiwi", "kak", 2),
    ("Hendra Gunawan", "bapak", 5),
    ("Yohana Kambu", "ibu", -3),
]


@pytest.fixture
def controls(cast: Cast, menteng: Branch) -> list[Control]:
    """Controls of treatments that were finished fourteen days before they are due."""
    now = timezone.now()
    facial = TreatmentFactory(name="Facial mencerahkan", control_days=[14])
    for name, honorific, days in GUESTS:
        then = now + timedelta(days=days - 14)
        put_on_duty(cast.tari, branch=menteng, at=then)
        create_slip(
            branch=menteng,
            desk=cast.anna,
            beautician=cast.tari,
            treatments=[facial],
            customer=CustomerFactory(name=name, honorific=honorific, home_branch=menteng),
            state=SlipState.DONE,
            at=then,
        )
    return list(Control.objects.order_by("pk"))


@pytest.fixture
def desk(page: Page, cast: Cast, sign_in: Callable[..., None]) -> Page:
    sign_in(page, cast.anna)
    return page


def test_the_list_widens_no_phone(
    phone_page: Page, cast: Cast, sign_in: Callable[..., None], controls: list[Control]
) -> None:
    sign_in(phone_page, cast.anna)
    phone_page.goto("/controls/")
    expect(phone_page.locator(".control-table tbody tr")).to_have_count(2)
    assert phone_page.evaluate("document.documentElement.scrollWidth") == 360
    # Stacked, nothing lies beside the screen, and a screen reader still walks a table.
    table = phone_page.locator(".control-table")
    assert table.evaluate("table => table.parentElement.scrollWidth <= table.clientWidth")
    assert table.locator("td").first.evaluate("cell => getComputedStyle(cell, '::before').content")
    seen = phone_page.context.new_cdp_session(phone_page).send("Accessibility.getFullAXTree")
    roles = [node["role"]["value"] for node in seen["nodes"] if not node["ignored"]]
    assert [roles.count(role) for role in ("table", "row", "columnheader")] == [1, 3, 5]
    shoot(phone_page, "phone-controls")
    check_axe(phone_page)


def test_a_control_is_moved_and_another_cancelled(desk: Page, controls: list[Control]) -> None:
    desk.goto("/controls/")
    expect(desk.locator(".control-table tbody tr")).to_have_count(2)
    shoot(desk, "controls")
    check_axe(desk)

    desk.get_by_role("button", name="Pindah Maria Goretti Widyaningsih").click()
    dialog = desk.get_by_role("dialog", name="Pindahkan jadwal kontrol")
    # The focus goes round between the dialog and the browser, never to what lies behind it, and
    # when the dialog is left, back to what opened it.
    expect(dialog.locator(":focus")).to_have_count(1)
    for _ in range(12):
        desk.keyboard.press("Tab")
        assert desk.evaluate("document.activeElement.matches('body, dialog[open] *')")
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name="Pindah Maria Goretti Widyaningsih")).to_be_focused()
    desk.keyboard.press("Enter")
    dialog.get_by_label("Tanggal baru").fill("31/02")
    dialog.get_by_role("button", name="Pindahkan").click()
    expect(dialog).to_contain_text("Masukkan tanggal sebagai hari/bulan/tahun")
    shoot(desk, "control-move")
    check_axe(desk)
    dialog.get_by_role("button", name=re.compile(r"\+7 hari")).click()
    dialog.get_by_role("button", name="Pindahkan").click()
    expect(desk.locator(".control-table tbody tr")).to_have_count(1)
    expect(desk.locator("#status")).to_contain_text("Kontrol dipindah ke")
    moved = controls[0]
    due_on = moved.due_on
    moved.refresh_from_db()
    assert moved.due_on == due_on + timedelta(days=7)

    desk.get_by_role("link", name="7 hari ke depan").click()
    expect(desk.locator(".control-table tbody tr")).to_have_count(3)
    shoot(desk, "controls-week")
    check_axe(desk)
    desk.get_by_role("button", name="Batalkan Hendra Gunawan").click()
    dialog = desk.get_by_role("dialog", name="Batalkan jadwal kontrol")
    check_axe(desk)
    dialog.get_by_label("Alasan").fill("Pindah kota")
    dialog.get_by_role("button", name="Batalkan kontrol").click()
    expect(desk.locator(".control-table tbody tr")).to_have_count(2)
    assert Control.objects.get(customer__name="Hendra Gunawan").state == ControlState.CANCELLED

    desk.get_by_role("link", name="Terlewat").click()
    expect(desk.locator(".control-table tbody tr")).to_have_count(1)
    check_axe(desk)


def test_on_her_own_page(desk: Page, cast: Cast, menteng: Branch, controls: list[Control]) -> None:
    maria = controls[0]
    check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=maria.customer,
        by=cast.anna,
        at=timezone.now(),
    )
    desk.goto(f"/customers/{maria.customer_id}/")
    rows = desk.locator("#customer-controls .control-row")
    count = rows.count()
    check_axe(desk)
    shoot(desk, "customer-controls")
    desk.locator(f"#control-{maria.pk}-move").click()
    dialog = desk.get_by_role("dialog", name="Pindahkan jadwal kontrol")
    dialog.get_by_role("button", name=re.compile(r"\+1 hari")).click()
    dialog.get_by_role("button", name="Pindahkan").click()
    expect(desk.locator("#status")).to_contain_text("Kontrol dipindah ke")
    tomorrow = date_format(menteng.business_date(timezone.now()) + timedelta(days=1), "j M Y")
    expect(desk.locator("#customer-controls")).to_contain_text(tomorrow)
    expect(desk.locator(f"#control-{maria.pk}-move")).to_be_focused()

    desk.locator(f"#control-{maria.pk}-keep").click()
    expect(desk.locator("#status")).to_contain_text("ditepati")
    expect(rows).to_have_count(count - 1)
    maria.refresh_from_db()
    assert maria.state == ControlState.KEPT
    check_axe(desk)
    # Her time line knows it as well, on the same page.
    expect(desk.locator("#timeline .timeline").first).to_contain_text("ditepati")
