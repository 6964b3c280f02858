"""What messages cost is read from the provider's list, by pages, a day and sender at once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from notifications import actions, tasks
from notifications.actions import pricing
from notifications.models import Channel, Message, PricePull, Sender, SenderPace
from notifications.providers import twilio
from notifications.reports_senders import daily_figures
from tests.factories import CustomerFactory, give_consent
from tests.notifications.conftest import Clock
from tests.twilio_server import until

pytestmark = pytest.mark.django_db


@pytest.fixture
def clock() -> Clock:
    return Clock(timezone.now())


@pytest.fixture(autouse=True)
def awake(menteng):
    menteng.quiet_from = menteng.quiet_until = menteng.day_starts_at
    menteng.save()


@pytest.fixture
def sent(plan, sending, clock, menteng):
    """Messages that have arrived, and nobody told us."""

    def sent(many: int) -> None:
        for number, person in enumerate(CustomerFactory.create_batch(many, home_branch=menteng)):
            give_consent(person)
            plan(key=f"sent:{number}", customer=person, at=clock())
        actions.send_due(clock=clock)
        assert len(sending.accepted()) == many
        read = ("delivered", "read")
        until(lambda: all(row["status"] in read for row in sending.accepted()))

    return sent


def questions(monkeypatch) -> list[int]:
    asked: list[int] = []
    ask = twilio.sent_on

    def counted(day, *, sender, token, page):
        asked.append(page)
        return ask(day, sender=sender, token=token, page=page)

    monkeypatch.setattr(twilio, "sent_on", counted)
    return asked


def prices() -> list[int | None]:
    return list(Message.objects.order_by("pk").values_list("price_micros", flat=True))


def test_a_day_s_messages_get_their_prices_in_one_question(
    sent, clock, menteng, monkeypatch, sign_in, cast
) -> None:
    sent(3)
    asked = questions(monkeypatch)
    assert actions.pull_prices(clock=clock) == 0
    assert asked == []
    [today] = daily_figures(menteng, at=clock())
    assert (today.unpriced, today.money) == (3, "")

    clock.forward(minutes=61)
    assert actions.pull_prices(clock=clock) == 3
    assert prices() == [20_000] * 3
    assert set(Message.objects.values_list("price_currency", flat=True)) == {"USD"}
    [today] = daily_figures(menteng, at=clock())
    assert (today.unpriced, today.money) == (0, "USD 0,06")
    page = sign_in(cast.maya).get(reverse("notifications:figures")).content.decode()
    assert "USD 0,06" in page
    before = len(asked)
    assert actions.pull_prices(clock=clock) == 0
    assert len(asked) == before


def test_a_long_day_is_read_a_few_pages_a_minute(sent, clock, monkeypatch) -> None:
    monkeypatch.setattr(twilio, "LONGEST_PAGE", 2)
    monkeypatch.setattr(pricing, "PAGES_A_ROUND", 2)
    sent(5)
    actions.pull_prices(clock=clock)
    PricePull.objects.exclude(day=clock().astimezone(UTC).date()).delete()
    asked = questions(monkeypatch)
    clock.forward(minutes=61)
    assert actions.pull_prices(clock=clock) == 4
    clock.forward(minutes=1)
    # A worker that dies between the page and its note reads that page again, and no harm is done.
    assert actions.pull_prices(clock=clock) == 1
    assert asked == [0, 1, 2]
    assert prices() == [20_000] * 5
    pull = PricePull.objects.get(day=clock().astimezone(UTC).date())
    assert (pull.token, pull.pages) == ("", 0)
    assert pull.next_at
    assert pull.next_at >= clock() + timedelta(minutes=59)


def test_a_provider_that_is_away_is_asked_later(sent, sending, clock) -> None:
    sent(1)
    actions.pull_prices(clock=clock)
    sending.set(read_faults={"server_error_before": 1.0})
    clock.forward(minutes=61)
    assert actions.pull_prices(clock=clock) == 0
    sending.set(read_faults={})
    assert actions.pull_prices(clock=clock) == 0
    clock.forward(minutes=11)
    assert actions.pull_prices(clock=clock) == 1


def test_a_day_ends() -> None:
    sender = Sender.objects.create(channel=Channel.SMS, address="KLINIK")
    day = datetime(2026, 11, 20, tzinfo=UTC)
    pull = PricePull(sender=sender, day=day.date(), pages=1)
    over = day + timedelta(days=1)
    assert pricing._next_pass(pull, at=day + timedelta(hours=5)) == day + timedelta(hours=6)
    assert pricing._next_pass(pull, at=over + timedelta(hours=2, minutes=30)) == over + timedelta(
        hours=3
    )
    late = over + timedelta(days=3)
    assert pricing._next_pass(pull, at=over + timedelta(hours=4)) == late
    assert pricing._next_pass(pull, at=late) is None


def test_silent_senders_cost_three_small_queries_and_no_question(
    reminder, sending, clock, monkeypatch
) -> None:
    asked = questions(monkeypatch)
    SenderPace.objects.update(last_success_at=clock() - timedelta(days=2))
    with CaptureQueriesContext(connection) as seen:
        actions.pull_prices(clock=clock)
    assert len(seen) == 3
    assert asked == []
    tasks.ask_prices()
