"""The evening recap: it balances or names what does not, and once closed it stays."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from io import BytesIO

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries
from python_calamine import CalamineWorkbook

from frontdesk.branches.models import Branch, NumberSeries
from frontdesk.staff.models import StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role
from tests.conftest import Cast, SignIn
from tests.factories import (
    NOW,
    BranchFactory,
    CustomerFactory,
    SupplyFactory,
    TreatmentFactory,
    create_slip,
    create_staff,
    put_on_duty,
)
from treatments import actions
from treatments.models import Recap, RecapSlip, Slip, Treatment
from treatments.models.slip import SLIP_SERIES
from treatments.reports import day_recap, supplies_used_on
from treatments.states import SlipState

TODAY = date(2026, 11, 22)
EMPTY = ("carried_in", "issued", "done", "cancelled", "carried_over", "minutes", "total")


def _slip(
    cast: Cast, branch: Branch, state: SlipState, *, at: datetime = NOW, **more: object
) -> Slip:
    return create_slip(
        branch=branch, desk=cast.anna, beautician=cast.tari, state=state, at=at, **more
    )


def _close(cast: Cast, branch: Branch, *, on: date = TODAY, at: datetime = NOW) -> Recap:
    return actions.close_recap(branch=branch, on=on, by=cast.maya, at=at)


def test_issued_is_done_and_cancelled_and_carried_over(cast: Cast, menteng: Branch) -> None:
    facial = TreatmentFactory(name="Facial", price=150_000, minutes=45)
    for state in (SlipState.DONE, SlipState.DONE, SlipState.CANCELLED, SlipState.IN_PROGRESS):
        _slip(cast, menteng, state, treatments=[facial])
    _slip(cast, menteng, SlipState.DRAFT)
    recap = day_recap(branch=menteng, on=TODAY)
    assert (recap.carried_in, recap.issued, recap.done) == (0, 4, 2)
    assert (len(recap.cancelled), recap.carried_over) == (1, 1)
    assert (recap.count, recap.minutes, recap.total) == (2, 90, 300_000)
    assert recap.differences == []


def test_closing_fixes_the_same_figures(cast: Cast, menteng: Branch) -> None:
    for state in (SlipState.DONE, SlipState.CANCELLED, SlipState.ISSUED):
        _slip(cast, menteng, state)
    before = day_recap(branch=menteng, on=TODAY)
    _close(cast, menteng)
    after = day_recap(branch=menteng, on=TODAY)
    assert after.closed is not None
    assert after.rows == before.rows
    assert [s.pk for s in after.open] == [s.pk for s in before.open]
    assert (after.carried_in, after.issued, after.done) == (0, 3, 1)
    # The catalogue, the staff's names and the slips go on; the closed day does not.
    Slip.objects.filter(pk=before.open[0].pk).update(total=1)
    assert day_recap(branch=menteng, on=TODAY).total == before.total


def test_an_open_slip_is_carried_into_the_next_day(cast: Cast, menteng: Branch) -> None:
    slip = _slip(cast, menteng, SlipState.IN_PROGRESS)
    _close(cast, menteng)
    tomorrow = NOW + timedelta(days=1)
    slip.refresh_from_db()
    actions.finish_slip(slip, by=cast.tari, at=tomorrow)
    recap = day_recap(branch=menteng, on=TODAY + timedelta(days=1))
    assert (recap.carried_in, recap.issued, recap.done, recap.carried_over) == (1, 0, 1, 0)
    _close(cast, menteng, on=TODAY + timedelta(days=1), at=tomorrow)
    slip.refresh_from_db()
    assert slip.state == SlipState.RECAPPED


def test_a_slip_issued_after_the_closing_falls_into_the_next_day(
    cast: Cast, menteng: Branch
) -> None:
    _close(cast, menteng)
    _slip(cast, menteng, SlipState.DONE, at=NOW + timedelta(hours=1))
    recap = day_recap(branch=menteng, on=TODAY + timedelta(days=1))
    assert (recap.issued, recap.done) == (1, 1)
    _close(cast, menteng, on=TODAY + timedelta(days=1), at=NOW + timedelta(days=1))


def test_a_number_without_a_slip_is_named_and_blocks_the_closing(
    cast: Cast, menteng: Branch
) -> None:
    _slip(cast, menteng, SlipState.DONE)
    NumberSeries.objects.filter(branch=menteng, series="slip").update(last=2)
    assert day_recap(branch=menteng, on=TODAY).differences == ["Slip JKT-261122-002 tidak ada."]
    with pytest.raises(actions.CannotCloseRecap, match="JKT-261122-002"):
        _close(cast, menteng)


def test_a_slip_that_no_recap_answers_for_is_named_and_blocks_the_closing(
    cast: Cast, menteng: Branch
) -> None:
    stray = _slip(cast, menteng, SlipState.DONE)
    Slip.objects.filter(pk=stray.pk).update(business_date=TODAY - timedelta(days=7))
    NumberSeries.objects.filter(branch=menteng, series=SLIP_SERIES).update(last=0)
    Recap.objects.create(
        branch=menteng,
        business_date=TODAY - timedelta(days=1),
        **dict.fromkeys(EMPTY, 0),
        closed_by=cast.maya,
        closed_at=NOW,
    )
    with pytest.raises(actions.CannotCloseRecap) as refusal:
        _close(cast, menteng)
    assert str(refusal.value) == (
        "Slip JKT-261115-001 (selesai) tidak tercatat di rekap sebelumnya."
    )


def test_closed_once(cast: Cast, menteng: Branch) -> None:
    _close(cast, menteng)
    with pytest.raises(actions.CannotCloseRecap, match="sudah ditutup"):
        _close(cast, menteng)


def test_the_day_before_is_closed_first(cast: Cast, menteng: Branch) -> None:
    _slip(cast, menteng, SlipState.DONE)
    with pytest.raises(actions.CannotCloseRecap, match="Tutup dulu rekap 22 November 2026"):
        _close(cast, menteng, on=TODAY + timedelta(days=1), at=NOW + timedelta(days=1))


def test_no_day_is_closed_behind_a_closed_one(cast: Cast, menteng: Branch) -> None:
    _close(cast, menteng)
    with pytest.raises(actions.CannotCloseRecap, match="Hari sesudahnya sudah ditutup"):
        _close(cast, menteng, on=TODAY - timedelta(days=1))


def test_a_front_officer_does_not_close(cast: Cast, menteng: Branch) -> None:
    with pytest.raises(actions.CannotCloseRecap, match="pengelola cabang"):
        actions.close_recap(branch=menteng, on=TODAY, by=cast.anna, at=NOW)


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE treatments_recap SET total = 1",
        "DELETE FROM treatments_recap",
        "UPDATE treatments_recapline SET total = 1",
        "DELETE FROM treatments_recapline",
        "UPDATE treatments_recapslip SET state = 'done'",
        "DELETE FROM treatments_recapslip",
        "UPDATE treatments_slip SET total = 1 WHERE state = 'recapped'",
        "DELETE FROM treatments_slip WHERE state = 'recapped'",
        "UPDATE treatments_slipevent SET note = 'x'",
    ],
)
def test_the_database_refuses_to_change_a_closed_day(cast: Cast, menteng: Branch, sql: str) -> None:
    _slip(cast, menteng, SlipState.DONE)
    _close(cast, menteng)
    with (
        pytest.raises(DatabaseError, match=r"Cannot (update|delete)"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)


def test_the_database_refuses_a_recap_that_does_not_balance(cast: Cast, menteng: Branch) -> None:
    with pytest.raises(DatabaseError, match="balanced"), transaction.atomic():
        Recap.objects.create(
            branch=menteng,
            business_date=TODAY,
            carried_in=0,
            issued=3,
            done=1,
            cancelled=0,
            carried_over=1,
            minutes=0,
            total=0,
            closed_by=cast.maya,
            closed_at=NOW,
        )


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("slips", [5, 0])
def test_two_managers_at_once_close_once(cast: Cast, menteng: Branch, slips: int) -> None:
    for _ in range(slips):
        _slip(cast, menteng, SlipState.DONE)

    def close(_: int) -> str:
        try:
            _close(cast, menteng)
        except actions.CannotCloseRecap as error:
            return str(error)
        finally:
            connection.close()
        return "closed"

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(close, range(4)))
    assert answers == ["Rekap hari ini sudah ditutup."] * 3 + ["closed"]
    assert Recap.objects.count() == 1
    assert RecapSlip.objects.count() == slips


@pytest.mark.django_db(transaction=True)
def test_what_is_finished_and_handed_out_while_closing_is_in_it_or_in_the_next(
    cast: Cast, menteng: Branch, facial: Treatment, at_once: Callable
) -> None:
    slips = [_slip(cast, menteng, SlipState.IN_PROGRESS) for _ in range(12)]
    said = {"treatments": [facial], "beautician": cast.tari, "by": cast.anna, "at": NOW}
    finish = [partial(actions.finish_slip, slip, by=cast.tari, at=NOW) for slip in slips]
    hand_out = [partial(actions.hand_out_slip, slip.visit, **said) for slip in slips[:6]]
    close = partial(_close, cast, menteng)

    work = [*finish[:3], *hand_out[:3], close, *finish[3:], *hand_out[3:]]
    assert not [answer for answer in at_once(work) if isinstance(answer, Exception)]

    recap = Recap.objects.get()
    tomorrow = day_recap(branch=menteng, on=TODAY + timedelta(days=1))
    assert tomorrow.differences == []
    assert tomorrow.carried_in == recap.carried_over
    assert recap.done + tomorrow.done == 12
    assert recap.issued + tomorrow.issued == 18


# The pages -----------------------------------------------------------------------------------


@pytest.fixture
def today(cast: Cast, menteng: Branch) -> date:
    put_on_duty(cast.tari, branch=menteng, at=datetime.now(UTC))
    return menteng.business_date(datetime.now(UTC))


def test_the_manager_closes_with_one_form_and_a_second_click_changes_nothing(
    cast: Cast, menteng: Branch, today: date, sign_in: SignIn
) -> None:
    _slip(cast, menteng, SlipState.DONE, at=datetime.now(UTC))
    client = sign_in(cast.maya)
    assert client.get("/recap/").status_code == 302
    form = {"once": "5a3a0b4e-8c1c-4f5e-9b58-0c7a7c1f9a11", "note": "Ramai."}
    first = client.post(f"/recap/{today}/close/", form)
    second = client.post(f"/recap/{today}/close/", form)
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    assert Recap.objects.count() == 1
    page = client.get(f"/recap/{today}/").content.decode()
    assert "Angka ini tidak berubah lagi" in page
    assert "Ramai." in page


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("x" * 301, "Catatan paling panjang 300 huruf."), ("Ramai\0", "Karakter null")],
)
def test_a_note_that_does_not_fit_closes_nothing_and_stays(
    cast: Cast, today: date, sign_in: SignIn, typed: str, sentence: str
) -> None:
    answer = sign_in(cast.maya).post(f"/recap/{today}/close/", {"note": typed})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert typed in page
    assert not Recap.objects.exists()


def test_the_spreadsheet_holds_the_pages_figures_and_runs_nothing(
    cast: Cast, menteng: Branch, today: date, sign_in: SignIn
) -> None:
    evil = CustomerFactory(home_branch=menteng, name='=HYPERLINK("x")')
    _slip(cast, menteng, SlipState.DONE, at=datetime.now(UTC))
    _slip(cast, menteng, SlipState.ISSUED, customer=evil, at=datetime.now(UTC))
    answer = sign_in(cast.maya).get(f"/recap/{today}/export/")
    book = CalamineWorkbook.from_filelike(BytesIO(answer.content))
    sums = [row for row in book.get_sheet_by_index(0).to_python() if row[0] == "Jumlah"]
    assert sums[0][2:5] == [1.0, 60.0, 250_000.0]
    names = [row[1] for row in book.get_sheet_by_index(1).to_python()]
    assert '=HYPERLINK("x")' in names
    assert StaffEvent.objects.filter(kind=StaffEventKind.EXPORTED, staff=cast.maya).count() == 1


@pytest.mark.parametrize(
    ("who", "status"), [("anna", 200), ("maya", 200), ("citra", 200), ("tari", 403), ("gita", 403)]
)
def test_who_sees_the_recap(
    cast: Cast, today: date, sign_in: SignIn, who: str, status: int
) -> None:
    client = sign_in(getattr(cast, who))
    for path in ("", "print/", "export/"):
        assert client.get(f"/recap/{today}/{path}").status_code == status


def test_tomorrow_and_nonsense_are_no_pages(cast: Cast, today: date, sign_in: SignIn) -> None:
    client = sign_in(cast.maya)
    assert client.get(f"/recap/{today + timedelta(days=1)}/").status_code == 404
    assert client.get("/recap/2026-13-45/").status_code == 404
    assert client.get("/recap/0001-01-01/").status_code == 404
    assert client.get("/supplies/0001-01-01/").status_code == 404


def test_a_front_officer_cannot_post_the_closing(cast: Cast, today: date, sign_in: SignIn) -> None:
    assert sign_in(cast.anna).post(f"/recap/{today}/close/").status_code == 403


def test_queries_do_not_grow_with_slips(
    cast: Cast,
    menteng: Branch,
    today: date,
    sign_in: SignIn,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    client = sign_in(cast.maya)
    for state in (SlipState.DONE, SlipState.ISSUED, SlipState.CANCELLED) * 5:
        _slip(cast, menteng, state, at=datetime.now(UTC))
    with django_assert_max_num_queries(14):
        page = client.get(f"/recap/{today}/").text
    # A phone names each figure of the sum; the first counts treatments, as the rows above it.
    assert 'data-label="Perawatan">5<' in page.partition("<tfoot>")[2]


def test_the_warehouse_sees_what_was_used(
    cast: Cast, menteng: Branch, today: date, sign_in: SignIn
) -> None:
    serum = SupplyFactory(name="Serum mawar")
    slip = _slip(cast, menteng, SlipState.IN_PROGRESS, at=datetime.now(UTC))
    actions.finish_slip(slip, supplies=[(serum, 3)], by=cast.tari, at=datetime.now(UTC))
    assert supplies_used_on(branch=menteng, on=today)[0].quantity == 3
    page = sign_in(cast.gita).get("/supplies/", follow=True)
    assert "Serum mawar" in page.content.decode()
    assert sign_in(cast.tari).get("/supplies/", follow=True).status_code == 403


def test_each_branch_closes_its_own_day(cast: Cast) -> None:
    other = BranchFactory()
    manager = create_staff(Role.BRANCH_MANAGER, branch=other)
    with pytest.raises(actions.CannotCloseRecap, match="pengelola cabang"):
        actions.close_recap(branch=other, on=TODAY, by=cast.maya, at=NOW)
    assert actions.close_recap(branch=other, on=TODAY, by=manager, at=NOW).issued == 0
