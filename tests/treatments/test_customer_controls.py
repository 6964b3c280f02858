"""Her control schedules on her own page: moved, kept and cancelled where they are read."""

from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.visits.actions import check_in, note_left
from frontdesk.visits.models import Purpose
from notifications.models import Message
from notifications.states import MessageState
from tests.conftest import Cast, SignIn
from tests.factories import CustomerFactory
from tests.treatments.conftest import SlipIn
from treatments import actions
from treatments.models import Control
from treatments.states import ControlState, SlipState

HTMX = {"HX-Request": "true"}


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(name="Maria Goretti", phone="+6281234567890", home_branch=menteng)


@pytest.fixture
def control(slip_in: SlipIn, cast: Cast, maria: Customer, now: datetime) -> Control:
    slip = slip_in(SlipState.DONE, at=now - timedelta(hours=1), customer=maria)
    return Control.objects.select_related("branch", "customer").get(line__slip=slip)


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


def part(client: Client, customer: Customer) -> str:
    address = reverse("home:customer_controls", args=[customer.pk])
    return client.get(address, headers=HTMX).content.decode()


def keep(client: Client, control: Control) -> int:
    address = reverse("treatments:control_keep", args=[control.pk])
    return client.post(address, headers=HTMX).status_code


def due(control: Control, on: date) -> None:
    Control.objects.filter(pk=control.pk).update(due_on=on)
    control.refresh_from_db()


def test_the_page_offers_what_the_list_offers(
    anna: Client, control: Control, maria: Customer
) -> None:
    page = anna.get(reverse("home:customer", args=[maria.pk])).content.decode()
    for name in ("control_move", "control_cancel"):
        assert reverse(f"treatments:{name}", args=[control.pk]) in page
    # In two weeks: a visit of today is no control.
    assert reverse("treatments:control_keep", args=[control.pk]) not in page
    assert "controls-changed from:body" in page


def test_moved_here_it_moves_with_its_reminder(
    anna: Client, control: Control, maria: Customer
) -> None:
    to = control.due_on + timedelta(days=7)
    reminders = Message.objects.filter(notice="control_reminder", state=MessageState.QUEUED)
    before = list(reminders.order_by("due_at").values_list("due_at", flat=True))
    address = reverse("treatments:control_move", args=[control.pk])
    answer = anna.post(address, {"due_on": f"{to:%d/%m/%Y}"}, headers=HTMX)
    assert "controls-changed" in answer["HX-Trigger"]
    assert f"{to.day} " in part(anna, maria)
    after = list(reminders.order_by("due_at").values_list("due_at", flat=True))
    assert before
    assert after == [at + timedelta(days=7) for at in before]


def test_cancelled_it_is_gone(anna: Client, control: Control, maria: Customer) -> None:
    assert "Facial Glow" in part(anna, maria)
    anna.post(reverse("treatments:control_cancel", args=[control.pk]), {"note": ""}, headers=HTMX)
    assert "Belum ada kontrol" in part(anna, maria)


def test_kept_by_the_visit_of_today_only(
    anna: Client, cast: Cast, control: Control, maria: Customer, menteng: Branch, now: datetime
) -> None:
    due(control, menteng.business_date(now))
    Message.objects.update(state=MessageState.QUEUED, final_at=None)
    for visit in maria.visits.all():
        note_left(visit, by=cast.anna, at=now)
    assert reverse("treatments:control_keep", args=[control.pk]) in part(anna, maria)
    assert keep(anna, control) == 409
    control.refresh_from_db()
    assert control.state == ControlState.PLANNED

    visit = check_in(branch=menteng, purpose=Purpose.PRODUCT, customer=maria, by=cast.anna, at=now)
    assert keep(anna, control) == 204
    control.refresh_from_db()
    assert (control.state, control.kept_by_visit) == (ControlState.KEPT, visit)
    assert not Message.objects.filter(notice="control_reminder", state=MessageState.QUEUED).exists()
    assert keep(anna, control) == 409
    assert control.events.filter(new=ControlState.KEPT).count() == 1


def test_missed_and_freed_ones_are_shown(
    anna: Client, control: Control, maria: Customer, menteng: Branch, now: datetime
) -> None:
    today = menteng.business_date(now)
    Control.objects.update(state=ControlState.MISSED)
    due(control, today - timedelta(days=30))
    assert "Terlewat" in part(anna, maria)
    due(control, today - timedelta(days=31))
    assert "Belum ada kontrol" in part(anna, maria)
    Control.objects.update(state=ControlState.FREED, due_on=today)
    assert reverse("treatments:control_move", args=[control.pk]) in part(anna, maria)


def test_another_branch_reads_but_changes_nothing(
    cast: Cast, sign_in: SignIn, control: Control, maria: Customer
) -> None:
    for person in (cast.boris, cast.dewi):
        client = sign_in(person)
        seen = part(client, maria)
        assert "Facial Glow" in seen
        assert "/controls/" not in seen
    assert keep(sign_in(cast.boris), control) == 404
    assert keep(sign_in(cast.dewi), control) == 403


def test_without_htmx_it_leads_back_to_her_page(
    anna: Client, control: Control, maria: Customer
) -> None:
    answer = anna.post(reverse("treatments:control_keep", args=[control.pk]))
    assert answer.headers["Location"] == reverse("home:customer", args=[maria.pk])


def test_a_moved_one_is_the_same_for_the_action(
    cast: Cast, control: Control, menteng: Branch, now: datetime
) -> None:
    stale = Control.objects.select_related("branch", "customer").get(pk=control.pk)
    actions.cancel_control(control, by=cast.anna, at=now)
    check_in(
        branch=menteng, purpose=Purpose.PRODUCT, customer=control.customer, by=cast.anna, at=now
    )
    with pytest.raises(actions.CannotChangeControl, match="baru saja diubah"):
        actions.keep_control(stale, branch=menteng, by=cast.anna, at=now)
