"""Signed, in any order, twice or late: the row ends where the truth is."""

import itertools
import threading
import uuid

import pytest
from django.db import OperationalError, connection
from django.test import Client, RequestFactory
from django.urls import reverse
from twilio.request_validator import RequestValidator

from customers.models import ConsentEvent, ConsentPurpose
from notifications import actions
from notifications.models import InboundMessage, Message
from notifications.states import MessageState
from notifications.views import webhooks
from tests.factories import NOW, CustomerFactory, give_consent, put_message
from tests.notifications.conftest import steps
from tests.twilio_server import AUTH_TOKEN, until

pytestmark = pytest.mark.django_db

SID = "SM" + "1" * 32
PHONE = "+6281234567890"


@pytest.fixture
def post(settings):
    """Post as the provider does, signed with this token over this base."""

    def post(path, params, *, token=AUTH_TOKEN, base=None, signature=None):
        url = (base or settings.PUBLIC_BASE_URL) + path
        made = RequestValidator(token).compute_signature(url, params)
        headers = {"X-Twilio-Signature": made if signature is None else signature}
        return Client(enforce_csrf_checks=True).post(path, params, headers=headers)

    return post


@pytest.fixture
def tell(post):
    def tell(message, status, *, sid=SID, **params):
        path = reverse("notifications:status_callback", args=[message.public_id])
        return post(path, {"MessageSid": sid, "MessageStatus": status, "New": "x", **params})

    return tell


@pytest.fixture
def write(post):
    def write(body, *, sid=SID, sender=f"whatsapp:{PHONE}"):
        params = {"MessageSid": sid, "From": sender, "To": "whatsapp:+6281100000000", "Body": body}
        return post(reverse("notifications:inbound"), params)

    return write


@pytest.fixture
def sent(plan):
    message = plan()
    Message.objects.filter(pk=message.pk).update(
        state=MessageState.ACCEPTED,
        provider_sid=SID,
        accepted_at=NOW,
        provider_status="queued",
        provider_rank=20,
        to_phone=PHONE,
    )
    message.refresh_from_db()
    return message


def test_a_status_is_applied_and_told(sent, tell):
    assert tell(sent, "delivered").status_code == 204

    sent.refresh_from_db()
    assert sent.provider_status == "delivered"
    assert sent.final_at is not None
    assert sent.events.last().provider_status == "delivered"


@pytest.mark.parametrize(
    "wrong", [{"token": "other"}, {"base": "https://elsewhere.example"}, {"signature": ""}]
)
def test_a_wrong_signature_is_refused(sent, post, write, wrong):
    path = reverse("notifications:status_callback", args=[sent.public_id])

    assert post(path, {"MessageSid": SID, "MessageStatus": "read"}, **wrong).status_code == 403
    assert post(reverse("notifications:inbound"), {"MessageSid": SID}, **wrong).status_code == 403
    sent.refresh_from_db()
    assert sent.provider_status == "queued"


@pytest.mark.parametrize(
    "caller,signature",
    [
        ("+14158675309", "RSOYDt4T1cUTdK1PDd93/VVr8B8="),
        ("+12349013030", "0/KCTR6DLpKmkAf8muzZqo1nDgQ="),
    ],
)
def test_the_published_signatures_are_known(caller, signature, settings):
    """As Twilio's documentation and its libraries' tests give them, with the token 12345."""
    settings.TWILIO_AUTH_TOKEN = "12345"
    settings.PUBLIC_BASE_URL = "https://mycompany.com"
    told = {"CallSid": "CA1234567890ABCDE", "Caller": caller, "From": caller, "Digits": "1234"}
    guarded = webhooks.provider_webhook(lambda request: None)

    def status(**changed):
        request = RequestFactory().post(
            "/myapp.php?foo=1&bar=2",
            {**told, "To": "+18005551212"} | changed,
            headers={"X-Twilio-Signature": signature},
        )
        return guarded(request).status_code

    assert status() == 204
    assert status(Digits="1235") == 403


