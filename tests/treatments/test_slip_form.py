"""Writing a slip from the visit pane: what it adds up to, who may be given it, and once only."""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Duty
from frontdesk.staff.permissions import Role
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import (
    NOW,
    CustomerFactory,
    TreatmentFactory,
    create_staff,
    put_on_duty,
    qualify,
)
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.actions import CannotChangeSlip
from treatments.forms import MOST_TREATMENTS
from treatments.hands import hands_for
from treatments.models import Slip, SlipEvent, Treatment
from treatments.models.slip import SlipEventKind
from treatments.permissions import why_not_give
from treatments.states import SlipState

Send = Callable[..., HttpResponse]


@pytest.fixture
def send(desk: Client, visit: Visit, cast: Cast, facial: Treatment) -> Send:
    """Return a function that sends the form of a new slip."""

    def post(**said: object) -> HttpResponse:
        fields = {
            "treatments": [facial.pk],
            "beautician": cast.tari.pk,
            "note": "Kulit kering",
            "deed": "issue",
            "once": str(uuid.uuid4()),
        }
        return desk.post(reverse("treatments:slip_create", args=[visit.pk]), {**fields, **said})

    return post


def test_one_button_writes_numbers_and_prints(
    send: Send, cast: Cast, facial: Treatment, laser: Treatment
) -> None:
    answer = send(treatments=[laser.pk, facial.pk, laser.pk])

    slip = Slip.objects.get()
    assert (answer.status_code, answer["Location"]) == (201, f"/slips/{slip.pk}/")
    assert f'"print": {{"value": "/slips/{slip.pk}/print/"}}' in answer["HX-Trigger"]
    assert slip.code in answer.content.decode()
    assert (slip.state, slip.number, slip.beautician) == (SlipState.ISSUED, 1, cast.tari)
    assert (slip.total, slip.minutes, slip.needs_doctor) == (2_150_000, 150, True)
    assert [line.treatment for line in slip.lines.all()] == [laser, facial, laser]
    kinds = [event.kind for event in slip.events.all()]
    assert kinds == [SlipEventKind.CREATED, SlipEventKind.MOVED, SlipEventKind.PRINTED]


def test_at_once_leaves_behind_what_a_draft_that_is_issued_does(
    visit: Visit, cast: Cast, facial: Treatment
) -> None:
    said = {"treatments": [facial], "beautician": cast.tari, "note": "Kulit kering"}
    at_once = actions.hand_out_slip(visit, **said, by=cast.anna, at=NOW)
    stepwise = actions.create_slip(visit, **said, by=cast.anna, at=NOW)
    actions.issue_slip(stepwise, by=cast.anna, at=NOW)
    actions.note_printed(stepwise, by=cast.anna, at=NOW)

    def left(slip: Slip) -> list[dict[str, object]]:
        rows = [*Slip.objects.filter(pk=slip.pk).values(), *slip.events.values()]
        rows += slip.lines.values()
        return [
            {k: v for k, v in row.items() if k not in {"id", "slip_id", "number"}} for row in rows
        ]

    assert left(at_once) == left(stepwise)
    assert [s.number for s in Slip.objects.order_by("pk")] == [1, 2]


def test_issuing_asks_only_so_much(
    send: Send, laser: Treatment, facial: Treatment, django_assert_max_num_queries
) -> None:
    with django_assert_max_num_queries(14):
        send(treatments=[laser.pk, facial.pk, laser.pk])


def test_a_draft_is_kept_without_number_and_without_hands(send: Send) -> None:
    answer = send(deed="draft", beautician="")
    slip = Slip.objects.get()
    assert answer.status_code == 201
    assert (slip.state, slip.number, slip.beautician) == (SlipState.DRAFT, None, None)
    assert "print" not in answer["HX-Trigger"]


def test_prices_are_those_of_the_moment_it_was_written(send: Send, facial: Treatment) -> None:
    send()
    Treatment.objects.filter(pk=facial.pk).update(price=999_000, name="Facial Mewah", minutes=5)
    slip = Slip.objects.get()
    [line] = slip.lines.all()
    assert (line.name, line.price, line.minutes) == ("Facial Glow", 350_000, 60)
    assert (slip.total, slip.minutes) == (350_000, 60)


