"""The telephone list: put on it what did not arrive, and note what came of each call."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from frontdesk.staff.models import Staff
from notifications.actions.consent import NEEDED, agreed
from notifications.actions.suppressing import leave_in_peace
from notifications.models import (
    CallAttempt,
    CallEntry,
    CallOutcome,
    CallReason,
    CallState,
    Meaning,
    Message,
    MessageClass,
    PhoneStanding,
    Scope,
    Suppression,
    SuppressionSource,
)
from notifications.permissions import why_not_note_call
from notifications.reply_hooks import hook_for
from notifications.states import ProviderStatus

TRY_AGAIN_AFTER = timedelta(hours=2)
# After so many calls that nobody answered, the list stops asking for more.
MOST_TRIES = 4
ARRIVED = [ProviderStatus.DELIVERED, ProviderStatus.READ]


class CannotNoteCall(Exception):
    """The message says why, in words the desk may read."""


def put_on_list(message: Message, *, at: datetime) -> CallEntry | None:
    """Ask the branch to call about a message; None for whoever may not or cannot be called."""
    about = message.first
    customer = about.customer
    if customer is None or not customer.phone or not _may_call(about):
        return None
    known = CallReason.objects.filter(message=about).select_related("entry").first()
    if known is not None:
        return known.entry
    entry, _is_new = CallEntry.objects.get_or_create(
        branch=about.branch,
        customer=customer,
        state=CallState.OPEN,
        defaults={"due_at": about.branch.after_quiet(at), "created_at": at},
    )
    CallReason.objects.get_or_create(message=about, defaults={"entry": entry, "at": at})
    return entry


def _may_call(message: Message) -> bool:
    assert message.customer
    stops = Suppression.objects.live().filter(phone=message.customer.phone)
    purpose = NEEDED.get(MessageClass(message.message_class))
    if message.message_class != MessageClass.MARKETING:
        stops = stops.filter(scope=Scope.ALL)
    may = purpose is None or (message.customer.pk, purpose) in agreed([message.customer.pk])
    return may and not stops.exists()


@transaction.atomic
def note_call(
    entry: CallEntry,
    *,
    outcome: CallOutcome,
    by: Staff,
    at: datetime,
    note: str = "",
    again_at: datetime | None = None,
    answer: Meaning = Meaning.OTHER,
) -> CallAttempt:
    """Note a call. `again_at` is when to try once more; `answer` is yes or no to the question."""
    entry = (
        CallEntry.objects.select_for_update(of=("self",))
        .select_related("branch", "customer")
        .get(pk=entry.pk)
    )
    if reason := why_not_note_call(entry, by=by):
        raise CannotNoteCall(reason)
    if outcome == CallOutcome.CALL_BACK and (again_at is None or again_at <= at):
        raise CannotNoteCall(_("Tulis kapan pelanggan minta ditelepon lagi."))
    attempt = CallAttempt.objects.create(entry=entry, outcome=outcome, note=note, by=by, at=at)
    if outcome in (CallOutcome.CALL_BACK, CallOutcome.NO_ANSWER) and again_at:
        entry.due_at = again_at
    elif outcome == CallOutcome.NO_ANSWER and entry.attempts.count() < MOST_TRIES:
        entry.due_at = entry.branch.after_quiet(at + TRY_AGAIN_AFTER)
    else:
        entry.state, entry.closed_at = CallState.DONE, at
    entry.save(update_fields=["state", "due_at", "closed_at"])
    _follow(entry, attempt, answer=answer)
    return attempt


def _follow(entry: CallEntry, attempt: CallAttempt, *, answer: Meaning) -> None:
    phone, at, by = entry.customer.phone, attempt.at, attempt.by
    if attempt.outcome == CallOutcome.REFUSED:
        words = attempt.note or _("Dikatakan lewat telepon")
        leave_in_peace(
            phone, scope=Scope.ALL, source=SuppressionSource.STAFF, words=words, by=by, at=at
        )
    elif attempt.outcome == CallOutcome.WRONG_NUMBER and phone:
        PhoneStanding.objects.update_or_create(phone=phone, defaults={"bad_since": at})
    elif attempt.outcome == CallOutcome.SPOKE and answer:
        about = entry.reasons.select_related(
            "message__customer", "message__branch", "message__template"
        )
        for reason in about.order_by("pk"):
            if hook := hook_for(reason.message):
                hook(reason.message, answer, by=by, at=at)


def drop_calls(phone: str, *, at: datetime) -> int:
    """Nobody is called any more who asked to be left alone."""
    waiting = CallEntry.objects.filter(customer__phone=phone, state=CallState.OPEN)
    return waiting.update(state=CallState.DROPPED, closed_at=at)


def arrived_after_all(message: Message, *, at: datetime) -> None:
    """Nobody needs to call about what has arrived, unless somebody has begun to."""
    reason = CallReason.objects.filter(message=message).first()
    if reason is None:
        return
    entry = CallEntry.objects.select_for_update().get(pk=reason.entry_id)
    others = entry.reasons.exclude(pk=reason.pk)
    is_needed = others.exclude(message__provider_status__in=ARRIVED).exists()
    if entry.state == CallState.OPEN and not is_needed and not entry.attempts.exists():
        entry.state, entry.closed_at = CallState.DROPPED, at
        entry.save(update_fields=["state", "closed_at"])
