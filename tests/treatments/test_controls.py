"""The control schedule at the desk: who is due, what her reminder does, another day, no more."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.permissions import GRANTS, Permission, Role
from notifications.models import Message
from notifications.states import MessageState
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.models import Control
from treatments.states import ControlState, SlipState

ADDRESS = "/controls/"
ControlOn = Callable[..., Control]


@pytest.fixture
def control_on(slip_in: SlipIn, cast: Cast, now: datetime, menteng: Branch) -> ControlOn:
    """Return a function that plans a control so many days from today."""

    def plan(days: int, **customer: object) -> Control:
        guest = CustomerFactory(home_branch=menteng, **customer)
        slip = slip_in(SlipState.DONE, at=now, customer=guest)
        control = Control.objects.select_related("branch", "customer").get(line__slip=slip)
        if days >= 0:
            due_on = menteng.business_date(now) + timedelta(days=days)
            actions.move_control(control, due_on=due_on, by=cast.anna, at=now)
        else:
            due_on = menteng.business_date(now) + timedelta(days=days)
            Control.objects.filter(pk=control.pk).update(due_on=due_on)
            control.refresh_from_db()
        return control

    return plan


def test_each_tab_shows_its_days(cast: Cast, control_on: ControlOn, sign_in: SignIn) -> None:
    client = sign_in(cast.anna)
    rows = {days: control_on(days) for days in (0, 1, 7, 8, -1, -30, -31)}
    Control.objects.filter(pk=rows[-30].pk).update(state=ControlState.MISSED)

    def shown(tab: str) -> list[Control]:
        return [row.control for row in client.get(ADDRESS, {"show": tab}).context["rows"]]

    assert shown("today") == shown("nonsense") == [rows[0]]
    assert shown("week") == [rows[1], rows[7]]
    # Yesterday's are missed even before the worker has noted it.
    assert shown("missed") == [rows[-1], rows[-30]]
    counts = client.get(ADDRESS).context["counts"]
    assert counts == {"today": 1, "week": 2, "freed": 0, "missed": 2}
    actions.cancel_control(rows[0], by=cast.anna, at=rows[0].created_at)
    assert shown("today") == []


def test_a_row_tells_customer_treatment_day_and_reminder(
    desk: Client, control_on: ControlOn
) -> None:
    control_on(3, name="Maria Goretti", phone="+6281234567890", honorific="ibu")
    page = desk.get(ADDRESS, {"show": "week"}).content.decode()
    for text in ("Ibu Maria Goretti", "Facial Glow", "14 hari sesudah perawatan", "Direncanakan"):
        assert text in page
    assert "0812-3456-7890" in page
    maria = Customer.objects.get(name="Maria Goretti")
    assert f'href="{reverse("home:customer", args=[maria.pk])}"' in page
    reminder = Message.objects.filter(notice="control_reminder", state="queued")
    assert reminder.update(
        state=MessageState.SUPPRESSED, problem="Pelanggan belum setuju diingatkan.", final_at=None
    )
    page = desk.get(ADDRESS, {"show": "week"}).content.decode()
    assert "Tidak dikirim" in page
    assert "Pelanggan belum setuju diingatkan." in page
    Message.objects.update(notice="another")
    assert "tidak direncanakan" in desk.get(ADDRESS, {"show": "week"}).content.decode()


def test_a_phone_is_masked_for_who_may_not_see_it(
    desk: Client, control_on: ControlOn, monkeypatch: pytest.MonkeyPatch
) -> None:
    control_on(0, phone="+6281234567890")
    fewer = GRANTS[Role.FRONT_OFFICER] - {Permission.SEE_PHONES}
    monkeypatch.setitem(GRANTS, Role.FRONT_OFFICER, fewer)
    page = desk.get(ADDRESS).content.decode()
    assert "0812-••••-7890" in page
    assert "3456" not in page


def test_only_who_plans_controls_opens_them(
    cast: Cast, control_on: ControlOn, sign_in: SignIn
) -> None:
    control = control_on(0)
    pages = [
        ADDRESS,
        reverse("treatments:control_move", args=[control.pk]),
        reverse("treatments:control_cancel", args=[control.pk]),
    ]
    for person in ("tari", "dewi", "gita"):
        client = sign_in(getattr(cast, person))
        assert [client.get(page).status_code for page in pages] == [403, 403, 403]
    boris = sign_in(cast.boris)
    assert [boris.get(page).status_code for page in pages] == [200, 404, 404]
    assert boris.get(ADDRESS).context["rows"] == []
    assert boris.post(pages[1], {"due_on": "besok"}).status_code == 404


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("", "Masukkan tanggal, misalnya 22/11/2026"),
        ("minggu depan", "Masukkan tanggal sebagai hari/bulan/tahun"),
        ("31/02/2027", "Masukkan tanggal sebagai hari/bulan/tahun"),
        ("kemarin", "Pilih hari ini atau sesudahnya."),
        ("22/11/2036", "lebih dari dua tahun lagi"),
        ("31/12/9999", "terlalu jauh"),
        ("01/01/0001", "terlalu jauh"),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_its_field(
    typed: str, sentence: str, desk: Client, control_on: ControlOn
) -> None:
    control = control_on(0)
    before = control.due_on
    address = reverse("treatments:control_move", args=[control.pk])
    answer = desk.post(address, {"due_on": typed, "note": "Minta pindah"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "Minta pindah" in page
    assert "<dialog" not in page
    control.refresh_from_db()
    assert control.due_on == before


def test_a_control_is_moved_with_what_a_desk_types(
    desk: Client, cast: Cast, control_on: ControlOn, menteng: Branch, now: datetime
) -> None:
    control = control_on(-2)
    address = reverse("treatments:control_move", args=[control.pk])
    dialog = desk.get(address)
    tomorrow = menteng.business_date(now) + timedelta(days=1)
    # From a day that is over the quick buttons count from today.
    assert [day for _, day in dialog.context["quick"]] == [
        tomorrow,
        tomorrow + timedelta(days=6),
    ]
    answer = desk.post(address, {"due_on": "besok", "note": "Sakit"})
    assert answer.status_code == 204
    assert "controls-changed" in answer["HX-Trigger"]
    control.refresh_from_db()
    assert (control.due_on, control.state) == (tomorrow, ControlState.PLANNED)
    event = control.events.last()
    assert (event.by, event.note) == (cast.anna, "Sakit")
    assert desk.post(address, {"due_on": "besok", "note": "Sakit"}).status_code == 204
    assert control.events.last() == event


@pytest.mark.parametrize("state", [ControlState.PLANNED, ControlState.CONFIRMED])
def test_a_note_on_the_same_day_is_kept_and_moves_nothing(
    desk: Client, cast: Cast, control_on: ControlOn, state: ControlState
) -> None:
    control = control_on(5)
    Control.objects.filter(pk=control.pk).update(state=state)
    address = reverse("treatments:control_move", args=[control.pk])
    day = {"due_on": f"{control.due_on:%d/%m/%Y}"}

    answers = [desk.post(address, day | {"note": note}) for note in ("Pagi", "Pagi", "")]

    said = [json.loads(answer["HX-Trigger"])["status"]["value"] for answer in answers]
    assert [words.partition(" tetap")[0] for words in said] == [
        "Catatan disimpan. Kontrol",
        "Catatan disimpan. Kontrol",
        "Kontrol",
    ]
    noted = control.events.get(note="Pagi")
    assert (noted.old, noted.new, noted.due_on, noted.by) == (
        state,
        state,
        control.due_on,
        cast.anna,
    )
    assert control.events.last() == noted


def test_a_control_is_cancelled_once(desk: Client, control_on: ControlOn) -> None:
    control = control_on(0)
    address = reverse("treatments:control_cancel", args=[control.pk])
    assert desk.post(address, {"note": "Pindah kota"}).status_code == 204
    again = desk.post(address, {"note": ""})
    assert again.status_code == 422
    assert "Jadwal kontrol ini sudah batal." in again.content.decode()
    assert [event.new for event in control.events.all()].count(ControlState.CANCELLED) == 1


def test_the_list_asks_as_much_for_twenty_as_for_one(
    desk: Client, control_on: ControlOn, queries_of: Callable
) -> None:
    control_on(0)
    few = queries_of(lambda: desk.get(ADDRESS))
    for _ in range(19):
        control_on(0)
    assert queries_of(lambda: desk.get(ADDRESS)) == few
