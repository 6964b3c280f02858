"""What customers are told of their controls: who, where, when, and nothing of their health."""

from datetime import date, time, timedelta

import pytest
from django.utils import translation

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose
from notifications import actions as notifications
from notifications.actions.noticing import Settings
from notifications.linting import lint
from notifications.models import Channel, Message, MessageClass, MessageEvent, Template
from notifications.notices import Notice, notice
from tests.conftest import Cast
from tests.factories import NOW, CustomerFactory, TreatmentFactory, create_template, put_message
from tests.treatments.conftest import SlipIn
from treatments import actions as slips
from treatments.notices import (
    AFTERCARE,
    CONTROL_MISSED,
    CONTROL_REMINDER,
    DAY,
    days_of,
    follow_controls,
)
from treatments.states import SlipState


def test_the_template_is_neutral_and_ends_with_a_closed_question(reminder_text: Template) -> None:
    words = reminder_text.current
    body = words.body
    assert reminder_text.message_class == MessageClass.TRANSACTIONAL
    assert words.variables == ["name", "clinic", "branch", "day"]
    # Each is in the text, and none stands at its very start or end, where the provider refuses it.
    assert [body.count(f"{{{name}}}") for name in words.variables] == [1, 1, 1, 1]
    assert body.startswith("Halo ")
    assert body.endswith("Apakah Anda dapat hadir pada hari itu?")
    assert "!" not in body
    # One WhatsApp template and two SMS at most.
    filled = body.format(
        name="Kak Maharani", clinic="Klinik Seruni", branch="Menteng", day="Minggu, 6 Desember 2026"
    )
    assert len(filled) <= 306


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Maria Goretti",
        honorific="ibu",
        allergies="penisilin",
        notes="Sedang hamil",
        home_branch=menteng,
    )


def told(notice: str = CONTROL_REMINDER.key, **more: object) -> list[tuple[str, str, str]]:
    """When each message goes out at its branch, of which days it speaks, and its state."""
    found = Message.objects.filter(notice=notice, **more).select_related("branch")
    return [
        (
            message.branch.local(message.due_at).strftime("%d/%m %H.%M"),
            message.variables[DAY.name],
            message.state,
        )
        for message in found.order_by("due_at", "pk")
    ]


@pytest.mark.parametrize("language", ["id", "en"])
def test_no_message_names_what_was_done(
    language: str, slip_in: SlipIn, cast: Cast, maria: Customer
) -> None:
    peel = TreatmentFactory(
        name="Chemical Peel Jerawat", code="PEEL", category="Akne", control_days=[14]
    )
    with translation.override(language):
        slip_in(SlipState.DONE, treatments=[peel], customer=maria)

    # The customer reads Indonesian, whatever language the desk works in.
    assert told() == [
        ("03/12 10.00", "Minggu, 6 Desember 2026", "queued"),
        ("05/12 10.00", "Minggu, 6 Desember 2026", "queued"),
    ]
    for message in Message.objects.all():
        assert message.variables["name"] == "Ibu Maria"
        assert "Klinik Seruni cabang Menteng" in message.text
        assert "{" not in message.text
        for word in ("peel", "jerawat", "akne", "penisilin", "hamil", "goretti"):
            assert word not in message.text.lower()
            assert word not in message.key.lower()


def test_a_reminder_whose_hour_is_past_goes_at_once_but_not_by_night(
    slip_in: SlipIn, cast: Cast, menteng: Branch
) -> None:
    tomorrow = TreatmentFactory(control_days=[1])
    morning = slip_in(SlipState.DONE, treatments=[tomorrow], at=NOW + timedelta(hours=2))
    message = Message.objects.get(customer=morning.customer, notice=CONTROL_REMINDER.key)
    assert message.due_at == NOW + timedelta(hours=2)

    night = NOW + timedelta(hours=12)
    evening = slip_in(SlipState.DONE, treatments=[tomorrow], at=night)
    message = Message.objects.get(customer=evening.customer, notice=CONTROL_REMINDER.key)
    assert menteng.local(message.due_at).strftime("%d %H.%M") == "23 08.00"
    assert message.due_at < message.expires_at


