"""Wishes on the day itself, once, at the branch's own hour, to those who agreed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from customers.actions import record_consent
from customers.models import ConsentPurpose, ConsentSource, Customer
from frontdesk.branches.models import Branch
from notifications import actions
from notifications.actions.birthdays import BIRTHDAY
from notifications.linting import lint
from notifications.models import Message, MessageClass, MessageEvent
from notifications.notices import write_missing_templates
from tests.factories import NOW, BranchFactory, CustomerFactory, give_consent

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 22)


@pytest.fixture(autouse=True)
def _texts(db: None) -> None:
    write_missing_templates()
    actions.ensure_senders()


def born(on: date, branch: Branch, *, agrees: bool = True, **more: object) -> Customer:
    customer = CustomerFactory(home_branch=branch, birth_date=on, **more)
    if agrees:
        give_consent(customer, purpose=ConsentPurpose.PROMO, at=NOW - timedelta(days=90))
    return customer


def run(branch: Branch, *moments: datetime) -> list[int]:
    return [actions.plan_birthdays(at=at) for at in moments]


def test_wished_once_on_the_day_and_not_before_its_hour(menteng: Branch) -> None:
    sari = born(date(1990, 11, 22), menteng, name="Sari Contoh", honorific="kak")
    born(date(1990, 11, 23), menteng)
    early, due = menteng.at(DAY, time(8, 30)), menteng.at(DAY, time(8, 50))
    assert run(menteng, early, due, due, menteng.at(DAY, time(9, 30))) == [0, 1, 0, 0]
    wish = Message.objects.get()
    assert (wish.customer, wish.key) == (sari, f"birthday:{sari.pk}:2026")
    assert wish.due_at == menteng.at(DAY, time(9))
    assert wish.message_class == MessageClass.MARKETING
    assert wish.one_a_day
    assert wish.text.startswith("Selamat ulang tahun, Kak Sari. Segenap tim Klinik Seruni")
    assert [event.new for event in MessageEvent.objects.all()] == ["queued"]


def test_each_branch_by_its_own_clock(menteng: Branch, jayapura: Branch) -> None:
    born(date(1990, 11, 22), menteng)
    born(date(1990, 11, 22), jayapura)
    assert run(menteng, jayapura.at(DAY, time(9)), menteng.at(DAY, time(9))) == [1, 1]
    moments = Message.objects.order_by("due_at").values_list("due_at", flat=True)
    assert moments[1] - moments[0] == timedelta(hours=2)


def test_only_who_agreed_last_and_has_a_number(menteng: Branch) -> None:
    born(date(1990, 11, 22), menteng, agrees=False)
    born(date(1990, 11, 22), menteng, phone="")
    once = born(date(1990, 11, 22), menteng)
    record_consent(
        once, purpose=ConsentPurpose.PROMO, is_granted=False, text="", at=NOW - timedelta(days=1),
        source=ConsentSource.REPLY, by=None,
    )  # fmt: skip
    serviced = born(date(1990, 11, 22), menteng, agrees=False)
    give_consent(serviced, purpose=ConsentPurpose.SERVICE)
    assert run(menteng, menteng.at(DAY, time(9))) == [0]


def test_a_worker_that_slept_makes_up_for_today_and_not_for_last_week(menteng: Branch) -> None:
    run(menteng, menteng.at(date(2026, 11, 10), time(9)))
    born(date(1980, 11, 12), menteng)
    today = born(date(1980, 11, 22), menteng)
    assert run(menteng, menteng.at(DAY, time(13))) == [1]
    wish = Message.objects.get()
    assert (wish.customer, wish.due_at) == (today, menteng.at(DAY, time(13)))


def test_a_quiet_day_puts_it_off_to_the_next_morning(db: None) -> None:
    branch = BranchFactory(quiet_dates=[DAY])
    born(date(1980, 11, 22), branch)
    assert run(branch, branch.at(DAY, time(9))) == [1]
    wish = Message.objects.get()
    assert wish.due_at == branch.at(DAY + timedelta(days=1), time(8))
    assert wish.expires_at > wish.due_at


@pytest.mark.parametrize(
    ("day", "wished"),
    [(date(2027, 2, 28), 1), (date(2028, 2, 28), 0), (date(2028, 2, 29), 1), (date(2027, 3, 1), 0)],
)
def test_born_on_the_29th_of_february(menteng: Branch, day: date, wished: int) -> None:
    born(date(1992, 2, 29), menteng)
    assert run(menteng, menteng.at(day, time(9))) == [wished]


def test_it_costs_the_same_for_many(menteng: Branch, django_assert_max_num_queries) -> None:
    for _ in range(40):
        born(date(1990, 11, 22), menteng)
    with django_assert_max_num_queries(18):
        assert run(menteng, menteng.at(DAY, time(9))) == [40]


def test_the_wish_stands_before_the_linter() -> None:
    offered = {variable.name: variable.sample for variable in BIRTHDAY.offered}
    assert lint(BIRTHDAY.body, message_class=MessageClass.MARKETING, offered=offered) == []


def test_the_zone_is_utc_in_the_row(menteng: Branch) -> None:
    born(date(1990, 11, 22), menteng)
    run(menteng, menteng.at(DAY, time(9)))
    assert Message.objects.get().due_at == datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
