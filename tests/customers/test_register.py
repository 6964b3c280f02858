"""Registering a customer from the desk."""

import json
import re
import uuid
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import ConsentEvent, ConsentPurpose, Customer
from frontdesk.branches.models import Branch
from frontdesk.visits.actions import check_in
from frontdesk.visits.models import Purpose, Visit
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory

pytestmark = pytest.mark.django_db
NEW = reverse("home:customer_new")
PHONE_SENTENCE = "Masukkan nomor HP 9–14 angka, misalnya 0812 3456 7890."


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


def card(**fields: str) -> dict[str, str]:
    return {"once": str(uuid.uuid4()), "name": "Suharti", "honorific": "ibu", **fields}


def guest(branch: Branch, cast: Cast) -> Visit:
    return check_in(branch=branch, purpose=Purpose.OTHER, by=cast.anna, at=NOW, guest_name="Tamu")


def test_whole_card(anna: Client, cast: Cast, menteng: Branch) -> None:
    answer = anna.post(
        NEW,
        card(
            phone="0812-3456-7890",
            name="  suharti ",
            call_name="Harti",
            birth_date="22/11/90",
            address="Jalan Melati 3",
            allergies="udang",
            notes="Suka teh",
            service_consent="on",
        ),
    )
    customer = Customer.objects.get()
    assert answer["Location"] == reverse("home:counter", query={"customer": customer.pk})
    assert (customer.phone, customer.name) == ("+6281234567890", "suharti")
    assert customer.birth_date == date(1990, 11, 22)
    assert (customer.home_branch, customer.created_by) == (menteng, cast.anna)
    assert re.fullmatch(r"M\d{6}", customer.member_number)


def test_only_what_was_ticked_is_agreed_to_in_the_words_shown(anna: Client, cast: Cast) -> None:
    page = anna.get(NEW).content.decode()
    anna.post(NEW, card(promo_consent="on"))
    consent = ConsentEvent.objects.get()
    assert (consent.purpose, consent.is_granted, consent.by) == (
        ConsentPurpose.PROMO,
        True,
        cast.anna,
    )
    assert consent.text_shown in page
    assert "checked" not in page


def test_one_word_is_a_name_and_no_phone_is_needed(anna: Client) -> None:
    anna.post(NEW, card(name="Wati"))
    assert Customer.objects.get().name == "Wati"


@pytest.mark.parametrize(
    "birth_date", ["22/11/1990", "22-11-1990", "22/11/90", "22.11.1990", "22 11 1990"]
)
def test_birth_date_in_any_spelling(anna: Client, birth_date: str) -> None:
    anna.post(NEW, card(birth_date=birth_date))
    assert Customer.objects.get().birth_date == date(1990, 11, 22)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"phone": "0812"}, PHONE_SENTENCE),
        ({"phone": "8,13E+11"}, PHONE_SENTENCE),
        ({"phone": "tidak ada"}, PHONE_SENTENCE),
        ({"name": ""}, "Masukkan nama lengkap."),
        ({"name": "?!"}, "Masukkan nama dengan huruf."),
        ({"birth_date": "31/02/1990"}, "hari/bulan/tahun, misalnya 22/11/1990"),
        ({"birth_date": "22/11/2126"}, "belum terjadi"),
        ({"birth_date": "22/11/1890"}, "22/11/1890 lebih dari 120 tahun lalu"),
        # Each letter is two of those that names are searched by.
        ({"name": "ß" * 120}, "Nama ini tidak dapat dicari"),
        ({"name": "Suharti\0"}, "Karakter null"),
    ],
)
def test_refused_with_a_sentence_and_nothing_lost(
    anna: Client, fields: dict[str, str], sentence: str
) -> None:
    answer = anna.post(NEW, card(address="Jalan Anggrek 9", **fields))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert "<title>Galat:" in page
    assert 'value="Jalan Anggrek 9"' in page
    assert not Customer.objects.exists()


def test_sent_twice_registers_once(anna: Client) -> None:
    data = card(phone="081234567890")
    first, second = anna.post(NEW, data), anna.post(NEW, data)
    assert first["Location"] == second["Location"]
    assert Customer.objects.count() == 1


def test_sent_again_with_other_content_is_refused_where_it_stands(anna: Client) -> None:
    data = card()
    anna.post(NEW, data)
    page = anna.post(NEW, data | {"name": "Suhartini"})
    assert page.status_code == 409
    assert "Formulir ini sudah dikirim" in page.content.decode()
    fragment = anna.post(NEW, data | {"name": "Suhartini"}, headers={"HX-Request": "true"})
    # What is typed must not be swapped away.
    assert (fragment.status_code, fragment["HX-Reswap"]) == (409, "none")
    assert "dengan isi lain" in json.loads(fragment["HX-Trigger"])["failed"]["value"]
    assert Customer.objects.get().name == "Suharti"


