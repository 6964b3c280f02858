"""Conversations: who answers, in what words, and as long as WhatsApp lets us."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from customers.models import Customer
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from notifications.actions.planning import plan
from notifications.actions.suppressing import leave_in_peace
from notifications.models import (
    Channel,
    Conversation,
    HandOver,
    InboundMessage,
    Lane,
    Message,
    MessageClass,
    Scope,
    Sender,
    SuppressionSource,
    Template,
)
from notifications.permissions import WINDOW, why_not_hand_over, why_not_reply, why_not_write
from notifications.providers.media import Attachment
from notifications.states import MessageState
from notifications.variables import values_for

WHATSAPP = "whatsapp:"
AUTOMATIC = "auto:"
LONGEST_BODY = 4096
ANSWER_WITHIN = timedelta(hours=1)
TEMPLATE_WITHIN = timedelta(hours=24)


class CannotTalk(Exception):
    """The message says why, in words the desk may read."""


@dataclass(frozen=True)
class Heard:
    """What arrived from outside, as the webhook read it."""

    sid: str
    sender: str
    to: str
    body: str
    profile_name: str = ""
    media_count: int = 0
    attachments: tuple[Attachment, ...] = ()

    @property
    def channel(self) -> Channel:
        return Channel.WHATSAPP if self.sender.startswith(WHATSAPP) else Channel.SMS

    @property
    def text(self) -> str:
        # PostgreSQL takes no NUL in a text.
        return self.body.replace("\0", "")[:LONGEST_BODY]


def conversation_of(
    heard: Heard, *, phone: str, customer: Customer | None, at: datetime
) -> Conversation | None:
    """The number's conversation, locked; made or given to another branch when nobody holds it."""
    branch = _branch_of(phone, customer)
    if branch is None:
        return None
    talk, is_new = Conversation.objects.get_or_create(
        phone=phone,
        channel=heard.channel,
        defaults={"branch": branch, "customer": customer, "is_open": False, "last_at": at},
    )
    talk = Conversation.objects.select_for_update(of=("self",)).get(pk=talk.pk)
    if not is_new and not talk.is_open:
        talk.branch, talk.owner = branch, None
    if talk.customer is None:
        talk.customer = customer
    name = " ".join(heard.profile_name.replace("\0", "").split())[:80]
    talk.profile_name = name or talk.profile_name
    return talk


def _branch_of(phone: str, customer: Customer | None) -> Branch | None:
    """Whoever wrote to her last, else her own branch, else the chain's first."""
    sent = Message.objects.filter(to_phone=phone, state=MessageState.ACCEPTED)
    last = sent.order_by("-accepted_at").select_related("branch").first()
    if last is not None:
        return last.branch
    return customer.home_branch if customer else Branch.objects.active().order_by("pk").first()


def answer_by_itself(talk: Conversation, text: str, *, to: InboundMessage, at: datetime) -> Message:
    """One short answer to one reply: coming twice, it is the same message."""
    return _say(talk, text, key=f"{AUTOMATIC}{to.provider_sid}", by=None, at=at)


@transaction.atomic
def reply(talk: Conversation, *, text: str, key: str, by: Staff, at: datetime) -> Message:
    """Answer in free words while the window is open; whoever answers first holds the talk."""
    talk = _held(talk, by=by)
    if reason := why_not_reply(talk, text=text, by=by, at=at):
        raise CannotTalk(reason)
    message = _say(talk, text.strip(), key=f"reply:{talk.pk}:{key}", by=by, at=at)
    _answered(talk, by=by, at=at)
    return message


@transaction.atomic
def send_template(
    talk: Conversation, *, template: Template, key: str, by: Staff, at: datetime
) -> Message:
    """After the window WhatsApp takes only words that it has approved."""
    talk = _held(talk, by=by)
    if reason := why_not_write(talk, by=by):
        raise CannotTalk(reason)
    message = plan(
        key=f"reply:{talk.pk}:{key}",
        customer=talk.customer,
        branch=talk.branch,
        template=template.key,
        variables=values_for(talk.branch, talk.customer),
        message_class=MessageClass.PERSONAL,
        channel=Channel(talk.channel),
        lane=Lane.URGENT,
        to_phone=talk.phone,
        due_at=at,
        expires_at=at + TEMPLATE_WITHIN,
        by=by,
        at=at,
    )
    _sign(message, talk, by=by)
    _answered(talk, by=by, at=at)
    return message


