"""The telephone list: one line a customer, what to say, what came of it."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from frontdesk.staff import permissions
from frontdesk.staff.permissions import Permission, Role
from notifications import reply_hooks
from notifications.actions.calling import CannotNoteCall, note_call, put_on_list
from notifications.models import (
    CallAttempt,
    CallEntry,
    CallOutcome,
    Meaning,
    PhoneStanding,
    Suppression,
)
from tests.factories import NOW, CustomerFactory, create_staff, give_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def entry(plan, cast):
    return put_on_list(plan(), at=NOW)


@pytest.fixture
def anna(sign_in, cast):
    return sign_in(cast.anna)


def note(client, entry, outcome, **values):
    return client.post(
        reverse("notifications:call_note", args=[entry.pk]),
        {"outcome": outcome, "once": str(uuid.uuid4()), **values},
    )


def test_who_why_and_what_to_say(anna, entry):
    page = anna.get(reverse("notifications:calls")).content.decode()
    assert "Sari Contoh" in page
    assert "Halo Ibu Sari, sampai jumpa besok." in page
    assert 'href="tel:+6281234567890"' in page


def test_enter_in_a_field_presses_no_button(anna, entry):
    form = anna.get(reverse("notifications:calls")).content.decode().split("call-form")[1]
    first = form[form.index("<button") :]
    assert first.startswith('<button type="submit" disabled hidden>')


def test_whoever_may_not_see_numbers_sees_none(entry, menteng, sign_in, monkeypatch):
    blind = permissions.GRANTS[Role.FRONT_OFFICER] - {Permission.SEE_PHONES}
    monkeypatch.setitem(permissions.GRANTS, Role.FRONT_OFFICER, blind)
    clerk = create_staff(Role.FRONT_OFFICER, branch=menteng)
    page = sign_in(clerk).get(reverse("notifications:calls")).content.decode()
    assert "Sari Contoh" in page
    assert "tel:" not in page
    assert "081234567890" not in page.replace("-", "")


def test_spoken_and_done(anna, cast, entry):
    note(anna, entry, "spoke", note="Datang Senin")
    entry.refresh_from_db()
    assert (entry.state, entry.closed_at is not None) == ("done", True)
    attempt = CallAttempt.objects.get()
    assert (attempt.outcome, attempt.by, attempt.note) == ("spoke", cast.anna, "Datang Senin")
    assert (
        "Datang Senin" in anna.get(reverse("notifications:calls") + "?show=done").content.decode()
    )


def test_a_double_click_notes_one_call(anna, entry):
    key = str(uuid.uuid4())
    for _ in range(2):
        note(anna, entry, "no_answer", once=key)
    assert CallAttempt.objects.count() == 1


def test_not_answered_is_tried_again_later_and_not_for_ever(cast, entry):
    for number in range(4):
        at = NOW + timedelta(days=number)
        note_call(entry, outcome=CallOutcome.NO_ANSWER, by=cast.anna, at=at)
        entry.refresh_from_db()
        if number < 3:
            assert entry.state == "open"
            assert entry.due_at > at
    assert entry.state == "done"


def test_called_back_at_the_time_she_asked_for(anna, entry):
    note(anna, entry, "call_back", again="23.59")
    entry.refresh_from_db()
    assert entry.state == "open"
    assert timezone.localtime(entry.due_at, entry.branch.zone).strftime("%H.%M") == "23.59"
    assert "Sari Contoh" not in anna.get(reverse("notifications:calls")).content.decode()
    later = anna.get(reverse("notifications:calls") + "?show=later")
    assert "Sari Contoh" in later.content.decode()


def test_whoever_did_not_answer_is_called_when_the_caller_says(anna, entry):
    note(anna, entry, "no_answer", again="23.59")
    entry.refresh_from_db()
    assert timezone.localtime(entry.due_at, entry.branch.zone).strftime("%H.%M") == "23.59"


@pytest.mark.parametrize(
    ("outcome", "again", "why"),
    [
        ("call_back", "", "Tulis kapan"),
        ("call_back", "nanti sore", "Masukkan jam"),
        ("no_answer", "99.99", "Masukkan jam"),
    ],
)
@pytest.mark.parametrize("waits", [timedelta(0), timedelta(days=1)])
def test_a_time_that_cannot_be_read_is_told_beside_it(anna, entry, outcome, again, why, waits):
    CallEntry.objects.update(due_at=timezone.now() + waits)
    answer = note(anna, entry, outcome, again=again, note="Sedang rapat")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert not CallAttempt.objects.exists()
    assert why in page.split(f'id="again-{entry.pk}_error"')[1]
    assert 'value="Sedang rapat"' in page
    assert f'value="{again}"' in page


@pytest.mark.parametrize("typed", ["x" * 301, "a\0b"])
def test_a_note_that_cannot_be_kept_is_told_beside_it(anna, entry, typed):
    answer = note(anna, entry, "spoke", note=typed)
    assert answer.status_code == 422
    assert f'id="note-{entry.pk}_error"' in answer.content.decode()
    assert not CallAttempt.objects.exists()


@pytest.mark.parametrize("outcome", ["", "sung", "spoke:maybe"])
def test_what_is_no_outcome_notes_nothing(anna, entry, outcome):
    answer = note(anna, entry, outcome, note="Sedang rapat")
    assert answer.status_code == 422
    assert "Pilih hasil telepon." in answer.text.partition(f'id="outcome-{entry.pk}_error"')[2]
    assert "<title>Galat: Daftar telepon" in answer.text
    assert 'value="Sedang rapat"' in answer.text
    assert not CallAttempt.objects.exists()


def test_what_was_typed_of_a_call_that_another_closed_is_not_lost(anna, cast, entry):
    note_call(entry, outcome=CallOutcome.SPOKE, by=cast.bela, at=NOW)
    answer = note(anna, entry, "no_answer", note="Suaminya yang angkat")
    said = answer.text.partition("data-error-summary")[2].partition("</div>")[0]
    assert answer.status_code == 422
    assert "Sari Contoh" in said
    assert "Telepon ini sudah selesai atau tidak perlu lagi." in said
    assert "“Suaminya yang angkat”" in said
    assert "<title>Galat: Daftar telepon" in answer.text
    assert CallAttempt.objects.count() == 1


def test_refused_is_a_stop(anna, cast, entry, customer):
    note(anna, entry, "refused", note="Jangan telepon saya")
    stop = Suppression.objects.live().get()
    assert (stop.scope, stop.source, stop.words) == ("all", "staff", "Jangan telepon saya")
    assert not customer.consents.order_by("-pk")[0].is_granted


def test_a_wrong_number_is_bad(anna, entry, customer):
    note(anna, entry, "wrong_number")
    assert PhoneStanding.objects.get(phone=customer.phone).bad_since


@pytest.mark.parametrize("answer,meaning", [("yes", Meaning.YES), ("no", Meaning.NO)])
def test_her_answer_reaches_the_app(anna, cast, entry, monkeypatch, answer, meaning):
    told = []

    def hook(message, meaning, *, by, at):
        told.append((message.key, meaning, by))
        return ""

    monkeypatch.setitem(reply_hooks._hooks, "reminder", hook)
    assert "Akan datang" in anna.get(reverse("notifications:calls")).content.decode()
    note(anna, entry, f"spoke:{answer}")
    assert told == [("test:1", meaning, cast.anna)]


def test_what_is_done_is_done(cast, entry):
    note_call(entry, outcome=CallOutcome.SPOKE, by=cast.anna, at=NOW)
    with pytest.raises(CannotNoteCall, match="sudah selesai"):
        note_call(entry, outcome=CallOutcome.SPOKE, by=cast.anna, at=NOW)


def test_a_new_reason_after_that_opens_a_new_line(cast, entry, plan):
    note_call(entry, outcome=CallOutcome.SPOKE, by=cast.anna, at=NOW)
    put_on_list(plan(key="next"), at=NOW)
    assert CallEntry.objects.filter(state="open").count() == 1


def test_another_branch_s_list_is_not_there(sign_in, cast, entry):
    boris = sign_in(cast.boris)
    assert note(boris, entry, "spoke").status_code == 404
    assert "Sari Contoh" not in boris.get(reverse("notifications:calls")).content.decode()


def test_who_has_no_number_or_did_not_agree_is_not_listed(plan, menteng):
    nobody = CustomerFactory(phone="", home_branch=menteng)
    give_consent(nobody)
    unasked = CustomerFactory(home_branch=menteng)
    assert put_on_list(plan(key="a", customer=nobody), at=NOW) is None
    assert put_on_list(plan(key="b", customer=unasked), at=NOW) is None


def test_the_list_costs_the_same_for_many(
    anna, entry, plan, menteng, django_assert_max_num_queries
):
    for number in range(10):
        customer = CustomerFactory(home_branch=menteng)
        give_consent(customer)
        put_on_list(plan(key=f"m{number}", customer=customer), at=NOW)
    with django_assert_max_num_queries(12):
        anna.get(reverse("notifications:calls"))
