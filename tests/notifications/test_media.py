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
PICTURE, VOICE, ELSEWHERE, HUGE = ("ME" + digit * 32 for digit in "abcd")
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
            self._answer(200, b"x" * 4096)
        elif name == "somewhere" and not has_key:
            self._answer(200, CONTENT)
        elif name == "Media.json" and has_key:
            self._answer(200, LISTED.encode(), **{"Content-Type": "application/json"})
        else:
            self._answer(404, b"")

    def _answer(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for header, value in {"Content-Length": str(len(body)), **headers}.items():
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


@pytest.mark.parametrize("sid", [ELSEWHERE, "ME" + "e" * 32])
def test_what_leads_elsewhere_or_is_gone_says_so(post, kept, customer, sign_in, cast, sid):
    talk = write(post, (sid, "image/png"))
    client = sign_in(cast.anna)
    answer = client.get(
        reverse("notifications:talk_media", args=[talk.pk, InboundMedia.objects.get().pk]),
        follow=True,
    )
    assert "tidak bisa dibuka sekarang" in answer.content.decode()


def test_too_big_is_not_read_to_the_end(post, kept, customer, sign_in, cast, monkeypatch):
    monkeypatch.setattr(media, "MOST_BYTES", 1024)
    talk = write(post, (HUGE, "video/mp4"))
    answer = opened(sign_in(cast.anna), talk, InboundMedia.objects.get())
    assert answer.status_code == 302


def test_only_for_those_who_may_read_the_talk(post, kept, customer, sign_in, cast):
    talk = write(post, (PICTURE, "image/png"))
    one = InboundMedia.objects.get()
    assert opened(sign_in(cast.boris), talk, one).status_code == 404
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
