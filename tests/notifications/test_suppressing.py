"""A number left in peace: by its own word, by link, by the desk, by the provider."""

import threading

import pytest
from django.db import connection

from customers.models import ConsentEvent, ConsentPurpose
from notifications.actions import (
    leave_by_link,
    leave_in_peace,
    lift_for,
    obey_provider,
    record_opt_out,
    send_due,
)
from notifications.actions.suppressing import CannotSuppress, opt_out_address, start_again
from notifications.models import OptOutLink, Scope, Suppression, SuppressionSource
from tests.factories import NOW, CustomerFactory, create_staff, give_consent

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"


def live(phone=PHONE):
    rows = Suppression.objects.live().filter(phone=phone)
    return set(rows.values_list("scope", flat=True))


def agreed(customer):
    latest = ConsentEvent.objects.latest_for(customer)
    return {purpose for purpose, event in latest.items() if event.is_granted}


@pytest.fixture
def clerk(menteng):
    return create_staff("front_officer", branch=menteng)


@pytest.fixture
def both(customer):
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    return customer


def stop(scope=Scope.ALL, *, phone=PHONE, at=NOW):
    source = SuppressionSource.REPLY
    return leave_in_peace(phone, scope=scope, source=source, words="STOP", by=None, at=at)


def test_all_who_share_the_number(both):
    sister = CustomerFactory(phone=PHONE)
    give_consent(sister)
    assert stop() == 2
    assert live() == {"all"}
    assert agreed(both) == agreed(sister) == set()


def test_a_number_nobody_has_is_kept_too(db):
    assert stop(phone="+6289999999999") == 0
    assert live("+6289999999999") == {"all"}


def test_twice_is_once_and_the_ledger_keeps_both(both):
    stop()
    stop()
    assert Suppression.objects.count() == 1
    assert both.consents.filter(is_granted=False).count() == 4


def test_promo_leaves_the_reminders(both):
    stop(Scope.PROMO)
    assert live() == {"promo"}
    assert agreed(both) == {"service"}


def test_what_was_lifted_stops_nothing(both, clerk, plan, sending, clock):
    stop()
    lift_for(both, purposes=list(ConsentPurpose), by=clerk, at=NOW)
    message = plan()
    send_due(clock=clock)
    message.refresh_from_db()
    assert message.state == "accepted"


@pytest.mark.parametrize("code,scope", [("21610", "all"), ("63014", "all"), ("131050", "promo")])
def test_the_provider_s_codes(plan, both, code, scope):
    message = plan()
    message.to_phone = PHONE
    obey_provider(message, code=code, at=NOW)
    assert live() == {scope}
    assert Suppression.objects.get().source == "provider"
    assert both.consents.filter(source="provider").exists()


def test_mulai_brings_back_what_she_had_agreed_to(customer, clock):
    stop(at=clock.forward(hours=1))
    assert start_again(PHONE, words="MULAI", at=clock.forward(hours=1))
    assert live() == set()
    # Promos she had never agreed to.
    assert agreed(customer) == {"service"}
    assert customer.consents.order_by("-pk")[0].text_shown == "MULAI"


def test_mulai_of_whom_nothing_stopped_is_nothing(customer):
    assert not start_again(PHONE, words="mulai", at=NOW)
    assert customer.consents.count() == 1


def test_the_desk_records_and_lifts(both, clerk, clock):
    record_opt_out(both, scope=Scope.ALL, words="Terlalu sering", by=clerk, at=NOW)
    assert live() == {"all"}
    event = both.consents.order_by("-pk")[0]
    assert (event.by, event.source, event.text_shown) == (clerk, "counter", "Terlalu sering")

    lift_for(both, purposes=[ConsentPurpose.SERVICE], by=clerk, at=clock.forward(days=1))
    # The stop goes on for promos.
    assert live() == {"promo"}
    assert agreed(both) == {"service"}
    assert Suppression.objects.get(scope="all").lifted_by == clerk

    lift_for(both, purposes=[ConsentPurpose.PROMO], by=clerk, at=clock.forward(days=1))
    assert live() == set()
    assert agreed(both) == {"service", "promo"}


def test_stopped_again_after_it_was_lifted(both, clerk, clock):
    stop()
    lift_for(both, purposes=list(ConsentPurpose), by=clerk, at=clock.forward(days=1))
    stop(at=clock.forward(days=1))
    assert live() == {"all"}
    assert Suppression.objects.count() == 2


def test_who_may_not_write_cards_records_no_stop(both, menteng):
    beautician = create_staff("beautician", branch=menteng)
    with pytest.raises(CannotSuppress):
        record_opt_out(both, scope=Scope.ALL, words="", by=beautician, at=NOW)
    assert live() == set()


def test_without_a_number_there_is_nothing_to_stop(menteng, clerk):
    customer = CustomerFactory(phone="", home_branch=menteng)
    with pytest.raises(CannotSuppress):
        record_opt_out(customer, scope=Scope.ALL, words="", by=clerk, at=NOW)


def test_a_number_keeps_its_link(both, settings):
    settings.PUBLIC_BASE_URL = "https://klinik.example"
    address = opt_out_address(PHONE, at=NOW)
    assert address == opt_out_address(PHONE, at=NOW)
    assert address.startswith("https://klinik.example/b/")
    link = OptOutLink.objects.get()
    leave_by_link(link, scope=Scope.PROMO, words="Berhenti menerima promo", at=NOW)
    assert live() == {"promo"}
    assert both.consents.order_by("-pk")[0].source == "link"


@pytest.mark.django_db(transaction=True)
def test_eight_stops_at_once_are_one(both):
    start, failures = threading.Barrier(8), []

    def work():
        try:
            start.wait()
            stop()
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert Suppression.objects.live().count() == 1
