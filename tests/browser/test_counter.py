"""The counter as a front officer has it before her: the visits of a day, by key and by mouse."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.utils import timezone
from playwright.sync_api import Page, Route, expect

from customers.models import Honorific
from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.states import VisitState
from tests.browser.conftest import NewPage, check_axe, shoot, until
from tests.conftest import Cast
from tests.factories import CustomerFactory, TerminalFactory
from tests.home.morning import busy_morning

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OpenDesk = Callable[..., Page]


@pytest.fixture
def open_desk(
    new_page: NewPage, cast: Cast, menteng: Branch, sign_in: Callable[..., None]
) -> OpenDesk:
    """Return a function that puts a clerk before a counter of her own."""

    def open_page(who: str = "anna", address: str = "/", **options) -> Page:
        page = new_page(**options)
        sign_in(page, getattr(cast, who), terminal=TerminalFactory(branch=menteng))
        page.goto(address)
        return page

    return open_page


@pytest.fixture
def morning(cast: Cast, menteng: Branch) -> list[Visit]:
    return busy_morning(menteng, cast, at=timezone.now())


def arrive(branch: Branch, cast: Cast, **fields) -> Visit:
    return actions.check_in(
        **{
            "branch": branch,
            "purpose": Purpose.TREATMENT,
            "by": cast.anna,
            "at": timezone.now(),
            **fields,
        }
    )


def state_of(visit: Visit) -> str:
    return Visit.objects.get(pk=visit.pk).state


def settled(page: Page) -> None:
    page.wait_for_function("() => document.fonts.status === 'loaded' && window.htmx")
    expect(page.locator(".htmx-request")).to_have_count(0)


def look(page: Page) -> int:
    """Let the queue look now instead of at its next turn; return what the server answered."""
    with page.expect_response("**/queue/") as answer:
        page.evaluate("htmx.trigger('#queue', 'look')")
    settled(page)
    return answer.value.status


@contextmanager
def noticed(page: Page) -> Iterator[None]:
    """Go on when the queue has looked and found what happens inside."""
    answers: list[int] = []
    page.on(
        "response",
        lambda answer: answers.append(answer.status) if answer.url.endswith("/queue/") else None,
    )
    yield
    look(page)
    assert 200 in answers


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
    page.get_by_label("Alasan").fill("Akan datang lagi")
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


def test_the_other_counter_sees_it_by_itself(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    visit = arrive(menteng, cast, guest_name="Ibu Ani")
    anna = open_desk("anna", f"/?visit={visit.pk}")
    bela = open_desk("bela", f"/?visit={visit.pk}")

    anna.keyboard.press("Alt+p")
    expect(bela.locator("#queue .badge")).to_have_text("Dipanggil")
    expect(bela.locator("#visit-card .visit-state")).to_contain_text("Dipanggil")
    expect(bela.locator("#visit-card .last-step")).to_contain_text("oleh Anna")


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


def test_a_row_stays_under_the_mouse_that_presses_it(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    visit = arrive(menteng, cast)
    page = open_desk()
    settled(page)
    row = page.locator(f"#row-{visit.pk} .row-title")
    row.hover()
    page.mouse.down()
    arrive(menteng, cast)
    look(page)
    expect(page.locator("#queue .row")).to_have_count(1)
    page.mouse.up()

    expect(page.locator("#visit-card .visit-number")).to_have_text("A001")
    expect(page.locator("#queue .row")).to_have_count(2)


def test_an_open_history_lets_the_card_change_when_it_is_closed(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    visit = arrive(menteng, cast)
    page = open_desk(address=f"/?visit={visit.pk}")
    settled(page)
    page.locator(".history summary").click()
    actions.call_visit(visit, by=cast.bela, at=timezone.now())
    look(page)
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Menunggu")
    page.locator(".history summary").click()
    expect(page.locator("#visit-card .visit-state")).to_contain_text("Dipanggil")


def test_nobody_waits(open_desk: OpenDesk) -> None:
    page = open_desk()
    page.keyboard.press("F2")

    expect(page.locator("#queue-problem")).to_contain_text("Tidak ada yang menunggu.")
    check_axe(page)


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


def test_a_reload_and_the_way_back_keep_what_is_in_hand(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first, second = arrive(menteng, cast), arrive(menteng, cast)
    page = open_desk()
    page.locator(f"#row-{first.pk}").click()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A001")
    page.locator(f"#row-{second.pk}").click()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A002")

    page.reload()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A002")
    expect(page.locator("#queue [aria-current]")).to_contain_text("A002")
    page.go_back()
    expect(page.locator("#visit-card .visit-number")).to_have_text("A001")


def test_the_poll_leaves_the_focus_and_a_note_alone(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    first = arrive(menteng, cast)
    page = open_desk(address=f"/?visit={first.pk}")
    row = page.locator(f"#row-{first.pk}")
    row.focus()
    arrive(menteng, cast)
    look(page)
    expect(page.locator("#queue .row")).to_have_count(2)
    expect(row).to_be_focused()

    page.get_by_label("Catatan kunjungan").fill("Belum selesai menul")
    actions.call_visit(first, by=cast.bela, at=timezone.now())
    look(page)
    expect(page.locator("#queue .badge").first).to_have_text("Dipanggil")
    expect(page.get_by_label("Catatan kunjungan")).to_have_value("Belum selesai menul")
    expect(page.get_by_label("Catatan kunjungan")).to_be_focused()


def test_a_dialog_that_is_open_is_not_pulled_away(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    visit = arrive(menteng, cast)
    page = open_desk(address=f"/?visit={visit.pk}")
    page.get_by_role("button", name="Pulang…").click()
    page.get_by_label("Alasan").fill("Terlalu")
    check_axe(page)
    with noticed(page):
        actions.note_visit(visit, note="Sudah ditawari minum", by=cast.bela, at=timezone.now())

    expect(page.get_by_label("Alasan")).to_have_value("Terlalu")
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Pulang…")).to_be_focused()


def test_a_lost_connection_is_said(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    arrive(menteng, cast)
    page = open_desk()
    page.route("**/queue/", lambda route: route.fulfill(status=503))
    expect(page.locator("#offline-bar")).to_contain_text("Koneksi terputus")
    expect(page.locator("#queue .row")).to_have_count(1)
    page.unroute_all()
    expect(page.locator("#offline-bar")).to_be_hidden(timeout=5_000)


def test_the_allergy_stays_in_sight(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    sari = CustomerFactory(name="Sari", allergies="penisilin", home_branch=menteng)
    visit = arrive(menteng, cast, customer=sari)
    page = open_desk(address=f"/?visit={visit.pk}", viewport={"width": 1366, "height": 400})
    settled(page)
    page.evaluate("document.getElementById('visit').scrollTop = 9999")
    settled(page)

    assert page.evaluate("document.getElementById('visit').scrollTop") > 100
    expect(page.locator(".strip-allergy")).to_be_in_viewport(ratio=1)
    box = page.locator(".strip-allergy").bounding_box()
    assert box
    assert page.evaluate(
        "([x, y]) => document.elementFromPoint(x, y).closest('.strip-allergy') !== null",
        [box["x"] + 20, box["y"] + 20],
    )


def test_who_is_next_keeps_up(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    first = arrive(menteng, cast)
    arrive(menteng, cast)
    page = open_desk()
    expect(page.locator(".next-number")).to_have_text("A001")
    actions.call_visit(first, by=cast.bela, at=timezone.now())
    look(page)
    expect(page.locator(".next-number")).to_have_text("A002")


def test_an_unchanged_queue_is_not_sent_again(
    open_desk: OpenDesk, cast: Cast, menteng: Branch
) -> None:
    arrive(menteng, cast)
    page = open_desk()
    look(page)

    # The minute may turn once between three looks.
    assert [look(page) for _ in range(3)].count(304) >= 2
    with noticed(page):
        arrive(menteng, cast)


STATES = {
    "idle": "/",
    "called": "/?visit={called}",
    "treated": "/?visit={treated}",
    "waiting": "/?visit={waiting}",
    "guest": "/?visit={guest}",
    "done": "/?visit={done}",
    "new": "/?new=1",
    "customer": "/?customer={customer}",
}
# English is up to two fifths longer than Indonesian; every text on the page is made so.
LONGER = """() => {
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode;
    const length = text.data.trim().length;
    if (length > 3 && !text.parentElement.closest("script, kbd, template"))
      text.data = text.data.trimEnd() + " " + "longer word ".repeat(9).slice(0, length * 0.4);
  }
}"""


TOO_WIDE = """() => document.documentElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll("body *")]
        .filter((one) => one.getBoundingClientRect().right > innerWidth + 0.5)
        .map((one) => one.outerHTML.slice(0, 90))"""


def test_every_state_can_be_read_by_everyone(open_desk: OpenDesk, morning: list[Visit]) -> None:
    names = {
        "called": morning[7].pk,
        "treated": morning[0].pk,
        "waiting": morning[9].pk,
        "guest": morning[16].pk,
        "done": morning[2].pk,
        "customer": morning[0].customer_id,
    }
    page = open_desk()
    for name, address in STATES.items():
        page.set_viewport_size({"width": 1366, "height": 768})
        page.goto(address.format(**names))
        settled(page)
        shoot(page, f"counter-{name}")
        check_axe(page)
        assert page.evaluate("scrollY") == 0, name
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), name
        page.evaluate(LONGER)
        for width in (1024, 1366, 1920):
            page.set_viewport_size({"width": width, "height": 768})
            # The browser takes a moment to lay a window of another size out.
            for _ in range(50):
                if not page.evaluate(TOO_WIDE):
                    break
                page.wait_for_timeout(100)
            assert page.evaluate(TOO_WIDE) == [], (name, width)
        shoot(page, f"counter-{name}-long")


def test_an_empty_counter(open_desk: OpenDesk) -> None:
    page = open_desk()
    expect(page.get_by_text("Belum ada antrean. Tekan Alt N")).to_be_visible()
    shoot(page, "counter-empty")
    check_axe(page)
