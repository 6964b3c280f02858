"""Status callbacks and inbound messages as the application meets them."""

import pytest
from twilio.request_validator import RequestValidator, get_signature_algorithm

from tests.twilio_server import WHATSAPP_FROM, start_server, stop_server, until

PHONE = "+6281234567890"


def send(provider, callback, **values):
    values = {"to": f"whatsapp:{PHONE}", "from_": WHATSAPP_FROM, "body": "Halo"} | values
    return provider.client().messages.create(status_callback=callback, **values)


@pytest.fixture(autouse=True)
def open_window(provider):
    provider.set(outside_window="allow")


@pytest.fixture
def one_at_a_time(provider):
    """The next callback leaves once the last one was answered: so they arrive as they left."""
    provider.set(callbacks_at_once=1)


def valid(provider, call):
    settings = call["headers"].get("X-Twilio-Webhooks-Signature-Settings", "")
    return RequestValidator(provider.auth_token).validate(
        call["url"],
        call["params"],
        call["headers"]["X-Twilio-Signature"],
        algorithm=get_signature_algorithm(settings),
    )


def test_statuses_come_signed_and_in_order(provider, receiver, one_at_a_time):
    message = send(provider, f"{receiver.url}/tw/s/1/?a=1%20b")

    until(lambda: len(receiver.calls) == 3)

    assert receiver.statuses() == ["sent", "delivered", "read"]
    assert all(valid(provider, call) for call in receiver.calls)
    params = receiver.calls[-1]["params"]
    assert params["MessageSid"] == message.sid
    assert params["To"] == f"whatsapp:{PHONE}"
    assert params["EventType"] == "READ"


def test_signature_with_the_newer_algorithm(provider, receiver):
    provider.set(callback_algorithm="HMAC_SHA256")
    send(provider, f"{receiver.url}/s/")

    until(lambda: receiver.calls)
    assert valid(provider, receiver.calls[0])


def test_the_error_is_told(provider, receiver, one_at_a_time):
    send(provider, f"{receiver.url}/s/", to="whatsapp:+6281200063024")

    until(lambda: len(receiver.calls) == 2)
    assert receiver.calls[1]["params"]["ErrorCode"] == "63024"
    assert receiver.statuses() == ["sent", "undelivered"]


def test_a_failed_callback_comes_again_only_as_its_address_asks(provider, receiver, one_at_a_time):
    receiver.answers = [503, 503]
    send(provider, f"{receiver.url}/s/#rc=2&rp=5xx")
    until(lambda: len(receiver.calls) == 5)

    assert receiver.statuses() == ["sent", "sent", "sent", "delivered", "read"]
    tokens = [call["headers"]["I-Twilio-Idempotency-Token"] for call in receiver.calls]
    assert len(set(tokens)) == 3
    assert all("#" not in call["url"] for call in receiver.calls)
    assert all(valid(provider, call) for call in receiver.calls)


def test_no_retry_of_a_503_by_default(provider, receiver, one_at_a_time):
    receiver.answers = [503]
    send(provider, f"{receiver.url}/s/", to=PHONE, from_="KLINIK")
    until(lambda: "delivered" in receiver.statuses())

    assert receiver.statuses() == ["sent", "delivered"]


def test_callbacks_dropped(provider, receiver):
    provider.set(callback_drop=1.0)
    sid = send(provider, f"{receiver.url}/s/").sid

    until(lambda: provider.client().messages(sid).fetch().status == "read")
    assert receiver.calls == []


def test_callbacks_doubled(provider, receiver):
    provider.set(callback_duplicate=1.0)
    send(provider, f"{receiver.url}/s/")

    until(lambda: len(receiver.calls) == 6)
    assert sorted(receiver.statuses()) == ["delivered"] * 2 + ["read"] * 2 + ["sent"] * 2


def test_callbacks_in_another_order(provider, receiver):
    provider.set(callback_reorder=0.5, seed=3)
    for _ in range(8):
        send(provider, f"{receiver.url}/s/")

    until(lambda: len(receiver.calls) == 24)
    orders = {}
    for call in receiver.calls:
        orders.setdefault(call["params"]["MessageSid"], []).append(call["params"]["MessageStatus"])
    assert ["sent", "delivered", "read"] not in [orders[sid] for sid in orders] or len(
        {tuple(order) for order in orders.values()}
    ) > 1


def test_callbacks_late(provider, receiver):
    provider.set(callback_delay_ms=2_000)
    send(provider, f"{receiver.url}/s/")

    until(lambda: len(provider.control("callbacks")) == 3)
    [message] = provider.accepted()
    told = {call["params"]["MessageStatus"]: call["at"] for call in provider.control("callbacks")}
    assert told.keys() == {"sent", "delivered", "read"}
    assert min(told.values()) - message["sent"] >= 2


def test_a_reply_comes_as_a_signed_inbound_webhook(provider, receiver):
    provider.set(inbound_url=f"{receiver.url}/tw/in/")
    sid = provider.inbound(PHONE, "BERHENTI", name="Ibu Sari")

    call = until(lambda: receiver.calls and receiver.calls[0])

    assert valid(provider, call)
    assert (
        call["params"]
        | {
            "MessageSid": sid,
            "From": f"whatsapp:{PHONE}",
            "To": WHATSAPP_FROM,
            "Body": "BERHENTI",
            "NumMedia": "0",
            "ProfileName": "Ibu Sari",
            "WaId": PHONE[1:],
        }
        == call["params"]
    )
    listed = provider.client().messages.list(from_=f"whatsapp:{PHONE}")
    assert [(m.sid, m.direction, m.status) for m in listed] == [(sid, "inbound", "received")]


def test_what_was_on_its_way_goes_on_after_a_restart(tmp_path, receiver):
    server = start_server(tmp_path)
    server.set(sent_ms=60_000, outside_window="allow")
    send(server, f"{receiver.url}/s/")
    stop_server(server)

    server = start_server(tmp_path)
    server.set(callbacks_at_once=1)
    try:
        assert len(server.accepted()) == 1
        until(lambda: receiver.statuses() == ["sent", "delivered", "read"])
    finally:
        stop_server(server)
