"""A picture that a customer sends from the phone page, told and given as Twilio does."""

import time
from urllib.parse import urlencode, urljoin

import pytest
from twilio.request_validator import RequestValidator

from tests.twilio_server import ACCOUNT_SID, WHATSAPP_FROM, until

PHONE = "+6281234567890"
# Line ends of every kind, a nought, and what looks like the end of the form.
PICTURE = b"\x89PNG\r\n\x1a\n\x00 \r \n--\r\n--x\r\n" + bytes(range(256))


def send(provider, content=PICTURE, kind="image/png", *, body="Seperti ini?"):
    return provider.http.request(
        "POST",
        f"{provider.url}/phone/{PHONE}/reply",
        fields={"body": body, "file": ("gambar.png", content, kind)},
        redirect=False,
    )


@pytest.fixture
def told(provider, receiver):
    """What the clinic's webhook was told of the picture."""
    provider.set(inbound_url=f"{receiver.url}/tw/in/")
    assert send(provider).status == 303
    call = until(lambda: receiver.calls and receiver.calls[0])
    assert RequestValidator(provider.auth_token).validate(
        call["url"], call["params"], call["headers"]["X-Twilio-Signature"]
    )
    return call["params"]


def asked(provider, url, **headers):
    return provider.http.request("GET", url, headers=headers, redirect=False)


def test_the_webhook_tells_where_it_is(provider, told):
    sid = told["MessageSid"]
    assert sid.startswith("MM")
    assert told["NumMedia"] == "1"
    assert told["MediaContentType0"] == "image/png"
    assert told["MessageType"] == "image"
    assert told["Body"] == "Seperti ini?"
    place = f"{provider.url}/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}/Media/ME"
    assert told["MediaUrl0"].startswith(place)


def test_it_wants_the_key_and_sends_on_to_where_it_wants_none(provider, told):
    url = told["MediaUrl0"]
    assert asked(provider, url).status == 401

    moved = asked(provider, url, Authorization=provider.authorization)
    assert moved.status == 307
    store = urljoin(url, moved.headers["Location"])
    assert asked(provider, store, Authorization=provider.authorization).status == 400
    given = asked(provider, store)
    assert (given.status, given.data) == (200, PICTURE)
    assert given.headers["Content-Type"] == "image/png"

    assert asked(provider, store.replace("Signature=", "Signature=0")).status == 403
    place = store.partition("?")[0]
    late = urlencode({"Expires": int(time.time()) - 1, "Signature": "0"})
    assert asked(provider, f"{place}?{late}").status == 403
    assert asked(provider, place).status == 403


def test_the_official_client_lists_it(provider, told):
    message = provider.client().messages(told["MessageSid"])
    assert message.fetch().num_media == "1"
    [media] = message.media.list()
    assert told["MediaUrl0"].endswith(media.sid)
    assert media.content_type == "image/png"
    assert message.media(media.sid).fetch().parent_sid == told["MessageSid"]
    assert message.media(media.sid).delete()
    assert asked(provider, told["MediaUrl0"], Authorization=provider.authorization).status == 404
    assert provider.client().messages.list(from_=f"whatsapp:{PHONE}")[0].num_media == "1"


def test_the_phone_shows_it(provider, told):
    page = provider.get(f"/phone/{PHONE}").data.decode()
    address = page.partition("<img class='picture' src='")[2].partition("'")[0]
    shown = provider.get(address)
    assert (shown.status, shown.data) == (200, PICTURE)
    assert "sandbox" in shown.headers["Content-Security-Policy"]
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert provider.get(address.replace(PHONE[1:], "6281200000001")).status == 404


def test_what_could_run_is_only_saved(provider):
    assert send(provider, b"<script>alert(1)</script>", "text/html", body="").status == 303
    page = provider.get(f"/phone/{PHONE}").data.decode()
    assert "<img" not in page
    assert "Lampiran (text/html)" in page
    address = page.partition("<p><a href='")[2].partition("'")[0]
    assert provider.get(address).headers["Content-Disposition"] == "attachment"
    assert "Lampiran" in provider.get("/").data.decode()


def test_nothing_and_too_much(provider):
    assert send(provider, b"", body="").status == 303
    assert send(provider, bytes(16_000_001)).status == 413
    assert provider.client().messages.list(from_=f"whatsapp:{PHONE}") == []
    assert provider.client().messages.list(to=WHATSAPP_FROM) == []