def test_a_key_is_of_use_to_nobody_else(anna: Client, cast: Cast, sign_in: SignIn) -> None:
    data = card()
    anna.post(NEW, data)
    answer = sign_in(cast.bela).post(NEW, data)
    assert (answer.status_code, "Location" in answer) == (409, False)
    assert Customer.objects.count() == 1


def test_families_share_a_number(anna: Client) -> None:
    CustomerFactory(name="Maria", phone="+6281234567890")
    anna.post(NEW, card(name="Yosef", phone="0812 3456 7890"))
    assert Customer.objects.filter(phone="+6281234567890").count() == 2


def test_same_name_and_number_is_asked_about(anna: Client) -> None:
    other = CustomerFactory(name="Maria Goretti", phone="+6281234567890")
    data = card(name="maria  goretti", phone="081234567890")
    answer = anna.post(NEW, data)
    assert answer.status_code == 422
    assert reverse("home:customer", args=[other.pk]) in answer.content.decode()
    anna.post(NEW, data | {"is_other_person": "on", "once": str(uuid.uuid4())})
    assert Customer.objects.count() == 2


@pytest.mark.parametrize(
    ("text", "field", "value"),
    [
        ("0812 3456", "phone", "0812 3456"),
        ("+62812", "phone", "+62812"),
        ("siti nur", "name", "Siti Nur"),
        ("d'Angelo", "name", "d&#x27;Angelo"),
    ],
)
def test_typed_text_is_carried_over(anna: Client, text: str, field: str, value: str) -> None:
    answer = anna.post(reverse("home:customer_typed"), {"text": text})
    assert text.split()[0] not in answer.headers["Location"]
    page = anna.get(answer.headers["Location"]).content.decode()
    assert re.search(rf'name="{field}" value="{re.escape(value)}"', page)


def test_what_was_typed_is_forgotten_with_the_registration(anna: Client) -> None:
    to = anna.post(reverse("home:customer_typed"), {"text": "081234567890"}).headers["Location"]
    assert "081234567890" in anna.get(to).content.decode()
    assert "081234567890" not in anna.get(NEW).content.decode()
    anna.post(NEW, card())
    assert "081234567890" not in anna.get(to).content.decode()


def test_guest_of_a_visit(anna: Client, cast: Cast, menteng: Branch) -> None:
    visit = guest(menteng, cast)
    assert visit.queue_code in anna.get(NEW, {"visit": visit.pk}).content.decode()
    answer = anna.post(NEW, card(visit=str(visit.pk)))
    visit.refresh_from_db()
    assert visit.customer == Customer.objects.get()
    assert answer["Location"] == reverse("home:counter", query={"visit": visit.pk})


def test_guest_identified_meanwhile_keeps_her_name(
    anna: Client, cast: Cast, menteng: Branch
) -> None:
    visit = guest(menteng, cast)
    first = CustomerFactory()
    Visit.objects.filter(pk=visit.pk).update(customer=first)
    answer = anna.post(NEW, card(visit=str(visit.pk)), follow=True)
    visit.refresh_from_db()
    assert visit.customer == first
    assert "sudah dikenali" in answer.content.decode()


@pytest.mark.parametrize("wanted", ["0", "99", "x", "9" * 30])
def test_no_such_visit(anna: Client, wanted: str) -> None:
    assert anna.get(NEW, {"visit": wanted}).status_code == 404


def test_visit_of_another_branch(cast: Cast, sign_in: SignIn, menteng: Branch) -> None:
    visit = guest(menteng, cast)
    assert sign_in(cast.boris).get(NEW, {"visit": visit.pk}).status_code == 404


class TestPhoneLookup:
    url = reverse("customers:phone_lookup")

    def test_tells_who_has_it(self, anna: Client, jayapura: Branch) -> None:
        CustomerFactory(name="Maria", phone="+6281234567890", home_branch=jayapura)
        CustomerFactory(name="Yosef", phone="+6281234567890", home_branch=jayapura)
        page = anna.post(self.url, {"phone": "0812-3456-7890"}).content.decode()
        assert "Maria" in page
        assert "Yosef" in page
        assert "Daftarkan orang lain dengan nomor ini" in page

    @pytest.mark.parametrize("phone", ["", "08", "0812345", "abc", "0899 9999 9999"])
    def test_says_nothing_otherwise(self, anna: Client, phone: str) -> None:
        CustomerFactory(phone="+6281234567890")
        assert anna.post(self.url, {"phone": phone}).content.strip() == b""

    def test_chooses_her_for_the_visit(self, anna: Client, cast: Cast, menteng: Branch) -> None:
        visit = guest(menteng, cast)
        maria = CustomerFactory(name="Maria", phone="+6281234567890")
        query = {"phone": "081234567890", "visit": visit.pk}
        page = anna.post(self.url, query).content.decode()
        assert reverse("home:identify", args=[visit.pk]) in page
        assert f'value="{maria.pk}"' in page
