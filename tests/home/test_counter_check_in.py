"""A number for a guest, known or not: once, in her purpose's line, with the controls she keeps."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.home.actions import check_in_customer, identify_visit
from frontdesk.visits import actions as visits
from frontdesk.visits.actions import CannotChangeVisit
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory, TreatmentFactory, qualify
from treatments import actions as slips
from treatments.models import Control
from treatments.states import ControlState

HTMX = {"HTTP_HX_REQUEST": "true"}
URL = reverse("home:check_in")
PANE = reverse("home:check_in_pane")


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


@pytest.fixture
def sari(menteng: Branch) -> Customer:
    return CustomerFactory(name="Sari Dewi", home_branch=menteng, allergies="lateks")


@pytest.fixture
def due(cast: Cast, menteng: Branch, sari: Customer, control_template: None) -> Control:
    """A control of Sari's that is due on NOW's day."""
    facial = TreatmentFactory(name="Facial Glow", control_days=[14])
    qualify(cast.tari, facial)
    then = NOW - timedelta(days=14)
    visit = visits.check_in(
        branch=menteng, purpose=Purpose.TREATMENT, customer=sari, by=cast.anna, at=then
    )
    visits.start_visit(visit, by=cast.anna, at=then)
    slip = slips.create_slip(visit, treatments=[facial], beautician=cast.tari, by=cast.anna, at=NOW)
    slips.issue_slip(slip, by=cast.anna, at=NOW)
    for deed in (slips.accept_slip, slips.start_slip, slips.finish_slip):
        deed(slip, by=cast.tari, at=NOW)
    visits.finish_visit(visit, by=cast.anna, at=then)
    control = Control.objects.get()
    Control.objects.filter(pk=control.pk).update(due_on=menteng.business_date(NOW))
    control.refresh_from_db()
    return control


def test_a_guest_without_a_name(anna: Client) -> None:
    answer = anna.post(URL, {"once": uuid4(), "purpose": "product"}, **HTMX)

    visit = Visit.objects.get()
    assert (visit.queue_code, visit.customer, visit.guest_name) == ("C001", None, "")
    assert answer["Location"] == f"/visits/{visit.pk}/pane/?new=1"
    shown = anna.get(answer["Location"], **HTMX)
    assert "Nomor antrean Anda C001." in shown.content.decode()
    assert "queue-changed" in shown["HX-Trigger"]
    assert shown["HX-Push-Url"] == f"/?visit={visit.pk}"


def test_a_guest_with_a_name_of_her_own(anna: Client) -> None:
    anna.post(URL, {"purpose": "other", "guest_name": "  Ibu Ani "})

    assert Visit.objects.get().display_name == "Ibu Ani"


def test_a_customer_who_was_found(anna: Client, sari: Customer) -> None:
    answer = anna.post(URL, {"purpose": "treatment", "customer": sari.pk})

    visit = Visit.objects.get()
    assert (visit.customer, visit.queue_code) == (sari, "A001")
    assert answer["Location"] == f"/?visit={visit.pk}&new=1"


def test_the_pane_shows_who_she_is_first(anna: Client, sari: Customer) -> None:
    answer = anna.get(PANE, {"customer": sari.pk}, **HTMX)

    page = answer.content.decode()
    assert page.index("lateks") < page.index("Sari Dewi") < page.index('value="treatment"')
    assert answer["HX-Push-Url"] == f"/?customer={sari.pk}"
    assert anna.get(PANE)["Location"] == "/?new=1"
    assert anna.get(f"/?customer={sari.pk}").status_code == 200


def test_who_is_in_the_queue_already_is_named(
    anna: Client, cast: Cast, menteng: Branch, sari: Customer
) -> None:
    first = check_in_customer(
        sari, branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=timezone.now()
    )
    page = anna.get(PANE, {"customer": sari.pk}, **HTMX).content.decode()

    assert "sudah di antrean hari ini: A001, menunggu." in page
    assert reverse("home:visit_pane", args=[first.pk]) in page
    # Offered, not forbidden: mother and daughter may share one card.
    anna.post(URL, {"purpose": "treatment", "customer": sari.pk})
    assert Visit.objects.count() == 2


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Pilih salah satu keperluan."),
        ({"purpose": "shopping"}, "Pilih salah satu keperluan."),
        ({"purpose": "other", "guest_name": "x" * 81}, "Singkatkan nama sampai 80 huruf."),
    ],
)
@pytest.mark.parametrize("how", [HTMX, {}])
def test_what_is_missing_is_said_and_nothing_is_written(
    sent: dict, sentence: str, how: dict, anna: Client
) -> None:
    answer = anna.post(URL, sent, **how)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()
    assert sent.get("guest_name", "") in answer.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize("customer", ["9999", "9" * 30, "Sari"])
def test_a_customer_who_is_not_there(customer: str, anna: Client) -> None:
    answer = anna.post(URL, {"purpose": "other", "customer": customer}, **HTMX)

    assert answer.status_code == 422
    assert "Pelanggan ini tidak ditemukan. Cari lagi." in answer.content.decode()
    assert not Visit.objects.exists()


@pytest.mark.parametrize("who", ["tari", "dewi", "gita"])
def test_not_every_role(who: str, cast: Cast, sign_in: SignIn) -> None:
    stranger = sign_in(getattr(cast, who))

    assert stranger.post(URL, {"purpose": "other"}).status_code == 403
    assert stranger.get(PANE).status_code == 403
    assert not Visit.objects.exists()


def test_a_second_click_leads_to_the_same_visit(anna: Client) -> None:
    sent = {"once": uuid4(), "purpose": "treatment", "guest_name": "Ani"}
    first, second = anna.post(URL, sent), anna.post(URL, sent)

    assert first["Location"] == second["Location"]
    assert Visit.objects.count() == 1


def test_an_invalid_form_gives_its_key_back(anna: Client) -> None:
    key = uuid4()
    anna.post(URL, {"once": key})
    anna.post(URL, {"once": key, "purpose": "treatment"})

    assert Visit.objects.get().queue_code == "A001"


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_make_one_visit(cast: Cast, sign_in: SignIn) -> None:
    sent = {"once": uuid4(), "purpose": "treatment"}
    clients = [sign_in(cast.anna) for _ in range(4)]

    def click(client: Client) -> str:
        try:
            return client.post(URL, sent)["Location"]
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        places = set(pool.map(click, clients))

    assert len(places) == 1
    assert Visit.objects.count() == 1


class TestControls:
    def test_the_control_of_the_day_is_shown(
        self, cast: Cast, menteng: Branch, sari: Customer, due: Control, anna: Client
    ) -> None:
        Control.objects.update(due_on=menteng.business_date(timezone.now()))
        page = anna.get(PANE, {"customer": sari.pk}, **HTMX).content.decode()

        assert "Facial Glow" in page
        assert 'name="keeps_controls"' in page

    @pytest.mark.parametrize(
        ("purpose", "keeps", "state"),
        [
            (Purpose.TREATMENT, True, ControlState.KEPT),
            (Purpose.CONSULTATION, True, ControlState.KEPT),
            (Purpose.PRODUCT, True, ControlState.PLANNED),
            (Purpose.TREATMENT, False, ControlState.PLANNED),
        ],
    )
    def test_coming_for_it_keeps_it(
        self,
        purpose: Purpose,
        keeps: bool,
        state: str,
        cast: Cast,
        menteng: Branch,
        sari: Customer,
        due: Control,
    ) -> None:
        visit = check_in_customer(
            sari, branch=menteng, purpose=purpose, by=cast.anna, at=NOW, keeps_controls=keeps
        )

        due.refresh_from_db()
        assert (due.state, due.kept_by_visit) == (
            state,
            visit if state == ControlState.KEPT else None,
        )

    def test_naming_the_guest_later_keeps_it_too(
        self, cast: Cast, menteng: Branch, sari: Customer, due: Control
    ) -> None:
        visit = visits.check_in(branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)
        identify_visit(visit, customer=sari, by=cast.anna, at=NOW)

        due.refresh_from_db()
        assert due.state == ControlState.KEPT

    def test_a_later_one_stays_planned(
        self, cast: Cast, menteng: Branch, sari: Customer, due: Control
    ) -> None:
        Control.objects.update(due_on=date(2026, 12, 24))
        check_in_customer(sari, branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=NOW)

        due.refresh_from_db()
        assert due.state == ControlState.PLANNED


class TestIdentify:
    def url(self, visit: Visit, name: str = "identify") -> str:
        return reverse(f"home:{name}", args=[visit.pk])

    @pytest.fixture
    def guest(self, cast: Cast, menteng: Branch) -> Visit:
        return visits.check_in(
            branch=menteng, purpose=Purpose.TREATMENT, by=cast.anna, at=timezone.now()
        )

    def test_she_is_found_and_named(self, anna: Client, guest: Visit, sari: Customer) -> None:
        options = anna.post(self.url(guest, "identify_options"), {"q": "sari"}, **HTMX)
        assert f'value="{sari.pk}"' in options.content.decode()

        answer = anna.post(self.url(guest), {"customer": sari.pk}, **HTMX)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert "lateks" in page
        assert "queue-changed" in answer["HX-Trigger"]
        guest.refresh_from_db()
        assert guest.customer == sari

    def test_nobody_of_that_name(self, anna: Client, guest: Visit) -> None:
        options = anna.post(self.url(guest, "identify_options"), {"q": "zzzz"}, **HTMX)

        assert "Tidak ada pelanggan “zzzz”." in options.content.decode()

    def test_she_is_not_renamed(
        self, anna: Client, cast: Cast, menteng: Branch, guest: Visit, sari: Customer
    ) -> None:
        identify_visit(guest, customer=sari, by=cast.bela, at=timezone.now())
        other = CustomerFactory(name="Rina", home_branch=menteng)

        answer = anna.post(self.url(guest), {"customer": other.pk}, **HTMX)

        assert answer.status_code == 409
        assert "A001 sudah dikenali sebagai Sari Dewi." in answer.content.decode()
        with pytest.raises(CannotChangeVisit):
            identify_visit(guest, customer=other, by=cast.anna, at=timezone.now())

    def test_the_same_again_is_fine(
        self, anna: Client, cast: Cast, guest: Visit, sari: Customer
    ) -> None:
        identify_visit(guest, customer=sari, by=cast.bela, at=timezone.now())

        assert anna.post(self.url(guest), {"customer": sari.pk}, **HTMX).status_code == 200

    @pytest.mark.parametrize("name", ["identify", "identify_options"])
    def test_not_from_elsewhere(
        self, name: str, cast: Cast, sign_in: SignIn, guest: Visit, sari: Customer
    ) -> None:
        ask: Callable = lambda client: (  # noqa: E731
            client.post(self.url(guest), {"customer": sari.pk})
            if name == "identify"
            else client.post(self.url(guest, name), {"q": "sari"})
        )
        assert ask(sign_in(cast.boris)).status_code == 404
        assert ask(sign_in(cast.tari)).status_code == 403

    def test_an_unknown_customer(self, anna: Client, guest: Visit) -> None:
        for wanted in ("", "9999", "x"):
            assert anna.post(self.url(guest), {"customer": wanted}).status_code == 404
