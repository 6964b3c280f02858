"""What a customer writes finds its branch, its conversation, its message, and its meaning."""

import itertools
import threading
from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from notifications import reply_hooks
from notifications.actions import Heard, receive_inbound
from notifications.models import (
    CallEntry,
    Conversation,
    InboundMessage,
    Message,
    PhoneStanding,
    Suppression,
)
from notifications.states import MessageState
from tests.factories import NOW, put_message

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"
OURS = "whatsapp:+6281100000000"
numbers = itertools.count(1)


def write(body, *, at=NOW, sid="", sender=f"whatsapp:{PHONE}", **values):
    heard = Heard(sid=sid or f"SM{next(numbers):032}", sender=sender, to=OURS, body=body, **values)
    return receive_inbound(heard, at=at)


@pytest.fixture
def sent(plan):
    message = plan()
    put_message(message, MessageState.ACCEPTED, accepted_at=NOW, provider_sid="SMx", to_phone=PHONE)
    return message


@pytest.fixture
def asked(sent, monkeypatch):
    """A reminder that an app wants the answers to; what it was told."""
    told = []

    def hook(message, meaning, *, by, at):
        told.append((message, meaning, by))
        return "Terima kasih."

    monkeypatch.setitem(reply_hooks._hooks, "reminder", hook)
    return told


def test_a_conversation_is_made_at_her_branch(customer, menteng):
    inbound = write("Halo", profile_name=" Sari \0 Cantik ", media_count=2)
    talk = Conversation.objects.get()
    assert (talk.branch, talk.customer, talk.unread, talk.is_open) == (menteng, customer, 1, True)
    assert talk.profile_name == "Sari Cantik"
    assert (inbound.conversation, inbound.media_count, inbound.customer) == (talk, 2, customer)
    assert PhoneStanding.objects.get().last_inbound_at == NOW


def test_the_branch_that_wrote_last_answers(sent, jayapura):
    Message.objects.update(branch=jayapura)
    write("Halo")
    assert Conversation.objects.get().branch == jayapura


def test_a_stranger_goes_to_the_first_branch(menteng, jayapura):
    write("Halo", sender="whatsapp:+6289999999999")
    talk = Conversation.objects.get()
    assert (talk.branch, talk.customer) == (menteng, None)


def test_an_open_conversation_stays_where_it_is(sent, jayapura, menteng):
    write("Halo")
    Message.objects.update(branch=jayapura)
    write("Halo lagi")
    talk = Conversation.objects.get()
    assert (talk.branch, talk.unread) == (menteng, 2)

    Conversation.objects.update(is_open=False)
    write("Masih ada?")
    assert Conversation.objects.get().branch == jayapura


def test_the_same_twice_counts_once(customer):
    assert write("Halo", sid="SMsame")
    assert write("Halo", sid="SMsame") is None
    assert Conversation.objects.get().unread == 1


def test_the_last_message_of_the_week_is_answered(sent):
    assert write("Baik").reply_to == sent
    late = write("Baik", at=NOW + timedelta(days=8))
    assert late.reply_to is None


def test_a_yes_reaches_the_app_and_is_thanked_once(asked, sent):
    inbound = write("Ya kak", sid="SMyes")
    write("Ya kak", sid="SMyes")
    assert inbound.meaning == "yes"
    assert asked == [(sent, "yes", None)]
    thanks = Message.objects.get(key="auto:SMyes")
    assert (thanks.body, thanks.lane, thanks.message_class) == ("Terima kasih.", 10, "personal")
    assert thanks.to_phone == PHONE
    # The machine has answered: nobody has to look.
    assert Conversation.objects.get().unread == 0


@pytest.mark.parametrize("text", ["TIDAK", "Batal", "maaf tidak bisa"])
def test_a_no_to_a_reminder_frees_it(asked, text):
    assert write(text).meaning == "no"
    assert asked[0][1] == "no"
    assert Conversation.objects.get().unread == 1


def test_an_answer_to_our_thanks_is_about_the_reminder(asked, sent):
    write("Ya")
    thanks = Message.objects.get(key__startswith="auto:")
    put_message(thanks, MessageState.ACCEPTED, accepted_at=NOW, provider_sid="SMy", to_phone=PHONE)
    write("Batal", at=NOW + timedelta(minutes=5))
    assert [meaning for _message, meaning, _by in asked] == ["yes", "no"]


