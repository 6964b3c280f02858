"""Several notices that a customer is due on one day leave as one message (docs/decisions/0014).

Each waits by itself, under its own key, until the first of them is about to leave. Who plans for a
customer holds her row; who combines never waits for it, so that neither stands in the other's way.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from customers.models import Customer
from notifications import notices
from notifications.actions.moves import Moves
from notifications.actions.noticing import decided
from notifications.actions.parting import hold
from notifications.linting.form import LONGEST
from notifications.models import (
    TOGETHER,
    Channel,
    DaySlot,
    Message,
    MessageClass,
    Template,
    TemplateVersion,
)
from notifications.notices import Notice, declare
from notifications.providers import twilio
from notifications.states import MessageState
from notifications.variables import Variable, values_for
from notifications.wording import filled

A_ROUND = 200

NEWS = Variable(
    "news",
    _("isi tiap pemberitahuan"),
    "terima kasih atas kunjungan Anda; serta jadwal kontrol Anda adalah Minggu, 6 Desember 2026",
    is_needed=True,
)
QUESTION = Variable("question", _("pertanyaan penutup"), "Anda dapat hadir pada hari itu")

TOGETHER_NOTICE = declare(
    Notice(
        key=TOGETHER,
        name=_("Beberapa kabar sekaligus"),
        about=_(
            "Bila beberapa pemberitahuan jatuh pada hari yang sama, pelanggan menerima satu pesan. "
            "Bila nonaktif, tiap pemberitahuan dikirim sendiri."
        ),
        body=(
            "Halo {name}, kami dari {clinic} cabang {branch}. Ada beberapa kabar untuk Anda: "
            "{news}. Apakah {question}? Balas saja pesan ini."
        ),
        variables=(NEWS, QUESTION),
        moment=_("bersama yang pertama hari itu"),
        asks_way=False,
    )
)


def combine(pk: int, *, at: datetime) -> Message | None:
    """Put a message that is about to leave into one with what else she is due that day."""
    with transaction.atomic():
        one = Message.objects.select_related("branch", "customer").get(pk=pk)
        if hold([one.customer_id], waits=False):
            there = _due_with(one, at=at)
            wanted = set(there.values_list("pk", flat=True))
            rows = list(there.select_for_update(of=("self",), skip_locked=True))
            if len(rows) > 1 and {row.pk for row in rows} == wanted:
                return _combine(rows, one, at=at)
    return None


def combine_by_hand(*, at: datetime) -> int:
    """What a person sends from her own WhatsApp waits for no claim: it is combined when due."""
    waiting = Message.objects.filter(
        channel=Channel.BY_HAND, state=MessageState.QUEUED, merges=True, absent_seen=0
    )
    same = waiting.filter(
        customer=OuterRef("customer"),
        branch=OuterRef("branch"),
        due_at__lt=at + timedelta(days=1),
    ).exclude(pk=OuterRef("pk"))
    due = waiting.filter(Exists(same), due_at__lte=at, expires_at__gt=at)
    keys = list(due.order_by("pk").values_list("pk", flat=True)[:A_ROUND])
    return sum(combine(pk, at=at) is not None for pk in keys)


def _due_with(one: Message, *, at: datetime) -> QuerySet[Message]:
    """As the claim finds them; this one among them, unless it has gone its way meanwhile."""
    waiting = Message.objects.filter(state=MessageState.QUEUED, merges=True, absent_seen=0)
    return waiting.filter(
        customer=one.customer,
        branch=one.branch,
        channel=one.channel,
        sender=one.sender_id,
        due_at__lt=one.branch.next_morning(at),
        expires_at__gt=at,
    ).order_by("pk")


def _combine(rows: Sequence[Message], one: Message, *, at: datetime) -> Message | None:
    assert one.customer
    carrier = next((row for row in rows if row.notice == TOGETHER), None)
    new = [row for row in rows if row is not carrier]
    said = [*(carrier.carries.order_by("pk") if carrier else ()), *new]
    text = _text(said, one, one.customer)
    if text is None:
        # Then each goes by itself, and is not asked again.
        Message.objects.filter(pk__in=[row.pk for row in new]).update(merges=False)
        return None
    fields = _together(said) | text
    moves = Moves(at=at)
    if carrier is None:
        carrier = _start(one, one.customer, fields, at=at)
        moves.started(carrier)
    else:
        moves.change(carrier, note=gettext_noop("Satu kabar lagi ikut serta"), **fields)
    for row in new:
        moves.move(
            row,
            MessageState.MERGED,
            carrier=carrier,
            problem="",
            note=gettext_noop("Ikut dalam satu pesan"),
        )
    DaySlot.objects.filter(message__in=new).delete()
    moves.write()
    return carrier


def _start(one: Message, customer: Customer, fields: dict[str, Any], *, at: datetime) -> Message:
    return Message.objects.create(
        key=f"{TOGETHER}:{uuid.uuid4().hex}",
        notice=TOGETHER,
        branch=one.branch,
        customer=customer,
        message_class=MessageClass.TRANSACTIONAL,
        channel=one.channel,
        sender_id=one.sender_id,
        merges=True,
        created_at=at,
        **fields,
    )


def _together(said: Sequence[Message]) -> dict[str, Any]:
    """What holds for one of them holds for the whole."""
    return {
        "lane": min(row.lane for row in said),
        "one_a_day": all(row.one_a_day for row in said),
        "may_sms": any(row.may_sms for row in said),
        "may_call": any(row.may_call for row in said),
        "due_at": min(row.due_at for row in said),
        "expires_at": min(row.expires_at for row in said),
    }


def _text(said: Sequence[Message], one: Message, customer: Customer) -> dict[str, Any] | None:
    """The words for all of them; None where they may not be said in one."""
    decision = decided(TOGETHER, branch=one.branch)
    template = Template.objects.select_related("current").get(key=decision.template)
    version = template.current
    if not decision.is_on or version is None:
        return None
    if one.channel == Channel.WHATSAPP and not _is_approved(template, version):
        return None
    clauses = {known.key: known.clause for known in notices.declared() if known.clause}
    if not clauses.keys() >= {row.notice for row in said}:
        return None
    values = values_for(one.branch, customer) | _words(said, clauses)
    if len(filled(version.body, values)) > LONGEST:
        return None
    return {"template": template, "variables": values}


def _is_approved(template: Template, version: TemplateVersion) -> bool:
    """Nothing waits for the combined words: until WhatsApp takes them, each goes in its own."""
    if not version.content_sid or template.hold:
        return False
    return bool(version.approval) or twilio.is_local()


def _words(said: Sequence[Message], known: dict[str, str]) -> dict[str, str]:
    """What she waits for comes first, and its question ends the message."""
    order = list(known)
    rows = sorted(
        said, key=lambda row: (row.one_a_day, order.index(row.notice), row.due_at, row.pk)
    )
    clauses = list(dict.fromkeys(filled(known[row.notice], row.variables) for row in rows))
    news = "; serta ".join(part for part in ("; ".join(clauses[:-1]), clauses[-1]) if part)
    return {NEWS.name: news, QUESTION.name: notices.notice(rows[0].notice).question}