def test_the_same_form_sent_twice_is_one_slip(send: Send) -> None:
    key = str(uuid.uuid4())
    first, second = send(once=key), send(once=key)
    slip = Slip.objects.get()
    assert first.status_code == 201
    assert (second.status_code, second["HX-Redirect"]) == (204, f"/slips/{slip.pk}/")
    assert slip.number == 1


@pytest.mark.django_db(transaction=True)
def test_a_double_click_is_one_slip(
    cast: Cast,
    visit: Visit,
    facial: Treatment,
    sign_in: SignIn,
    at_once: Callable,
) -> None:
    clients = [sign_in(cast.anna) for _ in range(4)]
    fields = {
        "treatments": [facial.pk],
        "beautician": cast.tari.pk,
        "deed": "issue",
        "once": str(uuid.uuid4()),
    }
    address = reverse("treatments:slip_create", args=[visit.pk])
    answers = at_once(
        [lambda c=client: c.post(address, fields).headers["Location"] for client in clients]
    )
    slip = Slip.objects.get()
    assert answers == [f"/slips/{slip.pk}/"] * 4


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ({"treatments": []}, "Pilih paling sedikit satu perawatan."),
        ({"treatments": ["0"]}, "Perawatan ini tidak ada di katalog. Pilih dari daftar."),
        ({"treatments": ["x"]}, "Perawatan ini tidak ada di katalog. Pilih dari daftar."),
        ({"treatments": ["9" * 30]}, "Perawatan ini tidak ada di katalog. Pilih dari daftar."),
        ({"beautician": ""}, "Pilih beautician yang mengerjakan."),
        ({"beautician": "0"}, "Pilih beautician dari daftar."),
        ({"note": "x" * 301}, "Pesan paling panjang 300 huruf."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(
    said: dict[str, object], sentence: str, send: Send, facial: Treatment
) -> None:
    answer = send(**said)
    page = answer.content.decode()
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#slip-desk")
    assert sentence in page
    assert str(said.get("note", "Kulit kering")) in page
    if "treatments" not in said:
        assert f'name="treatments" value="{facial.pk}"' in page
    assert not Slip.objects.exists()
    assert not SlipEvent.objects.exists()


def test_too_many_and_retired_treatments_are_refused(send: Send, facial: Treatment) -> None:
    answer = send(treatments=[facial.pk] * (MOST_TREATMENTS + 1))
    assert f"Paling banyak {MOST_TREATMENTS} perawatan" in answer.content.decode()
    retired = TreatmentFactory(name="Setrika Wajah", is_active=False)
    answer = send(treatments=[facial.pk, retired.pk])
    assert "Setrika Wajah tidak ditawarkan lagi" in answer.content.decode()


def test_who_treats_elsewhere_is_given_no_slip_here(
    menteng: Branch, jayapura: Branch, facial: Treatment, now: datetime
) -> None:
    sinta = create_staff(Role.BEAUTICIAN, branch=jayapura, nickname="Sinta")
    qualify(sinta, facial)
    put_on_duty(sinta, branch=menteng, at=now)
    assert why_not_give(sinta, [facial], branch=menteng, on=menteng.business_date(now)) == (
        "Sinta tidak merawat di cabang ini."
    )


def test_the_slip_goes_only_to_who_is_on_duty_and_can_do_it(
    send: Send, cast: Cast, menteng: Branch, facial: Treatment, laser: Treatment, now: datetime
) -> None:
    on = menteng.business_date(now)
    assert why_not_give(None, [facial], branch=menteng, on=on) == (
        "Pilih beautician yang mengerjakan."
    )
    assert why_not_give(cast.anna, [facial], branch=menteng, on=on) == (
        "Anna tidak merawat di cabang ini."
    )
    assert why_not_give(cast.rara, [facial, laser, laser], branch=menteng, on=on) == (
        "Rara belum memegang Laser Rejuvenation."
    )
    answer = send(treatments=[laser.pk], beautician=cast.rara.pk)
    assert answer.status_code == 422
    assert "Rara belum memegang Laser Rejuvenation." in answer.content.decode()
    yesterday = {"business_date": on - timedelta(days=1)}
    for absent in (yesterday, {"business_date": on, "is_on": False}):
        Duty.objects.filter(staff=cast.tari).update(**absent)
        assert "Tari tidak bertugas hari ini." in send().content.decode()
    assert not Slip.objects.exists()


def test_hands_are_sorted_by_the_minutes_still_to_go(
    cast: Cast, menteng: Branch, facial: Treatment, laser: Treatment, slip_in: SlipIn, now: datetime
) -> None:
    slip_in(at=now)
    on = menteng.business_date(now)
    found = hands_for([facial], branch=menteng, on=on, at=now)
    assert [(h.staff, h.open_slips, h.minutes, h.why_not) for h in found] == [
        (cast.rara, 0, 0, ""),
        (cast.tari, 1, 60, ""),
    ]
    found = hands_for([laser, facial], branch=menteng, on=on, at=now)
    assert [h.staff for h in found] == [cast.tari, cast.rara]
    assert found[1].why_not == "Rara belum memegang Laser Rejuvenation."


def test_the_preview_adds_removes_and_puts_first(
    desk: Client, visit: Visit, cast: Cast, facial: Treatment, laser: Treatment
) -> None:
    address = reverse("treatments:slip_preview", args=[visit.pk])

    def lines(**said: object) -> list[int]:
        answer = desk.post(address, said)
        assert answer.status_code == 200
        return [t.pk for t in answer.context["picked"].treatments]

    both = [facial.pk, laser.pk]
    assert lines(add=facial.pk) == [facial.pk]
    assert lines(treatments=both, add=facial.pk) == [*both, facial.pk]
    assert lines(treatments=both, remove=0) == [laser.pk]
    assert lines(treatments=both, up=1) == [laser.pk, facial.pk]
    assert lines(treatments=both, remove=7, up="x", add="-1") == both
    assert len(lines(treatments=[facial.pk] * 30, add=laser.pk)) == MOST_TREATMENTS
    answer = desk.post(address, {"treatments": [facial.pk], "beautician": cast.rara.pk})
    assert answer.context["picked"].chosen.staff == cast.rara
    answer = desk.post(
        address, {"treatments": [facial.pk], "beautician": cast.rara.pk, "add": laser.pk}
    )
    assert answer.context["picked"].chosen.staff == cast.tari
    assert "Rara belum memegang Laser Rejuvenation. Sekarang Tari." in answer.content.decode()


def test_a_draft_is_changed_and_issued_and_never_written_over(
    desk: Client, cast: Cast, facial: Treatment, laser: Treatment, slip_in: SlipIn, now: datetime
) -> None:
    slip = slip_in(SlipState.DRAFT, at=now)
    page = desk.get(reverse("treatments:slip_edit", args=[slip.pk])).content.decode()
    assert f'name="version" value="{slip.version}"' in page
    address = reverse("treatments:slip_save", args=[slip.pk])
    said = {"treatments": [laser.pk], "beautician": cast.tari.pk, "version": slip.version}

    assert desk.post(address, {**said, "deed": "draft"}).status_code == 201
    slip.refresh_from_db()
    assert [line.name for line in slip.lines.all()] == ["Laser Rejuvenation"]
    assert (slip.total, slip.needs_doctor, slip.version) == (900_000, True, said["version"] + 1)

    answer = desk.post(address, {**said, "treatments": [facial.pk], "deed": "issue"})
    assert answer.status_code == 422
    assert "Draf ini baru saja diubah orang lain." in answer.content.decode()
    assert f'name="treatments" value="{facial.pk}"' in answer.content.decode()
    slip.refresh_from_db()
    assert slip.state == SlipState.DRAFT
    assert [line.name for line in slip.lines.all()] == ["Laser Rejuvenation"]

    said["version"] = slip.version
    assert desk.post(address, {**said, "deed": "issue"}).status_code == 201
    answer = desk.post(address, {**said, "deed": "issue"})
    assert f"Slip {Slip.objects.get().code} sudah diterbitkan." in answer.content.decode()


def test_a_draft_that_cannot_be_issued_keeps_its_old_words(
    desk: Client, cast: Cast, laser: Treatment, slip_in: SlipIn, now: datetime
) -> None:
    slip = slip_in(SlipState.DRAFT, at=now)
    said = {
        "treatments": [laser.pk],
        "beautician": cast.rara.pk,
        "version": slip.version,
        "deed": "issue",
    }
    answer = desk.post(reverse("treatments:slip_save", args=[slip.pk]), said)
    assert answer.status_code == 422
    slip.refresh_from_db()
    assert [line.name for line in slip.lines.all()] == ["Facial Glow"]
    assert slip.events.count() == 1


def test_a_guest_must_be_known_before_a_slip(
    desk: Client, cast: Cast, menteng: Branch, facial: Treatment, now: datetime
) -> None:
    guest = visits.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=now)
    page = desk.get(reverse("treatments:visit_slips", args=[guest.pk])).content.decode()
    assert "Kenali pelanggan dulu, baru tulis slip." in page
    assert 'id="slip-new"' not in page
    with pytest.raises(CannotChangeSlip, match="Kenali pelanggan dulu"):
        actions.create_slip(guest, treatments=[facial], beautician=None, by=cast.anna, at=NOW)


