"""The customer's page: who she is, what she agreed to, and everything that happened."""

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format

from customers.actions import change_customer
from customers.models import ConsentPurpose, Customer
from frontdesk.branches.models import Branch
from frontdesk.home.timeline import Timeline, timeline_of
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import GRANTS, Permission, Role
from frontdesk.visits.actions import call_visit, check_in, start_visit
from frontdesk.visits.models import Purpose, Visit
from notifications.models import InboundMessage, Message, Template
from notifications.states import MessageState, ProviderStatus
from tests.conftest import Cast, SignIn
from tests.factories import (
    NOW,
    CustomerFactory,
    TreatmentFactory,
    create_template,
    give_consent,
    put_message,
    qualify,
)
from treatments.actions import create_slip, issue_slip
from treatments.models import Control, ControlEvent, Slip
from treatments.states import ControlState

pytestmark = pytest.mark.django_db
OFFICER = GRANTS[Role.FRONT_OFFICER]


@pytest.fixture
def maria(menteng: Branch) -> Customer:
    return CustomerFactory(
        name="Maria Goretti",
        honorific="ibu",
        phone="+6281234567890",
        allergies="penisilin",
        notes="Suka teh",
        home_branch=menteng,
        created_at=NOW - timedelta(days=30),
    )


@pytest.fixture
def anna(cast: Cast, sign_in: SignIn) -> Client:
    return sign_in(cast.anna)


def url(customer: Customer, **query: str) -> str:
    return reverse("home:customer", args=[customer.pk], query=query)


def timeline(customer: Customer, branch: Branch, **options: str) -> Timeline:
    return timeline_of(customer, branch=branch, may=OFFICER, **options)


def visited(customer: Customer, branch: Branch, by: Staff, *, minutes: int = 0) -> Visit:
    at = NOW + timedelta(minutes=minutes)
    visit = check_in(branch=branch, purpose=Purpose.TREATMENT, customer=customer, by=by, at=at)
    call_visit(visit, by=by, at=at + timedelta(minutes=5))
    start_visit(visit, by=by, at=at + timedelta(minutes=6))
    return visit


def treated(visit: Visit, cast: Cast, *, minutes: int = 10) -> Slip:
    at = NOW + timedelta(minutes=minutes)
    treatment = TreatmentFactory(name="Facial acne", price=350_000)
    qualify(cast.tari, treatment)
    slip = create_slip(visit, treatments=[treatment], beautician=cast.tari, by=cast.anna, at=at)
    issue_slip(slip, by=cast.anna, at=at)
    return slip


def controlled(slip: Slip, *, minutes: int = 20) -> Control:
    control = Control.objects.create(
        branch=slip.branch,
        customer=slip.customer,
        line=slip.lines.get(),
        after_days=30,
        due_on=NOW.date() + timedelta(days=30),
        created_at=NOW,
    )
    for old, due_on in (("", control.due_on - timedelta(days=7)), ("planned", control.due_on)):
        ControlEvent.objects.create(
            control=control,
            old=old,
            new=ControlState.PLANNED,
            due_on=due_on,
            at=NOW + timedelta(minutes=minutes),
        )
    return control


def told(customer: Customer, branch: Branch, *, minutes: int = 30, number: int = 1) -> Message:
    template = Template.objects.filter(key="control").first() or create_template("control")
    at = NOW + timedelta(minutes=minutes)
    return Message.objects.create(
        key=f"test:{customer.pk}:{number}",
        branch=branch,
        customer=customer,
        template=template,
        message_class=template.message_class,
        body="Halo Ibu Maria, jadwal kontrol Anda besok.",
        state=MessageState.ACCEPTED,
        provider_sid=f"SM{customer.pk}x{number}",
        provider_status=ProviderStatus.DELIVERED,
        accepted_at=at,
        created_at=at,
        due_at=at,
        expires_at=at + timedelta(days=1),
    )


def was_not_told(customer: Customer, branch: Branch, *, number: int) -> Message:
    sent = told(customer, branch, number=100 + number)
    sent.pk, sent.public_id, sent.key = None, uuid.uuid4(), f"test:{customer.pk}:{number} withdrawn"
    sent.state, sent.body, sent.accepted_at = MessageState.CANCELLED, "", None
    sent.provider_sid, sent.provider_status, sent.final_at = None, "", NOW
    sent.save()
    return sent


def answered(customer: Customer, *, minutes: int = 40) -> None:
    InboundMessage.objects.create(
        provider_sid=f"IN{customer.pk}x{minutes}",
        from_phone=customer.phone,
        to_address="whatsapp:+620000",
        channel="whatsapp",
        customer=customer,
        body="YA, terima kasih",
        at=NOW + timedelta(minutes=minutes),
    )


