"""The page behind the link in an SMS: anybody opens it, it names nobody, a press is needed."""

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from customers.models import ConsentEvent
from notifications.actions.guarding import MOST_TRIES, forget_tries, is_too_often
from notifications.models import LinkTries, OptOutLink, Suppression
from tests.factories import NOW

pytestmark = pytest.mark.django_db
# The form's own token is new each time.
TOKEN = re.compile(r"\b\w{64}\b")


@pytest.fixture
def link(customer):
    return OptOutLink.objects.create(code="abcdefgh", phone=customer.phone, at=NOW)


@pytest.fixture
def url(link):
    return reverse("notifications:opt_out", args=[link.code])


def test_looking_stops_nothing_and_names_nobody(client, url, customer):
    answer = client.get(url)
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Sari" not in page
    assert customer.phone[-4:] not in page
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "no-store" in answer["Cache-Control"]
    assert "<script" not in page
    assert not Suppression.objects.exists()


def test_a_press_stops(client, url, customer):
    answer = client.post(url, {"scope": "all"})
    assert "Sudah kami catat" in answer.content.decode()
    assert Suppression.objects.get().source == "link"
    assert not ConsentEvent.objects.latest_for(customer)["service"].is_granted
    client.post(url, {"scope": "all"})
    assert Suppression.objects.count() == 1


def test_promo_first_then_all(client, url):
    assert "Promo sudah dihentikan" in client.post(url, {"scope": "promo"}).content.decode()
    assert "Sudah kami catat" in client.post(url, {"scope": "all"}).content.decode()


def test_both_languages(client, url):
    assert client.get(url)["Content-Language"] == "id"
    assert client.get(url, headers={"Accept-Language": "en-GB"})["Content-Language"] == "en"
    asked = client.get(url + "?lang=id", headers={"Accept-Language": "en-GB"})
    assert asked["Content-Language"] == "id"


def test_an_unknown_code_and_an_unknown_wish(client, url):
    assert client.get("/b/zzzzzzzz/").status_code == 404
    assert client.post(url, {"scope": "everything"}).status_code == 404
    assert not Suppression.objects.exists()


def test_codes_cannot_be_tried_out(client, url):
    answers = [client.get(f"/b/code{n}/").status_code for n in range(MOST_TRIES + 1)]
    assert answers[-1] == 429
    refused = client.get(url)
    assert refused.status_code == 429
    # A code that exists is refused in the very same words.
    other = client.get("/b/zzzzzzzz/")
    assert TOKEN.sub("", refused.content.decode()) == TOKEN.sub("", other.content.decode())
    assert client.post(url, {"scope": "all"}).status_code == 429
    assert not Suppression.objects.exists()


def test_a_number_of_nobody_reads_the_same(client, url):
    OptOutLink.objects.create(code="nobodyyy", phone="+6281299999999", at=NOW)
    pages = [client.get(address).content.decode() for address in (url, "/b/nobodyyy/")]
    assert "Hentikan semua pesan" in pages[0]
    assert TOKEN.sub("", pages[0]) == TOKEN.sub("", pages[1])


@pytest.mark.django_db(transaction=True)
def test_counted_over_all_processes_and_each_place_by_itself():
    results = []

    def work():
        results.extend(is_too_often("198.51.100.7", at=NOW) for _ in range(10))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results.count(False) == MOST_TRIES
    assert not is_too_often("198.51.100.8", at=NOW)
    assert not is_too_often("198.51.100.7", at=NOW + timedelta(minutes=5))


def test_one_network_of_ipv6_is_one_place_and_no_address_is_kept():
    for n in range(MOST_TRIES):
        assert not is_too_often(f"2001:db8:1:2::{n:x}", at=NOW)
    assert is_too_often("2001:db8:1:2:ffff::1", at=NOW)
    assert not is_too_often("2001:db8:1:3::1", at=NOW)
    assert not any("2001" in row.place for row in LinkTries.objects.all())
    assert forget_tries(at=NOW) == 0
    assert forget_tries(at=NOW + timedelta(minutes=5)) == 2


def test_the_desk_records_it_and_the_customer_agrees_again(sign_in, cast, customer):
    client = sign_in(cast.anna)
    page = reverse("home:customer", args=[customer.pk])
    url = reverse("notifications:opt_out_record", args=[customer.pk])
    assert client.post(url, {"scope": "all", "words": "Jangan\0 lagi"}).url == page
    shown = client.get(page).content.decode()
    assert "Minta tidak dikirimi pesan apa pun" in shown
    assert "Jangan lagi" in shown

    lift = reverse("notifications:opt_out_lift", args=[customer.pk])
    client.post(lift, {"purpose": ["service", "promo"]})
    assert not Suppression.objects.live().exists()
    shown = client.get(page).content.decode()
    assert "Boleh dikirimi lagi" in shown
    assert "Riwayat persetujuan" in shown
