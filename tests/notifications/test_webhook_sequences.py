"""Whatever order the provider's words come in, and however often: the row ends where it must."""

import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications import actions
from notifications.models import Message
from notifications.states import FINAL, RANK, TRANSITIONS, MessageState, ProviderStatus
from tests.factories import NOW, put_message

pytestmark = pytest.mark.django_db

OTHER = "SM" + "2" * 32
numbers = itertools.count()
words = st.tuples(
    st.sampled_from(list(ProviderStatus)),
    st.sampled_from(["", "", "30008", "63024", "63018", "99999", "not a number"]),
)
often = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def own_sid(message) -> str:
    return f"SM{message.pk:032}"


def tell(message, status, code="", sid="") -> bool:
    sid = sid or own_sid(message)
    return actions.apply_status(message.public_id, sid=sid, status=status, error_code=code, at=NOW)


@often
@given(told=st.lists(words, max_size=12), stands=st.sampled_from(["queued", "sending", "unknown"]))
def test_the_highest_word_stands(plan, told, stands):
    message = plan(key=f"sequence:{next(numbers)}")
    put_message(message, stands, lease=message.public_id, lease_until=NOW, unknown_since=NOW)

    best = None
    for status, code in told:
        changed = tell(message, status, code)
        is_better = best is None or RANK[status] > RANK[best]
        assert changed == is_better
        best = status if is_better else best

    message.refresh_from_db()
    if best is None:
        assert message.state == stands
        return
    assert message.state == MessageState.ACCEPTED
    assert message.provider_sid == own_sid(message)
    assert message.provider_status == best
    assert (message.final_at is not None) == (best in FINAL)
    assert (message.ask_again_at is None) == (best in FINAL)
    for event in message.events.exclude(old=""):
        assert event.new == event.old or event.new in TRANSITIONS[MessageState(event.old)]


@often
@given(
    told=st.lists(st.sampled_from(["sent", "delivered", "read"]), min_size=1, max_size=6),
    order=st.randoms(use_true_random=False),
)
def test_any_order_ends_the_same(plan, told, order):
    ends = set()
    for _time in range(2):
        message = plan(key=f"order:{next(numbers)}")
        put_message(message, "sending", lease=message.public_id, lease_until=NOW)
        for status in told:
            tell(message, status)
        message.refresh_from_db()
        ends.add((message.state, message.provider_status, message.provider_rank))
        order.shuffle(told)

    assert len(ends) == 1


@often
@given(told=st.lists(words, max_size=6))
def test_another_id_never_takes_a_row_over(plan, told):
    message = plan(key=f"other:{next(numbers)}")
    put_message(
        message,
        "accepted",
        provider_sid=own_sid(message),
        accepted_at=NOW,
        provider_status="queued",
        provider_rank=20,
    )
    for status, code in told:
        assert not tell(message, status, code, sid=OTHER)

    message.refresh_from_db()
    assert (message.provider_sid, message.provider_status) == (
        own_sid(message),
        "queued",
    )
    # Written down once, however often it is told.
    assert message.events.filter(note__contains=OTHER).count() == bool(told)


@often
@given(status=st.text(max_size=20), code=st.text(max_size=20))
def test_nonsense_changes_nothing(plan, status, code):
    message = plan(key=f"nonsense:{next(numbers)}")
    if status in ProviderStatus.values or "\0" in code:
        return

    assert not tell(message, status, code)
    assert Message.objects.get(pk=message.pk).state == MessageState.QUEUED


def test_an_id_of_another_row_is_refused_without_a_noise(plan):
    first, second = plan(key="first"), plan(key="second")
    assert tell(first, "sent", sid=OTHER)

    assert not tell(second, "sent", sid=OTHER)
    assert Message.objects.get(pk=second.pk).state == MessageState.QUEUED
