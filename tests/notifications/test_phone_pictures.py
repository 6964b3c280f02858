"""A picture from the provider's phone page: over real webhooks into the inbox, and opened there."""

import pytest
from django.urls import reverse

from frontdesk.staff.models import Role
from notifications import actions
from notifications.models import Conversation, InboundMedia
from tests.factories import BranchFactory, CustomerFactory, create_staff
from tests.twilio_server import until

PHONE = "+6281234567890"
PICTURE = b"\x89PNG\r\n\x1a\n\x00 seperti ini"


@pytest.fixture
def at_desk(sending, live_server, settings, sign_in):
    settings.PUBLIC_BASE_URL = live_server.url
    sending.set(inbound_url=live_server.url + reverse("notifications:inbound"))
    branch = BranchFactory()
    CustomerFactory(name="Sari Contoh", phone=PHONE, home_branch=branch)
    return sign_in(create_staff(Role.FRONT_OFFICER, branch=branch))


@pytest.mark.django_db(transaction=True)
def test_the_inbox_shows_what_the_phone_sent(at_desk, sending):
    sent = sending.http.request(
        "POST",
        f"{sending.url}/phone/{PHONE}/reply",
        fields={"body": "Apakah ini wajar?", "file": ("pipi.png", PICTURE, "image/png")},
        redirect=False,
    )
    assert sent.status == 303
    until(lambda: InboundMedia.objects.exists())

    one, talk = InboundMedia.objects.get(), Conversation.objects.get()
    page = at_desk.get(reverse("notifications:talk", args=[talk.pk])).content.decode()
    assert "Apakah ini wajar?" in page
    assert "Gambar (PNG)" in page
    assert sending.url not in page

    address = reverse("notifications:talk_media", args=[talk.pk, one.pk])
    assert address in page
    opened = at_desk.get(address)
    assert (opened.status_code, opened.content) == (200, PICTURE)
    assert opened["Content-Type"] == "image/png"


@pytest.mark.django_db(transaction=True)
def test_what_was_sent_while_we_were_down_is_fetched_with_its_picture(at_desk, sending):
    actions.ensure_senders()
    sending.set(inbound_url="")
    sending.http.request(
        "POST",
        f"{sending.url}/phone/{PHONE}/reply",
        fields={"body": "", "file": ("pipi.png", PICTURE, "image/png")},
        redirect=False,
    )
    actions.pull_inbound()

    one, talk = InboundMedia.objects.get(), Conversation.objects.get()
    opened = at_desk.get(reverse("notifications:talk_media", args=[talk.pk, one.pk]))
    assert opened.content == PICTURE
