"""Numbers left in peace: whoever shares one gets nothing there until a person asks again."""

import secrets
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from customers.actions import record_consent
from customers.models import CONSENT_TEXTS, ConsentPurpose, ConsentSource, Customer
from frontdesk.staff.models import Staff
from notifications.actions.consent import withdraw
from notifications.models import (
    Message,
    OptOutLink,
    PhoneStanding,
    Scope,
    Suppression,
    SuppressionSource,
)
from notifications.permissions import why_not_lift, why_not_suppress

STOPPED_PROMOS = "131050"
LONGEST_WORDS = 400
# Read aloud and typed off a small screen without mistakes; 31 ** 8 codes are not guessed.
CODE_LETTERS = "23456789abcdefghjkmnpqrstuvwxyz"
CODE_LENGTH = 8
PURPOSES = {Scope.ALL: tuple(ConsentPurpose), Scope.PROMO: (ConsentPurpose.PROMO,)}
LEDGER = {
    SuppressionSource.REPLY: ConsentSource.REPLY,
    SuppressionSource.LINK: ConsentSource.LINK,
    SuppressionSource.STAFF: ConsentSource.COUNTER,
    SuppressionSource.PROVIDER: ConsentSource.PROVIDER,
}


class CannotSuppress(Exception):
    """The message says why, in words the desk may read."""


@transaction.atomic
def leave_in_peace(
    phone: str,
    *,
    scope: Scope,
    source: SuppressionSource,
    words: str,
    by: Staff | None,
    at: datetime,
) -> int:
    """Nothing of this scope is claimed for the number once this commits; return how many people.

    The consents of all who share the number are withdrawn with it, in the words that were said.
    """
    if not phone:
        return 0
    row = Suppression(phone=phone, scope=scope, source=source, words=words[:LONGEST_WORDS], at=at)
    # One is live already: the first word counts, and the ledger below keeps this one.
    Suppression.objects.bulk_create([row], ignore_conflicts=True)
    return withdraw(
        phone, words=words, purposes=PURPOSES[scope], source=LEDGER[source], by=by, at=at
    )


def obey_provider(message: Message, *, code: str, at: datetime) -> None:
    """The customer told WhatsApp or the network, not us, that she wants no more."""
    promo_only = code == STOPPED_PROMOS
    leave_in_peace(
        message.to_phone,
        scope=Scope.PROMO if promo_only else Scope.ALL,
        source=SuppressionSource.PROVIDER,
        words=gettext_noop("Penyedia: nomor ini tidak ingin menerima pesan"),
        by=None,
        at=at,
    )


def opt_out_address(phone: str, *, at: datetime) -> str:
    """The short address by which the reader of an SMS leaves; a number keeps the one it has."""
    code = "".join(secrets.choice(CODE_LETTERS) for place in range(CODE_LENGTH))
    link, _is_new = OptOutLink.objects.get_or_create(phone=phone, defaults={"code": code, "at": at})
    path = reverse("notifications:opt_out", args=[link.code])
    return f"{settings.PUBLIC_BASE_URL}{path}"


def opt_out_addresses(phones: Iterable[str], *, at: datetime) -> dict[str, str]:
    return {phone: opt_out_address(phone, at=at) for phone in sorted(set(phones))}


@transaction.atomic
def leave_by_link(link: OptOutLink, *, scope: Scope, words: str, at: datetime) -> None:
    """She pressed the button behind the link; the words are those she read on it."""
    leave_in_peace(
        link.phone, scope=scope, source=SuppressionSource.LINK, words=words, by=None, at=at
    )


@transaction.atomic
def record_opt_out(
    customer: Customer, *, scope: Scope, words: str, by: Staff, at: datetime
) -> None:
    """Write down at the counter that she wants no messages (or no promos) any more."""
    if reason := why_not_suppress(customer, by=by):
        raise CannotSuppress(reason)
    leave_in_peace(
        customer.phone,
        scope=scope,
        source=SuppressionSource.STAFF,
        words=words or _("Dikatakan di meja depan"),
        by=by,
        at=at,
    )


@transaction.atomic
def lift_for(
    customer: Customer, *, purposes: Iterable[ConsentPurpose], by: Staff, at: datetime
) -> int:
    """She agrees again at the counter, to the words on the page; return how many stops ended.

    Agreeing to one purpose ends a stop of everything: what she did not agree to stays withdrawn.
    """
    if reason := why_not_lift(customer, by=by):
        raise CannotSuppress(reason)
    wanted = list(purposes)
    for purpose in wanted:
        record_consent(
            customer,
            purpose=purpose,
            is_granted=True,
            text=str(CONSENT_TEXTS[purpose]),
            source=ConsentSource.COUNTER,
            by=by,
            at=at,
        )
    scopes = [Scope.ALL] if wanted else []
    if ConsentPurpose.PROMO in wanted:
        scopes.append(Scope.PROMO)
    elif wanted:
        _keep_promo_stop(customer.phone, at=at)
    return _lift(customer.phone, scopes=scopes, by=by, at=at)


@transaction.atomic
def start_again(phone: str, *, words: str, at: datetime) -> bool:
    """She writes MULAI: what she had agreed to before she stopped counts again."""
    live = list(Suppression.objects.live().filter(phone=phone).order_by("at"))
    if not live:
        return False
    for customer in Customer.objects.filter(phone=phone):
        for purpose in _agreed_before(customer, at=live[0].at):
            record_consent(
                customer,
                purpose=purpose,
                is_granted=True,
                text=words[:LONGEST_WORDS],
                source=ConsentSource.REPLY,
                by=None,
                at=at,
            )
    _lift(phone, scopes=list(Scope), by=None, at=at)
    PhoneStanding.objects.filter(phone=phone).update(no_whatsapp_until=None)
    return True


def _keep_promo_stop(phone: str, *, at: datetime) -> None:
    """A stop of everything that ends for reminders goes on for promos."""
    row = Suppression.objects.live().filter(phone=phone, scope=Scope.ALL).first()
    if row is not None:
        promos = Suppression(
            phone=phone, scope=Scope.PROMO, source=row.source, words=row.words, at=at
        )
        Suppression.objects.bulk_create([promos], ignore_conflicts=True)


def _lift(phone: str, *, scopes: Iterable[Scope], by: Staff | None, at: datetime) -> int:
    live = Suppression.objects.live().filter(phone=phone, scope__in=list(scopes))
    return live.update(lifted_at=at, lifted_by=by)


def _agreed_before(customer: Customer, *, at: datetime) -> list[ConsentPurpose]:
    """What she had said yes to last, before the first stop that still holds."""
    earlier = customer.consents.filter(at__lt=at).order_by("purpose", "-at", "-pk")
    latest = earlier.distinct("purpose").values_list("purpose", "is_granted")
    return [ConsentPurpose(purpose) for purpose, is_granted in latest if is_granted]
