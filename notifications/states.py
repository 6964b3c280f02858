"""A message's way out (docs/decisions/0004): who may move it where."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class MessageState(models.TextChoices):
    QUEUED = "queued", _("Direncanakan")
    SENDING = "sending", _("Sedang dikirim")
    ACCEPTED = "accepted", _("Diterima penyedia")
    UNKNOWN = "unknown", _("Belum pasti")
    FAILED = "failed", _("Gagal")
    ABANDONED = "abandoned", _("Perlu dilihat")
    SUPPRESSED = "suppressed", _("Tidak dikirim")
    EXPIRED = "expired", _("Kedaluwarsa")
    CANCELLED = "cancelled", _("Dibatalkan")
    # Another message says it together with what else is told that day.
    MERGED = "merged", _("Disatukan")


TRANSITIONS: dict[MessageState, set[MessageState]] = {
    MessageState.QUEUED: {
        MessageState.QUEUED,
        MessageState.SENDING,
        MessageState.SUPPRESSED,
        MessageState.EXPIRED,
        MessageState.CANCELLED,
        MessageState.MERGED,
        # A callback that carries our id proves that an earlier attempt got through.
        MessageState.ACCEPTED,
    },
    MessageState.SENDING: {
        MessageState.ACCEPTED,
        MessageState.QUEUED,
        MessageState.FAILED,
        MessageState.UNKNOWN,
    },
    MessageState.UNKNOWN: {
        MessageState.ACCEPTED,
        MessageState.QUEUED,
        MessageState.ABANDONED,
    },
    MessageState.ABANDONED: {MessageState.ACCEPTED},
    MessageState.ACCEPTED: set(),
    MessageState.FAILED: set(),
    # Planned again after a cancelled control was moved, or once the customer agreed.
    MessageState.SUPPRESSED: {MessageState.QUEUED},
    MessageState.EXPIRED: set(),
    MessageState.CANCELLED: {MessageState.QUEUED},
    # What it was said in was taken apart before it left.
    MessageState.MERGED: {MessageState.QUEUED, MessageState.CANCELLED},
}


class ProviderStatus(models.TextChoices):
    """What the provider says of a message it accepted."""

    ACCEPTED = "accepted", _("Diterima penyedia")
    SCHEDULED = "scheduled", _("Dijadwalkan penyedia")
    QUEUED = "queued", _("Antre di penyedia")
    SENDING = "sending", _("Sedang dikirim")
    SENT = "sent", _("Terkirim")
    FAILED = "failed", _("Gagal terkirim")
    UNDELIVERED = "undelivered", _("Tidak sampai")
    CANCELED = "canceled", _("Dibatalkan penyedia")
    DELIVERED = "delivered", _("Sampai")
    READ = "read", _("Dibaca")


# Callbacks come in any order: one is applied only when it ranks higher than what is known.
RANK: dict[ProviderStatus, int] = {
    ProviderStatus.ACCEPTED: 10,
    ProviderStatus.SCHEDULED: 10,
    ProviderStatus.QUEUED: 20,
    ProviderStatus.SENDING: 30,
    ProviderStatus.SENT: 40,
    ProviderStatus.FAILED: 45,
    ProviderStatus.UNDELIVERED: 45,
    ProviderStatus.CANCELED: 45,
    ProviderStatus.DELIVERED: 50,
    ProviderStatus.READ: 60,
}
FINAL = frozenset(
    {
        ProviderStatus.FAILED,
        ProviderStatus.UNDELIVERED,
        ProviderStatus.CANCELED,
        ProviderStatus.DELIVERED,
        ProviderStatus.READ,
    }
)
