"""The addresses of ours that messages go out from."""

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from frontdesk.branches.models import Branch
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
