"""A busy morning at a branch: twenty guests in every state, long names, allergies, slips."""

from datetime import date, datetime, timedelta

from customers.models import Customer, Honorific
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Duty
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from notifications.models import Template
from tests.conftest import Cast
from tests.factories import CustomerFactory, TreatmentFactory, qualify
from treatments import actions as slips
from treatments.models import Treatment
from treatments.notices import CONTROL_TEMPLATE

NAMES = [
    "Maria Goretti Widyaningsih Kusumawardhani",
    "Suwarni",
    "Ni Luh Ayu Pertiwi",
    "Rosalina Br. Simanjuntak",
    "Siti Nurhaliza Rahmawati",
    "Dian Puspita",
    "Hendra Gunawan",
    "Yohana Kambu",
    "Raden Roro Ayu Kartika Sari Hadiningrat",
    "Agus",
    "Lestari Wulandari",
    "Fitriani",
    "Theresia Avila Noviyanti",
    "Sri Mulyani Hartono",
    "Bambang Prasetyo",
]


def busy_morning(branch: Branch, cast: Cast, *, at: datetime) -> list[Visit]:
    """Return the morning's visits in the order of their arrival; `at` is the present."""
    facial: Treatment = TreatmentFactory(
        name="Facial Glow", minutes=60, price=350_000, control_days=[14]
    )
    laser: Treatment = TreatmentFactory(
        name="Laser Rejuvenation", minutes=45, price=900_000, needs_doctor=True, control_days=[30]
    )
    create_control_template()
    for staff in (cast.tari, cast.rara):
        Duty.objects.get_or_create(
            staff=staff,
            branch=branch,
            business_date=branch.business_date(at),
            defaults={"set_at": at},
        )
    qualify(cast.tari, facial, laser)
    qualify(cast.rara, facial, laser)
    people = [_customer(name, index, branch, at=at) for index, name in enumerate(NAMES)]
    purposes = [Purpose.TREATMENT, Purpose.TREATMENT, Purpose.CONSULTATION, Purpose.PRODUCT]
    by = cast.anna
    found: list[Visit] = []
    for index in range(20):
        customer = people[index] if index < len(people) else None
        found.append(
            visits.check_in(
                branch=branch,
                purpose=purposes[index % 4],
                customer=customer,
                guest_name="Ibu berbaju biru" if index == 16 else "",
                by=by,
                at=at - timedelta(minutes=130 - index * 6),
            )
        )
    for index in range(9):
        visits.call_visit(found[index], by=by, at=at - timedelta(minutes=120 - index * 6))
    for index in range(7):
        visits.start_visit(found[index], by=by, at=at - timedelta(minutes=118 - index * 6))
    for index, beautician in ((0, cast.tari), (1, cast.rara), (4, cast.tari)):
        slip = slips.create_slip(
            found[index],
            treatments=[facial],
            beautician=beautician,
            by=by,
            at=at - timedelta(minutes=100 - index),
        )
        slips.issue_slip(slip, by=by, at=at - timedelta(minutes=99 - index))
        if index < 2:
            slips.accept_slip(slip, by=beautician, at=at - timedelta(minutes=95))
            slips.start_slip(slip, by=beautician, at=at - timedelta(minutes=70 - index * 30))
        if index == 0:
            slips.finish_slip(slip, by=beautician, at=at - timedelta(minutes=4))
    visits.finish_visit(found[2], by=by, at=at - timedelta(minutes=60))
    visits.finish_visit(found[3], by=by, at=at - timedelta(minutes=40))
    visits.hold_visit(found[5], by=by, at=at - timedelta(minutes=30), note="Menunggu dokter")
    visits.note_no_show(found[8], by=by, at=at - timedelta(minutes=20))
    return found


def create_control_template() -> None:
    Template.objects.get_or_create(
        key=CONTROL_TEMPLATE,
        defaults={
            "message_class": "transactional",
            "body": "Halo {name}, sampai jumpa {day} di {clinic} {branch}.",
            "variables": ["name", "clinic", "branch", "day"],
        },
    )


def _customer(name: str, index: int, branch: Branch, *, at: datetime) -> Customer:
    customer: Customer = CustomerFactory(
        name=name,
        phone=f"+62812345{index:05}",
        home_branch=branch,
        created_at=at,
        honorific=Honorific.BAPAK if index in {6, 9, 14} else Honorific.IBU,
        birth_date=date(1980 + index, 5, 17),
        allergies={
            0: "penisilin, aspirin; kulit sensitif terhadap AHA di atas 10%",
            7: "lidokain",
        }.get(index, ""),
        notes="Lebih suka ruang yang tenang; datang bersama anak." if index in {0, 7} else "",
    )
    return customer
