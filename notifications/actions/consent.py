"""What customers agreed to, as the sender must know it."""

from collections.abc import Iterable
from datetime import datetime

from customers.models import ConsentEvent, ConsentPurpose, ConsentSource, Customer


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
    purposes: Iterable[str] = (ConsentPurpose.SERVICE, ConsentPurpose.PROMO),
) -> int:
    """Whoever shares this number is left in peace from now on; return how many people that is."""
    customers = list(Customer.objects.filter(phone=phone)) if phone else []
    ConsentEvent.objects.bulk_create(
        ConsentEvent(
            customer=customer,
            purpose=purpose,
            is_granted=False,
            text_shown=words[:400],
            source=ConsentSource.REPLY,
            at=at,
        )
        for customer in customers
        for purpose in purposes
    )
    return len(customers)