def test_who_never_came_gets_no_slip(
    desk: Client, cast: Cast, menteng: Branch, facial: Treatment, now: datetime
) -> None:
    visit = visits.check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=CustomerFactory(home_branch=menteng),
        by=cast.anna,
        at=now,
    )
    visits.note_no_show(visit, by=cast.anna, at=now)
    page = desk.get(reverse("treatments:visit_slips", args=[visit.pk])).content.decode()
    assert "Kunjungan ini dicatat tidak hadir." in page
    assert 'id="slip-new"' not in page
    with pytest.raises(CannotChangeSlip, match="tidak hadir"):
        actions.create_slip(visit, treatments=[facial], beautician=None, by=cast.anna, at=NOW)


def test_fragments_opened_by_themselves_lead_to_the_counter(
    cast: Cast, visit: Visit, slip_in: SlipIn, sign_in: SignIn
) -> None:
    client = sign_in(cast.anna)
    for name in ("visit_slips", "slip_new"):
        answer = client.get(reverse(f"treatments:{name}", args=[visit.pk]))
        assert answer["Location"] == f"/?visit={visit.pk}"


def test_the_pane_asks_as_much_for_twenty_slips_as_for_one(
    desk: Client, visit: Visit, cast: Cast, facial: Treatment, now: datetime, queries_of: Callable
) -> None:
    def write() -> None:
        slip = actions.create_slip(
            visit, treatments=[facial, facial], beautician=cast.tari, by=cast.anna, at=now
        )
        actions.issue_slip(slip, by=cast.anna, at=now)

    address = reverse("treatments:visit_slips", args=[visit.pk])
    write()
    few = queries_of(lambda: desk.get(address))
    for _ in range(19):
        write()
    assert queries_of(lambda: desk.get(address)) == few


def test_the_form_asks_as_much_for_a_long_catalogue_as_for_a_short_one(
    desk: Client, visit: Visit, facial: Treatment, queries_of: Callable
) -> None:
    new = reverse("treatments:slip_new", args=[visit.pk])
    preview = reverse("treatments:slip_preview", args=[visit.pk])
    few = queries_of(lambda: desk.get(new))
    one = queries_of(lambda: desk.post(preview, {"add": facial.pk}))
    more = TreatmentFactory.create_batch(20)
    assert queries_of(lambda: desk.get(new)) == few
    assert queries_of(lambda: desk.post(preview, {"treatments": [t.pk for t in more]})) == one