def test_days_that_are_told_on_the_same_morning_share_a_message(
    slip_in: SlipIn, maria: Customer
) -> None:
    slip_in(SlipState.DONE, customer=maria, treatments=[TreatmentFactory(control_days=[10, 12])])
    both = "Rabu, 2 Desember 2026 dan Jumat, 4 Desember 2026"
    assert told() == [
        ("29/11 10.00", "Rabu, 2 Desember 2026", "queued"),
        ("01/12 10.00", both, "queued"),
        ("03/12 10.00", "Jumat, 4 Desember 2026", "queued"),
    ]
    shared = Message.objects.get(variables__day=both)
    assert days_of(shared) == {date(2026, 12, 2), date(2026, 12, 4)}


def test_what_was_told_is_not_told_again(slip_in: SlipIn, cast: Cast, maria: Customer) -> None:
    slip_in(SlipState.DONE, customer=maria)
    early, late = Message.objects.filter(notice=CONTROL_REMINDER.key).order_by("due_at")
    put_message(early, "accepted", accepted_at=early.due_at, provider_sid="SM1", final_at=None)
    after = early.due_at + timedelta(hours=1)
    follow_controls(maria, branch=early.branch, by=None, at=after)
    assert [message.state for message in (early, late)] == ["accepted", "queued"]
    assert Message.objects.filter(notice=CONTROL_REMINDER.key).count() == 2

    # The other one waits for its turn a little longer than its hour: it is left alone.
    steps = late.events.count()
    follow_controls(maria, branch=early.branch, by=None, at=late.due_at + timedelta(minutes=5))
    late.refresh_from_db()
    assert (late.state, late.events.count()) == ("queued", steps)


def test_planning_again_without_need_changes_nothing(slip_in: SlipIn, maria: Customer) -> None:
    slip = slip_in(SlipState.DONE, customer=maria)
    before = MessageEvent.objects.count()
    follow_controls(maria, branch=slip.branch, by=None, at=NOW)
    assert MessageEvent.objects.count() == before


def test_what_a_person_withdrew_stays_withdrawn(
    slip_in: SlipIn, cast: Cast, maria: Customer
) -> None:
    slip = slip_in(SlipState.DONE, customer=maria)
    first = Message.objects.filter(notice=CONTROL_REMINDER.key).order_by("due_at").first()
    assert first
    notifications.cancel(key=first.key, by=cast.anna, at=NOW, note="Sudah ditelepon")
    follow_controls(maria, branch=slip.branch, by=None, at=NOW)
    first.refresh_from_db()
    assert first.state == "cancelled"


