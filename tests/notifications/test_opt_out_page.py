"""The page behind the link in an SMS: anybody opens it, it names nobody, a press is needed."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from customers.models import ConsentEvent
from notifications.models import OptOutLink, Suppression
from notifications.views.opt_out import MOST_TRIES
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh():
    cache.clear()


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
    assert client.get(url).status_code == 429


def test_the_desk_records_it_and_the_customer_agrees_again(sign_in, cast, customer):
    client = sign_in(cast.anna)
    page = reverse("home:customer", args=[customer.pk])
    url = reverse("notifications:opt_out_record", args=[customer.pk])
    assert client.post(url, {"scope": "all", "words": "Jangan lagi"}).url == page
    shown = client.get(page).content.decode()
    assert "Minta tidak dikirimi pesan apa pun" in shown
    assert "Jangan lagi" in shown

    lift = reverse("notifications:opt_out_lift", args=[customer.pk])
    client.post(lift, {"purpose": ["service", "promo"]})
    assert not Suppression.objects.live().exists()
    shown = client.get(page).content.decode()
    assert "Boleh dikirimi lagi" in shown
    assert "Riwayat persetujuan" in shown
