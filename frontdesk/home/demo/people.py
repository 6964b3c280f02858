"""The demo chain's branches, staff, catalogue and customers."""

import random
from datetime import date, datetime, timedelta

from django.contrib.auth.hashers import make_password

from customers.models import (
    ConsentEvent,
    ConsentPurpose,
    ConsentSource,
    Customer,
    Honorific,
    Tag,
    TagColour,
)
from frontdesk.branches.models import Branch
from frontdesk.home.demo import cast
from frontdesk.staff.models import Assignment, Duty, Staff
from frontdesk.staff.permissions import Role
from treatments.models import Qualification, Supply, Treatment, TreatmentSupply


def make_branches() -> dict[str, Branch]:
    branches = Branch.objects.bulk_create(
        Branch(
            code=data.code,
            name=data.name,
            address=data.address,
            phone=data.phone,
            time_zone=data.zone,
            paper=data.paper,
            closes_at=data.closes_at,
        )
        for data in cast.BRANCHES
    )
    return {branch.code: branch for branch in branches}


def make_staff(branches: dict[str, Branch], *, at: datetime) -> list[Staff]:
    # One slow hash for all: the demo's password is printed on the screen anyway.
    password, pin = make_password(cast.PASSWORD), make_password(cast.PIN)
    people: list[Staff] = Staff.objects.bulk_create(
        Staff(
            username=data.username,
            name=data.name,
            nickname=data.nickname,
            password=password,
            pin_hash=pin,
            joined_at=at,
        )
        for data in cast.STAFF
    )
    Assignment.objects.bulk_create(
        Assignment(staff=staff, branch=branches[code] if code else None, role=role)
        for staff, data in zip(people, cast.STAFF, strict=True)
        for code, role in data.roles
    )
    return people


def put_on_duty(branches: dict[str, Branch], *, at: datetime) -> None:
    Duty.objects.bulk_create(
        Duty(
            staff_id=staff_id,
            branch=branch,
            business_date=branch.business_date(at),
            set_at=at,
        )
        for branch in branches.values()
        for staff_id in Assignment.objects.filter(branch=branch)
        .values_list("staff", flat=True)
        .distinct()
    )


def make_catalogue() -> list[Treatment]:
    supplies = {
        supply.name: supply
        for supply in Supply.objects.bulk_create(
            Supply(name=name, unit=unit) for name, unit in cast.SUPPLIES
        )
    }
    treatments = Treatment.objects.bulk_create(
        Treatment(
            code=data.code,
            name=data.name,
            public_name=data.public_name,
            category=data.category,
            minutes=data.minutes,
            price=data.price,
            needs_doctor=data.needs_doctor,
            control_days=list(data.control_days),
        )
        for data in cast.TREATMENTS
    )
    TreatmentSupply.objects.bulk_create(
        TreatmentSupply(treatment=treatment, supply=supplies[name])
        for treatment, data in zip(treatments, cast.TREATMENTS, strict=True)
        for name in data.supplies
    )
    return treatments


def qualify(treatments: list[Treatment], *, dice: random.Random) -> None:
    """Let each beautician do most of the catalogue, and every treatment be done by somebody."""
    able: list[Qualification] = []
    for branch in Branch.objects.all():
        people = list(Staff.objects.with_role(Role.BEAUTICIAN, branch=branch).order_by("pk"))
        for number, treatment in enumerate(treatments):
            for place, staff in enumerate(people):
                if (number + place) % len(people) == 0 or dice.random() < 0.7:
                    able.append(Qualification(staff=staff, treatment=treatment))
    Qualification.objects.bulk_create(able, ignore_conflicts=True)


def make_customers(
    branches: dict[str, Branch], *, dice: random.Random, by: Staff, at: datetime
) -> list[Customer]:
    names = [f"{first} {second}" for first in cast.GIVEN_NAMES for second in cast.SECOND_NAMES]
    dice.shuffle(names)
    customers = []
    for number, name in enumerate(names[: cast.CUSTOMERS]):
        first = name.split()[0]
        male = first in cast.MALE_NAMES
        born = date(1966, 1, 1) + timedelta(days=dice.randrange(40 * 365))
        elder = born.year < 1985
        titles = (Honorific.BAPAK, Honorific.MAS) if male else (Honorific.IBU, Honorific.KAK)
        customers.append(
            Customer(
                # From 0812-9010-000 on, which nobody reserves for demos; two share a phone.
                phone=f"+6281290{10_000 + (number - number // 30) * 37:05}",
                name=first if number % 15 == 7 else name,
                honorific=titles[0] if elder else titles[1],
                birth_date=born if number % 6 else None,
                allergies=dice.choice(cast.ALLERGIES) if number % 7 == 3 else "",
                notes=dice.choice(cast.NOTES) if number % 9 == 4 else "",
                home_branch=list(branches.values())[number % len(branches)],
                created_at=at - timedelta(days=40 + number),
                created_by=by,
            )
        )
    customers = Customer.objects.bulk_create(customers)
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            customer=customer,
            purpose=purpose,
            is_granted=True,
            source=ConsentSource.COUNTER,
            text_shown=text,
            by=by,
            at=customer.created_at,
        )
        for number, customer in enumerate(customers)
        for purpose, text in (
            (ConsentPurpose.SERVICE, "Boleh mengingatkan jadwal kontrol lewat WhatsApp."),
            (ConsentPurpose.PROMO, "Boleh mengirim promo lewat WhatsApp."),
        )
        # Most want to be reminded, some want promos, a few want neither.
        if (number % 8 != 5 if purpose == ConsentPurpose.SERVICE else number % 3 == 0)
    )
    _tag(customers, at=at)
    return customers


def _tag(customers: list[Customer], *, at: datetime) -> None:
    every = [("VIP", TagColour.PLUM, 9), ("Mahasiswa", TagColour.GREEN, 7)]
    for name, colour, nth in every:
        tag = Tag.objects.create(name=name, colour=colour, created_at=at)
        tag.customers.set(customers[::nth])
