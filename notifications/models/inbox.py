"""What customers write, and who answers."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models.message import Message
from notifications.models.text import Channel


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def visible_to(self, staff: Staff) -> "ConversationQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.SEE_INBOX))


class Conversation(models.Model):
    """All that one number writes on one channel, with the branch that answers."""

    phone = models.CharField(max_length=16)
    channel = models.CharField(max_length=10, choices=Channel)
    branch = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="conversations")
    # Empty: nobody we know.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="conversations"
    )
    # The name the person gave herself on WhatsApp; help for the desk, never a proof.
    profile_name = models.CharField(max_length=80, blank=True)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    is_open = models.BooleanField(default=True)
    unread = models.PositiveIntegerField(default=0)
    # Since when something that may be a wish to be left alone waits for a person's decision.
    maybe_stop_at = models.DateTimeField(null=True)
    last_inbound_at = models.DateTimeField(null=True)
    last_at = models.DateTimeField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        verbose_name = _("percakapan")
        constraints = [
            models.UniqueConstraint(
                fields=["phone", "channel"], name="notifications_conversation_once"
            )
        ]
        indexes = [
            models.Index(
                fields=["branch", "is_open", "-last_at"], name="notifications_conversation_box"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class HandOver(models.Model):
    """A conversation given to another branch."""

    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, related_name="hand_overs"
    )
    old = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    new = models.ForeignKey(Branch, on_delete=models.PROTECT, related_name="+")
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return f"{self.old_id} → {self.new_id}"


class Meaning(models.TextChoices):
    STOP = "stop", _("Berhenti")
    STOP_PROMO = "stop_promo", _("Berhenti promo")
    MAYBE_STOP = "maybe_stop", _("Mungkin berhenti")
    START = "start", _("Mulai lagi")
    YES = "yes", _("Ya")
    NO = "no", _("Tidak")
    OTHER = "", _("Lainnya")


class InboundMessage(models.Model):
    """What a customer wrote back."""

    provider_sid = models.CharField(max_length=40, unique=True)
    conversation = models.ForeignKey(
        Conversation, on_delete=models.PROTECT, null=True, related_name="inbound"
    )
    from_phone = models.CharField(max_length=16)
    to_address = models.CharField(max_length=40)
    channel = models.CharField(max_length=10, choices=Channel)
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, null=True, related_name="inbound_messages"
    )
    body = models.TextField(blank=True)
    media_count = models.PositiveSmallIntegerField(default=0)
    meaning = models.CharField(max_length=12, choices=Meaning, blank=True)
    # The message she answers, as far as can be told.
    reply_to = models.ForeignKey(
        Message, on_delete=models.PROTECT, null=True, related_name="replies"
    )
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        indexes = [
            models.Index(fields=["customer", "-at"], name="notifications_inbound_customer"),
            models.Index(fields=["conversation", "-at"], name="notifications_inbound_talk"),
        ]

    def __str__(self) -> str:
        return self.provider_sid

    @property
    def is_opt_out(self) -> bool:
        return self.meaning in (Meaning.STOP, Meaning.STOP_PROMO)


class InboundMedia(models.Model):
    """A picture, a voice or a file that came with a message; its content stays at the provider."""

    inbound = models.ForeignKey(InboundMessage, on_delete=models.PROTECT, related_name="media")
    # Empty: nobody told where it lies.
    provider_sid = models.CharField(max_length=40, blank=True)
    content_type = models.CharField(max_length=100, blank=True)

    class Meta:
        triggers = [append_only()]

    def __str__(self) -> str:
        return self.content_type
