"""What customers send besides words: told by its kind, opened through us, never from elsewhere."""

import threading
import uuid
from base64 import b64encode
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import actions
from notifications.models import Conversation, InboundMedia, InboundMessage
from notifications.providers import media
from tests.notifications.test_webhooks import post
from tests.twilio_server import ACCOUNT_SID, AUTH_TOKEN

__all__ = ["post"]
pytestmark = pytest.mark.django_db

PHONE = "+6281234567890"
SID = "MM" + "1" * 32
PICTURE, VOICE, ELSEWHERE, HUGE, TWICE, PAGE, ENDLESS = ("ME" + d * 32 for d in "abcdef0")
CONTENT = b"\x89PNG and more"


class _Provider(BaseHTTPRequestHandler):
    asked: list[tuple[str, bool]] = []

    def do_GET(self) -> None:
        pair = b64encode(f"{ACCOUNT_SID}:{AUTH_TOKEN}".encode()).decode()
        has_key = self.headers.get("Authorization") == f"Basic {pair}"
        self.asked.append((self.path, has_key))
        name = self.path.partition("?")[0].rpartition("/")[2]
        if name in (PICTURE, VOICE) and has_key:
            self._answer(307, b"", Location="/kept/somewhere")
        elif name == ELSEWHERE:
            self._answer(307, b"", Location="http://127.0.0.2:9/private")
        elif name == HUGE:
            self._answer(200, b"", **{"Content-Length": "4096"})
        elif name == ENDLESS:
            self._answer(200, b"x" * 4096, **{"Content-Length": "", "Connection": "close"})
        elif name == TWICE:
            self._answer(307, b"", Location=f"/kept/{PICTURE}")
        elif name == PAGE:
            self._answer(200, b"<h1>gone</h1>", **{"Content-Type": "text/html; charset=utf-8"})
        elif name == "somewhere" and not has_key:
            self._answer(200, CONTENT)
        elif name == "Media.json" and has_key:
            self._answer(200, LISTED.encode(), **{"Content-Type": "application/json"})
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for header, value in {"Content-Length": str(len(body)), **headers}.items():
            if value:
                self.send_header(header, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_values: object) -> None:
        pass


LISTED = (
    f'{{"media_list": [{{"sid": "{PICTURE}", "content_type": "image/png"}}], "page": 0,'
    ' "page_size": 50, "start": 0, "end": 0, "next_page_uri": null, "uri": "x"}'
)


