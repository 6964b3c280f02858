"""The counter's page: the queue left, what is in hand right, each with an address of its own."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Honorific
from frontdesk.branches.models import Branch
from frontdesk.visits import actions
from frontdesk.visits.models import Purpose, Visit
from frontdesk.visits.reports import visit_card
from frontdesk.visits.states import VisitState
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory, TreatmentFactory, qualify
from treatments import actions as slips

HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


@pytest.fixture
def arrive(cast: Cast, menteng: Branch) -> Callable[..., Visit]:
    def check_in(*, branch: Branch = menteng, **fields) -> Visit:
        return actions.check_in(
            **{
                "branch": branch,
                "purpose": Purpose.TREATMENT,
                "by": cast.anna,
                "at": timezone.now(),
                **fields,
            }
        )

    return check_in


def test_an_empty_queue_says_the_next_step(anna: Client) -> None:
    page = anna.get("/").content.decode()

    assert "Belum ada antrean. Tekan Alt N untuk kunjungan pertama." in page


def test_the_next_guest_is_shown_when_nothing_is_in_hand(anna: Client, arrive: Callable) -> None:
    arrive(guest_name="Ibu berbaju biru")
    page = anna.get("/").content.decode()

    assert "Tekan F2 untuk memanggil" in page
    assert "Ibu berbaju biru" in page


def test_a_link_opens_the_visit(anna: Client, menteng: Branch, arrive: Callable) -> None:
    sari = CustomerFactory(
        name="Sari Dewi Lestari",
        honorific=Honorific.IBU,
        allergies="penisilin",
        notes="Lebih suka sore",
        birth_date=date(1990, 1, 1),
        home_branch=menteng,
    )
    visit = arrive(customer=sari)
    page = anna.get(f"/?visit={visit.pk}").content.decode()

    in_order = ["Alergi:", "penisilin", "Lebih suka sore", "A001</span>", "tahun", "Ibu Sari."]
    pane = page[page.index('id="visit-card"') :]
    places = [pane.index(text) for text in in_order]
    assert places == sorted(places)


def test_a_key_of_many_digits_is_written_plainly(
    anna: Client, menteng: Branch, arrive: Callable
) -> None:
    """Indonesian groups digits with a point; an address must not."""
    sari = CustomerFactory(pk=7654321, home_branch=menteng)
    visit = arrive(customer=sari)
    Visit.objects.filter(pk=visit.pk).update(business_date=date(2020, 1, 1))
    with connection.cursor() as cursor:
        cursor.execute("SELECT setval(pg_get_serial_sequence('visits_visit', 'id'), 1234567)")
    visit = arrive(customer=sari)
    for address in (f"/?visit={visit.pk}", f"/?customer={sari.pk}"):
        page = anna.get(address).content.decode()
        assert "1234568" in page
        assert "1.234.568" not in page
        assert "7.654.321" not in page


@pytest.mark.parametrize("address", ["/?visit={}", "/?visit=0", "/?visit=abc", "/?customer=99999"])
def test_what_is_not_there_is_not_found(
    address: str, anna: Client, cast: Cast, jayapura: Branch, arrive: Callable
) -> None:
    elsewhere = arrive(branch=jayapura, by=cast.boris)

    assert anna.get(address.format(elsewhere.pk)).status_code == 404


@pytest.mark.parametrize("who", ["tari", "dewi"])
def test_others_land_at_their_own_place(who: str, cast: Cast, sign_in: SignIn) -> None:
    answer = sign_in(getattr(cast, who)).get("/")

    assert answer.status_code == 302
    assert answer["Location"] not in {"/", ""}


def test_a_stranger_signs_in_first(client: Client, db: None) -> None:
    assert client.get("/").status_code == 302


def test_the_pane_pushes_its_address(anna: Client, arrive: Callable) -> None:
    visit = arrive()
    url = reverse("home:visit_pane", args=[visit.pk])

    assert anna.get(url, **HTMX)["HX-Push-Url"] == f"/?visit={visit.pk}"
    assert anna.get(url)["Location"] == f"/?visit={visit.pk}"


def test_pane_of_another_branch(cast: Cast, sign_in: SignIn, arrive: Callable) -> None:
    url = reverse("home:visit_pane", args=[arrive().pk])

    assert sign_in(cast.boris).get(url, **HTMX).status_code == 404
    assert sign_in(cast.tari).get(url, **HTMX).status_code == 403


def test_the_pane_costs_the_same_after_a_hundred_visits(
    anna: Client, cast: Cast, menteng: Branch, arrive: Callable, django_assert_max_num_queries
) -> None:
    sari = CustomerFactory(home_branch=menteng)
    now = timezone.now()
    for days in range(20):
        arrive(customer=sari, at=now - timedelta(days=days + 1))
    visit = arrive(customer=sari)
    for _ in range(4):
        actions.call_visit(visit, by=cast.anna, at=now)
        actions.put_back(visit, by=cast.anna, at=now)

    with django_assert_max_num_queries(6):
        page = anna.get(reverse("home:visit_pane", args=[visit.pk]), **HTMX).content.decode()
    assert "kunjungan ke-21" in page


class TestCallNext:
    url = reverse("home:call_next")

    def test_the_first_in_line_comes_into_hand(self, anna: Client, arrive: Callable) -> None:
        first = arrive()
        arrive()
        answer = anna.post(self.url, **HTMX)

        assert answer.status_code == 200
        assert "queue-changed" in answer["HX-Trigger"]
        assert answer["HX-Push-Url"] == f"/?visit={first.pk}"
        assert "A001 dipanggil" in answer.content.decode()
        assert Visit.objects.get(pk=first.pk).state == VisitState.CALLED

    def test_nobody_waits(self, anna: Client) -> None:
        answer = anna.post(self.url, **HTMX)

        assert (answer.status_code, answer["HX-Retarget"]) == (409, "#queue-problem")
        assert "Tidak ada yang menunggu." in answer.content.decode()
        plain = anna.post(self.url, follow=True)
        assert "Tidak ada yang menunggu." in plain.content.decode()

    def test_without_htmx(self, anna: Client, arrive: Callable) -> None:
        visit = arrive()
        assert anna.post(self.url)["Location"] == f"/?visit={visit.pk}"

    @pytest.mark.parametrize("who", ["tari", "dewi", "gita"])
    def test_not_every_role(self, who: str, cast: Cast, sign_in: SignIn) -> None:
        assert sign_in(getattr(cast, who)).post(self.url).status_code == 403

    def test_a_link_does_nothing(self, anna: Client) -> None:
        assert anna.get(self.url).status_code == 405


class TestWhatIsSaid:
    @pytest.mark.parametrize(
        ("hour", "greeting"),
        [
            (4, "Selamat pagi"),
            (10, "Selamat pagi"),
            (11, "Selamat siang"),
            (15, "Selamat sore"),
            (18, "Selamat malam"),
            (3, "Selamat malam"),
        ],
    )
    def test_by_the_hour_of_the_branch(
        self, hour: int, greeting: str, cast: Cast, menteng: Branch, arrive: Callable
    ) -> None:
        at = NOW.replace(hour=0) + timedelta(hours=hour - 7)
        card = visit_card(arrive(at=at), by=cast.anna, at=at)

        assert card.sentence == f"{greeting}. Ada yang bisa kami bantu?"

    def test_by_name_only_when_she_is_known(
        self, cast: Cast, menteng: Branch, arrive: Callable
    ) -> None:
        agus = CustomerFactory(name="Agus", honorific=Honorific.BAPAK, home_branch=menteng)
        known = visit_card(arrive(customer=agus), by=cast.anna, at=NOW)
        guest = visit_card(arrive(guest_name="Agus"), by=cast.anna, at=NOW)

        assert "Bapak Agus" in known.sentence
        assert "Agus" not in guest.sentence

    def test_who_shares_a_name_or_a_number_is_asked(
        self, anna: Client, menteng: Branch, arrive: Callable
    ) -> None:
        sari = CustomerFactory(name="Sari Dewi", phone="+628123456789", home_branch=menteng)
        CustomerFactory(name="SARI  DEWI", home_branch=menteng)
        CustomerFactory(name="Ibunya Sari", phone="+628123456789", home_branch=menteng)
        page = anna.get(f"/?visit={arrive(customer=sari).pk}").content.decode()

        assert "2 pelanggan lain bernama atau bernomor sama: pastikan namanya." in page

    def test_goodbye(self, cast: Cast, menteng: Branch, arrive: Callable) -> None:
        visit = arrive()
        actions.start_visit(visit, by=cast.anna, at=NOW)
        actions.finish_visit(visit, by=cast.anna, at=NOW)

        card = visit_card(visit, by=cast.anna, at=NOW)
        assert card.sentence == "Terima kasih. Sampai jumpa lagi."

    def test_nobody_is_thanked_who_never_came(
        self, anna: Client, cast: Cast, arrive: Callable
    ) -> None:
        visit = arrive()
        actions.note_no_show(visit, by=cast.anna, at=NOW)

        assert visit_card(visit, by=cast.anna, at=NOW).sentence == ""
        assert 'class="greeting"' not in anna.get(f"/?visit={visit.pk}").content.decode()


def test_the_history_has_every_step(anna: Client, cast: Cast, arrive: Callable) -> None:
    visit = arrive()
    now = timezone.now()
    actions.call_visit(visit, by=cast.anna, at=now)
    actions.undo_last_step(visit, by=cast.bela, at=now)
    actions.note_left(visit, by=cast.anna, at=now, note="Akan datang lagi")
    lines = visit_card(visit, by=cast.anna, at=now).history

    assert [(line.text, line.by, line.is_undone) for line in lines] == [
        ("Ambil nomor", "Anna", False),
        ("Dipanggil", "Anna", True),
        ("Diurungkan, kembali menunggu", "Bela", False),
        ("Pulang", "Anna", False),
    ]
    page = anna.get(f"/?visit={visit.pk}").content.decode()
    assert "Pulang: Akan datang lagi" in page


def test_her_planned_controls_are_beside_her(
    anna: Client, cast: Cast, menteng: Branch, arrive: Callable, control_template: None
) -> None:
    facial = TreatmentFactory(name="Facial Glow", control_days=[14])
    qualify(cast.tari, facial)
    visit = arrive(customer=CustomerFactory(home_branch=menteng), at=NOW)
    slip = slips.create_slip(visit, treatments=[facial], beautician=cast.tari, by=cast.anna, at=NOW)
    slips.issue_slip(slip, by=cast.anna, at=NOW)
    for deed in (slips.accept_slip, slips.start_slip, slips.finish_slip):
        deed(slip, by=cast.tari, at=NOW)

    page = anna.get(f"/?visit={visit.pk}").content.decode()

    assert "6 Des 2026" in page
