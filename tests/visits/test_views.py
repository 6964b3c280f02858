"""Each deed by HTTP: done, refused beside its place, another branch's row, another's role."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.states import VisitState
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory

HTMX = {"HTTP_HX_REQUEST": "true"}
# Deed → the state it is done in, and the state it leads to.
DEEDS = {
    "visit_call": (VisitState.WAITING, VisitState.CALLED),
    "visit_start": (VisitState.CALLED, VisitState.SERVING),
    "visit_hold": (VisitState.SERVING, VisitState.HELD),
    "visit_put_back": (VisitState.HELD, VisitState.WAITING),
    "visit_finish": (VisitState.SERVING, VisitState.DONE),
    "visit_left": (VisitState.WAITING, VisitState.LEFT),
    "visit_no_show": (VisitState.CALLED, VisitState.NO_SHOW),
}
WAYS = {
    VisitState.WAITING: [],
    VisitState.CALLED: [actions.call_visit],
    VisitState.SERVING: [actions.start_visit],
    VisitState.HELD: [actions.hold_visit],
}


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


@pytest.fixture
def guest(cast: Cast, menteng: Branch) -> Visit:
    return actions.check_in(
        branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=timezone.now()
    )


def bring(visit: Visit, state: VisitState, cast: Cast) -> Visit:
    for step in WAYS[state]:
        step(visit, by=cast.anna, at=timezone.now())
    return visit


def url(name: str, visit: Visit) -> str:
    return reverse(f"visits:{name}", args=[visit.pk])


def state_of(visit: Visit) -> str:
    return Visit.objects.get(pk=visit.pk).state


@pytest.mark.parametrize("name", DEEDS)
def test_deed(name: str, anna: Client, cast: Cast, guest: Visit) -> None:
    before, after = DEEDS[name]
    bring(guest, before, cast)

    answer = anna.post(url(name, guest), {"seen": before}, **HTMX)

    assert answer.status_code == 200
    assert state_of(guest) == after
    assert "queue-changed" in answer["HX-Trigger"]
    page = answer.content.decode()
    assert 'id="visit-card"' in page
    assert "Urungkan" in page


@pytest.mark.parametrize("name", DEEDS)
def test_deed_without_htmx_leads_back(name: str, anna: Client, cast: Cast, guest: Visit) -> None:
    before, after = DEEDS[name]
    bring(guest, before, cast)

    answer = anna.post(url(name, guest), {"seen": before})

    assert (answer.status_code, answer["Location"]) == (302, f"/?visit={guest.pk}")
    assert state_of(guest) == after


@pytest.mark.parametrize("name", [*DEEDS, "visit_undo", "visit_note"])
def test_not_another_branchs_guest(name: str, cast: Cast, sign_in: SignIn, guest: Visit) -> None:
    answer = sign_in(cast.boris).post(url(name, guest), **HTMX)

    assert answer.status_code == 404
    assert state_of(guest) == VisitState.WAITING


@pytest.mark.parametrize("name", [*DEEDS, "visit_undo", "visit_note"])
@pytest.mark.parametrize("who", ["tari", "dewi", "gita"])
def test_not_every_role(name: str, who: str, cast: Cast, sign_in: SignIn, guest: Visit) -> None:
    answer = sign_in(getattr(cast, who)).post(url(name, guest), **HTMX)

    assert answer.status_code == 403
    assert state_of(guest) == VisitState.WAITING


@pytest.mark.parametrize("name", ["visit_show", "visit_ticket"])
def test_who_may_look(name: str, cast: Cast, sign_in: SignIn, guest: Visit) -> None:
    assert sign_in(cast.maya).get(url(name, guest), **HTMX).status_code == 200
    assert sign_in(cast.citra).get(url(name, guest), **HTMX).status_code == 200
    assert sign_in(cast.boris).get(url(name, guest), **HTMX).status_code == 404
    assert sign_in(cast.tari).get(url(name, guest), **HTMX).status_code == 403


@pytest.mark.parametrize("name", [*DEEDS, "visit_undo", "visit_note"])
def test_a_link_does_nothing(name: str, anna: Client, guest: Visit) -> None:
    assert anna.get(url(name, guest)).status_code == 405


def test_a_refusal_stands_beside_the_buttons(anna: Client, cast: Cast, guest: Visit) -> None:
    answer = anna.post(url("visit_finish", guest), **HTMX)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "A001 sudah menunggu." in page
    assert 'role="alert"' in page
    assert 'id="deed-call"' in page


def test_the_slower_clerk_gets_the_sentence_and_the_fresh_state(
    anna: Client, cast: Cast, guest: Visit
) -> None:
    actions.start_visit(guest, by=cast.bela, at=timezone.now())

    # Allowed from "Dilayani" too, but it is not what Anna saw.
    answer = anna.post(url("visit_hold", guest), {"seen": VisitState.WAITING}, **HTMX)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "A001 baru saja diubah orang lain: sekarang dilayani." in page
    assert "oleh Bela" in page
    assert state_of(guest) == VisitState.SERVING


@pytest.mark.parametrize("name", DEEDS)
def test_a_press_whose_answer_was_lost_is_done_once(
    name: str, anna: Client, cast: Cast, guest: Visit
) -> None:
    before, after = DEEDS[name]
    bring(guest, before, cast)

    answers = [anna.post(url(name, guest), {"seen": before}, **HTMX) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert guest.events.filter(old=before, new=after).count() == 1
    actions.undo_last_step(guest, by=cast.anna, at=timezone.now())
    assert state_of(guest) == before


def test_another_reason_for_leaving_is_not_taken_for_the_first(anna: Client, guest: Visit) -> None:
    for reason, expected in (("Lama", 200), ("Lama", 200), ("Akan datang lagi", 409)):
        said = {"seen": VisitState.WAITING, "reason": reason}
        assert anna.post(url("visit_left", guest), said, **HTMX).status_code == expected
    assert guest.events.get(new=VisitState.LEFT).note == "Lama"


def test_a_press_that_a_colleague_took_back_does_not_count_as_done(
    anna: Client, cast: Cast, guest: Visit
) -> None:
    actions.call_visit(guest, by=cast.anna, at=timezone.now())
    actions.start_visit(guest, by=cast.bela, at=timezone.now())
    actions.undo_last_step(guest, by=cast.bela, at=timezone.now())

    again = anna.post(url("visit_call", guest), {"seen": VisitState.WAITING}, **HTMX)

    assert again.status_code == 409
    assert "sekarang dipanggil" in again.text


def test_a_refusal_without_htmx_is_a_message(anna: Client, guest: Visit) -> None:
    answer = anna.post(url("visit_finish", guest), follow=True)

    assert "A001 sudah menunggu." in answer.content.decode()


def test_undo_takes_the_step_on_the_screen_back(anna: Client, cast: Cast, guest: Visit) -> None:
    actions.call_visit(guest, by=cast.anna, at=timezone.now())
    step = actions.last_step(guest)
    assert step is not None

    answer = anna.post(url("visit_undo", guest), {"step": step.pk}, **HTMX)

    assert answer.status_code == 200
    assert state_of(guest) == VisitState.WAITING
    again = anna.post(url("visit_undo", guest), {"step": step.pk}, **HTMX)
    assert again.status_code == 409
    assert "Tidak ada langkah A001 yang bisa diurungkan." in again.content.decode()


@pytest.mark.parametrize("step", ["9" * 5000, "²", "0"])
def test_a_step_that_never_was_is_not_taken_back(
    step: str, anna: Client, cast: Cast, guest: Visit
) -> None:
    actions.call_visit(guest, by=cast.anna, at=timezone.now())

    assert anna.post(url("visit_undo", guest), {"step": step}, **HTMX).status_code == 409
    assert state_of(guest) == VisitState.CALLED


def test_who_goes_home_may_say_why(anna: Client, guest: Visit) -> None:
    anna.post(url("visit_left", guest), {"reason": "Akan datang lagi"}, **HTMX)

    event = guest.events.last()
    assert event is not None
    assert (event.new, event.note) == (VisitState.LEFT, "Akan datang lagi")


def test_a_reason_that_is_too_long_is_refused_whole(anna: Client, guest: Visit) -> None:
    answer = anna.post(url("visit_left", guest), {"reason": "x" * 301}, **HTMX)

    assert answer.status_code == 422
    # In the dialog, which opens again with it.
    dialog = answer.text.partition('id="left-dialog"')[2].partition("</dialog>")[0]
    assert dialog.partition(">")[0].endswith("data-open")
    assert "Singkatkan alasan sampai 300 huruf." in dialog.partition('id="left-reason_error"')[2]
    assert f'value="{"x" * 301}" aria-invalid="true"' in dialog
    assert state_of(guest) == VisitState.WAITING


def test_a_reason_for_a_guest_who_has_gone_is_not_asked_for_again(
    anna: Client, cast: Cast, guest: Visit
) -> None:
    actions.note_no_show(guest, by=cast.bela, at=timezone.now())
    said = {"seen": VisitState.WAITING, "reason": "x" * 301}

    answer = anna.post(url("visit_left", guest), said, **HTMX)

    assert answer.status_code == 409
    assert "A001 baru saja diubah orang lain: sekarang tidak hadir." in answer.text


def test_who_is_being_served_may_go_home_too(anna: Client, cast: Cast, guest: Visit) -> None:
    bring(guest, VisitState.SERVING, cast)

    page = anna.get(url("visit_show", guest), **HTMX).text

    assert '<h2 id="left-title">A001 pulang</h2>' in page


def test_a_note_is_kept_and_shown(anna: Client, guest: Visit) -> None:
    answer = anna.post(
        url("visit_note", guest), {"note": "Datang\r\nbersama ibu", "was": ""}, **HTMX
    )

    assert answer.status_code == 200
    assert "Catatan disimpan" in answer.content.decode()
    assert Visit.objects.get(pk=guest.pk).note == "Datang\nbersama ibu"


def test_the_same_note_again_is_no_change(anna: Client, guest: Visit) -> None:
    before = guest.events.count()
    anna.post(url("visit_note", guest), {"note": " ", "was": ""}, **HTMX)

    assert guest.events.count() == before


def test_a_colleagues_note_is_not_written_over(anna: Client, cast: Cast, guest: Visit) -> None:
    actions.note_visit(guest, note="Alergi debu", by=cast.bela, at=timezone.now())

    answer = anna.post(url("visit_note", guest), {"note": "Minta AC pelan", "was": ""}, **HTMX)

    assert answer.status_code == 409
    page = answer.content.decode()
    assert "“Alergi debu”" in page
    assert "Minta AC pelan</textarea>" in page
    assert Visit.objects.get(pk=guest.pk).note == "Alergi debu"


def test_a_note_that_is_too_long_is_given_back(anna: Client, guest: Visit) -> None:
    answer = anna.post(url("visit_note", guest), {"note": "y" * 301, "was": ""}, **HTMX)

    assert answer.status_code == 422
    assert "y" * 301 in answer.content.decode()


def test_the_card_is_sent_again_only_when_it_changed(
    anna: Client, cast: Cast, guest: Visit, django_assert_num_queries
) -> None:
    first = anna.get(url("visit_show", guest), **HTMX)
    known = {"HTTP_IF_NONE_MATCH": first["ETag"], **HTMX}
    # Session, person, her branches, the visit with its names, its newest event.
    with django_assert_num_queries(3):
        assert anna.get(url("visit_show", guest), **known).status_code == 304

    actions.call_visit(guest, by=cast.bela, at=timezone.now())

    changed = anna.get(url("visit_show", guest), **known)
    assert (changed.status_code, "Dipanggil" in changed.content.decode()) == (200, True)


def test_an_allergy_that_was_just_written_shows(anna: Client, cast: Cast, menteng: Branch) -> None:
    customer = CustomerFactory(name="Sari Dewi", home_branch=menteng)
    visit = actions.check_in(
        branch=menteng,
        purpose=Purpose.TREATMENT,
        customer=customer,
        by=cast.anna,
        at=timezone.now(),
    )
    first = anna.get(url("visit_show", visit), **HTMX)
    type(customer).objects.filter(pk=customer.pk).update(allergies="lateks", version=2)

    again = anna.get(url("visit_show", visit), HTTP_IF_NONE_MATCH=first["ETag"], **HTMX)

    assert "lateks" in again.content.decode()


def test_a_link_to_the_card_opens_the_counter(anna: Client, guest: Visit) -> None:
    assert anna.get(url("visit_show", guest))["Location"] == f"/?visit={guest.pk}"
    assert anna.get(reverse("visits:visit_new"))["Location"] == "/?new=1"


def test_the_ticket_names_nobody(anna: Client, cast: Cast, menteng: Branch) -> None:
    customer = CustomerFactory(name="Sari Rahasia", home_branch=menteng)
    visit = actions.check_in(
        branch=menteng,
        purpose=Purpose.CONSULTATION,
        customer=customer,
        by=cast.anna,
        at=timezone.now(),
    )
    page = anna.get(url("visit_ticket", visit)).content.decode()

    assert "B001" in page
    assert "Rahasia" not in page