@pytest.fixture
def kept(settings):
    """The provider's place for pictures."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Provider)
    _Provider.asked = []
    threading.Thread(target=server.serve_forever, daemon=True).start()
    settings.TWILIO_API_BASE = f"http://127.0.0.1:{server.server_port}"
    yield _Provider
    server.shutdown()
    server.server_close()


def write(post, *attachments: tuple[str, str], sid: str = SID):
    params = {
        "MessageSid": sid,
        "From": f"whatsapp:{PHONE}",
        "To": "whatsapp:+6281100000000",
        "Body": "",
        "NumMedia": str(len(attachments)),
    }
    base = f"https://api.twilio.com/2010-04-01/Accounts/{ACCOUNT_SID}/Messages/{sid}/Media"
    for number, (media_sid, kind) in enumerate(attachments):
        params[f"MediaUrl{number}"] = f"{base}/{media_sid}"
        params[f"MediaContentType{number}"] = kind
    assert post(reverse("notifications:inbound"), params).status_code == 204
    return Conversation.objects.get()


def opened(client, talk, one: InboundMedia):
    return client.get(reverse("notifications:talk_media", args=[talk.pk, one.pk]))


def test_each_is_told_by_its_kind_and_opened_through_us(post, kept, customer, sign_in, cast):
    talk = write(post, (PICTURE, "image/png"), (VOICE, "audio/ogg; codecs=opus"))
    client = sign_in(cast.anna)
    page = client.get(reverse("notifications:talk", args=[talk.pk])).content.decode()
    assert "Gambar (PNG)" in page
    assert "Suara (OGG)" in page
    assert "twilio.com" not in page
    assert kept.asked == []

    picture, voice = InboundMedia.objects.order_by("pk")
    answer = opened(client, talk, picture)
    assert (answer.status_code, answer.content) == (200, CONTENT)
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("inline")
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    # The key of the account does not travel on.
    assert [has_key for _path, has_key in kept.asked] == [True, False]

    answer = opened(client, talk, voice)
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment")


def test_a_page_in_disguise_is_only_saved(post, kept, customer, sign_in, cast):
    talk = write(post, (PICTURE, "image/svg+xml"))
    answer = opened(sign_in(cast.anna), talk, InboundMedia.objects.get())
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


@pytest.mark.parametrize("sid", [ELSEWHERE, TWICE, PAGE, "ME" + "9" * 32])
def test_what_leads_elsewhere_or_is_gone_says_so(post, kept, customer, sign_in, cast, sid):
    talk = write(post, (sid, "image/png"))
    client = sign_in(cast.anna)
    answer = client.get(
        reverse("notifications:talk_media", args=[talk.pk, InboundMedia.objects.get().pk]),
        follow=True,
    )
    assert "tidak bisa dibuka sekarang" in answer.content.decode()


@pytest.mark.parametrize("sid", [HUGE, ENDLESS])
def test_too_big_is_not_read_to_the_end(post, kept, customer, sign_in, cast, monkeypatch, sid):
    monkeypatch.setattr(media, "MOST_BYTES", 1024)
    talk = write(post, (sid, "video/mp4"))
    client = sign_in(cast.anna)
    url = reverse("notifications:talk_media", args=[talk.pk, InboundMedia.objects.get().pk])
    assert "terlalu besar" in client.get(url, follow=True).content.decode()


KEPT = f"/{ACCOUNT_SID}/{'0' * 32}?Expires=1&Signature=x"


@pytest.mark.parametrize(
    ("url", "is_one"),
    [
        (f"https://mms.twiliocdn.com{KEPT}", True),
        (f"https://mms.twiliocdn.com:443{KEPT}", True),
        (f"https://s3-external-1.amazonaws.com/media.twiliocdn.com{KEPT}", True),
        (f"http://mms.twiliocdn.com{KEPT}", False),
        (f"https://mms.twiliocdn.com:8443{KEPT}", False),
        (f"https://somebody@mms.twiliocdn.com{KEPT}", False),
        (f"https://mms.twiliocdn.com@evil.example{KEPT}", False),
        (f"https://mms.twiliocdn.com.evil.example{KEPT}", False),
        (f"https://evil.twiliocdn.com{KEPT}", False),
        (f"https://api.twilio.com{KEPT}", False),
        (f"https://evil.s3.amazonaws.com/media.twiliocdn.com{KEPT}", False),
        (f"https://s3-external-1.amazonaws.com/evil{KEPT}", False),
        (f"https://s3-external-1.amazonaws.com/media.twiliocdn.com.evil{KEPT}", False),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/../evil/x", False),
        ("https://s3-external-1.amazonaws.com/media.twiliocdn.com/%2e%2e%2fevil/x", False),
        ("https://169.254.169.254/latest/meta-data", False),
        ("file:///etc/passwd", False),
        ("https://mms.twiliocdn.com:wrong/x", False),
        ("", False),
    ],
)
def test_only_the_provider_s_own_stores_are_asked(settings, url, is_one):
    settings.TWILIO_API_BASE = ""
    assert media.is_store(url) is is_one


def test_a_store_that_moved_is_a_setting(settings):
    settings.TWILIO_API_BASE = ""
    settings.TWILIO_MEDIA_STORES = ["kept.example/ours/"]
    assert media.is_store("https://kept.example/ours/x")
    assert not media.is_store("https://kept.example/oursx")
    assert not media.is_store(f"https://mms.twiliocdn.com{KEPT}")


def test_only_for_those_who_may_read_the_talk(post, kept, customer, sign_in, cast):
    talk = write(post, (PICTURE, "image/png"))
    one = InboundMedia.objects.get()
    assert opened(sign_in(cast.boris), talk, one).status_code == 404
    # Nor by the number of another talk that she may read.
    own = Conversation.objects.create(
        phone="+6289999999999",
        channel="whatsapp",
        branch=cast.anna.branches[0],
        last_at=talk.last_at,
    )
    assert opened(sign_in(cast.anna), own, one).status_code == 404
    assert kept.asked == []


def test_an_address_that_is_not_the_provider_s_cannot_be_opened(post, kept, customer):
    write(post, ("https://evil.example/x", "image/png"))
    assert InboundMedia.objects.get().provider_sid == ""


def test_what_was_fetched_later_has_them_too(kept, customer):
    heard = InboundMessage.objects.count()
    assert media.attachments_of(SID) == (media.Attachment(PICTURE, "image/png"),)
    said = actions.Heard(
        sid=uuid.uuid4().hex,
        sender=f"whatsapp:{PHONE}",
        to="whatsapp:+6281100000000",
        body="",
        media_count=1,
        attachments=media.attachments_of(SID),
    )
    actions.receive_inbound(said, at=timezone.now() - timedelta(minutes=1))
    assert InboundMessage.objects.count() == heard + 1
    assert InboundMedia.objects.get().provider_sid == PICTURE
