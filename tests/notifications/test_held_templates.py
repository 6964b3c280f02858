"""What WhatsApp does not take waits for its approval, each with its reason in words."""

from datetime import timedelta

import pytest
from django.urls import reverse

from customers.models import ConsentPurpose
from notifications import actions
from notifications.actions import batches
from notifications.models import (
    Approval,
    CallEntry,
    Channel,
    Message,
    MessageClass,
    PhoneStanding,
    Template,
    TemplateVersion,
)
from tests.factories import create_template, give_consent

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"


def approve(template: Template, approval: str, **values: object) -> None:
    versions = TemplateVersion.objects.filter(pk=template.current_id)
    versions.update(approval=approval, **values)


def sent(message: Message, clock) -> str:
    actions.send_due(clock=clock)
    message.refresh_from_db()
    return message.state


@pytest.mark.parametrize(
    ("approval", "words"),
    [
        (Approval.REJECTED, "ditolak"),
        (Approval.PAUSED, "dijeda"),
        (Approval.DISABLED, "dimatikan"),
        (Approval.PENDING, "menunggu persetujuan"),
        (Approval.RECEIVED, "menunggu persetujuan"),
    ],
)
def test_it_waits_and_goes_on_once_it_is_approved(
    plan, sending, reminder, clock, approval, words
) -> None:
    message = plan()
    approve(reminder, approval)
    assert sent(message, clock) == "queued"
    assert words in message.problem
    assert sending.accepted() == []
    assert message.attempts == 0

    approve(reminder, Approval.APPROVED)
    clock.forward(minutes=16)
    assert sent(message, clock) == "accepted"


def test_new_words_that_are_approved_are_sent(plan, sending, reminder, clock) -> None:
    message = plan()
    approve(reminder, Approval.REJECTED)
    assert sent(message, clock) == "queued"
    actions.write_version(reminder, body="Halo {name}, sampai {day}.", by=None, at=clock())
    clock.forward(minutes=16)
    assert sent(message, clock) == "accepted"
    assert sending.accepted()[0]["body"] == "Halo Ibu Sari, sampai besok."


def test_it_expires_like_any_other(plan, sending, reminder, clock) -> None:
    message = plan(expires_at=clock() + timedelta(minutes=20))
    approve(reminder, Approval.REJECTED)
    assert sent(message, clock) == "queued"
    clock.forward(minutes=21)
    assert sent(message, clock) == "expired"


def test_who_is_writing_to_us_may_still_read_it(plan, sending, reminder, clock) -> None:
    PhoneStanding.objects.create(phone=PHONE, last_inbound_at=clock() - timedelta(hours=1))
    approve(reminder, Approval.PAUSED)
    assert sent(plan(), clock) == "accepted"


def test_by_sms_the_same_words_need_nobody_s_approval(
    plan, sending, reminder, clock, settings
) -> None:
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()
    approve(reminder, Approval.REJECTED)
    assert sent(plan(channel=Channel.SMS), clock) == "accepted"


def test_what_was_never_handed_in_waits_at_the_real_provider(
    plan, sending, reminder, clock, monkeypatch
) -> None:
    message = plan()
    actions.register_templates()
    monkeypatch.setattr("notifications.providers.twilio.is_local", lambda: False)
    assert sent(message, clock) == "queued"
    assert "menunggu persetujuan" in message.problem


@pytest.fixture
def promo(plan, customer, clock):
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    template = create_template("promo", message_class=MessageClass.MARKETING)
    batch = batches.open_batch(name="Promo", template=template, at=clock())
    message = plan(template="promo", batch=batch, to_phone=customer.phone, may_sms=True)
    batches.resume(batch)
    return message


def test_a_promo_of_such_words_is_not_even_looked_at(promo, sending, clock) -> None:
    approve(promo.template, Approval.PAUSED)
    before = promo.due_at
    assert actions.senders_with_due(at=clock()) == []
    assert sent(promo, clock) == "queued"
    assert (promo.due_at, promo.events.count()) == (before, 1)

    approve(promo.template, Approval.APPROVED)
    assert sent(promo, clock) == "accepted"


@pytest.fixture
def sms(settings, db) -> None:
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()


def test_a_service_message_goes_by_sms_in_time(plan, sending, reminder, clock, sms) -> None:
    message = plan(may_sms=True, expires_at=clock() + timedelta(hours=6))
    approve(reminder, Approval.REJECTED)
    assert sent(message, clock) == "queued"
    assert actions.stand_in_for_held(at=clock()) == 0

    clock.at = message.expires_at - timedelta(hours=3)
    assert actions.stand_in_for_held(at=clock()) == 1
    assert actions.stand_in_for_held(at=clock()) == 0
    message.refresh_from_db()
    assert (message.state, "ditolak" in message.problem) == ("suppressed", True)
    child = Message.objects.get(parent=message)
    assert sent(child, clock) == "accepted"
    assert [row["to_addr"] for row in sending.accepted()] == [PHONE]


def test_without_sms_somebody_calls(plan, sending, reminder, clock) -> None:
    message = plan(may_call=True)
    approve(reminder, Approval.REJECTED)
    sent(message, clock)
    assert actions.stand_in_for_held(at=message.expires_at - timedelta(hours=3)) == 1
    assert CallEntry.objects.get().customer == message.customer


def test_a_promo_does_not_go_another_way(promo, sending, clock, sms) -> None:
    approve(promo.template, Approval.PAUSED)
    sent(promo, clock)
    assert actions.stand_in_for_held(at=promo.expires_at - timedelta(hours=1)) == 0
    assert Message.objects.count() == 1


def test_held_ones_are_asked_about_more_often(sending, reminder, clock) -> None:
    actions.register_templates()
    approve(reminder, Approval.PAUSED, approval_seen_at=clock())
    clock.forward(minutes=31)
    actions.follow_approvals(at=clock())
    reminder.refresh_from_db()
    assert TemplateVersion.objects.get(pk=reminder.current_id).approval == Approval.APPROVED


def test_each_page_tells_it(plan, reminder, cast, sign_in) -> None:
    message = plan()
    approve(reminder, Approval.REJECTED, approval_note="INVALID_FORMAT")
    client = sign_in(cast.maya)
    for name, args in [
        ("template_list", []),
        ("template_show", [reminder.pk]),
        ("message_list", []),
        ("message_show", [message.pk]),
    ]:
        page = client.get(reverse(f"notifications:{name}", args=args)).content.decode()
        assert "Templat ditolak WhatsApp" in page, name
    page = sign_in(cast.citra).get(reverse("notifications:sender_list")).content.decode()
    assert "Templat ditolak WhatsApp" in page
