"""Changing a card: two clerks, one card, and what is kept of it."""

import re
import threading
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse

from customers.actions import (
    CannotChangeCustomer,
    CardChanged,
    change_customer,
    record_consent,
    register_customer,
)
from customers.models import (
    CONSENT_TEXTS,
    ConsentEvent,
    ConsentPurpose,
    ConsentSource,
    Customer,
    CustomerEvent,
)
from tests.conftest import Cast, SignIn
from tests.factories import NOW, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(cast: Cast) -> Customer:
    return CustomerFactory(
        name="Maria Goretti", phone="+6281234567890", address="Jalan Melati 1", allergies="udang"
    )


def opened_form(client: Client, customer: Customer) -> dict[str, str]:
    """Return the fields of the edit page as a browser would send them."""
    page = client.get(reverse("customers:customer_edit", args=[customer.pk])).content.decode()
    page = page[page.index('action="/customers/') :]
    fields = dict(re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', page))
    for name in ("call_name", "address", "allergies", "notes", "birth_date"):
        fields.setdefault(name, "")
    return fields | {"honorific": customer.honorific, "notes": customer.notes}


def test_each_changed_field_is_noted(cast: Cast, maria: Customer) -> None:
    change_customer(
        maria,
        version=1,
        card={"name": maria.name, "allergies": "udang, penisilin", "address": ""},
        by=cast.anna,
        at=NOW,
    )
    assert maria.version == 2
    events = CustomerEvent.objects.order_by("field").values_list("field", "old", "new", "by")
    assert list(events) == [
        ("address", "Jalan Melati 1", "", cast.anna.pk),
        ("allergies", "udang", "udang, penisilin", cast.anna.pk),
    ]


def test_nothing_changed_is_no_change(cast: Cast, maria: Customer) -> None:
    assert not change_customer(maria, version=1, card={"name": maria.name}, by=cast.anna, at=NOW)
    maria.refresh_from_db()
    assert maria.version == 1
    assert not CustomerEvent.objects.exists()


def test_the_slower_clerk_overwrites_nothing(cast: Cast, maria: Customer) -> None:
    change_customer(maria, version=1, card={"address": "Jalan Mawar 2"}, by=cast.anna, at=NOW)
    with pytest.raises(CardChanged) as refusal:
        change_customer(maria, version=1, card={"address": "Jalan Anggrek 3"}, by=cast.bela, at=NOW)
    assert refusal.value.current.address == "Jalan Mawar 2"
    maria.refresh_from_db()
    assert maria.address == "Jalan Mawar 2"


def test_who_may_not(cast: Cast, maria: Customer, menteng: Any) -> None:
    for staff in (cast.tari, cast.dewi, cast.gita):
        with pytest.raises(CannotChangeCustomer):
            change_customer(maria, version=1, card={"name": "X"}, by=staff, at=NOW)
        with pytest.raises(CannotChangeCustomer):
            register_customer(branch=menteng, card={"name": "X"}, consents={}, by=staff, at=NOW)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_wins(cast: Cast, maria: Customer) -> None:
    start = threading.Barrier(8)
    outcomes: list[str] = []

    def change(number: int) -> None:
        try:
            start.wait()
            change_customer(
                maria, version=1, card={"address": f"Jalan {number}"}, by=cast.anna, at=NOW
            )
            outcomes.append("won")
        except CardChanged:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=change, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["refused"] * 7 + ["won"]
    assert CustomerEvent.objects.count() == 1


class TestPage:
    def test_saves(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        client = sign_in(cast.anna)
        data = opened_form(client, maria) | {"phone": "0813 1111 2222", "birth_date": "1/2/1988"}
        url = reverse("customers:customer_edit", args=[maria.pk])
        answer = client.post(url, data)
        assert answer["Location"] == reverse("home:customer", args=[maria.pk])
        maria.refresh_from_db()
        assert maria.phone == "+6281311112222"
        assert {event.field for event in maria.events.all()} == {"phone", "birth_date"}

    def test_sent_twice_is_saved_once(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        client = sign_in(cast.anna)
        data = opened_form(client, maria) | {"address": "Jalan Mawar 2"}
        url = reverse("customers:customer_edit", args=[maria.pk])
        assert [client.post(url, data).status_code for _ in range(2)] == [302, 302]
        assert CustomerEvent.objects.count() == 1

    def test_shows_both_values(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        anna, bela = sign_in(cast.anna), sign_in(cast.bela)
        url = reverse("customers:customer_edit", args=[maria.pk])
        annas, belas = opened_form(anna, maria), opened_form(bela, maria)
        belas |= {"address": "Jalan Mawar 2", "allergies": "udang, penisilin"}
        bela.post(url, belas)
        answer = anna.post(url, annas | {"address": "Jalan Anggrek 3", "notes": "Suka teh"})
        page = answer.content.decode()
        assert answer.status_code == 409
        assert "Bela mengubah kartu ini" in page
        assert "<td>Jalan Mawar 2</td><td>Jalan Anggrek 3</td>" in page
        # What Anna typed is still there; what she left alone shows what Bela wrote.
        assert 'value="Jalan Anggrek 3"' in page
        assert 'value="udang, penisilin"' in page
        assert "Suka teh" in page
        assert Customer.objects.get().address == "Jalan Mawar 2"

    @pytest.mark.parametrize("opened", [{}, {"initial-name": "", "initial-birth_date": "?"}])
    def test_a_form_that_forgot_how_it_was_opened_says_what_differs(
        self, cast: Cast, sign_in: SignIn, maria: Customer, opened: dict[str, str]
    ) -> None:
        url = reverse("customers:customer_edit", args=[maria.pk])
        data = {"version": "9" * 30, "name": "Maria G.", "honorific": "ibu", "birth_date": "1/2/88"}
        answer = sign_in(cast.anna).post(url, data | opened)
        assert answer.status_code == 409
        assert f"<td>{maria.name}</td><td>Maria G.</td>" in answer.content.decode()
        assert Customer.objects.get().name == maria.name

    def test_saves_over_what_was_shown(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        anna = sign_in(cast.anna)
        url = reverse("customers:customer_edit", args=[maria.pk])
        data = opened_form(anna, maria)
        change_customer(maria, version=1, card={"allergies": "kacang"}, by=cast.bela, at=NOW)
        page = anna.post(url, data | {"address": "Jalan Anggrek 3"}).content.decode()
        page = page[page.index('action="/customers/') :]
        again = dict(re.findall(r'<input[^>]*? name="([^"]+)" value="([^"]*)"', page))
        assert anna.post(url, data | again).status_code == 302
        maria.refresh_from_db()
        assert (maria.address, maria.allergies) == ("Jalan Anggrek 3", "kacang")

    @pytest.mark.parametrize("who", ["tari", "dewi", "gita"])
    def test_closed_to(self, cast: Cast, sign_in: SignIn, maria: Customer, who: str) -> None:
        url = reverse("customers:customer_edit", args=[maria.pk])
        assert sign_in(getattr(cast, who)).get(url).status_code == 403

    def test_number_is_refused_with_a_sentence(
        self, cast: Cast, sign_in: SignIn, maria: Customer
    ) -> None:
        client = sign_in(cast.anna)
        data = opened_form(client, maria) | {"phone": "12"}
        answer = client.post(reverse("customers:customer_edit", args=[maria.pk]), data)
        assert answer.status_code == 422
        assert "Masukkan nomor HP 9–14 angka" in answer.content.decode()


class TestConsent:
    def test_newest_word_counts(self, cast: Cast, maria: Customer) -> None:
        for is_granted in (True, False):
            record_consent(
                maria,
                purpose=ConsentPurpose.PROMO,
                is_granted=is_granted,
                text="Boleh?",
                source=ConsentSource.COUNTER,
                by=cast.anna,
                at=NOW,
            )
        latest = ConsentEvent.objects.latest_for(maria)
        assert not latest[ConsentPurpose.PROMO].is_granted
        assert ConsentPurpose.SERVICE not in latest

    def test_ledger_cannot_be_rewritten(self, cast: Cast, maria: Customer) -> None:
        record_consent(
            maria,
            purpose=ConsentPurpose.PROMO,
            is_granted=False,
            text="",
            source=ConsentSource.COUNTER,
            by=cast.anna,
            at=NOW,
        )
        with pytest.raises(DatabaseError), transaction.atomic():
            ConsentEvent.objects.update(is_granted=True)

    def test_from_the_page(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        client = sign_in(cast.anna)
        url = reverse("customers:consent_record", args=[maria.pk])
        once = {"once": "6f6d2b6e-54ea-4a43-9b9b-0a8f1d0f8a10"}
        for _ in range(2):
            client.post(url, once | {"purpose": "service", "is_granted": "1"})
        event = ConsentEvent.objects.get()
        assert event.is_granted
        assert event.text_shown == CONSENT_TEXTS[ConsentPurpose.SERVICE]
        assert event.text_shown in client.get(
            reverse("home:customer", args=[maria.pk])
        ).content.decode().replace("&quot;", '"')

    def test_nonsense_is_not_written(self, cast: Cast, sign_in: SignIn, maria: Customer) -> None:
        url = reverse("customers:consent_record", args=[maria.pk])
        sign_in(cast.anna).post(url, {"purpose": "x", "is_granted": "1"})
        assert not ConsentEvent.objects.exists()
