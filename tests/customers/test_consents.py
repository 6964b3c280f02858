"""What she agreed to stays as she was told it; newer words are asked for anew."""

import pytest
from django.urls import reverse

from customers.models import ConsentPurpose, Customer
from frontdesk.branches.models import Branch
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory, give_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(name="Maria Goretti", home_branch=menteng)


def test_an_older_yes_shows_its_own_words_and_can_be_renewed(
    cast: Cast, sign_in: SignIn, maria: Customer
) -> None:
    anna = sign_in(cast.anna)
    url = reverse("home:customer", args=[maria.pk])
    give_consent(maria, purpose=ConsentPurpose.SERVICE)
    page = anna.get(url).content.decode()
    assert "“Boleh diingatkan.”" in page
    assert "Setuju juga lewat e-mail" not in page
    Customer.objects.filter(pk=maria.pk).update(email="maria@contoh.example")
    assert "Setuju juga lewat e-mail" in anna.get(url).content.decode()
    record = reverse("customers:consent_record", args=[maria.pk])
    anna.post(record, {"purpose": "service", "is_granted": "1"})
    renewed = maria.consents.latest("at", "pk")
    assert (renewed.is_granted, renewed.covers_email) == (True, True)
    assert maria.consents.filter(covers_email=False).get().text_shown == "Boleh diingatkan."
    assert "Setuju juga lewat e-mail" not in anna.get(url).content.decode()


def test_an_address_is_enough_to_be_asked(cast: Cast, sign_in: SignIn, maria: Customer) -> None:
    Customer.objects.filter(pk=maria.pk).update(phone="", email="maria@contoh.example")
    page = sign_in(cast.anna).get(reverse("home:customer", args=[maria.pk])).content.decode()
    assert page.count("Catat setuju") == 2
    assert "WhatsApp, SMS, atau e-mail" in page
