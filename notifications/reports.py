"""What is read about messages: the log, and the story of each."""

from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext, gettext_lazy, pgettext
from django_stubs_ext import StrOrPromise

from frontdesk.numbers import whole_number
from notifications import notices
from notifications.actions.writing import TEST
from notifications.models import TOGETHER, Channel, Message
from notifications.states import MessageState, ProviderStatus

LOG_PAGE = 50
BAD_ENDS = (ProviderStatus.FAILED, ProviderStatus.UNDELIVERED, ProviderStatus.CANCELED)


@dataclass(frozen=True)
class Group:
    """One tab of the log."""

    key: str
    label: StrOrPromise
    condition: Q


GROUPS = (
    Group("", gettext_lazy("Semua"), Q()),
    Group(
        "waiting",
        gettext_lazy("Menunggu"),
        Q(state__in=[MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN]),
    ),
    Group(
        "sent",
        gettext_lazy("Terkirim"),
        Q(state=MessageState.ACCEPTED) & ~Q(provider_status__in=BAD_ENDS),
    ),
    Group(
        "attention",
        gettext_lazy("Perlu dilihat"),
        Q(state__in=[MessageState.ABANDONED, MessageState.FAILED])
        | Q(provider_status__in=BAD_ENDS),
    ),
    Group(
        "unsent",
        gettext_lazy("Tidak dikirim"),
        Q(state__in=[MessageState.SUPPRESSED, MessageState.EXPIRED, MessageState.CANCELLED]),
    ),
)
# What a badge shows for a state of ours, or for the provider's word once it has the message.
BADGES: dict[str, str] = {
    MessageState.QUEUED: "planned",
    MessageState.SENDING: "sending",
    MessageState.UNKNOWN: "unknown",
    MessageState.ACCEPTED: "sent",
    MessageState.FAILED: "failed",
    MessageState.ABANDONED: "failed",
    MessageState.SUPPRESSED: "withdrawn",
    MessageState.EXPIRED: "withdrawn",
    MessageState.CANCELLED: "withdrawn",
    MessageState.MERGED: "passed_on",
}
PROVIDER_BADGES: dict[str, str] = {
    ProviderStatus.DELIVERED: "delivered",
    ProviderStatus.READ: "read",
    ProviderStatus.FAILED: "failed",
    ProviderStatus.UNDELIVERED: "failed",
    ProviderStatus.CANCELED: "failed",
}


@dataclass(frozen=True)
class MessageRow:
    message: Message
    badge: str
    state: str
    problem: str
    # As it was sent, or as it would be sent now.
    text: str
    # Whom it is for; a number nobody is registered with has no name.
    name: str
    # What it is about, as the page of notices calls it.
    kind: str


@dataclass(frozen=True)
class LogFilter:
    """What of the log is looked for; empty: all of it."""

    group: str = ""
    notice: str = ""
    channel: str = ""
    is_promo: bool = False
    since: datetime | None = None
    # The moment that is not part of it any more.
    until: datetime | None = None

    @property
    def condition(self) -> Q:
        chosen = next((one for one in GROUPS if one.key == self.group), GROUPS[0])
        found = chosen.condition
        if self.is_promo:
            found &= Q(batch__isnull=False)
        elif self.notice:
            found &= Q(notice=self.notice)
        if self.channel:
            found &= Q(channel=self.channel)
        if self.since:
            found &= Q(due_at__gte=self.since)
        if self.until:
            found &= Q(due_at__lt=self.until)
        return found


@dataclass(frozen=True)
class LogPage:
    rows: list[MessageRow]
    group: str
    groups: tuple[Group, ...]
    before: str


@dataclass(frozen=True)
class Step:
    at: datetime
    badge: str
    state: str
    note: str
    by: str

    @property
    def day(self) -> date:
        return timezone.localtime(self.at).date()


def message_log(
    messages: QuerySet[Message], *, asked: LogFilter | None = None, before: str = ""
) -> LogPage:
    """Return a page of messages, newest first; `before` is the number the page above ended with."""
    asked = asked or LogFilter()
    found = messages.filter(asked.condition).select_related(
        "customer", "template__current", "version"
    )
    if last := whole_number(before):
        found = found.filter(pk__lt=last)
    rows = list(found.order_by("-pk")[: LOG_PAGE + 1])
    shown = rows[:LOG_PAGE]
    return LogPage(
        rows=[message_row(message) for message in shown],
        group=asked.group,
        groups=GROUPS,
        before=str(shown[-1].pk) if len(rows) > LOG_PAGE else "",
    )


def message_row(message: Message) -> MessageRow:
    badge, state = _shown(message.state, message.provider_status)
    problem = _held(message) or (gettext(message.problem) if message.problem else "")
    return MessageRow(
        message, badge, state, problem, message.text, _for_whom(message), str(_kind(message))
    )


def _held(message: Message) -> str:
    """What keeps a planned message is not written to each of them."""
    if message.state != MessageState.QUEUED or message.channel != Channel.WHATSAPP:
        return ""
    return message.template.hold_words if message.template else ""


def _for_whom(message: Message) -> str:
    if message.customer is not None:
        return message.customer.name
    return gettext("Uji coba") if message.notice == TEST else gettext("Nomor tidak dikenal")


def story(message: Message) -> list[Step]:
    """Return each step of a message in words, the first one first."""
    steps = []
    for event in message.events.select_related("by").order_by("pk"):
        badge, state = _shown(event.new, event.provider_status)
        parts = [_in_words(event.note)] if event.note else []
        if event.error_code:
            parts.append(gettext("kode %(code)s") % {"code": event.error_code})
        steps.append(
            Step(event.at, badge, state, " · ".join(parts), event.by.name if event.by else "")
        )
    return steps


def _in_words(note: str) -> str:
    """A note is words of ours, or such words with an id after them."""
    words, colon, rest = note.partition(": ")
    told = gettext(note)
    return f"{gettext(words)}{colon}{rest}" if told == note and words else told


@dataclass(frozen=True)
class Told:
    """One of several notices that are said in one message."""

    pk: int
    name: StrOrPromise
    text: str


def told_together(message: Message) -> list[Told]:
    """Return what a message is made of; nothing where it says just one thing."""
    if message.notice != TOGETHER:
        return []
    parts = message.carries.select_related("template__current", "version").order_by("pk")
    return [Told(part.pk, _kind(part), part.text) for part in parts]


def _kind(message: Message) -> StrOrPromise:
    """Name what it is about; nothing for an answer somebody wrote herself."""
    if known := notices.known(message.notice):
        return known.name
    if message.batch_id:
        return pgettext("message", "Promo")
    return gettext("Uji coba") if message.notice == TEST else ""


def _shown(state: str, provider_status: str) -> tuple[str, str]:
    if state == MessageState.ACCEPTED and provider_status:
        label = ProviderStatus(provider_status).label
        return PROVIDER_BADGES.get(provider_status, "sent"), str(label)
    return BADGES[state], str(MessageState(state).label)
