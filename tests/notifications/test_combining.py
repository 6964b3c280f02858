"""What a customer is told on one day is one message, and each part of it leaves exactly once."""

from datetime import datetime, timedelta

import pytest
from django.db import ProgrammingError, transaction

from customers.models import ConsentEvent, ConsentPurpose
from notifications import actions
from notifications.actions.by_hand import skip
from notifications.actions.combining import TOGETHER_NOTICE, combine
from notifications.actions.noticing import Settings, set_notice
from notifications.actions.registering import write_version
from notifications.linting import lint
from notifications.models import (
    TOGETHER,
    Approval,
    Channel,
    DaySlot,
    Message,
    MessageClass,
    SenderPace,
    Template,
    TemplateVersion,
)
from notifications.notices import declared, write_missing_templates
from notifications.providers.codes import ErrorClass
from notifications.wording import filled
from tests.factories import NOW, CustomerFactory, give_consent, put_message
from tests.notifications.conftest import lose_a_claim

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(hours=6)


@pytest.fixture
def tell(customer, menteng):
    """Plan a notice of the product as its app would."""
    actions.ensure_senders()
    write_missing_templates()

    def tell(notice: str, *, due_at: datetime = NOW, who=customer, **values) -> Message:
        return actions.plan_notice(
            actions.decided(notice, branch=menteng),
            **{
                "key": f"{notice}:{who.pk}",
                "customer": who,
                "branch": menteng,
                "variables": {"day": "Minggu, 6 Desember 2026", "treatment": "perawatan wajah"},
                "due_at": due_at,
                "expires_at": due_at + timedelta(days=2),
                "by": None,
                "at": NOW,
            }
            | values,
        )

    return tell


def states() -> dict[str, str]:
    """By notice, what became of each."""
    return dict(Message.objects.order_by("pk").values_list("notice", "state"))


def sent_texts(sending) -> list[str]:
    return [row["body"] for row in sending.accepted()]


# One message --------------------------------------------------------------------------------------


def test_what_is_due_on_one_day_leaves_as_one_message(tell, sending, clock, customer):
    tell("aftercare")
    tell("control_missed", due_at=LATER)
    tell("control_reminder", due_at=LATER)

    assert actions.send_due(clock=clock) == 1

    assert states() == {
        "aftercare": "merged", "control_missed": "merged", "control_reminder": "merged",
        TOGETHER: "accepted",
    }  # fmt: skip
    [text] = sent_texts(sending)
    # What she waits for comes first, and its question is the last.
    assert text == (
        "Halo Kak Sari, kami dari Klinik Seruni cabang Menteng. Ada beberapa kabar untuk Anda: "
        "jadwal kontrol Anda adalah Minggu, 6 Desember 2026, balas YA bila Anda dapat hadir atau "
        "TIDAK bila ingin memilih hari lain; kami belum bertemu Anda pada jadwal kontrol Minggu, "
        "6 Desember 2026 dan dengan senang hati mencarikan waktu yang lebih cocok; serta terima "
        "kasih sudah mempercayakan perawatan wajah Anda kepada kami, mohon ikuti saran perawatan "
        "di rumah yang sudah kami sampaikan. Apakah Anda dapat hadir pada jadwal kontrol itu? "
        "Balas saja pesan ini."
    )
    carrier = Message.objects.get(notice=TOGETHER)
    assert carrier.carries.count() == 3
    assert carrier.message_class == MessageClass.TRANSACTIONAL
    clock.at = LATER
    assert actions.send_due(clock=clock) == 0


def test_what_is_due_tomorrow_waits_for_tomorrow(tell, sending, clock):
    tell("aftercare")
    tell("control_missed", due_at=NOW + timedelta(days=1))

    assert actions.send_due(clock=clock) == 1
    assert states() == {"aftercare": "accepted", "control_missed": "queued"}


def test_others_and_promos_stay_by_themselves(tell, plan, sending, clock, menteng):
    other = CustomerFactory(home_branch=menteng)
    give_consent(other)
    tell("aftercare")
    tell("control_missed", who=other)
    plan(key="answer", message_class=MessageClass.PERSONAL)
    plan(key="order")

    assert actions.send_due(clock=clock) == 4
    assert not Message.objects.filter(notice=TOGETHER).exists()


