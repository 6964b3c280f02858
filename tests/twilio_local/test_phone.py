"""The pages that show a customer's phone."""

from urllib.parse import urlencode

from tests.twilio_server import WHATSAPP_FROM, until

PHONE = "+6281234567890"
HOSTILE = "<script>alert(1)</script> <b onclick='x'> \"&' https://x.example/?a=1&b=<i>"


def send(provider, body="Selamat pagi", **values):
    values = {"to": f"whatsapp:{PHONE}", "from_": WHATSAPP_FROM} | values
    return provider.client().messages.create(body=body, **values)


def page(provider, path, **headers):
    answer = provider.get(path, **headers)
    return answer.status, answer.data.decode()


def reply(provider, body, **headers):
    return provider.http.request(
        "POST",
        f"{provider.url}/phone/{PHONE}/reply",
        body=urlencode({"body": body}),
        headers={"Content-Type": "application/x-www-form-urlencoded", **headers},
        redirect=False,
    )


def test_hostile_text_is_shown_as_text(provider):
    send(provider, HOSTILE)
    reply(provider, HOSTILE)

    for path in ("/", f"/phone/{PHONE}", f"/?{urlencode({'q': HOSTILE[:20]})}"):
        status, html = page(provider, path)
        assert status == 200
        assert "<script>alert" not in html
        assert "<b onclick" not in html
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html


def test_pages_are_strict_and_local(provider):
    send(provider)

    for path in ("/", f"/phone/{PHONE}"):
        answer = provider.get(path)
        html = answer.data.decode()
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
        assert " style=" not in html
        assert "<script>" not in html
        assert "http" not in html
        assert "lang='id'" in html
        assert "Ponsel peraga" in html


def test_phones_newest_first_and_found(provider):
    send(provider, "satu", to="whatsapp:+6281111111111")
    send(provider, "dua", to="whatsapp:+6282222222222")

    _, html = page(provider, "/")
    assert html.index("dua") < html.index("satu")
    for asked in ("0811 1111", "1111111", "satu"):
        _, html = page(provider, "/?" + urlencode({"q": asked}))
        assert "satu" in html
        assert "dua" not in html
    _, html = page(provider, "/?q=%25")
    assert "Tidak ada ponsel yang cocok" in html
    _, html = page(provider, "/?q=081299998888")
    assert "Buka ponsel +62 812-9999-8888" in html


def test_conversation_with_ticks_in_words(provider):
    send(provider, "Baris *satu*\nbaris _dua_")
    send(provider, to="whatsapp:+6281200063024")
    reply(provider, "Terima kasih")
    send(provider, "Sama-sama")

    until(lambda: "Dibaca" in page(provider, f"/phone/{PHONE}")[1])
    _, html = page(provider, f"/phone/{PHONE}")
    assert "Baris <strong>satu</strong><br>baris <em>dua</em>" in html
    assert html.index("Terima kasih") < html.index("Sama-sama")
    assert "✓✓" in html
    until(lambda: "Tidak sampai (63024)" in page(provider, "/phone/+6281200063024")[1])


def test_fragment_answers_304_until_something_changes(provider):
    reply(provider, "halo")
    send(provider)
    until(lambda: provider.accepted()[0]["status"] == "read")
    path = f"/phone/{PHONE}/messages?channel=whatsapp"
    etag = provider.get(path).headers["ETag"]

    assert provider.get(path, **{"If-None-Match": etag}).status == 304
    send(provider, "baru")
    assert provider.get(path, **{"If-None-Match": etag}).status == 200


def test_reply_is_stored_as_inbound_to_the_senders_address(provider):
    send(provider, from_="whatsapp:+6281155555555")

    answer = reply(provider, " YA ")

    assert answer.status == 303
    [inbound] = provider.client().messages.list(from_=f"whatsapp:{PHONE}")
    assert (inbound.body, inbound.to, inbound.direction) == (
        "YA",
        "whatsapp:+6281155555555",
        "inbound",
    )


def test_reply_is_refused_from_another_site(provider):
    assert reply(provider, "x", Origin="https://evil.example").status == 403
    assert reply(provider, "x", Host="evil.example").status == 403


def test_sms_and_whatsapp_are_apart_and_sms_has_no_reply(provider):
    send(provider, "lewat wa")
    send(provider, "lewat sms", to=PHONE, from_="KLINIK")

    _, html = page(provider, f"/phone/{PHONE}")
    assert "lewat sms" in html
    assert "lewat wa" not in html
    assert "satu arah" in html
    _, html = page(provider, f"/phone/{PHONE}?channel=whatsapp")
    assert "lewat wa" in html
    assert "Kirim balasan" in html


def test_quick_replies_are_buttons(provider):
    content = provider.client().content.v1.contents
    types = {
        "twilio/quick-reply": {
            "body": "Datang besok?",
            "actions": [{"title": "YA", "id": "ya"}, {"title": "BATAL", "id": "batal"}],
        }
    }
    sid = provider.http.request(
        "POST",
        f"{provider.url}/v1/Content",
        json={"friendly_name": "tanya", "types": types},
        headers={"Authorization": provider.authorization},
    ).json()["sid"]
    assert content(sid).fetch().sid == sid
    provider.client().messages.create(to=f"whatsapp:{PHONE}", from_=WHATSAPP_FROM, content_sid=sid)

    _, html = page(provider, f"/phone/{PHONE}")
    assert "value='YA'" in html
    assert "value='BATAL'" in html


def test_read_when_the_phone_is_looked_at(provider):
    provider.set(read="viewed", outside_window="allow")
    sid = send(provider).sid
    status = lambda: provider.client().messages(sid).fetch().status  # noqa: E731

    until(lambda: status() == "delivered")
    page(provider, f"/phone/{PHONE}")
    assert status() == "read"


def test_unknown_addresses(provider):
    for path in ("/phone/", "/phone/abc", f"/phone/{PHONE}/x", "/nothing", "/static/../server.py"):
        assert provider.get(path).status == 404
