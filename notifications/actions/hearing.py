"""What the provider tells us by itself: how a message fares, and what a customer writes."""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from customers.models import Customer
from notifications.actions.calling import drop_calls
from notifications.actions.suppressing import leave_in_peace, start_again
from notifications.actions.talking import AUTOMATIC, Heard, answer_by_itself, conversation_of
from notifications.models import (
    Channel,
    Conversation,
    InboundMedia,
    InboundMessage,
    Meaning,
    Message,
    PhoneStanding,
    Scope,
    Suppression,
    SuppressionSource,
)
from notifications.opt_out_words import Said, said
from notifications.reply_hooks import hook_for
from notifications.states import MessageState, ProviderStatus

logger = logging.getLogger(__name__)

WHATSAPP = "whatsapp:"
# A reply is about what was sent last, if that is not too long ago.
ANSWERED_WITHIN = timedelta(days=7)
ARRIVED = frozenset({ProviderStatus.DELIVERED, ProviderStatus.READ})
CERTAIN = {
    Said.STOP: Meaning.STOP,
    Said.STOP_PROMO: Meaning.STOP_PROMO,
    Said.MAYBE_STOP: Meaning.MAYBE_STOP,
}
STOPS = {Meaning.STOP: Scope.ALL, Meaning.STOP_PROMO: Scope.PROMO}


@transaction.atomic
def receive_inbound(heard: Heard, *, at: datetime) -> InboundMessage | None:
    """Keep what a customer wrote, None when known; a "stop" counts from this transaction on."""
    if InboundMessage.objects.filter(provider_sid=heard.sid).exists():
        return None
    phone = heard.sender.removeprefix(WHATSAPP)[:16]
    answered = _answered(phone, at=at)
    talk = conversation_of(heard, phone=phone, customer=_writer(phone), at=at)
    meaning = _meaning(heard.body, phone=phone, answered=answered)
    message, is_new = InboundMessage.objects.get_or_create(
        provider_sid=heard.sid,
        defaults={
            "conversation": talk,
            "from_phone": phone,
            "to_address": heard.to[:40],
            "channel": heard.channel,
            "customer": talk.customer if talk else _writer(phone),
            "body": heard.text,
            "media_count": heard.media_count,
            "meaning": meaning,
            "reply_to": answered,
            "at": at,
        },
    )
    if not is_new:
        return None
    InboundMedia.objects.bulk_create(
        InboundMedia(inbound=message, provider_sid=one.sid, content_type=one.content_type[:100])
        for one in heard.attachments
    )
    _note_sign_of_life(message)
    # Customers are answered in Indonesian, whoever's request this is.
    with translation.override("id"):
        answer = _obey(message, answered, talk, at=at)
    if talk is not None:
        _note(talk, message, is_settled=bool(answer) and meaning == Meaning.YES)
        if answer:
            answer_by_itself(talk, answer, to=message, at=at)
    return message


def _obey(
    message: InboundMessage, answered: Message | None, talk: Conversation | None, *, at: datetime
) -> str:
    """Do what can be done without a person; return what to answer, empty for nothing."""
    phone, meaning = message.from_phone, Meaning(message.meaning)
    if meaning in STOPS:
        scope, source = STOPS[meaning], SuppressionSource.REPLY
        leave_in_peace(phone, scope=scope, source=source, words=message.body, by=None, at=at)
        if scope == Scope.ALL:
            drop_calls(phone, at=at)
    elif meaning == Meaning.START:
        start_again(phone, words=message.body, at=at)
        return _("Terima kasih. Anda akan menerima pesan dari kami lagi.")
    elif meaning == Meaning.MAYBE_STOP and (talk is None or talk.maybe_stop_at is None):
        # Asked once until a person has decided: two machines would answer each other for ever.
        return _(
            "Terima kasih atas balasan Anda. Bila Anda tidak ingin menerima pesan dari kami lagi, "
            "balas BERHENTI. Bila maksud Anda lain, petugas kami akan menjawab di sini."
        )
    elif meaning in (Meaning.YES, Meaning.NO) and answered is not None:
        return _tell_the_app(answered, meaning, at=at)
    return ""


def _tell_the_app(answered: Message, meaning: Meaning, *, at: datetime) -> str:
    """Let the app whose notice is answered act on it; its mistakes never cost the reply."""
    about = answered.first
    hook = hook_for(about)
    if hook is None:
        return ""
    try:
        with transaction.atomic():
            return hook(about, meaning, by=None, at=at)
    except (InterfaceError, OperationalError):
        raise
    except Exception as problem:
        logger.error("A reply to message %s could not be acted on: %s", about.pk, type(problem))
        return ""


def _meaning(body: str, *, phone: str, answered: Message | None) -> Meaning:
    meant = said(body)
    if meant in CERTAIN:
        return CERTAIN[meant]
    if meant == Said.START:
        is_stopped = Suppression.objects.live().filter(phone=phone).exists()
        return Meaning.START if is_stopped else Meaning.OTHER
    is_asked = answered is not None and hook_for(answered.first) is not None
    if meant == Said.YES and is_asked:
        return Meaning.YES
    if meant in (Said.NO, Said.CANCEL) and is_asked:
        return Meaning.NO
    return Meaning.MAYBE_STOP if meant == Said.CANCEL else Meaning.OTHER


def _note(talk: Conversation, message: InboundMessage, *, is_settled: bool) -> None:
    talk.last_at = max(talk.last_at, message.at)
    talk.last_inbound_at = max(talk.last_inbound_at or message.at, message.at)
    if not is_settled:
        talk.unread += 1
        talk.is_open = True
    if message.meaning == Meaning.MAYBE_STOP and talk.maybe_stop_at is None:
        talk.maybe_stop_at = message.at
    elif message.meaning in (Meaning.STOP, Meaning.STOP_PROMO, Meaning.START):
        talk.maybe_stop_at = None
    talk.save()


def _note_sign_of_life(message: InboundMessage) -> None:
    """Free words go out for a day from here; and whoever writes on WhatsApp has it."""
    standing, _is_new = PhoneStanding.objects.get_or_create(phone=message.from_phone)
    latest = max(standing.last_inbound_at or message.at, message.at)
    values: dict[str, Any] = {"last_inbound_at": latest}
    if message.channel == Channel.WHATSAPP:
        values |= {"no_whatsapp_until": None, "bad_since": None, "bad_code": ""}
    PhoneStanding.objects.filter(pk=standing.pk).update(**values)


def _answered(phone: str, *, at: datetime) -> Message | None:
    """What was sent to her last, by somebody or by a notice: that is what she answers."""
    sent = Message.objects.filter(
        to_phone=phone,
        state=MessageState.ACCEPTED,
        accepted_at__gt=at - ANSWERED_WITHIN,
        accepted_at__lte=at + timedelta(minutes=1),
    ).exclude(key__startswith=AUTOMATIC)
    related = sent.select_related("template", "parent__template", "customer", "branch")
    return related.order_by("-accepted_at").first()


def _writer(phone: str) -> Customer | None:
    """Of a family that shares a phone, the one whom we wrote to last."""
    last = (
        Message.objects.filter(to_phone=phone, state=MessageState.ACCEPTED)
        .exclude(customer=None)
        .order_by("-accepted_at")
        .select_related("customer")
        .first()
    )
    return last.customer if last else Customer.objects.filter(phone=phone).order_by("pk").first()
