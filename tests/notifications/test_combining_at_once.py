"""Planners, a clerk who cancels, and pumps on the same customers at the same moment."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction

from customers.models import Customer
from notifications import actions
from notifications.models import Message
from notifications.states import MessageState
from tests.factories import NOW, CustomerFactory, give_consent

__all__ = ["tell"]

from tests.notifications.test_combining import tell

# Words that only one kind of notice has, by itself and in one message with others.
WORDS = {
    "control_reminder": "kontrol Anda adalah Minggu",
    "control_missed": "belum bertemu",
    "aftercare": "saran perawatan",
}


def at_once(*deeds: Callable[[], None]) -> None:
    begin = threading.Barrier(len(deeds))
    broken: list[Exception] = []

    def work(deed: Callable[[], None]) -> None:
        try:
            begin.wait()
            deed()
        except Exception as problem:
            broken.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[deed]) for deed in deeds]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert not broken, broken


def pump() -> None:
    for _round in range(4):
        actions.send_due(clock=lambda: NOW)


def check(person: Customer, taken: list[dict[str, str]]) -> None:
    """What was taken for her says each thing once; else it waits for tomorrow or was cancelled."""
    ours = {str(one) for one in person.messages.values_list("public_id", flat=True)}
    texts = [row["body"] for row in taken if any(one in row["callback"] for one in ours)]
    mine = Message.objects.filter(customer=person).select_related("carrier")
    for kind, words in WORDS.items():
        part = mine.get(notice=kind)
        is_out = part.carried_by.state == MessageState.ACCEPTED
        assert sum(words in text for text in texts) == is_out, (kind, part.state, texts)
        # What is not out was cancelled, or waits for tomorrow because she has had her message.
        waits = part.carried_by.state == MessageState.QUEUED and part.carried_by.due_at > NOW
        assert is_out or waits or part.state == MessageState.CANCELLED, (kind, part.state)


@pytest.mark.django_db(transaction=True)
def test_each_notice_leaves_once_whoever_plans_cancels_and_pumps(tell, sending, menteng):
    people = CustomerFactory.create_batch(10, home_branch=menteng)
    for person in people:
        give_consent(person)
    actions.register_templates()

    def plan_all(kinds: list[str]) -> None:
        for person in people:
            for kind in kinds:
                tell(kind, who=person)

    def cancel_some() -> None:
        for person in people[:5] * 2:
            with transaction.atomic():
                actions.cancel(key=f"aftercare:{person.pk}", by=None, at=NOW)

    kinds = list(WORDS)
    at_once(lambda: plan_all(kinds), lambda: plan_all(kinds[::-1]), cancel_some, pump, pump, pump)
    pump()

    taken = sending.accepted()
    for person in people:
        check(person, taken)


@pytest.mark.django_db(transaction=True)
def test_what_waited_all_along_leaves_as_one_whoever_pumps(tell, sending, menteng):
    people = CustomerFactory.create_batch(10, home_branch=menteng)
    for person in people:
        give_consent(person)
        for kind in WORDS:
            tell(kind, who=person)
    actions.register_templates()

    at_once(pump, pump, pump, pump)

    taken = sending.accepted()
    assert len(taken) == len(people)
    for person in people:
        check(person, taken)
