"""One row of each kind at a branch, and more of them around it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone
from pytest_django import Settings

from customers import actions as customers
from customers.models import CustomerTag, ImportJob, Tag
from frontdesk.branches.models import Branch
from frontdesk.promos.actions import create_campaign
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.models import CampaignEvent, CampaignState
from frontdesk.staff.models import Staff, StaffEvent, StaffEventKind
from frontdesk.staff.permissions import Role
from frontdesk.visits import actions as visits
from frontdesk.visits.models import Purpose, Visit
from notifications.actions import plan, write_version
from notifications.models import (
    CallAttempt,
    CallEntry,
    CallOutcome,
    Channel,
    Conversation,
    InboundMedia,
    InboundMessage,
    Message,
    MessageClass,
    Sender,
    SenderPace,
    Template,
)
from notifications.notices import write_missing_templates
from tests.factories import (
    AssignmentFactory,
    BranchFactory,
    CustomerFactory,
    SupplyFactory,
    TerminalFactory,
    TreatmentFactory,
    create_staff,
    create_template,
    give_consent,
    put_on_duty,
    qualify,
)
from treatments import actions as slips
from treatments.models import Control, Slip, Treatment, TreatmentSupply
from treatments.notices import CONTROL_TEMPLATE

AT_BRANCH = [role for role in Role if role != Role.CHAIN_ADMIN]


@dataclass(frozen=True)
class World:
    """One row of each kind at Menteng, in the hands of somebody who does everything there."""

    branch: Branch
    insider: Staff
    rows: dict[str, int]


@pytest.fixture
def world(menteng: Branch, cast: object, settings: Settings, tmp_path: Path) -> World:
    settings.MEDIA_ROOT = tmp_path
    return make_world(menteng, at=timezone.now())


def make_world(branch: Branch, *, at: datetime) -> World:
    insider = create_staff(*AT_BRANCH, branch=branch, username="insider", nickname="Insider")
    put_on_duty(insider, branch=branch, at=at)
    write_missing_templates()
    visit = _check_in(branch, by=insider, at=at)
    _done, begun, for_doctor, draft = _slips(visit, by=insider, at=at)
    message = _message(visit, "access", by=insider, at=at)
    talk = Conversation.objects.create(
        branch=branch, phone=visit.customer.phone, channel=Channel.WHATSAPP, last_at=at
    )
    _hear(talk, at=at)
    call = _call(visit, by=insider, at=at)
    by_hand = _by_hand(visit, "by-hand", at=at)
    tag = _add_to_customer(visit, 0, by=insider, at=at)
    promo = create_campaign(
        Promo(name="Promo", branches=[branch]), branch=branch, by=insider, at=at
    )
    rows = {
        "draft": draft.pk,
        "visit": visit.pk,
        "campaign": promo.pk,
        "slip": for_doctor.pk,
        "begun": begun.pk,
        "control": Control.objects.get().pk,
        "message": message.pk,
        "talk": talk.pk,
        "call": call.pk,
        "by_hand": by_hand.pk,
        "import_job": _import(branch, by=insider, at=at).pk,
        "terminal": TerminalFactory(branch=branch).pk,
        "colleague": insider.pk,
        "chain": visit.customer.pk,
        "tag": tag.pk,
        "template": message.template_id,
        "sender": _sender("KLINIK", at=at).pk,
    }
    return World(branch, insider, rows)


def add_more(world: World, *, at: datetime) -> None:
    """Three more of everything, on the pages of the first ones and beside them."""
    branch, insider, rows = world.branch, world.insider, world.rows
    visit = Visit.objects.get(pk=rows["visit"])
    talk = Conversation.objects.get(pk=rows["talk"])
    for number in range(1, 4):
        colleague = create_staff(*AT_BRANCH, branch=branch)
        _add_to_catalogue(colleague)
        put_on_duty(colleague, branch=branch, at=at)
        # Whoever came first has her page among the administrators'.
        AssignmentFactory(staff=Staff.objects.earliest("pk"), branch=BranchFactory())
        TerminalFactory(branch=branch)
        _add_texts_and_senders(world, number, by=insider, at=at)
        _add_to_customer(visit, number, by=insider, at=at)
        _slips(visit, by=insider, at=at)
        other = _check_in(branch, by=colleague, at=at)
        _slips(other, by=colleague, at=at)
        _message(other, f"other{number}", by=colleague, at=at)
        _call(other, by=colleague, at=at)
        _by_hand(other, f"other-by-hand{number}", at=at)
        _hear(talk, at=at)
        _hear(
            Conversation.objects.create(
                branch=branch,
                phone=other.customer.phone,
                channel=Channel.WHATSAPP,
                customer=other.customer,
                owner=colleague,
                last_at=at,
            ),
            at=at,
        )
        _import(branch, by=colleague, at=at)
        create_campaign(
            Promo(name=f"Promo {number}", branches=[branch]), branch=branch, by=colleague, at=at
        )
        CampaignEvent.objects.create(
            campaign_id=rows["campaign"], new=CampaignState.DRAFT, by=colleague, at=at
        )
        StaffEvent.objects.create(
            kind=StaffEventKind.LOCKED, staff=colleague, subject=insider, branch=branch, at=at
        )


def _check_in(branch: Branch, *, by: Staff, at: datetime) -> Visit:
    return visits.check_in(
        branch=branch,
        purpose=Purpose.TREATMENT,
        customer=CustomerFactory(home_branch=branch),
        by=by,
        at=at,
    )


def _slips(visit: Visit, *, by: Staff, at: datetime) -> list[Slip]:
    """One that is done and has planned its control, one begun, one for the doctor, one draft."""
    facial = TreatmentFactory(control_days=[14])
    laser = TreatmentFactory(needs_doctor=True)
    qualify(by, facial, laser)
    found = [
        slips.create_slip(visit, treatments=[treatment], beautician=by, by=by, at=at)
        for treatment in (facial, facial, laser, facial)
    ]
    for slip in found[:3]:
        slips.issue_slip(slip, by=by, at=at)
    for slip in found[:2]:
        slips.accept_slip(slip, by=by, at=at)
        slips.start_slip(slip, by=by, at=at)
    slips.finish_slip(found[0], supplies=[(SupplyFactory(), 1)], by=by, at=at)
    return found


def _message(visit: Visit, key: str, *, by: Staff, at: datetime) -> Message:
    return plan(
        key=key,
        customer=visit.customer,
        branch=visit.branch,
        template=CONTROL_TEMPLATE,
        variables={"name": "A", "clinic": "B", "branch": "C", "day": "D"},
        due_at=at,
        expires_at=at + timedelta(days=1),
        by=by,
        at=at,
    )


def _hear(talk: Conversation, *, at: datetime) -> None:
    number = InboundMessage.objects.count()
    heard = InboundMessage.objects.create(
        provider_sid=f"MM{number}",
        conversation=talk,
        from_phone=talk.phone,
        to_address="whatsapp:+6221500",
        channel=Channel.WHATSAPP,
        at=at,
    )
    # The first one's address has two numbers, and both of them are the talk's.
    key = 1_000 + number if number else talk.pk
    InboundMedia.objects.create(pk=key, inbound=heard, provider_sid=f"ME{number}")


def _call(visit: Visit, *, by: Staff, at: datetime) -> CallEntry:
    call = CallEntry.objects.create(
        branch=visit.branch, customer=visit.customer, due_at=at, created_at=at
    )
    CallAttempt.objects.create(entry=call, outcome=CallOutcome.NO_ANSWER, by=by, at=at)
    return call


def _by_hand(visit: Visit, key: str, *, at: datetime) -> Message:
    return Message.objects.create(
        key=key,
        branch=visit.branch,
        customer=visit.customer,
        channel=Channel.BY_HAND,
        message_class=MessageClass.PERSONAL,
        body="Halo",
        due_at=at,
        expires_at=at + timedelta(days=1),
        created_at=at,
    )


def _import(branch: Branch, *, by: Staff, at: datetime) -> ImportJob:
    return ImportJob.objects.create(
        branch=branch,
        by=by,
        file_name="lama.csv",
        is_dry_run=True,
        refused_file=ContentFile(b"nama", "perbaiki.csv"),
        created_at=at,
    )


def _add_to_customer(visit: Visit, number: int, *, by: Staff, at: datetime) -> Tag:
    """What her own page and her time line tell."""
    customer = visit.customer
    card = {"notes": f"Catatan {number}"}
    customers.change_customer(customer, version=customer.version, card=card, by=by, at=at)
    customer.refresh_from_db()
    tag = Tag.objects.create(name=f"Label {number}", created_at=at)
    CustomerTag.objects.create(customer=customer, tag=tag)
    give_consent(customer, at=at)
    _message(visit, f"access{number}", by=by, at=at)
    _by_hand(visit, f"by-hand{number}", at=at)
    call = CallEntry.objects.get(customer=customer)
    CallAttempt.objects.create(entry=call, outcome=CallOutcome.NO_ANSWER, by=by, at=at)
    visits.note_visit(visit, note=f"Catatan {number}", by=by, at=at)
    before = at - timedelta(days=number + 1)
    past = visits.check_in(
        branch=visit.branch, purpose=Purpose.PRODUCT, customer=customer, by=by, at=before
    )
    visits.call_visit(past, by=by, at=before)
    return tag


def _add_to_catalogue(colleague: Staff) -> None:
    for treatment in Treatment.objects.all():
        qualify(colleague, treatment)
        TreatmentSupply.objects.create(treatment=treatment, supply=SupplyFactory())


def _add_texts_and_senders(world: World, number: int, *, by: Staff, at: datetime) -> None:
    write_version(
        Template.objects.get(pk=world.rows["template"]),
        body=f"Halo {{name}}, {number}",
        sms_body="",
        by=by,
        at=at,
    )
    create_template(f"more{number}", message_class=MessageClass.MARKETING)
    _sender(f"KLINIK{number}", at=at)


def _sender(address: str, *, at: datetime) -> Sender:
    sender = Sender.objects.create(channel=Channel.SMS, address=address)
    SenderPace.objects.create(sender=sender, refilled_at=at)
    return sender
