"""The outbox: what is to be told to whom and when, and what became of it."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.states import MessageState, ProviderStatus


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("SMS")


class MessageClass(models.TextChoices):
    """What an unclear outcome means: asked for again, left alone, or shown to a person."""

    TRANSACTIONAL = "transactional", _("Layanan")
    MARKETING = "marketing", _("Promo")
    PERSONAL = "personal", _("Pribadi")


class Template(models.Model):
    """A text the provider knows; outside the 24-hour window WhatsApp takes nothing else."""

    key = models.CharField(max_length=60, unique=True)
    message_class = models.CharField(max_length=14, choices=MessageClass)
    # Named variables in braces; their order here is the provider's {{1}}, {{2}} …
    body = models.TextField()
    variables = models.JSONField(default=list)
    # The provider's name for this text, once it is registered there, and the text it stands for.
    content_sid = models.CharField(max_length=40, blank=True)
    registered_body = models.TextField(blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["key"]
        verbose_name = _("templat pesan")
        verbose_name_plural = _("templat pesan")

    def __str__(self) -> str:
        return self.key


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: Staff) -> "MessageQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.SEE_MESSAGES))


class Message(models.Model):
    # Stands in the callback address, so that the provider's word finds its row without a look-up.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What it is about; the same key is planned once, and planned again it moves.
    key = models.CharField(max_length=120, unique=True)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="messages")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="messages")
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="+")
    message_class = models.CharField(max_length=14, choices=MessageClass)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.WHATSAPP)
    variables = models.JSONField(default=dict)
    # The text as it is sent, fixed when it is claimed.
    body = models.TextField(blank=True)
    to_phone = models.CharField(max_length=16, blank=True)
    from_address = models.CharField(max_length=40, blank=True)
    state = models.CharField(max_length=12, choices=MessageState, default=MessageState.QUEUED)
    due_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    intent_at = models.DateTimeField(null=True)
    unknown_since = models.DateTimeField(null=True)
    absent_seen = models.PositiveSmallIntegerField(default=0)
    absent_seen_at = models.DateTimeField(null=True)
    provider_sid = models.CharField(max_length=40, unique=True, null=True)
    provider_status = models.CharField(max_length=12, choices=ProviderStatus, blank=True)
    provider_rank = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=12, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("pesan")
        verbose_name_plural = _("pesan")
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="notifications_message_due",
                condition=models.Q(state=MessageState.QUEUED),
            ),
            models.Index(
                fields=["lease_until"],
                name="notifications_message_leased",
                condition=models.Q(state=MessageState.SENDING),
            ),
            models.Index(
                fields=["unknown_since"],
                name="notifications_message_unkn",
                condition=models.Q(state=MessageState.UNKNOWN),
            ),
            models.Index(fields=["customer", "-created_at"], name="notifications_message_customer"),
            models.Index(fields=["branch", "-created_at"], name="notifications_message_branch"),
        ]
        constraints = [
            # Never marked as sent when nobody took it.
            models.CheckConstraint(
                name="notifications_message_accepted",
                condition=models.Q(
                    state=MessageState.ACCEPTED,
                    accepted_at__isnull=False,
                    provider_sid__isnull=False,
                )
                | (~models.Q(state=MessageState.ACCEPTED) & models.Q(accepted_at__isnull=True)),
            ),
            models.CheckConstraint(
                name="notifications_message_leased_while_sending",
                condition=models.Q(
                    state=MessageState.SENDING, lease__isnull=False, lease_until__isnull=False
                )
                | ~models.Q(state=MessageState.SENDING),
            ),
            models.CheckConstraint(
                name="notifications_message_unknown_since",
                condition=models.Q(state=MessageState.UNKNOWN, unknown_since__isnull=False)
                | ~models.Q(state=MessageState.UNKNOWN),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class MessageEvent(models.Model):
    """One step of one message. Never the text, never the number."""

    message = models.ForeignKey(Message, on_delete=models.PROTECT, related_name="events")
    old = models.CharField(max_length=12, choices=MessageState, blank=True)
    new = models.CharField(max_length=12, choices=MessageState)
    provider_status = models.CharField(max_length=12, choices=ProviderStatus, blank=True)
    error_code = models.CharField(max_length=12, blank=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["pk"]
        triggers = [append_only()]
        indexes = [models.Index(fields=["message", "id"], name="notifications_event_message")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.old} → {self.new}"


class InboundMessage(models.Model):
    """What a customer wrote back."""

    provider_sid = models.CharField(max_length=40, unique=True)
    from_phone = models.CharField(max_length=16)
    to_address = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="inbound_messages"
    )
    body = models.TextField(blank=True)
    is_opt_out = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        indexes = [models.Index(fields=["customer", "-at"], name="notifications_inbound_customer")]

    def __str__(self) -> str:
        return self.provider_sid
