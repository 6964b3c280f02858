"""What is known of a number: who wants to be left alone, and where nothing arrives."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from frontdesk.staff.models import Staff
from notifications.models.text import Channel


class SuppressionSource(models.TextChoices):
    REPLY = "reply", _("Balasan pelanggan")
    LINK = "link", _("Tautan berhenti")
    STAFF = "staff", _("Dicatat petugas")
    PROVIDER = "provider", _("Penyedia")


class Scope(models.TextChoices):
    ALL = "all", _("Semua pesan")
    PROMO = "promo", _("Promo")


class SuppressionQuerySet(models.QuerySet["Suppression"]):
    def live(self) -> "SuppressionQuerySet":
        return self.filter(lifted_at=None)


class Suppression(models.Model):
    """A number left in peace, whoever shares it, until the person asks for messages again."""

    phone = models.CharField(max_length=16)
    scope = models.CharField(max_length=6, choices=Scope)
    # Empty: on every channel.
    channel = models.CharField(max_length=10, choices=Channel, blank=True)
    source = models.CharField(max_length=10, choices=SuppressionSource)
    words = models.CharField(max_length=400, blank=True)
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")

    objects = SuppressionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "scope", "channel"],
                name="notifications_suppression_once",
                condition=models.Q(lifted_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.at:%Y-%m-%d}"


class PhoneStanding(models.Model):
    phone = models.CharField(max_length=16, primary_key=True)
    # WhatsApp does not reach it until then; asked again afterwards.
    no_whatsapp_until = models.DateTimeField(null=True)
    # The provider says the number cannot exist or cannot take messages.
    bad_since = models.DateTimeField(null=True)
    bad_code = models.CharField(max_length=12, blank=True)
    # Free text goes out for 24 hours from here.
    last_inbound_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.bad_since or self.no_whatsapp_until or "")


class OptOutLink(models.Model):
    """The short address in an SMS by which its reader leaves; SMS in Indonesia takes no replies."""

    code = models.CharField(max_length=10, primary_key=True)
    phone = models.CharField(max_length=16, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.code


class LinkTries(models.Model):
    """How often links were opened from one place lately, so that no codes are tried out."""

    # Not the address itself: a digest of it that only this installation can make.
    place = models.CharField(max_length=64, primary_key=True)
    tries = models.PositiveIntegerField()
    until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return f"{self.tries} {self.until}"
