"""The official client is the judge: what it sends is taken, what it reads is there."""

from datetime import UTC, datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException
from twilio.rest import Client

from tests.twilio_server import WHATSAPP_FROM, start_server, stop_server, until

TO = "whatsapp:+6281234567890"


def send(provider, **values):
    values = {"to": TO, "from_": WHATSAPP_FROM, "body": "Selamat pagi"} | values
    return provider.client().messages.create(**values)


def test_create_answers_with_the_resource(provider):
    message = send(provider)

    assert message.sid.startswith("SM")
    assert len(message.sid) == 34
    assert message.status == "queued"
    assert message.direction == "outbound-api"
    assert message.error_code is None
    assert message.body == "Selamat pagi"
    assert abs(message.date_created - datetime.now(UTC)) < timedelta(seconds=5)
    assert message.date_sent is None
    assert message.uri.endswith(f"{message.sid}.json")


def test_messaging_service_starts_as_accepted(provider):
    message = send(provider, from_=None, messaging_service_sid="MG" + "0" * 32)

    assert message.status == "accepted"
    assert message.messaging_service_sid == "MG" + "0" * 32


def test_fetch_sees_the_message_on_its_way(provider):
    client, sid = provider.client(), send(provider).sid
    provider.inbound("+6281234567890", "halo")
    sid = send(provider).sid

    assert until(lambda: client.messages(sid).fetch().status == "read")
    assert client.messages(sid).fetch().date_sent is not None


def test_list_filters_and_pages_newest_first(provider):
    sids = [send(provider, body=f"nomor {n}").sid for n in range(7)]
    send(provider, to="whatsapp:+6281299999999")

    listed = provider.client().messages.list(to=TO, from_=WHATSAPP_FROM, page_size=3)

    assert [message.sid for message in listed] == sids[::-1]


def test_list_by_day_and_moment_sent(provider):
    sms = send(provider, to="+6281234567890", from_="KLINIK")
    client = provider.client()
    until(lambda: client.messages(sms.sid).fetch().date_sent)
    today = datetime.now(UTC)

    assert [m.sid for m in client.messages.list(date_sent=today.date())] == [sms.sid]
    assert client.messages.list(date_sent=today.date() - timedelta(days=1)) == []
    assert client.messages.list(date_sent_after=today + timedelta(hours=1)) == []
    assert len(client.messages.list(date_sent_before=today + timedelta(hours=1))) == 1


def test_list_lags_when_told(provider):
    provider.set(list_lag_ms=600)
    sid = send(provider).sid

    assert provider.client().messages.list(to=TO) == []
    assert provider.client().messages(sid).fetch().sid == sid
    assert until(lambda: provider.client().messages.list(to=TO))


def test_cancel_what_is_still_queued(provider):
    provider.set(sent_ms=5000)
    client, sid = provider.client(), send(provider).sid

    assert client.messages(sid).update(status="canceled").status == "canceled"
    with pytest.raises(TwilioRestException) as refused:
        client.messages(sid).update(status="canceled")
    assert refused.value.code == 30409


def test_account_and_wrong_token(provider):
    assert provider.client().api.accounts(provider.account_sid).fetch().status == "active"

    stranger = Client(provider.account_sid, "wrong")
    stranger.api.base_url = provider.url
    with pytest.raises(TwilioRestException) as refused:
        stranger.messages.create(to=TO, from_=WHATSAPP_FROM, body="x")
    assert (refused.value.status, refused.value.code) == (401, 20003)
    assert provider.accepted() == []


@pytest.mark.parametrize(
    "values, code",
    [
        ({"to": "+62"}, 21211),
        ({"to": "whatsapp:0812"}, 21211),
        ({"to": "+62215551234", "from_": "KLINIK"}, 21614),
        ({"to": ""}, 21604),
        ({"from_": None}, 21603),
        ({"from_": "Nama Pengirim Panjang", "to": "+6281234567890"}, 21212),
        ({"from_": "KLINIK"}, 21910),
        ({"body": " "}, 21602),
        ({"body": "a" * 1601}, 21617),
        ({"status_callback": "https://my_host.example/x"}, 21609),
        ({"status_callback": "ftp://host.example/x"}, 21609),
        ({"validity_period": 40000}, 21626),
        ({"content_sid": "HX" + "0" * 32}, 21655),
        ({"content_variables": "{}"}, 21654),
        ({"to": "whatsapp:+6281200021610"}, 21610),
        ({"to": "whatsapp:+6281200063007"}, 63007),
        ({"schedule_type": "fixed", "send_at": datetime(2030, 1, 1, tzinfo=UTC)}, 35118),
    ],
)
def test_refusals_carry_twilios_codes(provider, values, code):
    with pytest.raises(TwilioRestException) as refused:
        send(provider, **values)

    assert (refused.value.status, refused.value.code) == (400, code)
    assert provider.accepted() == []


def test_a_number_can_play_an_error_that_comes_later(provider):
    sid = send(provider, to="whatsapp:+6281200063024").sid

    message = until(
        lambda: (m := provider.client().messages(sid).fetch()).status == "undelivered" and m
    )
    assert message.error_code == 63024


