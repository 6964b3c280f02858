"""Rows for tests, made the way the desk makes them."""

from datetime import UTC, datetime
from typing import Any

import factory
import pgtrigger
from django.contrib.auth.hashers import make_password
from factory.django import DjangoModelFactory

from customers.models import ConsentEvent, ConsentPurpose, ConsentSource, Customer
from frontdesk.branches.models import Branch, TimeZone
from frontdesk.staff.models import Assignment, Duty, Staff, Terminal
from frontdesk.staff.permissions import Role
from frontdesk.visits import actions as visit_actions
from frontdesk.visits.models import Purpose
from notifications.actions import write_version
from notifications.models import Message, MessageClass, Template
from treatments import actions as slip_actions
from treatments.models import Qualification, Slip, Supply, Treatment
from treatments.states import SlipState

# Sunday 22 November 2026, 10.00 in Jakarta.
NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
PASSWORD = "rahasia-meja-depan"
PIN = "246810"


class BranchFactory(DjangoModelFactory[Branch]):
    class Meta:
        model = Branch

    code = factory.Sequence(lambda n: f"C{n:03}")
    name = factory.Sequence(lambda n: f"Cabang {n}")
    time_zone = TimeZone.WIB


class StaffFactory(DjangoModelFactory[Staff]):
    class Meta:
        model = Staff
        skip_postgeneration_save = True

    username = factory.Sequence(lambda n: f"staf{n}")
    name = factory.Sequence(lambda n: f"Staf Nomor {n}")
    nickname = factory.Sequence(lambda n: f"Staf{n}")

    @classmethod
    def _create(cls, model_class: type[Staff], *args: Any, **kwargs: Any) -> Staff:
        password, pin = kwargs.pop("password", PASSWORD), kwargs.pop("pin", PIN)
        staff = model_class(*args, **kwargs)
        staff.set_password(password)
        staff.set_pin(pin)
        staff.save()
        return staff


class AssignmentFactory(DjangoModelFactory[Assignment]):
    class Meta:
        model = Assignment

    staff = factory.SubFactory(StaffFactory)
    branch = factory.SubFactory(BranchFactory)
    role = Role.FRONT_OFFICER


def create_staff(*roles: Role, branch: Branch | None, **fields: Any) -> Staff:
    """Return a person with these roles at one branch (None: the whole chain)."""
    staff: Staff = StaffFactory(**fields)
    for role in roles:
        AssignmentFactory(
            staff=staff, branch=None if role == Role.CHAIN_ADMIN else branch, role=role
        )
    return staff


def create_people(*people: tuple[str, Role, Branch | None]) -> list[Staff]:
    """Return everybody of a cast, written in two statements."""
    password, pin = make_password(PASSWORD), make_password(PIN)
    staff: list[Staff] = Staff.objects.bulk_create(
        Staff(
            username=name.lower(),
            name=f"{name} Contoh",
            nickname=name,
            password=password,
            pin_hash=pin,
        )
        for name, _, _ in people
    )
    Assignment.objects.bulk_create(
        Assignment(staff=one, role=role, branch=branch)
        for one, (_, role, branch) in zip(staff, people, strict=True)
    )
    return staff


def put_on_duty(staff: Staff, *, branch: Branch, at: datetime = NOW) -> Duty:
    duty, _ = Duty.objects.get_or_create(
        staff=staff,
        branch=branch,
        business_date=branch.business_date(at),
        defaults={"set_at": at},
    )
    return duty


class TerminalFactory(DjangoModelFactory[Terminal]):
    class Meta:
        model = Terminal

    branch = factory.SubFactory(BranchFactory)
    name = factory.Sequence(lambda n: f"Meja {n}")
    token_hash = factory.Sequence(lambda n: f"{n:064}")
    enrolled_at = NOW


class CustomerFactory(DjangoModelFactory[Customer]):
    class Meta:
        model = Customer

    name = factory.Sequence(lambda n: f"Pelanggan Nomor {n}")
    phone = factory.Sequence(lambda n: f"+62812{n:07}")
    home_branch = factory.SubFactory(BranchFactory)
    created_at = NOW


def give_consent(
    customer: Customer, *, purpose: ConsentPurpose = ConsentPurpose.SERVICE, at: datetime = NOW
) -> ConsentEvent:
    return ConsentEvent.objects.create(
        customer=customer,
        purpose=purpose,
        is_granted=True,
        source=ConsentSource.COUNTER,
        text_shown="Boleh diingatkan.",
        at=at,
    )


def create_template(
    key: str = "reminder",
    *,
    body: str = "Halo {name}, sampai jumpa {day}.",
    message_class: MessageClass = MessageClass.TRANSACTIONAL,
    sms_body: str = "",
    at: datetime = NOW,
) -> Template:
    template = Template.objects.create(key=key, name=key, message_class=message_class)
    write_version(template, body=body, sms_body=sms_body, by=None, at=at)
    template.refresh_from_db()
    return template


def put_message(message: Message, state: str, **values: object) -> None:
    """Stand a message where it would only come to by a longer way."""
    with pgtrigger.ignore("notifications.Message:legal_moves"):
        Message.objects.filter(pk=message.pk).update(state=state, **values)
    message.refresh_from_db()


class TreatmentFactory(DjangoModelFactory[Treatment]):
    class Meta:
        model = Treatment

    code = factory.Sequence(lambda n: f"T{n:03}")
    name = factory.Sequence(lambda n: f"Perawatan {n}")
    category = "Wajah"
    minutes = 60
    price = 250_000


class SupplyFactory(DjangoModelFactory[Supply]):
    class Meta:
        model = Supply

    name = factory.Sequence(lambda n: f"Serum {n}")
    unit = "ampul"


def qualify(staff: Staff, *treatments: Treatment) -> None:
    Qualification.objects.bulk_create(
        Qualification(staff=staff, treatment=treatment) for treatment in treatments
    )


def create_slip(
    *,
    branch: Branch,
    desk: Staff,
    beautician: Staff,
    treatments: list[Treatment] | None = None,
    customer: Customer | None = None,
    state: SlipState = SlipState.ISSUED,
    doctor: Staff | None = None,
    at: datetime = NOW,
) -> Slip:
    """Return a slip that went through the desk's own deeds up to a state; the doctor says yes."""
    if treatments is None:
        treatments = [TreatmentFactory()]
    for treatment in treatments:
        Qualification.objects.get_or_create(staff=beautician, treatment=treatment)
    customer = customer or CustomerFactory(home_branch=branch)
    visit = visit_actions.check_in(
        branch=branch, purpose=Purpose.TREATMENT, customer=customer, by=desk, at=at
    )
    slip = slip_actions.create_slip(
        visit, treatments=treatments, beautician=beautician, by=desk, at=at
    )
    if state == SlipState.DRAFT:
        return slip
    slip_actions.issue_slip(slip, by=desk, at=at)
    if state == SlipState.CANCELLED:
        slip_actions.cancel_slip(slip, reason="Pelanggan pulang.", by=desk, at=at)
    if state in (SlipState.ISSUED, SlipState.CANCELLED):
        return slip
    slip_actions.accept_slip(slip, by=beautician, at=at)
    if state == SlipState.ACCEPTED:
        return slip
    if doctor is not None:
        slip_actions.approve_slip(slip, by=doctor, at=at)
    slip_actions.start_slip(slip, by=beautician, at=at)
    if state == SlipState.DONE:
        slip_actions.finish_slip(slip, by=beautician, at=at)
    return slip