def test_who_stayed_away_is_asked_once_and_not_after_she_came(
    slip_in: SlipIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    slip_in(SlipState.DONE, customer=maria)
    assert told(CONTROL_MISSED.key) == []
    morning = menteng.at(date(2026, 12, 7), time(4, 5))
    assert slips.note_missed(at=morning) == 1
    assert told(CONTROL_MISSED.key) == [("07/12 10.00", "Minggu, 6 Desember 2026", "queued")]

    visit = visits.check_in(
        branch=menteng, purpose=Purpose.TREATMENT, customer=maria, by=cast.anna, at=morning
    )
    slips.keep_controls(visit, by=cast.anna, at=morning + timedelta(hours=5))
    assert [state for _, _, state in told(CONTROL_MISSED.key)] == ["cancelled"]


def test_who_is_found_missing_weeks_later_is_not_asked(slip_in: SlipIn, maria: Customer) -> None:
    slip_in(SlipState.DONE, customer=maria)
    assert slips.note_missed(at=NOW + timedelta(days=40)) == 1
    assert told(CONTROL_MISSED.key) == []


def test_thanks_the_day_after_for_all_she_had_done(slip_in: SlipIn, maria: Customer) -> None:
    facial = TreatmentFactory(public_name="perawatan wajah")
    nails = TreatmentFactory(public_name="perawatan kuku")
    for treatment in (facial, nails):
        slip_in(SlipState.DONE, treatments=[treatment], customer=maria)
    thanks = Message.objects.get(notice=AFTERCARE.key)
    assert thanks.branch.local(thanks.due_at).strftime("%d/%m %H.%M") == "23/11 10.00"
    assert thanks.expires_at == thanks.due_at + timedelta(days=2)
    assert "mempercayakan perawatan wajah dan perawatan kuku Anda kepada Klinik" in thanks.text


def test_one_without_a_neutral_name_keeps_all_unnamed(slip_in: SlipIn, maria: Customer) -> None:
    facial = TreatmentFactory(public_name="perawatan wajah")
    secret = TreatmentFactory(public_name="")
    slip_in(SlipState.DONE, treatments=[facial, secret], customer=maria)
    text = Message.objects.get(notice=AFTERCARE.key).text
    assert "mempercayakan perawatan Anda kepada" in text


def decide(key: str, by: Staff, *, branch: Branch | None = None, **changes: object) -> None:
    standard = notice(key)
    values: dict[str, object] = {
        "is_on": True,
        "template": Template.objects.get(key=key),
        "channel": Channel.WHATSAPP,
        "offsets": standard.offsets,
        "send_at": standard.send_at,
        "may_sms": False,
        "may_call": False,
    }
    settings = Settings(**{**values, **changes})
    notifications.set_notice(key, settings, branch=branch, by=by, at=NOW)
    notifications.replan_notices(at=NOW)


def test_what_is_queued_follows_new_offsets_and_hours(
    slip_in: SlipIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    slip_in(SlipState.DONE, customer=maria)
    decide("control_reminder", cast.maya, branch=menteng, offsets=[-7, -1], send_at=time(15))
    assert told(state="queued") == [
        ("29/11 15.00", "Minggu, 6 Desember 2026", "queued"),
        ("05/12 15.00", "Minggu, 6 Desember 2026", "queued"),
    ]
    decide("control_reminder", cast.maya, branch=menteng, is_on=False)
    assert told(state="queued") == []
    decide("control_reminder", cast.maya, branch=menteng)
    assert [moment for moment, _, _ in told(state="queued")] == ["03/12 10.00", "05/12 10.00"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_lets_the_queue_follow_on_its_own(
    slip_in: SlipIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    slip_in(SlipState.DONE, customer=maria)
    decide("control_reminder", cast.maya, branch=menteng, offsets=[-2])
    assert [moment for moment, _, _ in told(state="queued")] == ["04/12 10.00"]
    assert notifications.replan_notices(at=NOW) == 0


def test_what_was_late_under_an_old_offset_is_withdrawn_with_it(
    slip_in: SlipIn, cast: Cast, menteng: Branch, maria: Customer
) -> None:
    soon = TreatmentFactory(control_days=[1])
    slip_in(SlipState.DONE, customer=maria, treatments=[soon], at=NOW + timedelta(minutes=5))
    assert [moment for moment, _, _ in told(state="queued")] == ["22/11 10.05"]
    decide("control_reminder", cast.maya, branch=menteng, offsets=[0], send_at=time(9))
    assert [moment for moment, _, _ in told(state="queued")] == ["23/11 09.00"]


def test_thanks_follow_the_switch_and_the_text(
    slip_in: SlipIn, cast: Cast, maria: Customer
) -> None:
    slip_in(SlipState.DONE, customer=maria)
    other = create_template("aftercare_short", body="Halo {name}, terima kasih. Sudah nyaman?")
    decide(AFTERCARE.key, cast.citra, template=other, may_sms=True)
    thanks = Message.objects.get(notice=AFTERCARE.key)
    assert (thanks.text, thanks.may_sms) == (
        "Halo Ibu Maria, terima kasih. Sudah nyaman?",
        True,
    )
    decide(AFTERCARE.key, cast.citra, is_on=False)
    thanks.refresh_from_db()
    assert thanks.state == "cancelled"


def test_the_chains_word_stops_where_a_branch_has_its_own(
    slip_in: SlipIn, cast: Cast, menteng: Branch, jayapura: Branch, maria: Customer
) -> None:
    decide("control_reminder", cast.maya, branch=menteng, offsets=[-2])
    decide("control_reminder", cast.citra, offsets=[-5])
    assert notifications.decided("control_reminder", branch=menteng).offsets == (-2,)
    assert notifications.decided("control_reminder", branch=jayapura).offsets == (-5,)
    slip_in(SlipState.DONE, customer=maria)
    assert [moment for moment, _, _ in told()] == ["04/12 10.00"]


def test_a_branch_is_set_by_its_own_manager(cast: Cast, jayapura: Branch) -> None:
    for branch in (jayapura, None):
        with pytest.raises(notifications.CannotSetNotice):
            decide("control_reminder", cast.maya, branch=branch)


@pytest.mark.parametrize("one", [CONTROL_REMINDER, CONTROL_MISSED, AFTERCARE])
def test_the_product_s_own_words_stand_before_its_own_linter(one: Notice) -> None:
    offered = {variable.name: variable.sample for variable in one.offered}
    assert lint(one.body, message_class=one.message_class, offered=offered, by_sms=True) == []
