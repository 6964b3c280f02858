"""The addresses of ours that messages go out from."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from frontdesk.branches.models import Branch
from frontdesk.staff.actions import record
from frontdesk.staff.models import Staff, StaffEventKind
from notifications.models import Channel, Portfolio, Sender, SenderPace

PER_SECOND = {Channel.WHATSAPP: 80.0, Channel.SMS: 10.0, Channel.EMAIL: 5.0}


@transaction.atomic
def ensure_senders() -> list[Sender]:
    """Make the senders that the settings name, once; what is changed on the page stays."""
    named = {
        Channel.WHATSAPP: settings.TWILIO_FROM_WHATSAPP,
        Channel.SMS: settings.TWILIO_FROM_SMS,
        Channel.EMAIL: settings.EMAIL_FROM,
    }
    made = []
    for channel, address in named.items():
        if not address:
            continue
        sender, is_new = Sender.objects.get_or_create(
            channel=channel, address=address, defaults={"per_second": PER_SECOND[channel]}
        )
        if is_new and channel == Channel.WHATSAPP:
            sender.portfolio = Portfolio.objects.get_or_create(name="WhatsApp")[0]
            sender.save(update_fields=["portfolio"])
        SenderPace.objects.get_or_create(sender=sender, defaults={"refilled_at": timezone.now()})
        made.append(sender)
    return made


def sender_for(branch: Branch, channel: Channel) -> Sender | None:
    """The branch's own sender on the channel, else the chain's."""
    fitting = Sender.objects.filter(Q(branch=branch) | Q(branch=None), channel=channel)
    return fitting.order_by(F("branch").asc(nulls_last=True), "pk").first()


@transaction.atomic
def set_sender(
    sender: Sender,
    *,
    name: str,
    per_second: float,
    reserve_percent: int,
    people_a_day: int | None,
    by: Staff,
    at: datetime,
) -> None:
    """Change a sender's pace; the limit of people belongs to all numbers of its portfolio."""
    sender.name, sender.per_second, sender.reserve_percent = name, per_second, reserve_percent
    sender.save(update_fields=["name", "per_second", "reserve_percent"])
    if sender.portfolio is not None:
        sender.portfolio.people_a_day = people_a_day
        sender.portfolio.save(update_fields=["people_a_day"])
    _note(sender, f"{per_second:g}/s, {reserve_percent} %", by=by, at=at)


@transaction.atomic
def pause_sender(sender: Sender, *, reason: str, by: Staff, at: datetime) -> None:
    """Nothing more goes out from this address; what waits keeps its place."""
    sender.is_paused, sender.paused_reason = True, reason
    sender.save(update_fields=["is_paused", "paused_reason"])
    _note(sender, reason, by=by, at=at)


@transaction.atomic
def resume_sender(sender: Sender, *, by: Staff, at: datetime) -> None:
    sender.is_paused, sender.paused_reason = False, ""
    sender.save(update_fields=["is_paused", "paused_reason"])
    _note(sender, "", by=by, at=at)


def _note(sender: Sender, detail: str, *, by: Staff, at: datetime) -> None:
    told = f"{sender.get_channel_display()} {sender.shown_address}: {detail}".removesuffix(": ")
    record(StaffEventKind.NOTICE_SET, by=by, at=at, detail=told[:200])
