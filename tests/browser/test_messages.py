"""Step 8 of the day: from the finished slip to the customer's phone, her time line and her no."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from customers.models import ConsentEvent
from notifications import actions
from notifications.models import InboundMessage, Message
from notifications.states import MessageState
from tests.browser.conftest import COUNTER, PHONE, check_axe, shoot
from tests.factories import TreatmentFactory, create_slip, put_on_duty
from tests.notifications.conftest import account, customer, provider, sending, twilio_server
from tests.twilio_server import until
from treatments.actions import finish_slip
from treatments.notices import CONTROL_TEMPLATE
from treatments.states import SlipState

__all__ = ["account", "customer", "provider", "sending", "twilio_server"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def customers_phone(browser, sending):
    """The provider's page of the customer's phone, in a browser that knows only that."""
    context = browser.new_context(base_url=sending.url, viewport=PHONE, locale="id-ID")
    page = context.new_page()
    faults = []
    home = urlsplit(sending.url).netloc
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text))
    page.on(
        "request",
        lambda request: urlsplit(request.url).netloc == home or faults.append(request.url),
    )
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def treat(cast, menteng, customer):
    """Return a function that brings her into Tari's hands, for a control in so many days."""
    # A reminder goes at any hour of the day on which this runs.
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()

    def begin(*, control_in):
        at = timezone.now()
        put_on_duty(cast.tari, branch=menteng, at=at)
        return create_slip(
            branch=menteng,
            desk=cast.anna,
            beautician=cast.tari,
            treatments=[TreatmentFactory(control_days=[control_in])],
            customer=customer,
            state=SlipState.IN_PROGRESS,
            at=at,
        )

    return begin


def send_reminder():
    """Send what is due when the hour of the waiting reminder has come; return how many went."""
    waiting = Message.objects.get(notice=CONTROL_TEMPLATE, state=MessageState.QUEUED)
    return actions.send_due(clock=lambda: waiting.due_at)


def test_from_the_finished_slip_to_the_customers_answer(
    treat, sending, settings, live_server, cast, customer, page, sign_in, customers_phone
):
    settings.PUBLIC_BASE_URL = live_server.url
    sending.set(inbound_url=live_server.url + reverse("notifications:inbound"))
    slip = treat(control_in=1)
    sign_in(page, cast.tari)
    page.goto(reverse("treatments:my_slip_finish", args=[slip.pk]))
    page.get_by_role("button", name="Simpan dan selesai").click()
    page.get_by_text(f"Slip {slip.code} selesai.").wait_for()
    assert send_reminder() == 1
    until(lambda: Message.objects.get(notice=CONTROL_TEMPLATE).provider_status == "read")

    customers_phone.goto("/")
    check_axe(customers_phone)
    customers_phone.get_by_text("+62 812-3456-7890").click()
    customers_phone.get_by_text("Jadwal kontrol Anda adalah").wait_for()
    check_axe(customers_phone)
    shoot(customers_phone, "provider-phone")

    sign_in(page, cast.maya)
    page.set_viewport_size(COUNTER)
    page.goto(reverse("notifications:message_list"))
    page.get_by_role("link", name="Terkirim").click()
    page.get_by_role("row", name="Sari Contoh").get_by_text("Dibaca").wait_for()
    check_axe(page)
    shoot(page, "message-list")
    page.get_by_role("link", name="Halo ").click()
    page.get_by_role("heading", name="Pesan untuk Sari Contoh").wait_for()
    page.get_by_text("Sampai", exact=True).wait_for()
    check_axe(page)
    shoot(page, "message-story", full=True)
    page.goto(reverse("home:customer", args=[customer.pk]))
    told = page.locator("#timeline").get_by_role("listitem").filter(has_text="Jadwal kontrol Anda")
    told.get_by_text("Dibaca", exact=True).wait_for()
    shoot(page, "message-timeline", full=True)

    customers_phone.get_by_role("textbox", name="Balasan").fill("BERHENTI")
    customers_phone.keyboard.press("Enter")
    customers_phone.get_by_text("BERHENTI").wait_for()
    until(lambda: InboundMessage.objects.exists())
    assert not ConsentEvent.objects.latest_for(customer)["service"].is_granted
    finish_slip(treat(control_in=2), by=cast.tari, at=timezone.now())
    assert send_reminder() == 0

    assert Message.objects.filter(notice=CONTROL_TEMPLATE).latest("pk").state == "suppressed"
    assert len(sending.accepted()) == 1
    page.goto(reverse("notifications:message_list") + "?group=unsent")
    page.get_by_text("tidak ingin menerima pesan").first.wait_for()
    check_axe(page)


def test_the_conversation_refreshes_itself(sending, customers_phone):
    sending.set(outside_window="allow")
    number = "+6281234567890"
    client = sending.client()

    def write(body: str) -> None:
        client.messages.create(to=f"whatsapp:{number}", from_="whatsapp:+6281100000000", body=body)

    write("Pesan pertama")
    customers_phone.goto(f"/phone/{number}")
    customers_phone.get_by_text("Pesan pertama").wait_for()
    write("Pesan kedua <b>tebal</b>")

    customers_phone.get_by_text("Pesan kedua <b>tebal</b>").wait_for()
