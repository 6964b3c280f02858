"""A visit as a front officer takes it from the door to its end, by key and by mouse."""

import re

import pytest
from django.utils import timezone
from playwright.sync_api import Route, expect

from customers.models import Honorific
from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Visit
from frontdesk.visits.states import VisitState
from tests.browser.conftest import check_axe, until
from tests.browser.counter import OpenDesk, arrive, open_desk, settled, state_of
from tests.conftest import Cast
from tests.factories import CustomerFactory

__all__ = ["open_desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_whole_visit_by_keyboard(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    sari = CustomerFactory(
        name="Sari Dewi Lestari",
        honorific=Honorific.IBU,
        allergies="penisilin",
        home_branch=menteng,
    )
    page = open_desk()
    keys = page.keyboard

    # A guest nobody knows: two keys.
    keys.press("Alt+n")
    expect(page.get_by_role("heading", name="Kunjungan baru")).to_be_focused()
    keys.press("3")
    expect(page.locator(".ticket-number")).to_have_text("C001")

    # A customer: found, and checked in with one key.
    keys.press("/")
    keys.type("sari dew", delay=40)
    expect(page.get_by_role("option", name=re.compile("Sari Dewi Lestari"))).to_be_visible()
    keys.press("Enter")
    expect(page.get_by_role("heading", name="Sari Dewi Lestari")).to_be_focused()
    expect(page.locator(".strip-allergy")).to_contain_text("penisilin")
    assert page.url.endswith(f"/?customer={sari.pk}")
    keys.press("1")
    expect(page.locator(".ticket-number")).to_have_text("A001")
    visit = Visit.objects.get(customer=sari)
    assert page.url.endswith(f"/?visit={visit.pk}")

    # Whoever came first is called first; then she of the search, from the list.
    keys.press("F2")
    expect(page.locator("#visit-card .visit-number")).to_have_text("C001")
    expect(page.locator("#queue .row")).to_have_count(2)
    keys.press("ArrowDown")
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator("#visit-card .visit-number")).to_have_text("A001")
    expect(page.locator("#queue .row[aria-current]")).to_contain_text("A001")
    expect(page.locator(".greeting")).to_contain_text("Ibu Sari.")
    keys.press("Alt+p")
    expect(page.locator(".status-line")).to_contain_text("A001 dipanggil")
    expect(page.locator(".status-line")).to_be_focused()
    assert state_of(visit) == VisitState.CALLED

    # One step too far, and back.
    keys.press("Alt+k")
    expect(page.locator(".status-line")).to_contain_text("A001 menunggu")
    keys.press("Control+z")
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dipanggil")
    keys.press("Alt+l")
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dilayani")
    keys.press("Alt+t")
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Ditahan")
    keys.press("Alt+l")
    expect(page.locator("#visit-card .visit-state")).to_contain_text("oleh Anna")
    keys.press("F4")
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Selesai")
    expect(page.locator(".greeting")).to_contain_text("Terima kasih, Ibu Sari.")
    assert state_of(visit) == VisitState.DONE
    expect(page.locator("#queue .row")).to_have_count(1)
    expect(page.locator("#ended-count")).to_have_text("1")

    page.goto(f"/visits/{visit.pk}/ticket/")
    expect(page.locator(".sheet-number")).to_have_text("A001")
    check_axe(page)


