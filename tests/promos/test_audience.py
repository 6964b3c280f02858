"""Who a promo would go to, and what keeps it from the others."""

from datetime import date, timedelta
from typing import Any

import pytest

from customers.models import ConsentPurpose, Customer, Tag
from frontdesk.branches.models import Branch
from frontdesk.promos import conditions
from frontdesk.promos.audience import Audience, reach, sample, told
from frontdesk.promos.conditions import Choice
from frontdesk.visits.actions import check_in, finish_visit, note_left, start_visit
from frontdesk.visits.models import Purpose
from notifications.models import Channel, PhoneStanding, Suppression
from notifications.models.reach import Scope
from tests.conftest import Cast
from tests.factories import (
    NOW,
    CustomerFactory,
    TreatmentFactory,
    create_slip,
    give_consent,
)
from tests.promos.conftest import fan
from treatments.models import Control
from treatments.states import ControlState, SlipState


def found(branch: Branch, *choices: Choice) -> set[str]:
    audience = Audience(branches=(branch.pk,), choices=choices)
    return {customer.name for customer in audience.meant(at=NOW)}


def test_each_is_counted_once_with_the_first_reason_why_not(
    menteng: Branch, jayapura: Branch
) -> None:
    fan(menteng, name="Sari")
    fan(jayapura, name="Elsewhere")
    CustomerFactory(home_branch=menteng, name="Silent")
    fan(menteng, name="No phone", phone="")
    bad, stopped, off = (fan(menteng) for _ in range(3))
    PhoneStanding.objects.create(phone=bad.phone, bad_since=NOW)
    PhoneStanding.objects.create(phone=off.phone, no_whatsapp_until=NOW + timedelta(days=1))
    Suppression.objects.create(phone=stopped.phone, scope=Scope.PROMO, source="reply", at=NOW)
    audience = Audience(branches=(menteng.pk,))
    counted = reach(audience, at=NOW)
    assert counted.standings == {
        "reachable": 1,
        "no_consent": 1,
        "no_phone": 1,
        "bad_phone": 1,
        "suppressed": 1,
        "no_whatsapp": 1,
    }
    assert (counted.total, counted.messages, counted.sharing) == (6, 1, 0)
    assert [customer.name for customer in sample(audience, at=NOW)] == ["Sari"]
    assert len(counted.left_out) == 5

    by_sms = reach(Audience(branches=(menteng.pk,), may_sms=True), at=NOW)
    assert by_sms.groups == {
        (menteng.pk, Channel.WHATSAPP): 1,
        (menteng.pk, Channel.SMS): 1,
    }


def test_a_shared_number_gets_one_message(menteng: Branch) -> None:
    for name in ("Sari", "Ibu Sari"):
        fan(menteng, name=name, phone="+628123456789")
    counted = reach(Audience(branches=(menteng.pk,)), at=NOW)
    assert (counted.reachable, counted.messages, counted.sharing) == (2, 1, 1)


