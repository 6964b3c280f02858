"""What the desk does with a customer's card."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from customers.models import (
    ConsentEvent,
    ConsentPurpose,
    ConsentSource,
    Customer,
    CustomerEvent,
)
from customers.permissions import why_not_edit
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff

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


def _as_text(value: object) -> str:
    return "" if value is None else str(value)
