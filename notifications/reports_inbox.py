"""What the desk reads of conversations: whose turn it is, and what was said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_stubs_ext import StrOrPromise

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.models import (
    Conversation,
    InboundMedia,
    InboundMessage,
    Meaning,
    Message,
    MessageClass,
    MessageEvent,
    Template,
)
from notifications.permissions import WINDOW
from notifications.reports import message_row
from notifications.states import MessageState
from notifications.variables import values_for
from notifications.wording import filled

MOST_ROWS = 60
MOST_LINES = 60
NEVER_SENT = [
    MessageState.CANCELLED,
    MessageState.SUPPRESSED,
    MessageState.EXPIRED,
    MessageState.MERGED,
]


@dataclass(frozen=True)
class Waiting:
    """What waits for somebody at a branch."""

    talks: int
    maybe_stops: int

    @property
    def etag(self) -> str:
        return f'"{self.talks}.{self.maybe_stops}"'


@dataclass(frozen=True)
class Tab:
    key: str
    label: StrOrPromise
    condition: Q


TABS = (
    Tab("", gettext_lazy("Terbuka"), Q(is_open=True)),
    Tab("mine", pgettext_lazy("inbox", "Saya"), Q(is_open=True)),
    Tab("closed", gettext_lazy("Selesai"), Q(is_open=False)),
)


@dataclass(frozen=True)
class Row:
    talk: Conversation
    name: str
    words: str
    is_stranger: bool


@dataclass(frozen=True)
class Inbox:
    rows: list[Row]
    shown: str
    tabs: tuple[Tab, ...]
    waiting: Waiting
    etag: str


@dataclass(frozen=True)
class Shown:
    """Something that came with a message, in words."""

    pk: int
    label: str


@dataclass(frozen=True)
class Line:
    """One thing that was said, by her or by us."""

    at: datetime
    words: str
    is_ours: bool
    by: str = ""
    badge: str = ""
    state: str = ""
    problem: str = ""
    # How many came that cannot be opened here, and those that can.
    media: int = 0
    attachments: Sequence["Shown"] = ()
    meaning: str = ""
    label: str = ""
    # Nobody said it: something was done with the conversation.
    is_note: bool = False

    @property
    def day(self) -> date:
        return timezone.localdate(self.at)


@dataclass(frozen=True)
class QuickReply:
    template: Template
    words: str


@dataclass(frozen=True)
class Talk:
    talk: Conversation
    name: str
    lines: list[Line]
    etag: str
    # Free words go out until then; None when the window is closed.
    window_until: datetime | None
    # Those who have the number, while nobody is named as its writer.
    owners_of_number: list[Customer]


def waiting(branch: Branch) -> Waiting:
    found = Conversation.objects.filter(branch=branch, is_open=True).aggregate(
        talks=Count("pk", filter=Q(unread__gt=0)),
        maybe_stops=Count("pk", filter=Q(maybe_stop_at__isnull=False)),
    )
    return Waiting(found["talks"], found["maybe_stops"])


def inbox_etag(branch: Branch, *, by: Staff, shown: str) -> str:
    found = Conversation.objects.filter(branch=branch).aggregate(
        last=Max("last_at"),
        unread=Sum("unread"),
        opened=Count("pk", filter=Q(is_open=True)),
        owners=Sum("owner"),
        stops=Count("maybe_stop_at"),
        named=Count("customer"),
    )
    last = found.pop("last")
    parts = [
        by.pk,
        by.language,
        _tab(shown).key,
        f"{last.timestamp():.6f}" if last else 0,
        *found.values(),
    ]
    return '"' + ".".join(str(part) for part in parts) + '"'


def _tab(shown: str) -> Tab:
    return next((one for one in TABS if one.key == shown), TABS[0])


def inbox(branch: Branch, *, by: Staff, shown: str) -> Inbox:
    """Return the newest conversations of a tab; a possible stop stands above everything."""
    tab = _tab(shown)
    last = InboundMessage.objects.filter(conversation=OuterRef("pk")).order_by("-at", "-pk")
    rows = Conversation.objects.visible_to(by).filter(tab.condition, branch=branch)
    if tab.key == "mine":
        rows = rows.filter(owner=by)
    rows = rows.select_related("customer", "owner").annotate(
        last_words=Subquery(last.values("body")[:1])
    )
    ordered = rows.order_by(F("maybe_stop_at").desc(nulls_last=True), "-last_at", "-pk")
    return Inbox(
        rows=[
            Row(talk, name_of(talk), getattr(talk, "last_words", None) or "", talk.customer is None)
            for talk in ordered[:MOST_ROWS]
        ],
        shown=tab.key,
        tabs=TABS,
        waiting=waiting(branch),
        etag=inbox_etag(branch, by=by, shown=tab.key),
    )


def name_of(talk: Conversation) -> str:
    if talk.customer:
        return talk.customer.name
    return f"~{talk.profile_name}" if talk.profile_name else _("Nomor tidak dikenal")


def talk_etag(talk: Conversation) -> str:
    """Grows with everything that is said and with everything that becomes of it."""
    heard = talk.inbound.aggregate(last=Max("pk"))["last"] or 0
    events = MessageEvent.objects.filter(message__to_phone=talk.phone)
    told = events.aggregate(last=Max("pk"))["last"] or 0
    stop = int(talk.maybe_stop_at is not None)
    who = f"{talk.owner_id}.{talk.customer_id}.{talk.branch_id}"
    return f'"{talk.pk}.{heard}.{told}.{talk.is_open:d}.{stop}.{who}"'


def talk_page(talk: Conversation, *, at: datetime) -> Talk:
    lines = [*_heard(talk), *_told(talk), *_handed_over(talk)]
    lines.sort(key=lambda line: line.at)
    until = talk.last_inbound_at + WINDOW if talk.last_inbound_at else None
    owners: list[Customer] = []
    if talk.customer is None:
        known = Customer.objects.filter(phone=talk.phone).select_related("home_branch")
        owners = list(known.order_by("name_folded", "pk")[:5])
    return Talk(
        talk=talk,
        name=name_of(talk),
        lines=lines[-MOST_LINES:],
        etag=talk_etag(talk),
        window_until=until if until and until > at else None,
        owners_of_number=owners,
    )


def quick_replies(talk: Conversation) -> list[QuickReply]:
    """The words that are ready for answers, filled in for this customer."""
    ready = Template.objects.filter(message_class=MessageClass.PERSONAL, is_archived=False)
    values = values_for(talk.branch, talk.customer)
    return [
        QuickReply(template, filled(template.current.body, values))
        for template in ready.exclude(current=None).select_related("current").order_by("name")
        if template.current
    ]


def _heard(talk: Conversation) -> Iterable[Line]:
    for message in talk.inbound.prefetch_related("media").order_by("-at", "-pk")[:MOST_LINES]:
        shown = [Shown(one.pk, kind_of(one)) for one in message.media.all() if one.provider_sid]
        yield Line(
            at=message.at,
            words=message.body,
            is_ours=False,
            media=max(message.media_count - len(shown), 0),
            attachments=shown,
            meaning=message.meaning,
            label=str(Meaning(message.meaning).label) if message.meaning else "",
        )


def kind_of(attachment: InboundMedia) -> str:
    """Say what it is, as WhatsApp would: a picture, a voice, a file of some kind."""
    kind, _slash, form = attachment.content_type.partition(";")[0].strip().lower().partition("/")
    names = {"image": _("Gambar"), "audio": _("Suara"), "video": _("Video"), "text": _("Teks")}
    name = names.get(kind, _("Berkas"))
    if form in ("vcard", "x-vcard"):
        return _("Kontak")
    return f"{name} ({form.upper()})" if form.isalnum() and len(form) < 6 else name


def _handed_over(talk: Conversation) -> Iterable[Line]:
    for step in talk.hand_overs.select_related("old", "new", "by").order_by("-pk")[:MOST_LINES]:
        words = _("Dialihkan dari %(old)s ke %(new)s") % {
            "old": step.old.name,
            "new": step.new.name,
        }
        yield Line(
            at=step.at,
            words=f"{words}: {step.note}" if step.note else words,
            is_ours=True,
            by=step.by.nickname,
            is_note=True,
        )


def _told(talk: Conversation) -> Iterable[Line]:
    rows = (
        Message.objects.filter(to_phone=talk.phone, channel=talk.channel)
        .exclude(state__in=NEVER_SENT)
        .exclude(state=MessageState.QUEUED, due_at__gt=timezone.now() + timedelta(minutes=5))
        .annotate(moment=Coalesce("accepted_at", "created_at"))
        .select_related("template__current", "version", "written_by")
    )
    for message in rows.order_by("-moment", "-pk")[:MOST_LINES]:
        row = message_row(message)
        yield Line(
            at=message.accepted_at or message.created_at,
            words=row.text,
            is_ours=True,
            by=message.written_by.nickname if message.written_by else "",
            badge=row.badge,
            state=row.state,
            problem=row.problem,
        )
