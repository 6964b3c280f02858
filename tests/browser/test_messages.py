"""A reminder on its way: in the manager's log, on the customer's phone, and the customer's no."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse

from customers.models import ConsentEvent
from notifications import actions
from notifications.models import InboundMessage, Message
from notifications.states import MessageState
from tests.browser.conftest import COUNTER, PHONE, check_axe, shoot
from tests.notifications.conftest import (
    account,
    clock,
    customer,
    plan,
    provider,
    reminder,
    sending,
    twilio_server,
)
from tests.twilio_server import until

__all__ = [
    "account",
    "clock",
    "customer",
    "plan",
    "provider",
    "reminder",
    "sending",
    "twilio_server",
]
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


def test_from_the_plan_to_the_customers_answer(
    plan, sending, clock, settings, live_server, cast, customer, page, sign_in, customers_phone
):
    settings.PUBLIC_BASE_URL = live_server.url
    sending.set(inbound_url=live_server.url + reverse("notifications:inbound"))
    plan()
    actions.send_due(clock=clock)
    until(lambda: Message.objects.get().provider_status == "read")

    customers_phone.goto("/")
    check_axe(customers_phone)
    customers_phone.get_by_text("+62 812-3456-7890").click()
    customers_phone.get_by_text("Halo Ibu Sari, sampai jumpa besok.").wait_for()
    check_axe(customers_phone)
    shoot(customers_phone, "provider-phone")

    sign_in(page, cast.maya)
    page.set_viewport_size(COUNTER)
    page.goto(reverse("notifications:message_list"))
    page.get_by_role("link", name="Terkirim").click()
    page.get_by_role("row", name="Sari Contoh").get_by_text("Dibaca").wait_for()
    check_axe(page)
    shoot(page, "message-list")
    page.get_by_role("link", name="Halo Ibu Sari").click()
    page.get_by_role("heading", name="Pesan untuk Sari Contoh").wait_for()
    page.get_by_text("Sampai", exact=True).wait_for()
    check_axe(page)
    shoot(page, "message-story", full=True)

    customers_phone.get_by_role("textbox", name="Balasan").fill("BERHENTI")
    customers_phone.keyboard.press("Enter")
    customers_phone.get_by_text("BERHENTI").wait_for()
    until(lambda: InboundMessage.objects.exists())
    assert not ConsentEvent.objects.latest_for(customer)["service"].is_granted
    plan(key="test:2")
    actions.send_due(clock=clock)

    assert Message.objects.get(key="test:2").state == MessageState.SUPPRESSED
    page.goto(reverse("notifications:message_list") + "?group=unsent")
    page.get_by_text("tidak ingin menerima pesan").wait_for()
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
