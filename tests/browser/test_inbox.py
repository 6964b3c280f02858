"""Customers write and are answered: the inbox, the telephone, what is sent by hand, leaving."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.urls import reverse
from django.utils import timezone

from frontdesk.branches.models import Branch
from notifications import actions
from notifications.actions.calling import put_on_list
from notifications.models import (
    CallEntry,
    Channel,
    Conversation,
    InboundMessage,
    Message,
    OptOutLink,
    Suppression,
)
from notifications.notices import write_missing_templates
from tests.browser.conftest import PHONE, check_axe, shoot
from tests.browser.test_messages import customers_phone
from tests.factories import NOW, create_template
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
    "customers_phone",
    "plan",
    "provider",
    "reminder",
    "sending",
    "twilio_server",
]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def spoken(plan, sending, settings, live_server, cast, customers_phone):
    """Somebody who was written to; her phone lies on the table."""
    # Nobody is left in peace: the test runs at any hour.
    Branch.objects.update(quiet_from=F("quiet_until"))
    settings.PUBLIC_BASE_URL = live_server.url
    sending.set(inbound_url=live_server.url + reverse("notifications:inbound"))
    write_missing_templates()
    plan(at=timezone.now(), due_at=timezone.now())
    message = Message.objects.get()
    Message.objects.filter(pk=message.pk).update(due_at=timezone.now())
    actions.send_due()
    until(lambda: Message.objects.get().provider_status == "read")
    customers_phone.goto("/")
    customers_phone.get_by_text("+62 812-3456-7890").click()

    def write(text):
        heard = InboundMessage.objects.count()
        customers_phone.get_by_role("textbox", name="Balasan").fill(text)
        customers_phone.keyboard.press("Enter")
        until(lambda: InboundMessage.objects.count() > heard)

    return write


def test_she_writes_and_is_answered(spoken, page, sign_in, cast, customers_phone):
    sign_in(page, cast.anna)
    page.goto("/")
    spoken("Halo, apakah hari Minggu buka?")
    page.reload()
    page.get_by_role("link", name="Kotak masuk").first.click()
    check_axe(page)
    page.get_by_role("link", name="Sari Contoh").click()
    page.get_by_text("Halo, apakah hari Minggu buka?").first.wait_for()
    page.get_by_label("Linimasa").get_by_text("Terdaftar").wait_for()
    check_axe(page)
    shoot(page, "inbox-talk")

    page.get_by_text("Balasan cepat").click()
    page.get_by_role("button", name="Jam buka").click()
    box = page.get_by_role("textbox", name="Balasan")
    assert "buka setiap hari" in box.input_value()
    box.fill("Buka, pukul 09.00 sampai 20.00.")
    page.keyboard.press("Control+Enter")
    page.locator(".bubble-ours", has_text="Buka, pukul 09.00").wait_for()
    actions.send_due()
    customers_phone.reload()
    customers_phone.get_by_text("Buka, pukul 09.00 sampai 20.00.").wait_for()

    # What she writes next comes by itself.
    spoken("Terima kasih")
    page.locator("#talk-lines .bubble", has_text="Terima kasih").last.wait_for()
    page.get_by_role("button", name="Selesai").click()
    page.get_by_text("Tidak ada percakapan yang terbuka.").wait_for()


def test_a_possible_stop_is_asked_about(spoken, page, sign_in, cast):
    spoken("brenti")
    sign_in(page, cast.anna)
    page.goto(reverse("notifications:inbox"))
    page.get_by_text("Mungkin berhenti").first.wait_for()
    page.get_by_role("link", name="Sari Contoh").click()
    page.get_by_text("Apakah ia minta berhenti dikirimi pesan?").wait_for()
    check_axe(page)
    shoot(page, "inbox-maybe-stop")
    page.get_by_role("button", name="Ya, promo saja").click()
    page.get_by_text("Apakah ia minta berhenti dikirimi pesan?").wait_for(state="detached")
    assert Suppression.objects.live().get().scope == "promo"


def test_two_clerks_see_each_other(spoken, page, new_page, sign_in, cast):
    spoken("Halo")
    bela = new_page()
    sign_in(page, cast.anna)
    sign_in(bela, cast.bela)
    for desk in (page, bela):
        desk.goto(reverse("notifications:talk", args=[Conversation.objects.get().pk]))
    page.get_by_role("button", name="Saya yang menjawab").click()
    bela.get_by_text("dijawab Anna").wait_for()
    bela.get_by_role("textbox", name="Balasan").fill("Saya juga")
    bela.get_by_role("button", name="Kirim").click()
    bela.get_by_role("alert").get_by_text("Anna sedang menjawab").wait_for()
    bela.get_by_text("Saya juga").wait_for()
    check_axe(bela)


def test_a_stranger_on_the_phone(cast, phone_page, sign_in, menteng):
    heard = actions.Heard(
        sid="SMx",
        sender="whatsapp:+6289999999999",
        to="whatsapp:+6281100000000",
        body="Halo",
        profile_name="Intan",
    )
    actions.receive_inbound(heard, at=timezone.now() - timedelta(hours=30))
    create_template("reply_hello", body="Halo {name}.", message_class="personal")
    sign_in(phone_page, cast.anna)
    phone_page.goto(reverse("notifications:inbox"))
    check_axe(phone_page)
    phone_page.get_by_role("link", name="~Intan").click()
    phone_page.get_by_text("WhatsApp hanya menerima templat").wait_for()
    phone_page.get_by_text("Siapa yang menulis?").wait_for()
    check_axe(phone_page)
    shoot(phone_page, "inbox-stranger", full=True)


def test_called_and_written_down(cast, plan, page, phone_page, sign_in):
    put_on_list(plan(), at=NOW)
    sign_in(page, cast.anna)
    page.goto(reverse("notifications:calls"))
    check_axe(page)
    shoot(page, "calls")
    page.get_by_role("button", name="Minta ditelepon lagi").click()
    page.get_by_text("Tulis kapan").wait_for()
    page.get_by_label("Telepon lagi pukul").fill("23.58")
    page.get_by_role("button", name="Minta ditelepon lagi").click()
    page.get_by_text("Tidak ada yang perlu ditelepon sekarang.").wait_for()
    page.get_by_role("link", name="Nanti").click()
    page.get_by_text("Sari Contoh").wait_for()
    page.get_by_role("button", name="Sudah bicara").click()
    assert CallEntry.objects.get().state == "done"

    sign_in(phone_page, cast.anna)
    phone_page.goto(reverse("notifications:calls") + "?show=done")
    phone_page.get_by_text("Berbicara dengan pelanggan").wait_for()
    check_axe(phone_page)


def test_by_hand(cast, plan, page, sign_in):
    plan(channel=Channel.BY_HAND)
    message = Message.objects.filter(channel=Channel.BY_HAND).get()
    soon = timezone.now() + timedelta(hours=1)
    Message.objects.filter(pk=message.pk).update(due_at=NOW, expires_at=soon)
    sign_in(page, cast.anna)
    page.goto(reverse("notifications:by_hand"))
    link = page.get_by_role("link", name="Buka WhatsApp").get_attribute("href")
    assert link.startswith("https://wa.me/6281234567890?text=Halo")
    check_axe(page)
    page.get_by_role("button", name="Sudah dikirim").click()
    page.get_by_text("Tidak ada pesan yang menunggu").wait_for()
    page.get_by_role("link", name="Sudah dikirim").click()
    page.get_by_text("Sari Contoh").wait_for()
    check_axe(page)


def test_leaving_by_link_without_any_script(customer, new_page):
    OptOutLink.objects.create(code="abcdefgh", phone=customer.phone, at=NOW)
    phone = new_page(PHONE, java_script_enabled=False)
    phone.goto("/b/abcdefgh/")
    phone.get_by_role("button", name="Hentikan promo saja").click()
    phone.get_by_role("heading", name="Promo sudah dihentikan").wait_for()
    phone.get_by_role("link", name="English").click()
    phone.get_by_role("button").click()
    assert Suppression.objects.live().count() == 2

    seeing = new_page(PHONE)
    seeing.goto("/b/abcdefgh/")
    check_axe(seeing)


def test_the_card_says_what_she_stopped(cast, customer, page, sign_in):
    sign_in(page, cast.anna)
    page.goto(reverse("home:customer", args=[customer.pk]))
    page.get_by_text("Ia minta berhenti dikirimi pesan").click()
    page.get_by_label("Kata-katanya").fill("Terlalu sering")
    page.get_by_role("button", name="Semua pesan").click()
    page.get_by_text("Minta tidak dikirimi pesan apa pun").wait_for()
    page.get_by_text("Riwayat persetujuan").click()
    check_axe(page)
    page.get_by_role("button", name="Ia setuju lagi Promo").click()
    page.get_by_text("Minta tidak dikirimi pesan apa pun").wait_for(state="detached")