def test_a_changed_parameter_is_refused(sent, settings):
    path = reverse("notifications:status_callback", args=[sent.public_id])
    signature = RequestValidator(AUTH_TOKEN).compute_signature(
        settings.PUBLIC_BASE_URL + path, {"MessageSid": SID, "MessageStatus": "failed"}
    )
    answer = Client().post(
        path,
        {"MessageSid": SID, "MessageStatus": "read"},
        headers={"X-Twilio-Signature": signature},
    )
    assert answer.status_code == 403


def test_without_a_token_nobody_is_let_in(sent, post, settings):
    """Not even with a signature over nothing, which anybody can make."""
    settings.TWILIO_AUTH_TOKEN = ""
    path = reverse("notifications:status_callback", args=[sent.public_id])
    told = {"MessageSid": SID, "MessageStatus": "read"}

    for token in (AUTH_TOKEN, ""):
        assert post(path, told, token=token).status_code == 403


def test_only_posts(client, sent):
    path = reverse("notifications:status_callback", args=[sent.public_id])
    assert client.get(path).status_code == 405


@pytest.mark.parametrize("order", list(itertools.permutations(["sent", "delivered", "read"])))
def test_any_order_and_twice_ends_as_read(sent, tell, order):
    for status in [*order, *order]:
        assert tell(sent, status).status_code == 204

    sent.refresh_from_db()
    assert sent.provider_status == "read"


def test_a_duplicate_leaves_no_second_event(sent, tell):
    tell(sent, "delivered")
    tell(sent, "delivered")

    assert sent.events.filter(provider_status="delivered").count() == 1


def test_delivered_after_undelivered_is_believed(sent, tell):
    tell(sent, "undelivered", ErrorCode="63024")
    sent.refresh_from_db()
    assert sent.problem
    tell(sent, "delivered")

    sent.refresh_from_db()
    assert (sent.provider_status, sent.error_code, sent.problem) == ("delivered", "", "")


@pytest.mark.parametrize("state", ["queued", "sending", "unknown", "abandoned"])
def test_a_callback_proves_what_no_answer_did(plan, tell, state):
    message = plan()
    extra = {"unknown_since": NOW} if state == "unknown" else {}
    if state == "sending":
        extra = {"lease": uuid.uuid4(), "lease_until": NOW}
    put_message(message, state, intent_at=NOW, **extra)

    tell(message, "delivered")

    message.refresh_from_db()
    assert message.state == MessageState.ACCEPTED
    assert message.provider_sid == SID
    assert message.provider_status == "delivered"
    assert message.final_at is not None


def test_a_second_sid_for_the_same_message_is_noted_not_believed(sent, tell, caplog):
    tell(sent, "read", sid="SM" + "2" * 32)

    sent.refresh_from_db()
    assert sent.provider_sid == SID
    assert sent.provider_status == "queued"
    assert "twice" in caplog.text


def test_a_status_for_nobody_is_taken_and_forgotten(post):
    path = reverse("notifications:status_callback", args=[uuid.uuid4()])
    assert post(path, {"MessageSid": SID, "MessageStatus": "read"}).status_code == 204


@pytest.mark.parametrize("typed", ["\0", "x" * 5_000, "😀", "²", "9" * 5_000])
def test_what_cannot_be_kept_is_refused_and_breaks_nothing(sent, post, typed):
    status = reverse("notifications:status_callback", args=[sent.public_id])
    names = ["MessageSid", "MessageStatus", "ErrorCode"]
    for name in names:
        told = {"MessageSid": SID, "MessageStatus": "failed", "ErrorCode": "1", name: typed}
        assert post(status, told).status_code in (204, 400)
    heard = {"MessageSid": SID, "From": f"whatsapp:{PHONE}", "To": "KLINIK", "Body": "Halo"}
    media = {"NumMedia": "1", "MediaUrl0": "x", "MediaContentType0": "image/jpeg"}
    for name in [*heard, *media, "ProfileName"]:
        answer = post(reverse("notifications:inbound"), heard | media | {name: typed})
        assert answer.status_code in (204, 400)


def test_an_unknown_status_changes_nothing(sent, tell):
    assert tell(sent, "partially_delivered").status_code == 204
    sent.refresh_from_db()
    assert sent.provider_status == "queued"


