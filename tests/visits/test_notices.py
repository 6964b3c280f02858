"""What guests are told of their visits: once, while it is true, and nothing of their health."""

from datetime import timedelta

import pytest

from frontdesk.visits import actions
from frontdesk.visits.models import Purpose
from frontdesk.visits.notices import THANKS, TURN_NEAR, UNSERVED
from frontdesk.visits.states import VisitState
from notifications import actions as notifications
from notifications.actions.combining import combine
from notifications.linting import lint
from notifications.models import Channel, Message, NoticeSetting, Template
from tests.factories import NOW, CustomerFactory
from tests.visits.conftest import VisitIn

SOON = NOW + timedelta(minutes=5)


@pytest.fixture
def rani(menteng):
    return CustomerFactory(name="Rani Contoh", home_branch=menteng)


@pytest.fixture
def switch_on(cast):
    def switch_on(*wanted):
        for notice in wanted:
            NoticeSetting.objects.create(
                notice=notice.key,
                template=Template.objects.get(key=notice.key),
                channel=Channel.WHATSAPP,
                offsets=list(notice.offsets),
            )

    return switch_on


def told(**more) -> list[tuple[str, str]]:
    """By notice, what stands of it."""
    rows = Message.objects.filter(**more).order_by("pk")
    return list(rows.values_list("notice", "state"))


@pytest.mark.parametrize("one", [TURN_NEAR, UNSERVED, THANKS], ids=lambda one: one.key)
def test_the_words_please_the_linter(one):
    samples = {variable.name: variable.sample for variable in one.offered}
    found = lint(
        one.body, message_class=one.message_class, offered=samples, sms_body="", by_sms=False
    )
    assert found == []


# Not served ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [VisitState.LEFT, VisitState.NO_SHOW])
def test_whoever_was_missed_is_told_sorry_the_next_morning(visit_in: VisitIn, menteng, rani, state):
    visit_in(state, customer=rani)
    message = Message.objects.get()
    assert (message.notice, message.state) == (UNSERVED.key, "queued")
    assert menteng.local(message.due_at).strftime("%d/%m %H.%M") == "23/11 10.00"
    assert "pada Minggu, 22 November 2026 Anda belum sempat kami layani" in message.text
    assert message.text.startswith("Halo Kak Rani, kami dari Klinik Seruni cabang Menteng.")


def test_nobody_is_told_who_was_served_or_is_not_known(visit_in: VisitIn, cast, rani):
    visit_in(VisitState.LEFT)
    visit = visit_in(VisitState.SERVING, customer=rani)
    actions.note_left(visit, by=cast.anna, at=SOON)
    visit_in(VisitState.DONE, customer=CustomerFactory())
    assert told() == []


def test_it_follows_an_undone_step(visit_in: VisitIn, cast, rani):
    visit = visit_in(VisitState.NO_SHOW, customer=rani)
    actions.undo_last_step(visit, by=cast.anna, at=SOON)
    assert told() == [(UNSERVED.key, "cancelled")]
    actions.note_no_show(visit, by=cast.anna, at=SOON)
    actions.note_no_show(visit_in(customer=rani), by=cast.anna, at=SOON)
    assert told() == [(UNSERVED.key, "queued")]


def test_whoever_comes_again_is_not_told_any_more(visit_in: VisitIn, cast, rani):
    visit_in(VisitState.LEFT, customer=rani)
    visit_in(at=NOW + timedelta(hours=1), customer=rani)
    assert told() == [(UNSERVED.key, "cancelled")]


def test_nor_when_it_waits_in_one_message_with_others(visit_in: VisitIn, menteng, rani):
    visit_in(VisitState.LEFT, customer=rani)
    notifications.plan_notice(
        notifications.decided(THANKS.key, branch=menteng),
        key="thanks",
        customer=rani,
        branch=menteng,
        variables={"date": "Sabtu, 21 November 2026"},
        due_at=NOW + timedelta(days=1),
        expires_at=NOW + timedelta(days=3),
        by=None,
        at=NOW,
    )
    morning = Message.objects.get(notice=UNSERVED.key).due_at
    assert combine(Message.objects.get(key="thanks").pk, at=morning)

    visit_in(customer=rani, at=morning + timedelta(minutes=1))
    assert sorted(told()) == [
        ("together", "cancelled"), (THANKS.key, "queued"), (UNSERVED.key, "cancelled"),
    ]  # fmt: skip