@pytest.mark.parametrize("state", [ControlState.PLANNED, ControlState.CONFIRMED])
def test_a_note_about_a_control_does_not_read_as_a_move(
    cast: Cast, maria: Customer, menteng: Branch, state: ControlState
) -> None:
    control = controlled(treated(visited(maria, menteng, cast.anna), cast))
    ControlEvent.objects.create(
        control=control, old=state, new=state, due_on=control.due_on, at=NOW, note="Minta pagi"
    )
    [title] = [e.title for e in timeline(maria, menteng).entries if "Minta pagi" in e.lines]
    assert title == "Kontrol Facial acne tetap 22 Des 2026"


def test_everything_on_one_line_newest_first(
    anna: Client, cast: Cast, maria: Customer, menteng: Branch
) -> None:
    slip = treated(visited(maria, menteng, cast.anna), cast)
    controlled(slip)
    told(maria, menteng)
    answered(maria)
    give_consent(maria, purpose=ConsentPurpose.SERVICE, at=NOW + timedelta(minutes=50))
    card = {"address": "Jalan Mawar 2", "allergies": "penisilin, udang"}
    at = NOW + timedelta(minutes=60)
    change_customer(maria, version=1, card=card, by=cast.bela, at=at)
    found = timeline(maria, menteng)
    assert [entry.title for entry in found.entries] == [
        "Kartu diubah",
        "Setuju: Pengingat layanan",
        "Balasan WhatsApp",
        "Pesan WhatsApp",
        "Kontrol Facial acne dipindah ke 22 Des 2026",
        "Kontrol Facial acne dijadwalkan 15 Des 2026",
        f"Slip {slip.code}",
        "Kunjungan A001 · Perawatan",
        "Terdaftar",
    ]
    page = anna.get(url(maria)).content.decode()
    for words in (
        "Alamat: kosong → Jalan Mawar 2",
        "Alergi: penisilin → penisilin, udang",
        "Boleh diingatkan.",
        "YA, terima kasih",
        "jadwal kontrol Anda besok",
        "Sampai",
        "Facial acne · 60 menit · Rp350.000",
        "Dipanggil",
        "Tari",
        "Minggu, 22 November 2026",
    ):
        assert words in page, words
    assert reverse("treatments:slip", args=[slip.pk]) in page


def test_head(anna: Client, maria: Customer) -> None:
    Customer.objects.filter(pk=maria.pk).update(birth_date="1990-11-22")
    page = anna.get(url(maria)).content.decode()
    assert "Ibu Maria" in page
    assert "0812-3456-7890" in page
    assert page.index("penisilin") < page.index("<h1>") < page.index("Terdaftar")
    assert page.index("Suka teh") < page.index("<h1>")
    assert "penisilin" not in "".join(re.findall(r'(?:href|action|hx-get)="([^"]*)"', page))


