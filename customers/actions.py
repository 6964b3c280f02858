"""What the desk does with a customer's card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from customers.models import (
    ConsentEvent,
    ConsentPurpose,
    ConsentSource,
    Customer,
    CustomerEvent,
    CustomerTag,
    Tag,
)
from customers.permissions import why_not_edit, why_not_keep_tags, why_not_put_tag
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff, StaffEvent, StaffEventKind

CARD_FIELDS = (
    "phone",
    "name",
    "honorific",
    "call_name",
    "birth_date",
    "address",
    "email",
    "allergies",
    "notes",
)


class CannotChangeCustomer(Exception):
    """The message says why, in words the desk may read."""


class CannotKeepTag(Exception):
    """The message says why, in words the desk may read."""


class CardChanged(Exception):
    """Somebody else changed the card since it was opened; `current` is how it stands now."""

    def __init__(self, current: Customer) -> None:
        super().__init__(current.pk)
        self.current = current


@transaction.atomic
def register_customer(
    *,
    branch: Branch,
    card: Mapping[str, Any],
    consents: Mapping[ConsentPurpose, str],
    by: Staff | None,
    at: datetime,
) -> Customer:
    """Write a new card. `consents` holds the purposes she agreed to, with the words shown."""
    if reason := why_not_edit(by=by):
        raise CannotChangeCustomer(reason)
    customer = Customer.objects.create(
        **{name: card[name] for name in CARD_FIELDS if name in card},
        home_branch=branch,
        created_at=at,
        created_by=by,
    )
    # The database gives the member number.
    customer.refresh_from_db(fields=["member_number"])
    for purpose, text in consents.items():
        record_consent(
            customer,
            purpose=purpose,
            is_granted=True,
            text=text,
            source=ConsentSource.COUNTER,
            by=by,
            at=at,
        )
    return customer


@transaction.atomic
def change_customer(
    customer: Customer, *, version: int, card: Mapping[str, Any], by: Staff | None, at: datetime
) -> list[CustomerEvent]:
    """Change a card as it stood at `version`, and note each changed field.

    Raises `CardChanged` when somebody else was faster, and then changes nothing.
    """
    if reason := why_not_edit(by=by):
        raise CannotChangeCustomer(reason)
    # The lock makes the slower of two clerks read what the faster one wrote.
    current = Customer.objects.select_for_update(of=("self",)).get(pk=customer.pk)
    if current.version != version:
        raise CardChanged(current)
    changed = {
        name: card[name]
        for name in CARD_FIELDS
        if name in card and card[name] != getattr(current, name)
    }
    if not changed:
        return []
    Customer.objects.filter(pk=customer.pk, version=version).update(
        **changed, version=F("version") + 1
    )
    events = [
        CustomerEvent(
            customer=customer,
            field=name,
            old=_as_text(getattr(current, name)),
            new=_as_text(new),
            by=by,
            at=at,
        )
        for name, new in changed.items()
    ]
    customer.refresh_from_db()
    return CustomerEvent.objects.bulk_create(events)


@transaction.atomic
def record_consent(
    customer: Customer,
    *,
    purpose: ConsentPurpose,
    is_granted: bool,
    text: str,
    source: ConsentSource,
    by: Staff | None,
    at: datetime,
) -> ConsentEvent:
    """Add her yes or no to the ledger; the newest one counts."""
    return ConsentEvent.objects.create(
        customer=customer,
        purpose=purpose,
        is_granted=is_granted,
        text_shown=text,
        source=source,
        by=by,
        at=at,
    )


# Tags -----------------------------------------------------------------------------------------


@transaction.atomic
def put_tag(customer: Customer, tag: Tag, *, by: Staff | None, at: datetime) -> bool:
    """Put a tag on a customer; False when she has it already."""
    if reason := why_not_edit(by=by) or why_not_put_tag(tag):
        raise CannotChangeCustomer(reason)
    _row, is_new = CustomerTag.objects.get_or_create(customer=customer, tag=tag)
    if is_new:
        CustomerEvent.objects.create(customer=customer, field="tags", new=tag.name, by=by, at=at)
    return is_new


@transaction.atomic
def take_tag_off(customer: Customer, tag: Tag, *, by: Staff | None, at: datetime) -> bool:
    """Take a tag off a customer, even one that is out of use; False when it is off already."""
    if reason := why_not_edit(by=by):
        raise CannotChangeCustomer(reason)
    gone, _models = CustomerTag.objects.filter(customer=customer, tag=tag).delete()
    if gone:
        CustomerEvent.objects.create(customer=customer, field="tags", old=tag.name, by=by, at=at)
    return bool(gone)


@transaction.atomic
def create_tag(
    *, name: str, colour: str, by: Staff | None, branch: Branch | None, at: datetime
) -> Tag:
    if reason := why_not_keep_tags(by=by):
        raise CannotKeepTag(reason)
    tag = Tag(name=" ".join(name.split()), colour=colour, created_at=at)
    _save_tag(tag)
    _note_tag(_("%(name)s: baru") % {"name": tag.name}, by=by, branch=branch, at=at)
    return tag


@transaction.atomic
def change_tag(
    tag: Tag,
    *,
    name: str,
    colour: str,
    is_active: bool,
    by: Staff | None,
    branch: Branch | None,
    at: datetime,
) -> None:
    """Name or colour a tag otherwise, take it out of use or bring it back."""
    if reason := why_not_keep_tags(by=by):
        raise CannotKeepTag(reason)
    tag = Tag.objects.select_for_update().get(pk=tag.pk)
    was = (tag.name, tag.colour, tag.is_active)
    tag.name, tag.colour, tag.is_active = " ".join(name.split()), colour, is_active
    if was == (tag.name, tag.colour, tag.is_active):
        return
    _save_tag(tag)
    parts = [f"{was[0]} → {tag.name}" if was[0] != tag.name else tag.name]
    if was[1] != tag.colour:
        parts.append(str(tag.get_colour_display()).lower())
    if was[2] != tag.is_active:
        parts.append(_("dipakai lagi") if is_active else _("tidak dipakai lagi"))
    _note_tag(", ".join(parts), by=by, branch=branch, at=at)


def _save_tag(tag: Tag) -> None:
    try:
        with transaction.atomic():
            tag.save()
    except IntegrityError as error:
        # Somebody else was faster.
        raise CannotKeepTag(_("Label dengan nama ini sudah ada.")) from error


def _note_tag(detail: str, *, by: Staff | None, branch: Branch | None, at: datetime) -> None:
    StaffEvent.objects.create(
        kind=StaffEventKind.TAG_CHANGED, staff=by, branch=branch, detail=detail, at=at
    )


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
