"""The outbox: what is to be told to whom and when, and what became of it."""

import uuid

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.append_only import append_only, kept
from frontdesk.branches.models import Branch
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models.sender import Sender
from notifications.models.text import Channel, MessageClass, Template, TemplateVersion
from notifications.states import TRANSITIONS, MessageState, ProviderStatus
from notifications.wording import filled

# The kind of a message that says several notices in one.
TOGETHER = "together"


class Lane(models.IntegerChoices):
    """What overtakes what: a lower number goes first."""

    URGENT = 10, _("Segera")
    NOTICE = 20, _("Pengingat")
    CAMPAIGN = 30, _("Promo")


class BatchState(models.TextChoices):
    RUNNING = "running", _("Berjalan")
    PAUSED = "paused", _("Dijeda")
    CANCELLED = "cancelled", _("Dibatalkan")
    DONE = "done", _("Selesai")


class Batch(models.Model):
    """Many messages that are started, paused and cancelled as one; only a running one is sent."""

    name = models.CharField(max_length=120)
    state = models.CharField(max_length=10, choices=BatchState, default=BatchState.RUNNING)
    # Its words; while they are held, none of its WhatsApp messages is even looked at.
    template = models.ForeignKey(Template, on_delete=models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        triggers = [kept()]

    def __str__(self) -> str:
        return self.name


class MessageQuerySet(models.QuerySet["Message"]):
    def visible_to(self, staff: Staff) -> "MessageQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.SEE_MESSAGES))


class Message(models.Model):
    # Stands in the callback address, so that the provider's word finds its row without a look-up.
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    # What it is about; the same key is planned once, and planned again it moves.
    key = models.CharField(max_length=120)
    # Which kind of notice it is (notifications.notices); empty for a campaign or a reply.
    notice = models.CharField(max_length=60, blank=True)
    # Every move of a row writes to every index it stands in, so none is kept that another covers;
    # and each foreign key is a look-up for each of a campaign's messages, so those to rows that
    # nobody can delete (`kept`) go without.
    branch = models.ForeignKey(
        Branch,
        on_delete=models.PROTECT,
        related_name="messages",
        db_index=False,
        db_constraint=False,
    )
    # Empty: a number nobody is registered with, answered from the inbox.
    customer = models.ForeignKey(
        Customer,
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
        db_constraint=False,
    )
    batch = models.ForeignKey(
        Batch,
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
        db_constraint=False,
    )
    # The message that did not arrive and that this one stands in for.
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="children",
        db_index=False,
        db_constraint=False,
    )
    # Empty for free text, which stands in `body`.
    template = models.ForeignKey(
        Template,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    # The words it is sent in, fixed when it is claimed.
    version = models.ForeignKey(
        TemplateVersion,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    message_class = models.CharField(max_length=14, choices=MessageClass)
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.WHATSAPP)
    sender = models.ForeignKey(
        Sender,
        on_delete=models.PROTECT,
        null=True,
        related_name="messages",
        db_index=False,
        db_constraint=False,
    )
    lane = models.PositiveSmallIntegerField(choices=Lane, default=Lane.NOTICE)
    variables = models.JSONField(default=dict)
    body = models.TextField(blank=True)
    segments = models.PositiveSmallIntegerField(null=True)
    # A customer gets one of these a day; all but what she waits for.
    one_a_day = models.BooleanField(default=False)
    # May be said in one message with what else the customer is told that day.
    merges = models.BooleanField(default=False, db_default=False)
    # The message that says it together with others.
    carrier = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        related_name="carries",
        db_index=False,
        db_constraint=False,
    )
    # What stands in when it does not arrive.
    may_sms = models.BooleanField(default=False)
    may_call = models.BooleanField(default=False)
    to_phone = models.CharField(max_length=16, blank=True)
    to_email = models.EmailField(blank=True)
    from_address = models.CharField(max_length=254, blank=True)
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
    provider_sid = models.CharField(max_length=80, null=True)
    provider_status = models.CharField(max_length=12, choices=ProviderStatus, blank=True)
    provider_rank = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=12, blank=True)
    problem = models.CharField(max_length=300, blank=True)
    # When the provider is asked again for a status that did not come by itself.
    ask_again_at = models.DateTimeField(null=True)
    # What the provider says it cost; millionths, because a message costs fractions of a cent.
    price_micros = models.BigIntegerField(null=True)
    price_currency = models.CharField(max_length=3, blank=True)
    # Whoever sent it by hand or wrote it.
    written_by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    created_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    final_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("pesan")
        verbose_name_plural = _("pesan")
        triggers = [
            kept(),
            pgtrigger.FSM(
                name="legal_moves",
                condition=pgtrigger.AnyChange("state"),
                field="state",
                transitions=[
                    (old.value, new.value)
                    for old, news in TRANSITIONS.items()
                    for new in sorted(news)
                    if new != old
                ],
            ),
            # What left together never waits again by itself.
            pgtrigger.Trigger(
                name="carried_while_waiting",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("carrier"),
                declare=[("carrier_state", "TEXT")],
                func="""
                    SELECT state INTO carrier_state FROM notifications_message
                    WHERE id = COALESCE(OLD.carrier_id, NEW.carrier_id) FOR NO KEY UPDATE;
                    IF carrier_state <> 'queued'
                        OR (OLD.carrier_id IS NOT NULL AND NEW.carrier_id IS NOT NULL) THEN
                        RAISE EXCEPTION 'message % has left with others', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
            # What was said together is never withdrawn with it unnoticed.
            pgtrigger.Trigger(
                name="nothing_left_behind",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(
                    old__notice=TOGETHER,
                    old__state=MessageState.QUEUED,
                    new__state=MessageState.CANCELLED,
                ),
                func="""
                    IF EXISTS (SELECT FROM notifications_message WHERE carrier_id = OLD.id) THEN
                        RAISE EXCEPTION 'message % still speaks for others', OLD.id;
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        indexes = [
            models.Index(
                fields=["sender", "batch", "lane", "due_at", "id"],
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
            models.Index(
                fields=["ask_again_at"],
                name="notifications_message_ask",
                condition=models.Q(ask_again_at__isnull=False),
            ),
            # What stands in for them has to be planned before they are of no more use.
            models.Index(
                fields=["expires_at"],
                name="notifications_message_late",
                condition=models.Q(
                    models.Q(may_sms=True) | models.Q(may_call=True),
                    state=MessageState.ACCEPTED,
                    final_at=None,
                ),
            ),
            models.Index(
                fields=["carrier"],
                name="notifications_message_parts",
                condition=models.Q(carrier__isnull=False),
            ),
            models.Index(fields=["customer", "-created_at"], name="notifications_message_customer"),
            models.Index(fields=["branch", "id"], name="notifications_message_branch"),
            models.Index(fields=["to_phone", "-accepted_at"], name="notifications_message_phone"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["key"], name="notifications_message_key"),
            models.UniqueConstraint(
                fields=["provider_sid"],
                name="notifications_message_sid",
                condition=models.Q(provider_sid__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["parent"],
                name="notifications_message_one_child",
                condition=models.Q(parent__isnull=False),
            ),
            # Never marked as sent when nobody took it.
            models.CheckConstraint(
                name="notifications_message_accepted",
                condition=models.Q(
                    state=MessageState.ACCEPTED,
                    accepted_at__isnull=False,
                    provider_sid__isnull=False,
                )
                | models.Q(
                    state=MessageState.ACCEPTED,
                    accepted_at__isnull=False,
                    channel=Channel.BY_HAND,
                    written_by__isnull=False,
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
            models.CheckConstraint(
                name="notifications_message_has_words",
                condition=models.Q(template__isnull=False) | ~models.Q(body=""),
            ),
            models.CheckConstraint(
                name="notifications_message_carried_when_merged",
                condition=models.Q(state=MessageState.MERGED, carrier__isnull=False)
                | (~models.Q(state=MessageState.MERGED) & models.Q(carrier__isnull=True)),
            ),
            # A person who stands in the audience twice is written to once; what stands in for a
            # message of the batch belongs to it too.
            models.UniqueConstraint(
                fields=["batch", "to_phone", "parent"],
                name="notifications_message_once_a_batch",
                condition=models.Q(batch__isnull=False),
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return self.key

    @property
    def carried_by(self) -> "Message":
        """The message it leaves in: another one that says it with others, or itself."""
        return self.carrier or self

    @property
    def first(self) -> "Message":
        """What it began with: itself, or the message that it stands in for."""
        found = self
        while found.parent is not None:
            found = found.parent
        return found

    @property
    def text(self) -> str:
        """As it was sent, or as it would be sent now."""
        if self.body or self.template is None:
            return self.body
        version = self.version or self.template.current
        if version is None:
            return ""
        is_sms = self.channel == Channel.SMS and version.sms_body
        return filled(version.sms_body if is_sms else version.body, self.variables)


class MessageEvent(models.Model):
    """One step of one message. Never the text, never the number."""

    message = models.ForeignKey(
        Message,
        on_delete=models.PROTECT,
        related_name="events",
        db_index=False,
        db_constraint=False,
    )
    old = models.CharField(max_length=12, choices=MessageState, blank=True)
    new = models.CharField(max_length=12, choices=MessageState)
    provider_status = models.CharField(max_length=12, choices=ProviderStatus, blank=True)
    error_code = models.CharField(max_length=12, blank=True)
    by = models.ForeignKey(
        Staff,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField()
    note = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["pk"]
        triggers = [append_only()]
        indexes = [models.Index(fields=["message", "id"], name="notifications_event_message")]

    def __str__(self) -> str:
        return f"{self.message_id}: {self.old} → {self.new}"


class DaySlot(models.Model):
    """The one message that a number gets on a day, held by whichever was claimed first."""

    phone = models.CharField(max_length=16)
    day = models.DateField()
    message = models.ForeignKey(
        Message, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["phone", "day"], name="notifications_dayslot_once")
        ]

    def __str__(self) -> str:
        return f"{self.day}"
