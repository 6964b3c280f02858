"""Words or a sender that the provider refuses are stopped and shown, until a person goes on."""

from datetime import timedelta

import pytest
from django.urls import reverse

from customers.models import ConsentPurpose
from frontdesk.staff.models import StaffEvent
from notifications import actions
from notifications.actions import batches
from notifications.models import MessageClass, Sender, Template
from tests.factories import CustomerFactory, create_template, give_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def refuse(plan, menteng, clock):
    """Have the provider take a message and say later why it could not be delivered."""
    numbers = iter(range(100))

    def refuse(code: str, **values: object) -> None:
        person = CustomerFactory(home_branch=menteng)
        give_consent(person)
        message = plan(**{"key": f"refused:{next(numbers)}", "customer": person} | values)
        actions.send_due(clock=clock)
        message.refresh_from_db()
        assert message.state == "accepted"
        actions.apply_status(
            message.public_id,
            sid=message.provider_sid,
            status="undelivered",
            error_code=code,
            at=clock(),
        )

    return refuse


def is_stopped(template: Template) -> bool:
    template.refresh_from_db()
    return template.stopped_at is not None


def test_one_answer_that_holds_for_everybody_stops_it(
    plan, sending, reminder, clock, refuse
) -> None:
    refuse("63016")
    assert is_stopped(reminder)
    message = plan(key="next")
    actions.send_due(clock=clock)
    message.refresh_from_db()
    assert (message.state, "dihentikan" in message.problem) == ("queued", True)
    assert len(sending.accepted()) == 1


def test_others_may_be_for_one_customer_s_name_so_it_takes_three(
    sending, reminder, clock, refuse
) -> None:
    refuse("63021")
    refuse("63021")
    assert not is_stopped(reminder)
    refuse("63021")
    assert is_stopped(reminder)


def test_far_apart_they_have_nothing_to_do_with_each_other(
    sending, reminder, clock, refuse
) -> None:
    for _ in range(4):
        refuse("63021")
        clock.forward(minutes=61)
    assert not is_stopped(reminder)


def test_the_running_promo_of_such_words_is_held_at_once(
    plan, sending, clock, customer, refuse
) -> None:
    promo = create_template("promo", message_class=MessageClass.MARKETING)
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    batch = batches.open_batch(name="Promo", template=promo, at=clock())
    waiting = plan(
        template="promo",
        batch=batch,
        to_phone=customer.phone,
        due_at=clock() + timedelta(minutes=1),
    )
    batches.resume(batch)
    person = CustomerFactory(home_branch=customer.home_branch)
    give_consent(person, purpose=ConsentPurpose.PROMO)
    refuse("63016", template="promo", batch=batch, customer=person, to_phone=person.phone)
    clock.forward(minutes=2)
    assert actions.senders_with_due(at=clock()) == []

    actions.write_version(promo, body="Halo {name}.", by=None, at=clock())
    actions.send_due(clock=clock)
    waiting.refresh_from_db()
    assert waiting.state == "accepted"


def test_a_person_goes_on_with_it(plan, sending, reminder, clock, refuse, sign_in, cast) -> None:
    refuse("63016")
    client = sign_in(cast.maya)
    address = reverse("notifications:template_show", args=[reminder.pk])
    page = client.get(address).content.decode()
    assert "kode 63016" in page
    assert "Lanjutkan pengiriman" in page
    client.post(reverse("notifications:template_resume", args=[reminder.pk]))
    assert not is_stopped(reminder)
    assert "Lanjutkan pengiriman" not in client.get(address).content.decode()
    assert StaffEvent.objects.filter(kind="notice_set", staff=cast.maya).exists()
    plan(key="next")
    actions.send_due(clock=clock)
    assert len(sending.accepted()) == 2


def test_only_who_writes_templates_may(reminder, sign_in, cast) -> None:
    address = reverse("notifications:template_resume", args=[reminder.pk])
    assert sign_in(cast.dewi).post(address).status_code in (403, 404)


def test_refused_at_once_it_is_the_same(plan, sending, reminder, clock) -> None:
    actions.register_templates()
    version = reminder.current
    version.content_sid = "HX" + "0" * 32
    version.save(update_fields=["content_sid"])
    message = plan()
    actions.send_due(clock=clock)
    message.refresh_from_db()
    assert (message.state, message.error_code) == ("failed", "21655")
    assert is_stopped(reminder)


def test_a_sender_that_the_provider_does_not_know_is_paused(
    plan, sending, reminder, clock, menteng, sign_in, cast
) -> None:
    person = CustomerFactory(home_branch=menteng, phone="+6281200063007")
    give_consent(person)
    plan(customer=person)
    actions.send_due(clock=clock)
    sender = Sender.objects.get()
    assert (sender.is_paused, "63007" in sender.paused_reason) == (True, True)
    assert not is_stopped(reminder)
    other = plan(key="other")
    actions.send_due(clock=clock)
    other.refresh_from_db()
    assert other.state == "queued"
    page = sign_in(cast.citra).get(reverse("notifications:sender_list")).content.decode()
    assert "tidak mengenal pengirim" in page