def test_a_whole_visit_by_mouse(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    CustomerFactory(name="Rina Wati", home_branch=menteng)
    page = open_desk()

    page.get_by_role("link", name="Kunjungan baru").first.click()
    page.get_by_label("Nama tamu").fill("Rina")
    page.get_by_role("button", name=re.compile("Konsultasi")).click()
    expect(page.locator(".ticket-number")).to_have_text("B001")

    # Who is she? What was typed is searched for already.
    page.get_by_role("button", name=re.compile("Rina Wati")).click()
    expect(page.locator("#visit-card h1")).to_have_text("Rina Wati")
    expect(page.locator("#queue .row-title")).to_have_text("Rina Wati")

    page.get_by_label("Catatan kunjungan").fill("Datang bersama ibunya")
    page.get_by_label("Catatan kunjungan").blur()
    expect(page.get_by_text("Catatan disimpan")).to_be_visible()

    page.get_by_role("button", name=re.compile("^Panggil berikutnya")).click()
    expect(page.locator("#queue .badge")).to_have_text("Dipanggil")
    page.get_by_role("button", name=re.compile("^Layani")).click()
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dilayani")
    page.get_by_role("button", name="Pulang…").click()
    reason = page.get_by_label("Alasan")
    # A reason that is refused stands in its dialog again, which is open.
    reason.evaluate("field => field.removeAttribute('maxlength')")
    reason.fill("x" * 301)
    page.get_by_role("button", name="Catat pulang").click()
    expect(page.get_by_text("Singkatkan alasan sampai 300 huruf.")).to_be_visible()
    expect(reason).to_be_focused()
    reason.fill("Akan datang lagi")
    page.get_by_role("button", name="Catat pulang").click()
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Pulang")

    page.locator("#ended summary").click()
    expect(page.locator(".row-ended")).to_have_count(1)
    page.locator(".row-ended").click()
    expect(page.locator("#visit-title")).to_be_focused()
    page.locator(".history summary").click()
    expect(page.locator(".history li").last).to_contain_text("Pulang: Akan datang lagi")
    page.get_by_role("button", name=re.compile("^Urungkan")).click()
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dilayani")


def test_the_slower_clerk_is_told(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    visit = arrive(menteng, cast)
    page = open_desk(address=f"/?visit={visit.pk}")
    # Her screen is behind: the poll has not come yet.
    page.route("**/queue/", lambda route: route.fulfill(status=304))
    actions.start_visit(visit, by=cast.bela, at=timezone.now())

    page.get_by_role("button", name=re.compile("^Tahan")).click()

    refusal = page.locator("#visit-card .refusal")
    expect(refusal).to_have_text("A001 baru saja diubah orang lain: sekarang dilayani.")
    expect(refusal).to_be_focused()
    expect(page.locator("#visit-card .visit-state")).to_contain_text("oleh Bela")
    check_axe(page)
    assert state_of(visit) == VisitState.SERVING


def test_a_look_that_comes_late_does_not_swallow_the_answer_of_a_deed(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    visit = arrive(menteng, cast)
    page = open_desk(address=f"/?visit={visit.pk}")
    settled(page)
    held: list[Route] = []
    page.route(f"**/visits/{visit.pk}/", lambda route: held.append(route))
    page.route(f"**/visits/{visit.pk}/call/", lambda route: held.append(route))
    page.evaluate("htmx.trigger('#visit-card', 'look')")
    page.keyboard.press("Alt+p")
    until(page, lambda: len(held) == 2)
    looked, called = held
    # Both are answered with the visit as it is after the deed, the look first.
    answer = called.fetch()
    looked.continue_()
    page.wait_for_timeout(300)
    called.fulfill(response=answer)

    expect(page.locator(".status-line")).to_contain_text("A001 dipanggil")


def test_a_visit_that_is_on_its_way_is_the_one_that_is_worked_on(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first, second = arrive(menteng, cast), arrive(menteng, cast)
    page = open_desk(address=f"/?visit={first.pk}")
    settled(page)
    held: list[Route] = []
    page.route(f"**/visits/{second.pk}/pane/", lambda route: held.append(route))
    page.locator(f"#row-{second.pk}").click()
    expect(page.locator("#visit")).to_have_attribute("inert", "")
    # Quicker than the server: by key, and with the mouse on what is still shown of the first.
    page.keyboard.press("Alt+p")
    box = page.locator("#deed-hold").bounding_box()
    assert box
    page.mouse.click(box["x"] + 5, box["y"] + 5)
    page.keyboard.press("Alt+p")
    until(page, lambda: held)
    held[0].continue_()

    expect(page.locator(".status-line")).to_contain_text("A002 dipanggil")
    settled(page)
    assert state_of(first) == VisitState.WAITING


def test_a_visit_that_does_not_come_leaves_the_one_before(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first, second = arrive(menteng, cast), arrive(menteng, cast)
    page = open_desk(address=f"/?visit={first.pk}")
    page.route(f"**/visits/{second.pk}/pane/", lambda route: route.fulfill(status=503))
    page.locator(f"#row-{second.pk}").click()
    expect(page.locator("#failure")).to_be_visible()
    page.keyboard.press("Alt+p")
    expect(page.locator(".status-line")).to_contain_text("A001 dipanggil")


def test_a_visit_chosen_during_a_deed_comes_after_its_answer(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first, second = arrive(menteng, cast), arrive(menteng, cast)
    page = open_desk(address=f"/?visit={first.pk}")
    settled(page)
    held: list[Route] = []
    page.route(f"**/visits/{first.pk}/call/", lambda route: held.append(route))
    page.keyboard.press("Alt+p")
    page.locator(f"#row-{second.pk}").click()
    expect(page.locator("#visit")).to_have_attribute("inert", "")
    expect(page.locator("#visit-card .visit-number")).to_have_text("A001")
    until(page, lambda: held)
    held[0].continue_()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A002")
    # The desk goes on hearing of what changes.
    expect(page.locator(f"#row-{first.pk} .badge")).to_have_text("Dipanggil")
    actions.call_visit(second, by=cast.bela, at=timezone.now())
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dipanggil")


def test_a_refusal_is_read_before_the_next_visit(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first, second = arrive(menteng, cast), arrive(menteng, cast)
    page = open_desk(address=f"/?visit={first.pk}")
    page.route("**/queue/", lambda route: route.fulfill(status=304))
    settled(page)
    actions.start_visit(first, by=cast.bela, at=timezone.now())
    held: list[Route] = []
    page.route(f"**/visits/{first.pk}/hold/", lambda route: held.append(route))
    page.get_by_role("button", name=re.compile("^Tahan")).click()
    page.locator(f"#row-{second.pk}").click()
    until(page, lambda: held)
    held[0].continue_()
    refusal = page.locator("#visit-card .refusal")
    expect(refusal).to_be_focused()
    expect(refusal).to_have_text("A001 baru saja diubah orang lain: sekarang dilayani.")
    page.locator(f"#row-{second.pk}").click()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A002")


def test_a_double_click_gives_one_number(open_desk: OpenDesk) -> None:
    page = open_desk(address="/?new=1")
    page.get_by_role("button", name=re.compile("Perawatan")).dblclick()
    expect(page.locator(".ticket-number")).to_have_text("A001")
    settled(page)

    assert Visit.objects.count() == 1


def test_enter_after_a_name_gives_a_number(open_desk: OpenDesk) -> None:
    page = open_desk(address="/?new=1")
    page.get_by_label("Nama tamu").fill("Ibu Ani")
    page.keyboard.press("Enter")
    expect(page.locator(".ticket-number")).to_have_text("A001")
    expect(page.locator("#visit-card h1")).to_contain_text("Ibu Ani")
