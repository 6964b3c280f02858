"""Killed while several notices are put into one message: each is said once all the same."""

from datetime import timedelta

import pytest

from notifications import actions
from notifications.models import TOGETHER, Message
from notifications.notices import write_missing_templates
from notifications.states import MessageState

pytestmark = pytest.mark.django_db(transaction=True)
NOTICES = ("aftercare", "control_reminder")


@pytest.fixture
def two(customer, menteng, clock, sending):
    actions.ensure_senders()
    write_missing_templates()
    for notice in NOTICES:
        actions.plan_notice(
            actions.decided(notice, branch=menteng),
            key=notice,
            customer=customer,
            branch=menteng,
            variables={"day": "Minggu", "treatment": "perawatan wajah"},
            due_at=clock(),
            expires_at=clock() + timedelta(days=2),
            by=None,
            at=clock(),
        )


def states() -> set[str]:
    return set(Message.objects.filter(notice__in=NOTICES).values_list("state", flat=True))


@pytest.mark.parametrize(
    ("failpoint", "left"),
    [("before_combine", MessageState.QUEUED), ("after_combine", MessageState.MERGED)],
)
def test_killed_between_claim_and_carrier_or_just_after(
    two, sending, clock, die_at, failpoint, left
):
    die_at(failpoint)

    assert states() == {left}
    assert sending.accepted() == []
    clock.forward(seconds=1)
    actions.send_due(clock=clock)
    assert states() == {MessageState.MERGED}
    [taken] = sending.accepted()
    assert "Minggu" in taken["body"]
    assert "perawatan wajah" in taken["body"]


@pytest.mark.parametrize("failpoint", ["after_claim", "after_post", "before_finish"])
def test_killed_with_the_carrier_on_its_way(two, sending, clock, die_at, settle_all, failpoint):
    die_at(failpoint)

    settle_all()
    assert states() == {MessageState.MERGED}
    assert Message.objects.get(notice=TOGETHER).state == MessageState.ACCEPTED
    assert len(sending.accepted()) == 1
