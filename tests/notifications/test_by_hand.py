"""Sent from a person's own WhatsApp, and in the same log."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from notifications import actions
from notifications.actions.by_hand import clear_by_hand
from notifications.models import Channel, Message, Scope, SuppressionSource
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(plan, cast):
    return plan(channel=Channel.BY_HAND, at=timezone.now() - timedelta(minutes=5))


@pytest.fixture
def anna(sign_in, cast):
    return sign_in(cast.anna)


def deed(client, name, message):
    return client.post(reverse(f"notifications:{name}", args=[message.pk]))


def test_the_link_carries_the_words(anna, message):
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    page = anna.get(reverse("notifications:by_hand")).content.decode()
    assert "https://wa.me/6281234567890?text=Halo%20Ibu%20Sari%2C%20sampai%20jumpa%20besok." in page


def test_sent_is_written_down_with_a_name(anna, cast, message):
    deed(anna, "by_hand_sent", message)
    message.refresh_from_db()
    assert (message.state, message.written_by, message.to_phone) == (
        "accepted",
        cast.anna,
        "+6281234567890",
    )
    event = message.events.last()
    assert (event.new, event.by, event.note) == ("accepted", cast.anna, "Dikirim manual")
    deed(anna, "by_hand_sent", message)
    assert message.events.count() == 2


def test_skipped(anna, message):
    deed(anna, "by_hand_skip", message)
    message.refresh_from_db()
    assert message.state == "cancelled"


def test_whoever_stopped_is_not_written_to(anna, message, customer):
    stop = {"source": SuppressionSource.REPLY, "words": "STOP", "by": None, "at": NOW}
    actions.leave_in_peace(customer.phone, scope=Scope.ALL, **stop)
    Message.objects.update(due_at=timezone.now() - timedelta(minutes=1))
    page = anna.get(reverse("notifications:by_hand")).content.decode()
    assert "wa.me" not in page
    assert "tidak ingin menerima pesan" in page
    deed(anna, "by_hand_sent", message)
    message.refresh_from_db()
    assert message.state == "queued"


def test_another_branch_cannot(sign_in, cast, message):
    assert deed(sign_in(cast.boris), "by_hand_sent", message).status_code == 404


def test_what_nobody_sent_in_time_leaves_the_list(message):
    assert clear_by_hand(at=message.expires_at) == 1
    message.refresh_from_db()
    assert message.state == "expired"
