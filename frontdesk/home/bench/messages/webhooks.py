"""The provider's word comes three times a message: signed, one connection a client."""

import uuid
from collections.abc import Iterator

from django.urls import reverse
from twilio.request_validator import RequestValidator

from frontdesk.home.bench.load import Ask, Timing, ask_all, percentile
from frontdesk.home.bench.messages.outbox import Ground
from notifications.models import Message
from notifications.states import MessageState

STATUSES = ("sent", "delivered", "read")
HEADERS = {"User-Agent": "TwilioProxy/1.1"}


def measure(address: str, token: str, ground: Ground, *, clients: int, asks: int) -> Timing:
    """Let each client bring its own messages' statuses, in order."""
    words = _words(address, token, ground, clients * (asks + 1))
    lists = [[next(words) for _ in range(asks + 1)] for _ in range(clients)]
    return ask_all(address, lists, [HEADERS] * clients)


def said(timing: Timing) -> str:
    p99 = percentile(timing.seconds, 99)
    return f"{timing.per_second:,.0f}/s, {timing.median:.1f} ms median, {p99:.1f} ms p99"


def _words(address: str, token: str, ground: Ground, wanted: int) -> Iterator[Ask]:
    validator = RequestValidator(token)
    queued = Message.objects.filter(state=MessageState.QUEUED, sender=ground.sender)
    for message in queued.order_by("pk")[: wanted // len(STATUSES) + 1]:
        path = reverse("notifications:status_callback", args=[message.public_id])
        sid = f"SM{uuid.uuid4().hex}"
        for status in STATUSES:
            form = {
                "AccountSid": "AC",
                "From": ground.sender.address,
                "MessageSid": sid,
                "MessageStatus": status,
                "SmsSid": sid,
                "SmsStatus": status,
                "To": f"whatsapp:{message.to_phone}",
            }
            signature = validator.compute_signature(address + path, form)
            yield Ask(path, form, {"X-Twilio-Signature": signature}, expected=204)