def test_an_sms_stands_for_its_message(asked, sent, plan):
    child = plan(key="sms:1", channel="sms", parent=sent)
    put_message(child, "accepted", accepted_at=NOW, provider_sid="SMz", to_phone=PHONE)
    write("ya")
    assert asked[0][0] == sent


def test_an_app_s_mistake_costs_nothing(sent, monkeypatch, caplog):
    def hook(message, meaning, *, by, at):
        Message.objects.create(key="broken")

    monkeypatch.setitem(reply_hooks._hooks, "reminder", hook)
    assert write("Ya").meaning == "yes"
    assert Conversation.objects.get().unread == 1
    assert "IntegrityError" in caplog.text


def test_a_database_that_goes_away_is_not_swallowed(sent, monkeypatch):
    def hook(message, meaning, *, by, at):
        raise OperationalError("gone")

    monkeypatch.setitem(reply_hooks._hooks, "reminder", hook)
    with pytest.raises(OperationalError):
        write("Ya")


def test_batal_to_nothing_is_asked_about(customer):
    assert write("BATAL", sid="SMb").meaning == "maybe_stop"
    talk = Conversation.objects.get()
    assert talk.maybe_stop_at == NOW
    assert "BERHENTI" in Message.objects.get(key="auto:SMb").body
    assert not Suppression.objects.exists()


def test_a_yes_to_nothing_is_just_words(customer):
    assert write("Ya").meaning == ""


@pytest.mark.parametrize("text", ["brenti", "tolong jangan kirim promo ke nomor ini"])
def test_a_possible_stop_waits_for_a_person(customer, text):
    assert write(text).meaning == "maybe_stop"
    assert not Suppression.objects.exists()
    assert Conversation.objects.get().maybe_stop_at


def test_the_question_is_asked_once_until_somebody_decides(customer):
    for number in range(5):
        write("Pesan otomatis: balas STOP untuk berhenti", at=NOW + timedelta(seconds=number))
    assert Message.objects.filter(key__startswith="auto:").count() == 1
    assert Conversation.objects.get().unread == 5


def test_a_clear_stop_settles_the_question(customer):
    write("brenti")
    write("BERHENTI")
    assert Conversation.objects.get().maybe_stop_at is None
    assert Suppression.objects.live().get().scope == "all"
    # Nothing is written to whoever stopped.
    assert Message.objects.filter(key__startswith="auto:").count() == 1


def test_a_stop_also_ends_calls(customer, menteng):
    CallEntry.objects.create(branch=menteng, customer=customer, due_at=NOW, created_at=NOW)
    write("STOP")
    assert CallEntry.objects.get().state == "dropped"


def test_mulai_starts_again(customer):
    write("STOP", at=NOW + timedelta(hours=1))
    assert write("Mulai", at=NOW + timedelta(hours=2)).meaning == "start"
    assert not Suppression.objects.live().exists()


def test_mulai_of_whom_nothing_stopped_is_just_words(customer):
    assert write("mulai").meaning == ""


def test_whoever_writes_on_whatsapp_has_it(customer):
    PhoneStanding.objects.create(phone=PHONE, no_whatsapp_until=NOW, bad_since=NOW)
    write("Halo")
    standing = PhoneStanding.objects.get()
    assert (standing.no_whatsapp_until, standing.bad_since) == (None, None)


def test_late_ones_do_not_turn_the_clock_back(customer):
    write("Baru")
    write("Lama", at=NOW - timedelta(hours=5))
    assert PhoneStanding.objects.get().last_inbound_at == NOW
    assert Conversation.objects.get().last_inbound_at == NOW


@pytest.mark.parametrize(
    "order", list(itertools.permutations(["STOP", "MULAI", "halo"], 3)), ids="-".join
)
def test_the_last_clear_word_counts_in_any_order(customer, order):
    for place, word in enumerate(order):
        write(word, at=NOW + timedelta(minutes=place + 1))
        write(
            word,
            at=NOW + timedelta(minutes=place + 1),
            sid=InboundMessage.objects.last().provider_sid,
        )
    clear = [word for word in order if word != "halo"]
    assert Suppression.objects.live().exists() == (clear[-1] == "STOP")
    assert Conversation.objects.get().unread == 3


@pytest.mark.django_db(transaction=True)
def test_eight_at_once_from_a_new_number(menteng):
    start, failures = threading.Barrier(8), []

    def work(number):
        try:
            start.wait()
            write("Halo", sid=f"SMt{number // 2}", sender="whatsapp:+6289999999999")
        except Exception as problem:
            failures.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[n]) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert InboundMessage.objects.count() == 4
    assert Conversation.objects.get().unread == 4
