"""The branch's inbox: whose turn it is, one answer a press, and only while the window is open."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications.actions import Heard, ensure_senders, receive_inbound, talking
from notifications.actions.talking import CannotTalk
from notifications.models import Conversation, Message, Suppression, Template
from notifications.notices import write_missing_templates
from tests.factories import CustomerFactory, create_template

pytestmark = pytest.mark.django_db
PHONE = "+6281234567890"


def write(body="Halo", *, phone=PHONE, ago=timedelta(0), **values):
    heard = Heard(
        sid=uuid.uuid4().hex,
        sender=f"whatsapp:{phone}",
        to="whatsapp:+6281100000000",
        body=body,
        **values,
    )
    receive_inbound(heard, at=timezone.now() - ago)
    return Conversation.objects.get(phone=phone)


@pytest.fixture
def talk(customer, cast):
    ensure_senders()
    write_missing_templates()
    return write()


@pytest.fixture
def anna(sign_in, cast):
    return sign_in(cast.anna)


@pytest.fixture
def bela(sign_in, cast):
    return sign_in(cast.bela)


def url(name, *args):
    return reverse(f"notifications:{name}", args=args)


def answer(client, talk, text="Baik, kami tunggu.", *, once=None):
    values = {"text": text, "once": str(once or uuid.uuid4())}
    return client.post(url("talk_reply", talk.pk), values)


def test_the_list_says_who_waits(anna, talk):
    page = anna.get(url("inbox")).content.decode()
    assert "Sari Contoh" in page
    badge = anna.get(url("inbox_waiting"))
    assert ">1<" in badge.content.decode()
    again = anna.get(url("inbox_waiting"), headers={"If-None-Match": badge["ETag"]})
    assert again.status_code == 304
    anna.get(url("talk", talk.pk))
    assert anna.get(url("inbox_waiting")).content.decode().strip() == ""


def test_polls_answer_only_what_is_new(anna, talk):
    rows, lines = url("inbox_rows"), url("talk_lines", talk.pk)
    for address in (rows, lines):
        etag = anna.get(address)["ETag"]
        assert anna.get(address, headers={"If-None-Match": etag}).status_code == 304
        write("Masih ada?")
        assert anna.get(address, headers={"If-None-Match": etag}).status_code == 200


def test_a_tab_that_is_none_is_the_first_one(anna, talk):
    first = anna.get(url("inbox_rows"))
    wild = anna.get(url("inbox_rows"), {"show": "mine\r\nX-Header: 1"})
    assert (wild.status_code, wild["ETag"]) == (200, first["ETag"])


def test_an_answer_goes_out_at_once_and_is_hers(anna, cast, talk):
    assert answer(anna, talk).status_code == 302
    message = Message.objects.get(key__startswith="reply:")
    assert (message.body, message.written_by, message.to_phone) == (
        "Baik, kami tunggu.",
        cast.anna,
        PHONE,
    )
    assert (message.lane, message.message_class, message.channel) == (10, "personal", "whatsapp")
    talk.refresh_from_db()
    assert (talk.owner, talk.unread) == (cast.anna, 0)
    assert "Baik, kami tunggu." in anna.get(url("talk", talk.pk)).content.decode()


def test_two_presses_are_one_answer(anna, talk):
    key = uuid.uuid4()
    answer(anna, talk, once=key)
    answer(anna, talk, once=key)
    assert Message.objects.filter(key__startswith="reply:").count() == 1


def test_the_slower_of_two_clerks_sees_the_faster_one(anna, bela, talk):
    answer(anna, talk)
    refused = answer(bela, talk, "Sudah saya jawab")
    page = refused.content.decode()
    assert refused.status_code == 409
    assert "Anna sedang menjawab" in page
    # What she typed is not lost.
    assert "Sudah saya jawab" in page
    assert Message.objects.filter(key__startswith="reply:").count() == 1

    bela.post(url("talk_take", talk.pk))
    assert answer(bela, talk).status_code == 302


def test_a_byte_that_no_text_holds_is_left_out(anna, talk):
    assert answer(anna, talk, "Baik,\0 kami tunggu.").status_code == 302
    assert Message.objects.get(key__startswith="reply:").body == "Baik, kami tunggu."


def test_after_a_day_only_templates(anna, customer, cast):
    ensure_senders()
    create_template("reply_thanks", body="Halo {name}.", message_class="personal")
    talk = write(ago=timedelta(hours=25))
    page = anna.get(url("talk", talk.pk)).content.decode()
    assert "reply-text" not in page
    assert "Halo Kak Sari." in page
    assert answer(anna, talk).status_code == 409

    template = Template.objects.get(key="reply_thanks")
    anna.post(url("talk_template", talk.pk), {"template": template.pk, "once": str(uuid.uuid4())})
    message = Message.objects.get(key__startswith="reply:")
    assert (message.template, message.text) == (template, "Halo Kak Sari.")


@pytest.mark.parametrize("text", ["", "   ", "x" * 1601])
def test_an_answer_that_cannot_go_is_refused_in_words(anna, talk, text):
    refused = answer(anna, talk, text)
    assert refused.status_code == 409
    assert 'role="alert"' in refused.content.decode()
    assert not Message.objects.exists()


def test_closing_and_opening(anna, talk):
    anna.post(url("talk_close", talk.pk))
    talk.refresh_from_db()
    assert not talk.is_open
    assert "Sari Contoh" not in anna.get(url("inbox")).content.decode()
    assert "Sari Contoh" in anna.get(url("inbox") + "?show=closed").content.decode()
    anna.post(url("talk_reopen", talk.pk))
    talk.refresh_from_db()
    assert talk.is_open


def test_a_possible_stop_stands_on_top_and_is_decided(anna, cast, talk, menteng):
    CustomerFactory(phone="+6281111111111", home_branch=menteng)
    other = write("brenti", phone="+6281111111111", ago=timedelta(hours=3))
    page = anna.get(url("inbox")).content.decode()
    assert page.index(f"talk-{other.pk}") < page.index(f"talk-{talk.pk}")
    assert "Mungkin berhenti" in page

    anna.post(url("talk_close", other.pk))
    other.refresh_from_db()
    assert other.is_open

    anna.post(url("talk_stop", other.pk), {"scope": "promo"})
    stop = Suppression.objects.get()
    assert (stop.scope, stop.source, stop.words) == ("promo", "staff", "brenti")
    other.refresh_from_db()
    assert other.maybe_stop_at is None
    with pytest.raises(CannotTalk):
        talking.decide_stop(other, scope=None, by=cast.anna, at=timezone.now())


def test_it_was_no_stop(anna, customer, cast):
    talk = write("brenti")
    anna.post(url("talk_stop", talk.pk), {"scope": ""})
    talk.refresh_from_db()
    assert talk.maybe_stop_at is None
    assert not Suppression.objects.exists()


def test_a_stranger_is_given_a_name(anna, cast, menteng):
    talk = write(phone="+6289999999999", profile_name="Intan")
    customer = CustomerFactory(name="Intan Permata", phone="+6289999999999", home_branch=menteng)
    page = anna.get(url("talk", talk.pk)).content.decode()
    assert "~Intan" in page
    assert "Intan Permata" in page
    assert "Daftarkan pelanggan baru" in page
    found = anna.post(url("talk_people", talk.pk), {"q": "permata"}).content.decode()
    assert "Intan Permata" in found
    anna.post(url("talk_link", talk.pk), {"customer": customer.pk})
    talk.refresh_from_db()
    assert talk.customer == customer


def test_another_branch_s_inbox_is_not_there(sign_in, cast, talk):
    boris = sign_in(cast.boris)
    assert boris.get(url("talk", talk.pk)).status_code == 404
    assert answer(boris, talk).status_code == 404
    assert "Sari Contoh" not in boris.get(url("inbox")).content.decode()


def test_the_list_costs_the_same_for_many(anna, talk, menteng, django_assert_max_num_queries):
    for number in range(12):
        phone = f"+62812000000{number:02}"
        CustomerFactory(phone=phone, home_branch=menteng)
        write(phone=phone)
    with django_assert_max_num_queries(9):
        anna.get(url("inbox"))


def test_an_answer_to_a_number_that_is_nobody_s(anna, cast, menteng):
    ensure_senders()
    talk = write(phone="+6289999999999")
    answer(anna, talk)
    message = Message.objects.get(key__startswith="reply:")
    assert (message.customer, message.to_phone) == (None, "+6289999999999")