def test_what_is_held_until_the_morning_joins_what_is_due_then(tell, sending, clock, menteng):
    evening = menteng.at(NOW.date(), menteng.quiet_from)
    tell("aftercare", due_at=evening - timedelta(minutes=1))
    tell("control_missed", due_at=evening + timedelta(hours=14))
    clock.at = evening
    assert actions.send_due(clock=clock) == 0
    clock.at = Message.objects.get(notice="aftercare").due_at
    assert menteng.local(clock.at).strftime("%d %H.%M") == "23 08.00"

    assert actions.send_due(clock=clock) == 1
    assert states()[TOGETHER] == "accepted"


def test_the_combined_words_please_the_linter():
    samples = {variable.name: variable.sample for variable in TOGETHER_NOTICE.offered}
    found = lint(
        TOGETHER_NOTICE.body,
        message_class=MessageClass.TRANSACTIONAL,
        offered=samples,
        sms_body="",
        by_sms=False,
    )
    assert found == []


def test_each_clause_is_neutral_and_the_longest_message_fits():
    clauses = [one for one in declared() if one.clause]
    samples = {v.name: v.sample for one in clauses for v in one.offered}
    news = "; ".join(filled(one.clause, samples) for one in clauses)
    assert len(TOGETHER_NOTICE.body) + len(news) + 200 <= 1024
    for one in clauses:
        assert one.question, one.key
        assert one.message_class == MessageClass.TRANSACTIONAL
        body = f"Halo, {filled(one.clause, samples)}. Apakah {filled(one.question, samples)}?"
        assert lint(
            body, message_class=one.message_class, offered={}, sms_body="", by_sms=False
        ) == []  # fmt: skip


# One a day ----------------------------------------------------------------------------------------


def test_what_she_waits_for_neither_takes_the_day_nor_needs_it(tell, plan, sending, clock):
    tell("control_reminder")
    assert actions.send_due(clock=clock) == 1
    plan(key="other", one_a_day=True)
    assert actions.send_due(clock=clock) == 1
    tell("control_reminder", key="again")
    assert actions.send_due(clock=clock) == 1
    assert set(states().values()) == {"accepted"}
    assert DaySlot.objects.count() == 1


def test_the_whole_waits_for_its_day_like_each_of_its_parts(tell, plan, sending, clock):
    plan(key="wish", one_a_day=True)
    assert actions.send_due(clock=clock) == 1
    tell("aftercare")
    tell("control_missed")

    assert actions.send_due(clock=clock) == 0
    carrier = Message.objects.get(notice=TOGETHER)
    assert carrier.state == "queued"
    clock.at = carrier.due_at
    assert clock.at > NOW + timedelta(hours=12)
    assert actions.send_due(clock=clock) == 1
    assert states()[TOGETHER] == "accepted"


# Changed before it leaves -------------------------------------------------------------------------


@pytest.fixture
def waiting(tell, sending, clock) -> Message:
    """Two notices in one message that the provider did not take yet."""
    tell("aftercare")
    tell("control_missed")
    actions.register_templates()
    found = combine(Message.objects.get(notice="aftercare").pk, at=NOW)
    assert found
    return found


def test_a_part_that_is_cancelled_by_key_does_not_leave_the_rest_does(
    waiting, sending, clock, customer
):
    assert actions.cancel(key=f"control_missed:{customer.pk}", by=None, at=NOW)

    assert actions.send_due(clock=clock) == 1
    assert states() == {
        "aftercare": "accepted", "control_missed": "cancelled", TOGETHER: "cancelled"
    }  # fmt: skip
    assert "kontrol" not in sent_texts(sending)[0]


def test_a_part_that_is_moved_leaves_on_its_own_day(waiting, tell, sending, clock):
    moved = NOW + timedelta(days=3)
    tell("control_missed", due_at=moved)

    assert actions.send_due(clock=clock) == 1
    assert states()["control_missed"] == "queued"
    clock.at = moved
    assert actions.send_due(clock=clock) == 1
    assert len(sent_texts(sending)) == 2


def test_parts_that_are_withdrawn_leave_nothing_behind(waiting, sending, clock):
    actions.withdraw(Message.objects.exclude(notice=TOGETHER), at=NOW)

    assert actions.send_due(clock=clock) == 0
    assert set(states().values()) == {"cancelled"}


def test_a_third_joins_what_still_waits(waiting, tell, sending, clock):
    tell("control_reminder")

    assert actions.send_due(clock=clock) == 1
    assert Message.objects.filter(notice=TOGETHER).count() == 1
    assert waiting.carries.count() == 3