def test_blocked_by_the_customer_counts_as_a_no(sent, tell, customer):
    tell(sent, "undelivered", ErrorCode="63014")

    consent = ConsentEvent.objects.latest_for(customer)
    assert not consent["service"].is_granted


def test_the_provider_comes_again_while_the_database_is_away(sent, tell, monkeypatch):
    def away(*arguments, **values):
        raise OperationalError("gone")

    monkeypatch.setattr(actions, "apply_status", away)
    answer = tell(sent, "read")

    assert answer.status_code == 503
    assert answer["Retry-After"]


def test_no_query_before_the_signature_is_right(sent, post, django_assert_num_queries):
    with django_assert_num_queries(0):
        post(reverse("notifications:inbound"), {"MessageSid": SID}, token="wrong")


@pytest.mark.parametrize("word", ["STOP", "Berhenti", "berhenti ya kak", "UNSUB!", "Stop dong 🙏"])
def test_stop_is_obeyed_from_that_moment(write, sending, plan, clock, customer, word):
    sister = CustomerFactory(phone=PHONE, home_branch=customer.home_branch)
    give_consent(sister)
    plan()
    plan(key="sister", customer=sister)

    assert write(word).status_code == 204
    actions.send_due(clock=clock)

    assert sending.accepted() == []
    assert set(Message.objects.values_list("state", flat=True)) == {"suppressed"}
    latest = ConsentEvent.objects.latest_for(customer)
    assert {p: latest[p].is_granted for p in latest} == {"service": False, "promo": False}
    assert latest["service"].text_shown == word
    assert InboundMessage.objects.get().is_opt_out


@pytest.mark.parametrize(
    "text", ["jangan berhenti", "YA", "BATAL", "Besok jam berapa stop kontaknya?", ""]
)
def test_other_words_change_no_consent(write, customer, text):
    write(text)

    assert ConsentEvent.objects.latest_for(customer)["service"].is_granted
    assert not InboundMessage.objects.get().is_opt_out


def test_stop_promo_leaves_the_reminders(write, customer):
    give_consent(customer, purpose=ConsentPurpose.PROMO)
    write("Stop promo ya")

    latest = ConsentEvent.objects.latest_for(customer)
    assert latest["service"].is_granted
    assert not latest["promo"].is_granted


def test_the_same_reply_twice_is_one(write, customer):
    write("STOP")
    write("STOP")

    assert InboundMessage.objects.count() == 1
    assert ConsentEvent.objects.filter(customer=customer, is_granted=False).count() == 2


def test_a_family_phone_is_read_as_whom_we_wrote_to(write, sent, customer):
    CustomerFactory(phone=PHONE)

    write("Baik, terima kasih")

    assert InboundMessage.objects.get().customer == customer


def test_a_stranger_is_kept_without_a_name(write):
    write("Halo", sender="whatsapp:+6289999999999")

    assert InboundMessage.objects.get().customer is None


@pytest.mark.django_db(transaction=True)
def test_the_same_status_eight_times_at_once(sent, tell):
    start = threading.Barrier(8)
    answers = []

    def work():
        try:
            start.wait()
            answers.append(tell(sent, "delivered").status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == [204] * 8
    assert sent.events.filter(provider_status="delivered").count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_whole_way_with_the_real_servers(plan, sending, clock, settings, live_server, customer):
    """Planned, sent, delivered and read by signed webhooks; BERHENTI on the phone page obeyed."""
    settings.PUBLIC_BASE_URL = live_server.url
    sending.set(inbound_url=live_server.url + reverse("notifications:inbound"))
    message = plan()

    actions.send_due(clock=clock)
    until(lambda: Message.objects.get().provider_status == "read")
    assert steps(message)[:3] == ["queued", "sending", "accepted"]
    sending.http.request(
        "POST",
        f"{sending.url}/phone/{PHONE}/reply",
        body="body=BERHENTI",
        headers={"Content-Type": "application/x-www-form-urlencoded"},
        redirect=False,
    )
    until(lambda: InboundMessage.objects.exists())
    plan(key="test:2")
    actions.send_due(clock=clock)

    assert Message.objects.get(key="test:2").state == MessageState.SUPPRESSED
    assert len(sending.accepted()) == 1
