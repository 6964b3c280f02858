"""What holds messages back is seen where a person can do something about it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import actions
from notifications.models import Approval, Conversation, Sender, Template, TemplateVersion
from notifications.providers.media import Attachment
from tests.browser.conftest import check_axe, shoot
from tests.factories import create_template
from tests.notifications.conftest import account, customer
from tests.promos.conftest import make_campaign, offer, sender

__all__ = ["account", "customer", "make_campaign", "offer", "sender"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_a_stopped_template_is_gone_on_with(cast, page, sign_in):
    template = create_template("visit_thanks_again")
    Template.objects.filter(pk=template.pk).update(
        stopped_at=timezone.now(), refused_code="63021", name="Terima kasih"
    )
    other = create_template("rejected")
    TemplateVersion.objects.filter(pk=other.current_id).update(approval=Approval.REJECTED)
    sign_in(page, cast.maya)
    page.goto(reverse("notifications:message_list"))
    page.get_by_text("Templat dihentikan karena").wait_for()
    check_axe(page)
    shoot(page, "held-log")
    page.goto(reverse("notifications:template_list"))
    check_axe(page)
    shoot(page, "held-templates")
    page.get_by_role("link", name="Templat dihentikan").click()
    page.get_by_role("button", name="Lanjutkan pengiriman").scroll_into_view_if_needed()
    check_axe(page)
    shoot(page, "held-template")
    page.get_by_role("button", name="Lanjutkan pengiriman").click()
    page.get_by_text("Pesan dengan templat ini berangkat lagi.").wait_for()
    sign_in(page, cast.citra)
    page.goto(reverse("notifications:sender_list"))
    page.get_by_text("Templat ditolak WhatsApp").wait_for()
    check_axe(page)
    shoot(page, "held-senders")
    sender = Sender.objects.order_by("pk")[0]
    for name, keys in (("sender_edit", [sender.pk]), ("figures", [])):
        page.goto(reverse(f"notifications:{name}", args=keys))
        check_axe(page)
        shoot(page, f"held-{name}")


def test_a_promo_for_nobody_cannot_be_started(make_campaign, cast, page, sign_in):
    campaign = make_campaign()
    sign_in(page, cast.maya)
    page.goto(reverse("promos:promo_show", args=[campaign.pk]))
    button = page.get_by_role("button", name="Mulai", exact=True)
    assert button.is_disabled()
    page.get_by_text("belum menjangkau siapa pun").wait_for()
    check_axe(page)
    shoot(page, "promo-nobody")


def test_a_picture_came_and_the_talk_goes_to_another_branch(
    cast, page, new_page, sign_in, customer, jayapura
):
    said = actions.Heard(
        sid="MM" + "1" * 32,
        sender=f"whatsapp:{customer.phone}",
        to="whatsapp:+6281100000000",
        body="Begini keadaannya sekarang. Bisa saya datang di Jayapura?",
        media_count=2,
        attachments=(
            Attachment("ME" + "1" * 32, "image/jpeg"),
            Attachment("ME" + "2" * 32, "audio/ogg"),
        ),
    )
    actions.receive_inbound(said, at=timezone.now())
    talk = Conversation.objects.get()
    sign_in(page, cast.anna)
    page.goto(reverse("notifications:talk", args=[talk.pk]))
    page.get_by_role("link", name="Gambar (JPEG)").wait_for()
    page.get_by_text("Alihkan ke cabang lain").click()
    check_axe(page)
    shoot(page, "inbox-hand-over")
    page.get_by_label("Catatan untuk mereka").fill("Mau datang ke cabang Anda")
    page.get_by_role("button", name="Alihkan", exact=True).click()
    page.get_by_text(f"Percakapan dialihkan ke {jayapura.name}").wait_for()
    there = new_page()
    sign_in(there, cast.boris)
    there.goto(reverse("notifications:inbox"))
    there.get_by_role("link", name="Sari Contoh").click()
    there.get_by_text("Mau datang ke cabang Anda").wait_for()
    check_axe(there)
    shoot(there, "inbox-handed-over")
