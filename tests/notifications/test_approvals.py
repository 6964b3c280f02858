"""Each text is handed in at WhatsApp once, and its answer is shown in words."""

from datetime import timedelta

import pytest

from notifications import actions
from notifications.actions import approving
from notifications.models import Approval, MessageClass, Template, TemplateVersion
from notifications.providers import approvals
from tests.factories import NOW, create_template

pytestmark = pytest.mark.django_db


@pytest.fixture
def versions(sending) -> list[TemplateVersion]:
    # Those that come with the product are not looked at here.
    Template.objects.update(is_archived=True)
    service = create_template("service")
    promo = create_template("promo", message_class=MessageClass.MARKETING)
    create_template("quick", message_class=MessageClass.PERSONAL)
    assert actions.register_templates() == 3
    return [service.current, promo.current]


def test_it_is_asked_for_with_its_category_and_noted(versions) -> None:
    assert actions.follow_approvals(at=NOW) == 2
    for version in versions:
        version.refresh_from_db()
        assert version.approval == Approval.APPROVED
        assert version.approval_seen_at == NOW
    assert TemplateVersion.objects.get(template__key="quick").approval == ""
    assert actions.follow_approvals(at=NOW + timedelta(hours=1)) == 0


def test_what_waits_is_looked_at_again(versions, monkeypatch) -> None:
    # As far away as the real one.
    monkeypatch.setattr(approving, "NEXT_DOOR", timedelta.max)
    TemplateVersion.objects.filter(pk=versions[0].pk).update(
        approval=Approval.PENDING, approval_seen_at=NOW
    )
    assert actions.follow_approvals(at=NOW + timedelta(minutes=1)) == 1
    versions[0].refresh_from_db()
    assert versions[0].approval == Approval.PENDING
    assert actions.follow_approvals(at=NOW + timedelta(minutes=6)) == 1
    versions[0].refresh_from_db()
    assert versions[0].approval == Approval.APPROVED


def test_next_door_every_beat_asks(versions) -> None:
    actions.follow_approvals(at=NOW)
    TemplateVersion.objects.filter(pk=versions[0].pk).update(approval=Approval.REJECTED)
    assert actions.follow_approvals(at=NOW + timedelta(minutes=1)) == 1


def test_an_answer_that_cannot_be_read_changes_nothing(versions, settings) -> None:
    settings.TWILIO_API_BASE = settings.TWILIO_CONTENT_API_BASE = "http://127.0.0.1:1"
    assert actions.follow_approvals(at=NOW) == 0
    assert set(TemplateVersion.objects.values_list("approval", flat=True)) == {""}


def test_a_template_the_provider_does_not_know(versions) -> None:
    TemplateVersion.objects.filter(pk=versions[0].pk).update(content_sid="HX" + "0" * 32)
    assert actions.follow_approvals(at=NOW) == 1


def test_the_name_is_one_that_whatsapp_takes() -> None:
    assert approvals.NAME.sub("_", "promo-akhir tahun_v2") == "promo_akhir_tahun_v2"


def test_the_page_tells_it(versions, cast, sign_in) -> None:
    TemplateVersion.objects.filter(pk=versions[0].pk).update(
        approval=Approval.REJECTED, approval_note="INVALID_FORMAT"
    )
    page = sign_in(cast.maya).get(f"/messages/templates/{versions[0].template_id}/")
    assert "Ditolak WhatsApp. INVALID_FORMAT" in page.content.decode()
