"""Who messages go out as: an address of ours, its pace, its health, and the limit it shares."""

import phonenumbers
from django.db import models
from django.utils.translation import gettext_lazy as _

from frontdesk.append_only import kept
from frontdesk.branches.models import Branch
from notifications.models.text import Channel

# A number is read in one piece.
NO_BREAK = "\N{NO-BREAK SPACE}"


class Portfolio(models.Model):
    """A WhatsApp business portfolio: all its numbers together reach so many people in 24 hours."""

    name = models.CharField(_("nama"), max_length=60, unique=True)
    # Empty: unlimited. Meta's steps are 250, 2 000, 10 000 and 100 000.
    people_a_day = models.PositiveIntegerField(_("orang per 24 jam"), null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class ReachedPhone(models.Model):
    """When a portfolio last began to write to a number; counts for 24 hours."""

    portfolio = models.ForeignKey(Portfolio, on_delete=models.CASCADE, related_name="reached")
    phone = models.CharField(max_length=16)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["portfolio", "phone"], name="notifications_reachedphone_once"
            )
        ]
        indexes = [models.Index(fields=["portfolio", "at"], name="notifications_reachedphone_at")]

    def __str__(self) -> str:
        return f"{self.portfolio_id} {self.at:%Y-%m-%d}"


class Sender(models.Model):
    channel = models.CharField(_("saluran"), max_length=10, choices=Channel)
    # As the provider takes it: `whatsapp:+62…`, an SMS sender name or number, an e-mail address.
    address = models.CharField(_("alamat"), max_length=254)
    name = models.CharField(_("nama"), max_length=60, blank=True)
    # Empty: for every branch that has no sender of its own on this channel.
    branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, null=True, blank=True, related_name="senders"
    )
    portfolio = models.ForeignKey(
        Portfolio, on_delete=models.PROTECT, null=True, blank=True, related_name="senders"
    )
    per_second = models.FloatField(_("pesan per detik"), default=80)
    # A campaign never takes the last part of the pace, so that a confirmation never waits for it.
    reserve_percent = models.PositiveSmallIntegerField(_("cadangan (%)"), default=10)
    is_paused = models.BooleanField(_("dijeda"), default=False)
    paused_reason = models.CharField(_("alasan"), max_length=200, blank=True)

    class Meta:
        triggers = [kept()]
        ordering = ["channel", "address"]
        verbose_name = _("pengirim")
        constraints = [
            models.UniqueConstraint(
                fields=["channel", "address"], name="notifications_sender_address"
            ),
            models.CheckConstraint(
                name="notifications_sender_pace", condition=models.Q(per_second__gt=0)
            ),
            models.CheckConstraint(
                name="notifications_sender_reserve", condition=models.Q(reserve_percent__lte=90)
            ),
        ]

    def __str__(self) -> str:
        return self.name or f"{self.get_channel_display()} {self.shown_address}"

    @property
    def shown_address(self) -> str:
        """The address as people read it: a number in groups, a name or an e-mail as it is."""
        address = self.address.removeprefix("whatsapp:")
        try:
            number = phonenumbers.parse(address)
        except phonenumbers.NumberParseException:
            return address
        shown = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.INTERNATIONAL)
        return shown.replace(" ", NO_BREAK)


class Circuit(models.TextChoices):
    CLOSED = "closed", _("Sehat")
    OPEN = "open", _("Berhenti sementara")
    HALF_OPEN = "half_open", _("Mencoba lagi")


class SenderPace(models.Model):
    """What changes with every slice: the tokens left, and whether the provider answers."""

    sender = models.OneToOneField(
        Sender, on_delete=models.CASCADE, primary_key=True, related_name="pace"
    )
    tokens = models.FloatField(default=0)
    refilled_at = models.DateTimeField()
    circuit = models.CharField(max_length=10, choices=Circuit, default=Circuit.CLOSED)
    open_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    last_success_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(null=True)
    last_error_code = models.CharField(max_length=12, blank=True)
    # Campaigns rest until then, because the provider has had enough of them.
    campaigns_rest_until = models.DateTimeField(null=True)
    # Inbound messages are pulled from here on, so that a "stop" sent while we were down counts.
    inbound_seen_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.sender_id} {self.circuit}"


class PricePull(models.Model):
    """One sender's day in the provider's list, read by pages for what its messages cost."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="price_pulls")
    # By the provider's calendar, which is UTC.
    day = models.DateField()
    # Where the pass that is under way goes on; empty: at the beginning.
    token = models.CharField(max_length=200, blank=True)
    pages = models.PositiveIntegerField(default=0)
    # Empty: nothing more is expected of that day.
    next_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender", "day"], name="notifications_pricepull_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                name="notifications_pricepull_due",
                condition=models.Q(next_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender_id} {self.day}"


class Heartbeat(models.Model):
    """When a job last ran to its end."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name