@pytest.mark.parametrize("few", [0, 20_000])
def test_the_latest_word_counts(menteng: Branch, few: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many are meant."""
    monkeypatch.setattr("frontdesk.promos.audience.FEW", few)
    customer = fan(menteng)
    give_consent(customer, purpose=ConsentPurpose.PROMO, at=NOW + timedelta(hours=1))
    customer.consents.create(
        purpose=ConsentPurpose.PROMO,
        is_granted=False,
        source="reply",
        at=NOW + timedelta(minutes=1),
    )
    audience = Audience(branches=(menteng.pk,))
    assert reach(audience, at=NOW).reachable == audience.reachable(at=NOW).count() == 1
    customer.consents.create(
        purpose=ConsentPurpose.PROMO, is_granted=False, source="reply", at=NOW + timedelta(hours=2)
    )
    assert reach(audience, at=NOW).reachable == audience.reachable(at=NOW).count() == 0


def test_of_no_branch_is_nobody(db: None) -> None:
    assert reach(Audience(branches=()), at=NOW).total == 0
    assert sample(Audience(branches=()), at=NOW) == []


def test_conditions_of_the_card(menteng: Branch) -> None:
    CustomerFactory(home_branch=menteng, name="November", birth_date=date(1990, 11, 24))
    CustomerFactory(home_branch=menteng, name="May", birth_date=date(1985, 5, 1))
    CustomerFactory(home_branch=menteng, name="Unknown")
    old = CustomerFactory(home_branch=menteng, name="Old")
    Customer.objects.filter(pk=old.pk).update(created_at=NOW - timedelta(days=400))
    assert found(menteng, Choice("birth_month", {"months": ["5", "11"]})) == {"November", "May"}
    assert found(menteng, Choice("birthday_soon", {"days": 7})) == {"November"}
    assert "Unknown" in found(menteng, Choice("birthday_soon", {"days": 7}, is_negated=True))
    assert "Old" not in found(menteng, Choice("registered_since", {"days": 30}))
    assert found(
        menteng,
        Choice("registered_since", {"days": 30}),
        Choice("birth_month", {"months": ["5"]}, is_negated=True),
    ) == {"November", "Unknown"}


def test_born_on_a_leap_day(menteng: Branch) -> None:
    CustomerFactory(home_branch=menteng, name="Leap", birth_date=date(1992, 2, 29))
    audience = Audience((menteng.pk,), (Choice("birthday_soon", {"days": 2}),))
    assert audience.meant(at=NOW.replace(year=2027, month=2, day=27)).count() == 1
    assert audience.meant(at=NOW.replace(year=2027, month=3, day=1)).count() == 0


def test_tags_any_all_and_none(menteng: Branch) -> None:
    vip, old, gone = (
        Tag.objects.create(name=name, is_active=name != "Gone", created_at=NOW)
        for name in ("VIP", "Lama", "Gone")
    )
    for name, tags in {"Both": [vip, old], "One": [vip], "Bare": [], "Past": [gone]}.items():
        CustomerFactory(home_branch=menteng, name=name).tags.set(tags)
    asked = {"tags": [str(vip.pk), str(old.pk)]}
    some, every = asked | {"match": "any"}, asked | {"match": "all"}
    assert found(menteng, Choice("tagged", some)) == {"Both", "One"}
    assert found(menteng, Choice("tagged", every)) == {"Both"}
    assert found(menteng, Choice("tagged", some, is_negated=True)) == {"Bare", "Past"}
    assert found(menteng, Choice("tagged", every, is_negated=True)) == {"One", "Bare", "Past"}
    retired = {"tags": [str(gone.pk)], "match": "any"}
    assert found(menteng, Choice("tagged", retired)) == {"Past"}

    assert list(told([Choice("tagged", some), Choice("tagged", retired, is_negated=True)])) == [
        ("Berlabel", "Lama, VIP (salah satunya)", False),
        ("Berlabel", "Gone", True),
    ]
    offered = conditions.condition("tagged")
    assert offered
    labels = [label for _value, label in offered.fields()["tags"].choices]
    assert labels == ["Lama", "VIP", "Gone (tidak dipakai lagi)"]


def test_tags_are_counted_in_the_same_statements(
    menteng: Branch, django_assert_num_queries: Any
) -> None:
    vip = Tag.objects.create(name="VIP", created_at=NOW)
    for _number in range(5):
        fan(menteng).tags.add(vip)
    fan(menteng)
    answers = {"tags": [str(vip.pk)], "match": "all"}
    audience = Audience((menteng.pk,), (Choice("tagged", answers),))
    with django_assert_num_queries(2):
        assert reach(audience, at=NOW).reachable == 5


def visit(customer: Customer, cast: Cast, *, days_ago: int, gone: bool = False) -> None:
    at = NOW - timedelta(days=days_ago)
    came = check_in(
        branch=customer.home_branch,
        purpose=Purpose.CONSULTATION,
        customer=customer,
        by=cast.anna,
        at=at,
    )
    if gone:
        note_left(came, by=cast.anna, at=at)
    else:
        start_visit(came, by=cast.anna, at=at)
        finish_visit(came, by=cast.anna, at=at)


def test_conditions_of_visits(menteng: Branch, cast: Cast) -> None:
    never, fresh, lapsed, gone = (
        CustomerFactory(home_branch=menteng, name=name)
        for name in ("Never", "Fresh", "Lapsed", "Gone")
    )
    visit(fresh, cast, days_ago=10)
    visit(lapsed, cast, days_ago=200)
    visit(lapsed, cast, days_ago=210)
    visit(gone, cast, days_ago=3, gone=True)
    assert found(menteng, Choice("seen_since", {"days": 90})) == {"Fresh"}
    assert found(menteng, Choice("last_seen_before", {"days": 90})) == {"Lapsed"}
    assert found(menteng, Choice("visited_often", {"times": 2})) == {"Lapsed"}
    assert never.name in found(menteng, Choice("visited_often", {"times": 1}, is_negated=True))


def test_conditions_of_treatments(menteng: Branch, cast: Cast) -> None:
    facial = TreatmentFactory(category="Wajah", control_days=[7])
    laser = TreatmentFactory(category="Laser")
    slip = create_slip(
        branch=menteng,
        desk=cast.anna,
        beautician=cast.tari,
        treatments=[facial],
        state=SlipState.DONE,
    )
    name = slip.customer.name
    CustomerFactory(home_branch=menteng)
    assert found(menteng, Choice("had_treatment", {"treatments": [facial.pk], "days": 30})) == {
        name
    }
    assert not found(menteng, Choice("had_treatment", {"treatments": [laser.pk], "days": 30}))
    assert found(menteng, Choice("had_category", {"category": "Wajah", "days": 30})) == {name}
    assert not found(menteng, Choice("missed_control", {"days": 30}))
    Control.objects.update(state=ControlState.MISSED)
    assert found(menteng, Choice("missed_control", {"days": 30})) == {name}


@pytest.mark.parametrize("condition", list(conditions.declared()), ids=lambda one: one.key)
def test_every_condition_can_be_told(
    db: None, condition: conditions.Condition, menteng: Branch
) -> None:
    TreatmentFactory()
    Tag.objects.create(name="VIP", created_at=NOW)
    answers = {}
    for name, field in condition.fields().items():
        choices = getattr(field, "choices", None)
        first = str(next(iter(choices))[0]) if choices else field.initial
        answers[name] = [first] if hasattr(field, "max_length") and choices else first
        if choices and field.widget.allow_multiple_selected:
            answers[name] = [first]
    choice = Choice(condition.key, answers)
    [(label, words, _negated)] = told([choice])
    assert "…" not in label
    assert words or any(str(answer) in label for answer in answers.values())
    assert condition.told(answers)
    assert Audience((menteng.pk,), (choice,)).meant(at=NOW).count() == 0


def test_a_condition_whose_app_is_gone_is_not_left_out(db: None) -> None:
    with pytest.raises(LookupError):
        conditions.read_choices([{"key": "of_an_app_that_is_gone", "answers": {}}])