def test_refused_for_now_it_may_still_change(tell, sending, clock, customer):
    tell("aftercare")
    tell("control_missed")
    sending.set(next=["rate_limited"], retry_after=5)
    assert actions.send_due(clock=clock) == 0
    carrier = Message.objects.get(notice=TOGETHER)
    assert (carrier.state, carrier.attempts) == ("queued", 1)

    actions.cancel(key=f"aftercare:{customer.pk}", by=None, at=NOW)
    SenderPace.objects.update(circuit="closed", open_until=None)
    clock.forward(minutes=1)
    assert actions.send_due(clock=clock) == 1
    assert states() == {
        "aftercare": "cancelled", "control_missed": "accepted", TOGETHER: "cancelled"
    }  # fmt: skip


def test_what_may_have_left_stays_as_it_is(tell, sending, clock, customer):
    tell("aftercare")
    tell("control_missed")
    actions.register_templates()
    assert combine(Message.objects.get(notice="aftercare").pk, at=NOW)
    lose_a_claim(clock)
    carrier = Message.objects.get(notice=TOGETHER)
    put_message(carrier, "queued", absent_seen=1, lease=None, lease_until=None)

    assert not actions.cancel(key=f"aftercare:{customer.pk}", by=None, at=NOW)
    assert states()["aftercare"] == "merged"
    assert actions.send_due(clock=clock) == 1


def test_what_outlives_the_others_still_goes(tell, sending, clock):
    tell("aftercare", expires_at=NOW + timedelta(minutes=5))
    tell("control_missed")
    actions.register_templates()
    assert combine(Message.objects.get(notice="aftercare").pk, at=NOW)
    clock.forward(minutes=10)

    assert actions.send_due(clock=clock) == 1
    assert states() == {
        "aftercare": "expired", "control_missed": "accepted", TOGETHER: "cancelled"
    }  # fmt: skip


def test_a_no_suppresses_each_so_that_a_later_yes_counts(waiting, tell, sending, clock, customer):
    ConsentEvent.objects.create(
        customer=customer,
        purpose=ConsentPurpose.SERVICE,
        is_granted=False,
        source="counter",
        at=NOW + timedelta(minutes=1),
    )
    assert actions.send_due(clock=clock) == 0
    assert states() == {
        "aftercare": "suppressed", "control_missed": "suppressed", TOGETHER: "cancelled"
    }  # fmt: skip
    give_consent(customer, at=NOW + timedelta(minutes=2))
    tell("aftercare")
    assert actions.send_due(clock=clock) == 1


# Not combined -------------------------------------------------------------------------------------


@pytest.mark.parametrize("held", ["off", "refused", "long"])
def test_what_may_not_be_said_in_one_leaves_one_by_one(tell, sending, clock, cast, menteng, held):
    tell("control_reminder")
    tell("control_missed")
    template = Template.objects.get(key=TOGETHER)
    if held == "off":
        set_notice(
            TOGETHER,
            Settings(False, template, Channel.WHATSAPP, [], None, False, False),
            branch=menteng,
            by=cast.maya,
            at=NOW,
        )
        actions.replan_notices(at=NOW)
    elif held == "refused":
        actions.register_templates()
        TemplateVersion.objects.filter(template=template).update(approval=Approval.REJECTED)
    else:
        write_version(template, body="Halo {news} " + "a" * 1000, by=None, at=NOW)

    assert actions.send_due(clock=clock) == 2
    assert TOGETHER not in states()


def test_switched_off_what_waits_together_leaves_one_by_one(waiting, sending, clock, cast, menteng):
    template = Template.objects.get(key=TOGETHER)
    off = Settings(False, template, Channel.WHATSAPP, [], None, False, False)
    set_notice(TOGETHER, off, branch=menteng, by=cast.maya, at=NOW)
    actions.replan_notices(at=NOW)

    actions.send_due(clock=clock)
    assert states()[TOGETHER] == "cancelled"
    # Each takes the day now: one today, the other tomorrow.
    assert sorted(m.state for m in Message.objects.exclude(notice=TOGETHER)) == [
        "accepted", "queued",
    ]  # fmt: skip


def test_one_kind_switched_off_leaves_what_waits_with_it(waiting, sending, clock, cast, menteng):
    template = Template.objects.get(key="aftercare")
    off = Settings(False, template, Channel.WHATSAPP, [1], None, False, False)
    set_notice("aftercare", off, branch=menteng, by=cast.maya, at=NOW)
    actions.replan_notices(at=NOW)

    assert actions.send_due(clock=clock) == 1
    assert (states()["aftercare"], states()["control_missed"]) == ("cancelled", "accepted")


