"""The queue beside the visit in hand: it keeps up by itself and is in nobody's way."""

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from tests.browser.conftest import check_axe
from tests.browser.counter import OpenDesk, arrive, look, noticed, open_desk, settled
from tests.conftest import Cast

__all__ = ["open_desk"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


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


def test_nobody_waits(open_desk: OpenDesk) -> None:
    page = open_desk()
    page.keyboard.press("F2")

    expect(page.locator("#queue-problem")).to_contain_text("Tidak ada yang menunggu.")
    check_axe(page)


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


def test_a_lost_connection_is_said(open_desk: OpenDesk, cast: Cast, menteng: Branch) -> None:
    arrive(menteng, cast)
    page = open_desk()
    page.route("**/queue/", lambda route: route.fulfill(status=503))
    expect(page.locator("#offline-bar")).to_contain_text("Koneksi terputus")
    expect(page.locator("#queue .row")).to_have_count(1)
    page.unroute_all()
    expect(page.locator("#offline-bar")).to_be_hidden(timeout=5_000)


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
