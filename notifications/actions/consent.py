"""What customers agreed to, as the sender must know it."""

from collections.abc import Iterable
from datetime import datetime

from customers.actions import record_consent
from customers.models import ConsentEvent, ConsentPurpose, ConsentSource, Customer
from frontdesk.staff.models import Staff
from notifications.models import MessageClass

# Whoever writes to her herself has asked for the answer: nothing is needed for that.
NEEDED = {
    MessageClass.TRANSACTIONAL: ConsentPurpose.SERVICE,
    MessageClass.MARKETING: ConsentPurpose.PROMO,
}


def agreed(customers: Iterable[int]) -> set[tuple[int, str]]:
    """Who of these said yes last, and to what."""
    latest = (
        ConsentEvent.objects.filter(customer__in=customers)
        .order_by("customer", "purpose", "-at", "-pk")
        .distinct("customer", "purpose")
        .values_list("customer", "purpose", "is_granted")
    )
    return {(customer, purpose) for customer, purpose, is_granted in latest if is_granted}


def withdraw(
    phone: str,
    *,
    words: str,
    at: datetime,
    purposes: Iterable[ConsentPurpose] = tuple(ConsentPurpose),
    source: ConsentSource = ConsentSource.REPLY,
    by: Staff | None = None,
) -> int:
    """Whoever shares this number is left in peace from now on; return how many people that is."""
    customers = list(Customer.objects.filter(phone=phone)) if phone else []
    for customer in customers:
        for purpose in purposes:
            record_consent(
                customer,
                purpose=purpose,
                is_granted=False,
                text=words[:400],
                source=source,
                by=by,
                at=at,
            )
    return len(customers)
