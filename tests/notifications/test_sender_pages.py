"""Senders and their health, and the days' figures."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from frontdesk.staff.models import StaffEvent
from notifications import actions
from notifications.models import Channel, Circuit, Message, Sender, SenderPace
from notifications.reports_senders import daily_figures, sender_rows, total
from tests.factories import put_message

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender(db) -> Sender:
    actions.ensure_senders()
    return Sender.objects.get(channel=Channel.WHATSAPP)


@pytest.fixture
def sent(plan, sender):
    def sent(key: str, status: str, *, days_ago: int = 0, **values: object) -> Message:
        message = plan(key=key)
        at = timezone.now() - timedelta(days=days_ago)
        put_message(
            message,
            "accepted",
            provider_sid=key,
            accepted_at=at,
            provider_status=status,
            sender=sender,
            **values,
        )
        return message

    return sent


def test_figures_count_by_the_branchs_day(sent, menteng):
    sent("a", "read", price_micros=-50_000, price_currency="USD")
    sent("b", "delivered")
    sent("c", "undelivered", days_ago=1)
    sent("d", "sent", days_ago=20)

    days = daily_figures(menteng, at=timezone.now())

    assert [(one.sent, one.delivered, one.read, one.bad) for one in days] == [
        (2, 2, 1, 0),
        (1, 0, 0, 1),
    ]
    assert days[0].money == "USD 0,05"
    assert days[1].money == ""
    assert total(days).sent == 3


def test_a_sender_tells_what_waits_and_how_it_fares(plan, sent, sender):
    at = timezone.now()
    plan(key="due", due_at=at - timedelta(minutes=9), at=at, expires_at=at + timedelta(days=1))
    Message.objects.filter(key="due").update(due_at=at - timedelta(minutes=9), sender=sender)
    sent("gone", "failed")
    SenderPace.objects.filter(sender=sender).update(circuit=Circuit.OPEN, last_error_code="20003")

    row = next(row for row in sender_rows(at=at) if row.sender == sender)

    assert (row.waiting, row.promos, row.sent, row.bad) == (1, 0, 1, 1)
    assert row.oldest == at - timedelta(minutes=9)
    assert row.badge == "failed"
    assert sender.address.startswith("whatsapp:+62")
    assert str(sender) == "WhatsApp +62\N{NO-BREAK SPACE}811-0000-0000"
    assert "Penyedia menolak akun klinik" in row.problem


def test_pages_take_as_many_queries_for_many_senders(sign_in, cast, sender):
    client = sign_in(cast.citra)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert client.get(reverse("notifications:sender_list")).status_code == 200
        return len(seen)

    queries()
    few = queries()
    for number in range(5):
        other = Sender.objects.create(channel=Channel.SMS, address=f"KLINIK{number}")
        SenderPace.objects.create(sender=other, refilled_at=timezone.now())
    assert queries() == few


def test_pace_is_set_and_noted(sign_in, cast, sender):
    url = reverse("notifications:sender_edit", args=[sender.pk])
    form = {"name": "WA utama", "per_second": "20", "reserve_percent": "25", "people_a_day": "250"}

    assert sign_in(cast.citra).post(url, form).status_code == 302

    sender.refresh_from_db()
    assert (sender.name, sender.per_second, sender.reserve_percent) == ("WA utama", 20.0, 25)
    assert sender.portfolio.people_a_day == 250
    assert StaffEvent.objects.filter(kind="notice_set", detail__contains="20/s").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("per_second", value) for value in ("0", "10001", "1e400", "nan")),
        ("reserve_percent", "91"),
        *(("people_a_day", value) for value in ("0", "9" * 30)),
    ],
)
def test_a_pace_that_cannot_be_is_refused_at_its_field(sign_in, cast, sender, field, value):
    form = {"name": "", "per_second": "80", "reserve_percent": "10", "people_a_day": ""}
    url = reverse("notifications:sender_edit", args=[sender.pk])

    answer = sign_in(cast.citra).post(url, form | {field: value})

    assert answer.status_code == 422
    assert field in answer.context["form"].errors


def test_paused_with_a_reason_and_resumed(sign_in, cast, sender):
    client = sign_in(cast.citra)
    pause = reverse("notifications:sender_pause", args=[sender.pk])
    assert client.post(pause, {"reason": ""}).status_code == 422
    assert client.post(pause, {"reason": "Nomor ditinjau"}).status_code == 302
    sender.refresh_from_db()
    assert (sender.is_paused, sender.paused_reason) == (True, "Nomor ditinjau")
    assert "Nomor ditinjau" in client.get(reverse("notifications:sender_list")).content.decode()

    client.post(reverse("notifications:sender_resume", args=[sender.pk]))
    sender.refresh_from_db()
    assert not sender.is_paused


@pytest.mark.parametrize("name", ["sender_list", "sender_edit", "sender_pause", "sender_resume"])
def test_only_the_chains_administrator_sets_senders(sign_in, cast, sender, name):
    args = [] if name == "sender_list" else [sender.pk]
    method = "get" if name in ("sender_list", "sender_edit") else "post"
    answer = getattr(sign_in(cast.maya), method)(reverse(f"notifications:{name}", args=args))
    assert answer.status_code == 403


@pytest.mark.parametrize("pace, shown", [(80, "80"), (0.5, "0.5"), (1_000_000, "1000000")])
def test_a_pace_is_shown_as_it_was_typed(sign_in, cast, sender, pace, shown):
    Sender.objects.filter(pk=sender.pk).update(per_second=pace)
    url = reverse("notifications:sender_edit", args=[sender.pk])
    page = sign_in(cast.citra).get(url).content.decode()
    assert f'name="per_second" value="{shown}"' in page