def test_who_she_was_may_be_learned_afterwards(visit_in: VisitIn, cast, rani):
    visit = visit_in(VisitState.LEFT)
    actions.identify_guest(visit, customer=rani, by=cast.anna, at=SOON)
    assert told() == [(UNSERVED.key, "queued")]


# Thanks -------------------------------------------------------------------------------------------


def test_thanks_only_where_it_is_switched_on_and_once_a_day(visit_in: VisitIn, rani, cast):
    bring_products(cast, rani)
    assert told() == []


def bring_products(cast, who, *, at=NOW):
    visit = actions.check_in(
        branch=who.home_branch, purpose=Purpose.PRODUCT, by=cast.anna, at=at, customer=who
    )
    actions.start_visit(visit, by=cast.anna, at=at)
    actions.finish_visit(visit, by=cast.anna, at=at + timedelta(minutes=1))
    return visit


def test_thanks_after_the_visit_and_not_after_a_treatment(
    visit_in: VisitIn, rani, cast, menteng, switch_on
):
    switch_on(THANKS)
    visit_in(VisitState.DONE, customer=CustomerFactory())
    bring_products(cast, rani)
    bring_products(cast, rani, at=NOW + timedelta(hours=1))
    message = Message.objects.get()
    assert message.notice == THANKS.key
    assert menteng.local(message.due_at).strftime("%d/%m %H.%M") == "23/11 10.00"
    assert "terima kasih atas kunjungan Anda" in message.text

    visit_in(VisitState.DONE, customer=rani, at=NOW + timedelta(hours=2))
    assert told() == [(THANKS.key, "cancelled")]


def test_thanks_follow_an_undone_step(rani, cast, switch_on):
    switch_on(THANKS)
    visit = bring_products(cast, rani)
    actions.undo_last_step(visit, by=cast.anna, at=SOON)
    assert told() == [(THANKS.key, "cancelled")]


# Next ---------------------------------------------------------------------------------------------


@pytest.fixture
def line(visit_in: VisitIn, switch_on, menteng):
    """Three who have waited for a quarter of an hour, and whether they are known."""
    switch_on(TURN_NEAR)
    return [
        visit_in(at=NOW - timedelta(minutes=20 - n), customer=CustomerFactory(home_branch=menteng))
        for n in range(3)
    ]


def test_the_next_in_line_is_told_once_that_her_turn_is_near(line, cast, menteng):
    first, second, third = line
    actions.call_visit(first, by=cast.anna, at=NOW)
    message = Message.objects.get()
    assert (message.key, message.state) == (f"visit_turn:{second.pk}", "queued")
    assert "nomor A002 sebentar lagi" in message.text
    assert not message.one_a_day
    assert message.expires_at == NOW + timedelta(minutes=20)

    actions.start_visit(first, by=cast.anna, at=SOON)
    steps = message.events.count()
    actions.call_visit(third, by=cast.anna, at=SOON)
    assert (Message.objects.get(), message.events.count()) == (message, steps)


def test_she_is_not_told_once_she_was_called_or_is_no_longer_next(line, cast):
    first, second, third = line
    actions.call_visit(first, by=cast.anna, at=NOW)
    actions.undo_last_step(first, by=cast.anna, at=SOON)
    keys = dict(Message.objects.values_list("key", "state"))
    assert keys[f"visit_turn:{second.pk}"] == "cancelled"
    assert keys[f"visit_turn:{first.pk}"] == "queued"

    actions.call_visit(first, by=cast.anna, at=SOON)
    actions.call_visit(second, by=cast.anna, at=SOON)
    keys = dict(Message.objects.values_list("key", "state"))
    assert keys == {
        f"visit_turn:{first.pk}": "cancelled",
        f"visit_turn:{second.pk}": "cancelled",
        f"visit_turn:{third.pk}": "queued",
    }


def test_whoever_has_just_come_is_not_called_back(visit_in: VisitIn, switch_on, cast, rani):
    switch_on(TURN_NEAR)
    first = visit_in(at=NOW - timedelta(minutes=20))
    visit_in(at=NOW - timedelta(minutes=3), customer=rani)
    actions.call_visit(first, by=cast.anna, at=NOW)
    assert told() == []


def test_it_is_off_until_a_branch_wants_it(visit_in: VisitIn, cast, rani):
    first = visit_in(at=NOW - timedelta(minutes=20))
    visit_in(at=NOW - timedelta(minutes=19), customer=rani)
    actions.call_visit(first, by=cast.anna, at=NOW)
    assert told() == []