def test_words_that_whatsapp_stops_hold_nobody_up(waiting, sending, clock):
    Template.objects.filter(key=TOGETHER).update(stopped_at=NOW)

    assert actions.send_due(clock=clock) == 1
    assert states()[TOGETHER] == "cancelled"
    assert sorted(m.state for m in Message.objects.exclude(notice=TOGETHER)) == [
        "accepted", "queued",
    ]  # fmt: skip


# The database -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "deed",
    [
        # What left with others would wait again.
        {"state": "queued", "carrier": None},
        {"state": "cancelled", "carrier": None},
    ],
)
def test_what_has_left_together_never_waits_again(tell, sending, clock, deed):
    tell("aftercare")
    tell("control_missed")
    actions.send_due(clock=clock)
    part = Message.objects.filter(notice="aftercare")

    with pytest.raises(ProgrammingError), transaction.atomic():
        part.update(**deed)
    with pytest.raises(ProgrammingError), transaction.atomic():
        part.update(carrier=tell("control_reminder"))


def test_nothing_joins_what_is_leaving(waiting, tell, clock):
    lose_a_claim(clock)
    waiting.refresh_from_db()
    assert waiting.state == "sending"
    late = tell("control_reminder")

    with pytest.raises(ProgrammingError), transaction.atomic():
        Message.objects.filter(pk=late.pk).update(state="merged", carrier=waiting)
    assert combine(late.pk, at=NOW) is None


def test_nothing_is_withdrawn_together_with_its_parts_unnoticed(waiting):
    with pytest.raises(ProgrammingError), transaction.atomic():
        Message.objects.filter(pk=waiting.pk).update(state="cancelled")


# By hand ------------------------------------------------------------------------------------------


@pytest.fixture
def by_hand(tell, settings) -> Message:
    actions.ensure_senders()
    tell("aftercare")
    tell("control_missed", due_at=LATER)
    Message.objects.update(sender=None, channel=Channel.BY_HAND)
    assert actions.combine_by_hand(at=NOW) == 1
    assert actions.combine_by_hand(at=NOW) == 0
    return Message.objects.get(notice=TOGETHER)


def test_what_a_person_sends_herself_is_one_message_too(by_hand, cast):
    assert (by_hand.channel, by_hand.sender) == (Channel.BY_HAND, None)
    skip(by_hand, by=cast.anna, at=NOW)
    assert set(states().values()) == {"cancelled"}


def test_by_hand_too_what_outlives_the_others_stays(by_hand, customer):
    Message.objects.filter(notice="control_missed").update(expires_at=NOW + timedelta(days=9))
    actions.clear_by_hand(at=NOW + timedelta(days=3))
    assert states() == {
        "aftercare": "expired", "control_missed": "queued", TOGETHER: "cancelled"
    }  # fmt: skip


# The page -----------------------------------------------------------------------------------------


def test_a_messages_page_tells_what_it_was_made_of(tell, sending, clock, cast, sign_in):
    tell("aftercare")
    tell("control_missed")
    actions.send_due(clock=clock)
    client = sign_in(cast.maya)
    carrier, part = (Message.objects.get(notice=key) for key in (TOGETHER, "aftercare"))

    page = client.get(f"/messages/{carrier.pk}/").content.decode()
    for words in ("Terdiri dari", "Kontrol terlewat", f"/messages/{part.pk}/"):
        assert words in page
    page = client.get(f"/messages/{part.pk}/").content.decode()
    for words in (
        "Ikut dalam satu pesan dengan kabar lain",
        f"/messages/{carrier.pk}/",
        "Ikut dalam satu pesan",
    ):
        assert words in page


def test_what_did_not_arrive_goes_by_sms_as_a_whole_and_the_day_is_told_once(
    tell, sending, clock, customer, settings
):
    settings.TWILIO_FROM_SMS = "KLINIK"
    actions.ensure_senders()
    tell("control_reminder")
    tell("aftercare")
    actions.send_due(clock=clock)
    carrier = Message.objects.get(notice=TOGETHER)
    actions.fall_back(carrier, error=ErrorClass.NO_WHATSAPP, at=NOW)

    child = Message.objects.get(parent=carrier)
    assert (child.channel, child.merges) == (Channel.SMS, False)
    assert "kontrol Anda adalah Minggu" in child.body
    assert "saran perawatan" in child.body