@transaction.atomic
def take_over(talk: Conversation, *, by: Staff) -> None:
    talk = _locked(talk)
    talk.owner, talk.is_open, talk.unread = by, True, 0
    talk.save()


@transaction.atomic
def hand_over(talk: Conversation, *, to: Branch | None, note: str, by: Staff, at: datetime) -> None:
    """Give it to another branch, where it waits unread; she goes on writing to the same number."""
    talk = _locked(talk)
    if reason := why_not_hand_over(talk, to=to, by=by):
        raise CannotTalk(reason)
    assert to
    HandOver.objects.create(
        conversation=talk, old=talk.branch, new=to, note=note.strip()[:300], by=by, at=at
    )
    talk.branch, talk.owner, talk.is_open, talk.last_at = to, None, True, at
    talk.unread = max(talk.unread, 1)
    talk.save()


@transaction.atomic
def mark_read(talk: Conversation) -> None:
    Conversation.objects.filter(pk=talk.pk, unread__gt=0).update(unread=0)


@transaction.atomic
def close(talk: Conversation, *, by: Staff) -> None:
    """Put it away; what she writes next opens it again."""
    talk = _locked(talk)
    if talk.maybe_stop_at is not None:
        raise CannotTalk(_("Putuskan dulu apakah pelanggan ingin berhenti."))
    talk.is_open, talk.unread = False, 0
    talk.save()


@transaction.atomic
def reopen(talk: Conversation, *, by: Staff) -> None:
    talk = _locked(talk)
    talk.is_open, talk.owner = True, by
    talk.save()


@transaction.atomic
def link(talk: Conversation, *, customer: Customer) -> None:
    """Say who writes from this number; what she wrote until now stays as it was heard."""
    talk = _locked(talk)
    talk.customer = customer
    talk.save()


@transaction.atomic
def decide_stop(talk: Conversation, *, scope: Scope | None, by: Staff, at: datetime) -> None:
    """A person read what may be a "stop": it is one, for promos or for all, or it is none."""
    talk = _locked(talk)
    if talk.maybe_stop_at is None:
        raise CannotTalk(_("Sudah diputuskan orang lain."))
    if scope is not None:
        said = talk.inbound.filter(at__gte=talk.maybe_stop_at).order_by("at").first()
        leave_in_peace(
            talk.phone,
            scope=scope,
            source=SuppressionSource.STAFF,
            words=said.body if said else "",
            by=by,
            at=at,
        )
    talk.maybe_stop_at = None
    talk.save()


def _say(talk: Conversation, text: str, *, key: str, by: Staff | None, at: datetime) -> Message:
    message = plan(
        key=key,
        customer=talk.customer,
        branch=talk.branch,
        body=text,
        message_class=MessageClass.PERSONAL,
        channel=Channel(talk.channel),
        lane=Lane.URGENT,
        to_phone=talk.phone,
        due_at=at,
        expires_at=min(at + ANSWER_WITHIN, (talk.last_inbound_at or at) + WINDOW),
        by=by,
        at=at,
    )
    _sign(message, talk, by=by)
    return message


def _sign(message: Message, talk: Conversation, *, by: Staff | None) -> None:
    """By whom it is, and from the address she wrote to, if that is one of ours."""
    heard = talk.inbound.order_by("-at").first()
    ours = Sender.objects.filter(address=heard.to_address).first() if heard else None
    sender = ours if ours and ours.channel == message.channel else message.sender
    Message.objects.filter(pk=message.pk, state=MessageState.QUEUED).update(
        written_by=by, sender=sender
    )


def _answered(talk: Conversation, *, by: Staff, at: datetime) -> None:
    talk.owner, talk.is_open, talk.unread, talk.last_at = by, True, 0, at
    talk.save()


def _held(talk: Conversation, *, by: Staff) -> Conversation:
    talk = _locked(talk)
    if talk.owner is not None and talk.owner != by:
        raise CannotTalk(
            _("%(name)s sedang menjawab percakapan ini. Ambil alih dulu bila perlu.")
            % {"name": talk.owner.nickname}
        )
    return talk


def _locked(talk: Conversation) -> Conversation:
    rows = Conversation.objects.select_for_update(of=("self",))
    return rows.select_related("branch", "customer", "owner").get(pk=talk.pk)