def test_pages_miss_and_repeat_nothing(cast: Cast, maria: Customer, menteng: Branch) -> None:
    # Three kinds of things at the very same moments, over more than two pages.
    for number in range(25):
        told(maria, menteng, minutes=number // 4, number=number)
        give_consent(maria, at=NOW + timedelta(minutes=number // 4))
        check_in(
            branch=menteng,
            purpose=Purpose.TREATMENT,
            customer=maria,
            by=cast.anna,
            at=NOW + timedelta(minutes=number // 4),
        )
    seen: list[tuple[int, int]] = []
    before = ""
    for _ in range(9):
        found = timeline(maria, menteng, before=before)
        seen += [(entry.moment.kind, entry.moment.pk) for entry in found.entries]
        before = found.before
        if not before:
            break
    assert len(seen) == len(set(seen)) == 76
    assert seen[-1][1] == 0


@pytest.mark.parametrize("before", ["x", "1_2_3", "2026-11-22T03:00:00_1_2", "__", "2026_1_1"])
def test_nonsense_begins_at_the_top(anna: Client, maria: Customer, before: str) -> None:
    answer = anna.get(url(maria, before=before))
    assert answer.status_code == 200
    assert "Terdaftar" in answer.content.decode()


def test_a_message_says_what_it_is_about_and_its_words_only_if_sent(
    anna: Client, maria: Customer, menteng: Branch
) -> None:
    sent = told(maria, menteng)
    withdrawn = was_not_told(maria, menteng, number=1)
    Message.objects.filter(pk__in=[sent.pk, withdrawn.pk]).update(notice="control_reminder")
    Message.objects.filter(pk=withdrawn.pk).update(body="Kata-kata yang ditarik.")

    titles = [entry.title for entry in timeline(maria, menteng).entries]
    assert titles.count("Pengingat jadwal kontrol") == 2
    page = anna.get(url(maria)).content.decode()
    assert "jadwal kontrol Anda besok" in page
    assert "Kata-kata yang ditarik" not in page


def test_older_ones_come_as_a_fragment(anna: Client, maria: Customer, menteng: Branch) -> None:
    for number in range(40):
        told(maria, menteng, minutes=number, number=number)
    page = anna.get(url(maria)).content.decode()
    older = re.search(r'hx-get="([^"]*before=[^"]+)"', page)
    assert older
    part = anna.get(older[1], headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert part.count('class="timeline-what"') == 11


def test_queries_do_not_grow(anna: Client, cast: Cast, maria: Customer, menteng: Branch) -> None:
    def count() -> int:
        with CaptureQueriesContext(connection) as queries:
            anna.get(url(maria))
        return len(queries)

    def happen(number: int) -> None:
        slip = treated(visited(maria, menteng, cast.anna, minutes=number), cast, minutes=number)
        controlled(slip, minutes=number)
        told(maria, menteng, minutes=number, number=number)
        was_not_told(maria, menteng, number=number)
        answered(maria, minutes=number)
        give_consent(maria)
        change_customer(
            maria, version=number, card={"address": f"Jalan {number}"}, by=cast.anna, at=NOW
        )

    happen(1)
    few = count()
    for number in range(2, 6):
        happen(number)
    assert count() <= few <= 15


def test_other_branches_are_named_but_not_opened(
    cast: Cast, sign_in: SignIn, maria: Customer, menteng: Branch
) -> None:
    slip = treated(visited(maria, menteng, cast.anna), cast)
    page = sign_in(cast.boris).get(url(maria)).content.decode()
    assert slip.code in page
    assert menteng.name in page
    assert reverse("treatments:slip", args=[slip.pk]) not in page


def test_doctor_sees_no_number(
    cast: Cast, sign_in: SignIn, maria: Customer, menteng: Branch
) -> None:
    change_customer(maria, version=1, card={"phone": "+6281399998888"}, by=cast.anna, at=NOW)
    told(maria, menteng)
    page = sign_in(cast.dewi).get(url(maria)).content.decode()
    digits = re.sub(r"\D", "", page)
    for number in ("81234567890", "81399998888"):
        assert number not in digits
    assert "penisilin" in page
    assert "jadwal kontrol Anda besok" in page
    assert reverse("customers:customer_edit", args=[maria.pk]) not in page
    assert reverse("customers:consent_record", args=[maria.pk]) not in page


@pytest.mark.parametrize("who", ["tari", "gita"])
def test_closed_to(cast: Cast, sign_in: SignIn, maria: Customer, who: str) -> None:
    assert sign_in(getattr(cast, who)).get(url(maria)).status_code == 403


def test_unknown_customer(anna: Client, maria: Customer) -> None:
    assert anna.get(reverse("home:customer", args=[maria.pk + 1])).status_code == 404


def test_consents_are_asked_for_in_full_words(anna: Client, maria: Customer) -> None:
    page = anna.get(url(maria)).content.decode()
    assert page.count("Belum ditanya") == 2
    assert "Saya boleh berhenti kapan saja." in page
    give_consent(maria, purpose=ConsentPurpose.SERVICE)
    assert "Tarik persetujuan" in anna.get(url(maria)).content.decode()


def test_no_number_no_consent(anna: Client, maria: Customer) -> None:
    Customer.objects.filter(pk=maria.pk).update(phone="")
    page = anna.get(url(maria)).content.decode()
    assert "Isi nomor HP atau e-mail dulu" in page
    assert "Catat setuju" not in page


def test_who_may_see_customers() -> None:
    may = {role for role in Role if Permission.SEE_CUSTOMERS in GRANTS[role]}
    assert may == {Role.FRONT_OFFICER, Role.DOCTOR, Role.BRANCH_MANAGER, Role.CHAIN_ADMIN}


@pytest.mark.parametrize(
    ("state", "waits", "words"),
    [
        (MessageState.QUEUED, 2, "akan dikirim"),
        (MessageState.QUEUED, -2, "menunggu dikirim sejak"),
        (MessageState.UNKNOWN, -2, "dicoba dikirim"),
    ],
)
def test_when_a_reminder_leaves_does_not_read_as_the_day_it_speaks_of(
    maria: Customer, menteng: Branch, state: MessageState, waits: int, words: str
) -> None:
    planned = told(maria, menteng)
    due_at = timezone.now() + timedelta(days=waits)
    put_message(
        planned,
        state,
        notice="control_reminder",
        due_at=due_at,
        expires_at=due_at + timedelta(days=9),
        accepted_at=None,
        provider_sid=None,
        provider_status="",
        unknown_since=due_at if state == MessageState.UNKNOWN else None,
    )
    with timezone.override(menteng.zone):
        [title] = [e.title for e in timeline(maria, menteng).entries if "Pengingat" in e.title]
        due = date_format(timezone.localtime(due_at), "j M Y, H.i")
    assert title == f"Pengingat jadwal kontrol · {words} {due}"
