"""The counter as a page: what stays in sight and in hand, and who can read it."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Visit
from tests.browser.conftest import check_axe, shoot
from tests.browser.counter import OpenDesk, arrive, look, noticed, open_desk, settled
from tests.conftest import Cast
from tests.factories import CustomerFactory
from tests.home.morning import busy_morning

__all__ = ["open_desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def morning(cast: Cast, menteng: Branch) -> list[Visit]:
    return busy_morning(menteng, cast, at=timezone.now())


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
