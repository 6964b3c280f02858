"""What the desk reads of the telephone list and of what is sent by hand."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from django.db.models import Prefetch, Q

from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.actions.by_hand import phone_of, why_nots
from notifications.models import (
    CallAttempt,
    CallEntry,
    CallReason,
    CallState,
    Channel,
    Message,
)
from notifications.reply_hooks import hook_for
from notifications.states import MessageState

MOST_ROWS = 100


@dataclass(frozen=True)
class Call:
    entry: CallEntry
    reasons: list[CallReason]
    attempts: list[CallAttempt]
    # What is to be said, in the words that did not arrive.
    texts: list[str]
    # One of them asks for a yes or a no.
    asks: bool
    is_due: bool
    is_urgent: bool


@dataclass(frozen=True)
class CallList:
    calls: list[Call]
    shown: str
    due: int
    later: int


def call_list(branch: Branch, *, by: Staff, shown: str, at: datetime) -> CallList:
    """Return whom to call now, later, or the calls that are done; one line a customer."""
    here = CallEntry.objects.visible_to(by).filter(branch=branch)
    waiting = here.filter(state=CallState.OPEN)
    wanted = {
        "": waiting.filter(due_at__lte=at).order_by("due_at", "pk"),
        "later": waiting.filter(due_at__gt=at).order_by("due_at", "pk"),
        "done": here.exclude(state=CallState.OPEN).order_by("-closed_at", "-pk"),
    }
    key = shown if shown in wanted else ""
    reasons = CallReason.objects.select_related(
        "message__template__current", "message__version", "message__branch"
    )
    attempts = CallAttempt.objects.select_related("by")
    rows = (
        wanted[key]
        .select_related("customer")
        .prefetch_related(
            Prefetch("reasons", reasons.order_by("pk")),
            Prefetch("attempts", attempts.order_by("pk")),
        )
    )
    return CallList(
        calls=[_call(entry, at=at) for entry in rows[:MOST_ROWS]],
        shown=key,
        due=waiting.filter(due_at__lte=at).count(),
        later=waiting.filter(due_at__gt=at).count(),
    )


def _call(entry: CallEntry, *, at: datetime) -> Call:
    reasons = list(entry.reasons.all())
    texts = list(dict.fromkeys(reason.message.text for reason in reasons))
    return Call(
        entry=entry,
        reasons=reasons,
        attempts=list(entry.attempts.all()),
        texts=texts,
        asks=any(hook_for(reason.message) for reason in reasons),
        is_due=entry.due_at <= at,
        is_urgent=any(reason.message.expires_at <= at for reason in reasons),
    )


@dataclass(frozen=True)
class ByHand:
    message: Message
    text: str
    # Opens the sender's own WhatsApp with the words in it; opening sends nothing.
    link: str
    why_not: str


def by_hand(branch: Branch, *, is_done: bool, at: datetime) -> list[ByHand]:
    rows = Message.objects.filter(branch=branch, channel=Channel.BY_HAND)
    if is_done:
        rows = rows.filter(state=MessageState.ACCEPTED).order_by("-accepted_at", "-pk")
    else:
        is_ready = Q(state=MessageState.QUEUED, due_at__lte=at, expires_at__gt=at)
        rows = rows.filter(is_ready).order_by("due_at", "pk")
    found = list(
        rows.select_related("customer", "template__current", "version", "written_by")[:MOST_ROWS]
    )
    refused = {} if is_done else why_nots(found)
    return [_by_hand(message, refused.get(message.pk, "")) for message in found]


def _by_hand(message: Message, why_not: str) -> ByHand:
    phone, text = phone_of(message), message.text
    link = f"https://wa.me/{phone.removeprefix('+')}?text={quote(text)}"
    return ByHand(message, text, "" if why_not or not phone else link, why_not)