def test_free_text_needs_the_window_that_the_customer_opens(provider):
    closed = send(provider).sid
    provider.inbound("+6281234567890", "Apakah besok buka?")
    opened = send(provider).sid
    client = provider.client()

    assert until(lambda: client.messages(closed).fetch().status == "undelivered")
    assert client.messages(closed).fetch().error_code == 63016
    assert until(lambda: client.messages(opened).fetch().status == "read")


def test_free_text_outside_the_window_refused_at_once_when_told(provider):
    provider.set(outside_window="at_once")

    with pytest.raises(TwilioRestException) as refused:
        send(provider)
    assert refused.value.code == 63016


def test_template_text_is_rendered(provider):
    content = provider.http.request(
        "POST",
        f"{provider.url}/v1/Content",
        json={
            "friendly_name": "control_reminder",
            "language": "id",
            "variables": {"1": "Ibu"},
            "types": {"twilio/text": {"body": "Halo {{1}}, sampai jumpa {{2}}."}},
        },
        headers={"Authorization": provider.authorization},
    )
    assert content.status == 201
    sid = content.json()["sid"]

    message = send(provider, body=None, content_sid=sid, content_variables='{"2": "besok"}')

    assert message.body == "Halo Ibu, sampai jumpa besok."
    client = provider.client()
    assert [c.sid for c in client.content.v1.contents.list()] == [sid]
    assert client.content.v1.contents(sid).fetch().friendly_name == "control_reminder"
    approval = client.content.v1.contents(sid).approval_fetch().fetch()
    assert approval.whatsapp["status"] == "approved"
    with pytest.raises(TwilioRestException) as refused:
        send(provider, body=None, content_sid=sid, content_variables='{"2": ""}')
    assert refused.value.code == 21656


def test_sms_counts_segments_as_the_networks_do(provider):
    sms = {"to": "+6281234567890", "from_": "KLINIK"}

    assert send(provider, body="a" * 160, **sms).num_segments == "1"
    assert send(provider, body="a" * 161, **sms).num_segments == "2"
    assert send(provider, body="€" * 81, **sms).num_segments == "2"
    assert send(provider, body="“" * 71, **sms).num_segments == "2"


def test_stop_by_sms_is_obeyed_by_the_provider(provider):
    provider.inbound("+6281234567890", "stop", to="KLINIK")

    with pytest.raises(TwilioRestException) as refused:
        send(provider, to="+6281234567890", from_="KLINIK")
    assert refused.value.code == 21610


def test_a_sender_keeps_its_rate(provider):
    provider.set(sms_mps=20, sent_ms=0)
    for n in range(10):
        send(provider, to=f"+62812345678{n:02d}", from_="KLINIK")

    rows = until(lambda: all(r["sent"] for r in provider.accepted()) and provider.accepted())
    sent = sorted(row["sent"] for row in rows)
    assert sent[-1] - sent[0] > 0.4


def test_a_full_queue_is_refused(provider):
    provider.set(sms_mps=1, sms_queue_hours=0.0001)
    send(provider, to="+6281234567800", from_="KLINIK")

    with pytest.raises(TwilioRestException) as refused:
        send(provider, to="+6281234567801", from_="KLINIK")
    assert refused.value.code == 21611


def test_what_was_answered_survives_a_kill(tmp_path):
    server = start_server(tmp_path)
    sids = [send(server).sid for _ in range(20)]
    server.process.kill()
    server.process.wait()

    server = start_server(tmp_path)
    try:
        assert [row["sid"] for row in server.accepted()] == sids
    finally:
        stop_server(server)


def test_price_is_told_once_it_is_sent(provider):
    provider.set(whatsapp_price=0.02, sms_price=0.44, sent_ms=200, outside_window="allow")
    client = provider.client()
    whatsapp = send(provider)
    sms = send(provider, to="+6281234567890", from_="KLINIK", body="a" * 200)

    assert (whatsapp.price, whatsapp.price_unit) == (None, "USD")
    assert until(lambda: client.messages(whatsapp.sid).fetch().price) == "-0.02000"
    assert until(lambda: client.messages(sms.sid).fetch().price) == "-0.88000"


def test_missed_replies_can_be_listed(provider):
    send(provider)
    sids = [provider.inbound("+6281234567890", word) for word in ("BERHENTI", "halo")]
    provider.inbound("+6281234567890", "bukan untuk kita", to="whatsapp:+6281155555555")

    listed = provider.client().messages.list(to=WHATSAPP_FROM, page_size=1)

    assert [(m.sid, m.direction) for m in listed] == [(sid, "inbound") for sid in sids[::-1]]
    since = listed[0].date_sent - timedelta(minutes=10)
    assert len(provider.client().messages.list(to=WHATSAPP_FROM, date_sent_after=since)) == 2


def test_a_message_stays_queued_where_nothing_is_delivered(provider):
    provider.set(delivers=False)
    sid = send(provider).sid

    assert provider.control("summary")["on_the_way"] == 0
    assert provider.client().messages(sid).fetch().status == "queued"


def test_letters_of_every_kind_arrive_as_they_were_written(provider):
    text = "100% = satu + dua & “tiga” 😀\r\n=3D %41_"

    assert send(provider, body=text).body == text
