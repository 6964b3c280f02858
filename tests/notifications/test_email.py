"""E-mail through Django's back end, with our own id, in the same outbox."""

import smtplib
from datetime import timedelta

import pytest
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import translation

from customers.actions import record_consent
from customers.models import CONSENT_TEXTS, ConsentPurpose, ConsentSource
from notifications import actions
from notifications.models import Channel, Message
from notifications.providers import email
from notifications.providers.codes import ErrorClass
from notifications.providers.outcome import Outgoing
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def server(settings, db):
    settings.EMAIL_FROM = "Klinik <halo@klinik.example>"
    settings.TWILIO_ACCOUNT_SID = ""
    settings.PUBLIC_BASE_URL = "https://klinik.example"
    actions.ensure_senders()


def outgoing(**values):
    return Outgoing(
        **{
            "to": "sari@contoh.example",
            "sender": "halo@klinik.example",
            "callback": "https://klinik.example/tw/s/0a0b0c/",
            "validity": 60,
            "body": "Halo “Sari”",
            "content_sid": "",
            "content_variables": "",
        }
        | values
    )


@pytest.fixture
def reachable(customer):
    """She has an address, and said yes to words that name e-mail."""
    customer.email = "sari@contoh.example"
    customer.save()
    agree(customer, str(CONSENT_TEXTS[ConsentPurpose.SERVICE]), at=NOW + timedelta(minutes=1))
    return customer


def agree(customer, words, *, at, is_granted=True):
    record_consent(
        customer,
        purpose=ConsentPurpose.SERVICE,
        is_granted=is_granted,
        text=words,
        source=ConsentSource.COUNTER,
        by=None,
        at=at,
    )


def test_the_whole_way(plan, reachable, clock):
    message = plan(channel=Channel.EMAIL)
    assert message.to_email == "sari@contoh.example"
    actions.send_due(clock=clock)

    message.refresh_from_db()
    assert (message.state, message.provider_status) == ("accepted", "sent")
    assert message.provider_sid == f"<{message.public_id}@klinik.example>"
    sent = mail.outbox[0]
    assert sent.to == ["sari@contoh.example"]
    assert sent.body == "Halo Ibu Sari, sampai jumpa besok."
    assert sent.extra_headers["Message-ID"] == message.provider_sid
    # Nobody's health stands in the subject.
    assert sent.subject == "Pesan dari Klinik Seruni"


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("purpose", ConsentPurpose)
def test_the_words_of_today_cover_it(customer, purpose, language):
    with translation.override(language):
        agree(customer, str(CONSENT_TEXTS[purpose]), at=NOW)
    assert customer.consents.latest("at", "pk").covers_email


@pytest.mark.parametrize(
    "words,covered",
    [
        ("Saya setuju diingatkan lewat WhatsApp atau SMS.", False),
        ("Boleh WA/e-mail: ya", True),
        ("Setuju Email: ya", True),
        ("gmail", False),
        ("", False),
    ],
)
def test_an_older_yes_covers_what_its_words_name(plan, customer, clock, words, covered):
    customer.email = "sari@contoh.example"
    customer.save()
    agree(customer, words, at=NOW + timedelta(minutes=1))
    message = plan(channel=Channel.EMAIL)
    actions.send_due(clock=clock)
    message.refresh_from_db()
    assert message.state == ("accepted" if covered else "suppressed")
    assert len(mail.outbox) == covered


def test_her_latest_word_counts(plan, reachable, clock):
    agree(reachable, "e-mail", at=NOW + timedelta(minutes=2), is_granted=False)
    plan(channel=Channel.EMAIL)
    actions.send_due(clock=clock)
    assert Message.objects.get().state == "suppressed"
    assert mail.outbox == []


def test_without_an_address_it_stays_here(plan, clock):
    plan(channel=Channel.EMAIL)
    actions.send_due(clock=clock)
    message = Message.objects.get()
    assert message.state == "suppressed"
    assert mail.outbox == []


@pytest.mark.parametrize(
    "problem,expected",
    [
        (smtplib.SMTPRecipientsRefused({"x": (550, b"no such user")}), ErrorClass.REVIEW),
        (smtplib.SMTPRecipientsRefused({"x": (450, b"busy")}), ErrorClass.SAFE),
        (smtplib.SMTPDataError(554, b"spam"), ErrorClass.REVIEW),
        (smtplib.SMTPSenderRefused(451, b"later", "x"), ErrorClass.SAFE),
        (smtplib.SMTPServerDisconnected("gone"), ErrorClass.UNKNOWN),
        (TimeoutError(), ErrorClass.UNKNOWN),
    ],
)
def test_what_the_server_says_to_the_message(monkeypatch, problem, expected):
    def refuse(*_arguments):
        raise problem

    monkeypatch.setattr(EmailBackend, "send_messages", refuse)
    assert email.send(outgoing()).error == expected


@pytest.mark.parametrize(
    "problem,expected",
    [
        (ConnectionRefusedError(), ErrorClass.SAFE),
        (smtplib.SMTPConnectError(421, b"busy"), ErrorClass.SAFE),
        (smtplib.SMTPAuthenticationError(535, b"wrong"), ErrorClass.ACCOUNT),
    ],
)
def test_what_happens_before_anything_is_said(monkeypatch, problem, expected):
    def refuse(*_arguments):
        raise problem

    monkeypatch.setattr(EmailBackend, "open", refuse)
    assert email.send(outgoing()).error == expected


def test_a_whatsapp_sender_without_an_account_is_not_pumped(plan, clock):
    plan(at=NOW)
    assert actions.send_due(clock=clock) == 0
    assert Message.objects.get().state == "queued"
