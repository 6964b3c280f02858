"""The texts: a template has versions, and a version never changes."""

from enum import StrEnum
from typing import ClassVar

import pgtrigger
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from frontdesk.append_only import kept
from frontdesk.staff.models import Staff


class Channel(models.TextChoices):
    WHATSAPP = "whatsapp", _("WhatsApp")
    SMS = "sms", _("SMS")
    EMAIL = "email", _("E-mail")
    # A person sends it from her own WhatsApp (wa.me), and says so here.
    BY_HAND = "by_hand", _("WhatsApp manual")


class MessageClass(models.TextChoices):
    """What an unclear outcome means: asked for again, left alone, or shown to a person."""

    TRANSACTIONAL = "transactional", _("Layanan")
    MARKETING = "marketing", _("Promo")
    PERSONAL = "personal", _("Pribadi")


class Hold(StrEnum):
    """Why WhatsApp messages of a template wait."""

    PENDING = "pending"
    REJECTED = "rejected"
    PAUSED = "paused"
    DISABLED = "disabled"
    STOPPED = "stopped"


# Stored with a message as they stand, translated where they are shown.
HOLD_WORDS: dict[str, str] = {
    Hold.PENDING: gettext_noop("Templat menunggu persetujuan WhatsApp"),
    Hold.REJECTED: gettext_noop("Templat ditolak WhatsApp: teksnya perlu diperbaiki"),
    Hold.PAUSED: gettext_noop("Templat dijeda WhatsApp karena keluhan penerima"),
    Hold.DISABLED: gettext_noop("Templat dimatikan WhatsApp: perlu teks baru"),
    Hold.STOPPED: gettext_noop("Templat dihentikan karena pesannya ditolak penyedia"),
}


class Template(models.Model):
    """A text the provider knows; outside the 24-hour window WhatsApp takes nothing else."""

    key = models.CharField(max_length=60, unique=True)
    name = models.CharField(_("nama"), max_length=80, blank=True)
    message_class = models.CharField(_("jenis"), max_length=14, choices=MessageClass)
    # What new messages are sent as; a message keeps the version it was claimed with.
    current = models.ForeignKey(
        "TemplateVersion", on_delete=models.PROTECT, null=True, related_name="+"
    )
    is_archived = models.BooleanField(default=False)
    # Messages of it that the provider refused for its words, one soon after the other; after a few
    # it is stopped until a person goes on with it.
    refusals = models.PositiveSmallIntegerField(default=0)
    refused_at = models.DateTimeField(null=True)
    refused_code = models.CharField(max_length=12, blank=True)
    stopped_at = models.DateTimeField(null=True)

    class Meta:
        triggers = [kept()]
        ordering: ClassVar[list[str]] = ["key"]
        verbose_name = _("templat pesan")
        verbose_name_plural = _("templat pesan")

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Its name; what the product brings is called so in the reader's language."""
        # The key of a text that a person adds has a dash in it.
        is_ours = self.name and "-" not in self.key
        return gettext(self.name) if is_ours else self.name or self.key

    @property
    def hold(self) -> Hold | None:
        """Why its WhatsApp messages wait; a text not handed in yet is said elsewhere."""
        if self.message_class == MessageClass.PERSONAL:
            return None
        if self.stopped_at is not None:
            return Hold.STOPPED
        approval = self.current.approval if self.current else ""
        if approval in ("", Approval.APPROVED):
            return None
        return Hold(approval) if approval in list(Hold) else Hold.PENDING

    @property
    def hold_words(self) -> str:
        return gettext(HOLD_WORDS[self.hold]) if self.hold else ""


class Approval(models.TextChoices):
    """What WhatsApp says of a text handed in, in the provider's words."""

    UNSUBMITTED = "unsubmitted", _("Belum diajukan ke WhatsApp")
    RECEIVED = "received", _("Diajukan ke WhatsApp")
    PENDING = "pending", _("Menunggu persetujuan WhatsApp")
    APPROVED = "approved", _("Disetujui WhatsApp")
    REJECTED = "rejected", _("Ditolak WhatsApp")
    PAUSED = "paused", _("Dijeda WhatsApp karena keluhan penerima")
    DISABLED = "disabled", _("Dimatikan WhatsApp")


class TemplateVersion(models.Model):
    template = models.ForeignKey(Template, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    # Named variables in braces; their order in `variables` is the provider's {{1}}, {{2}} …
    body = models.TextField()
    # The shorter text for SMS; empty: the same words.
    sms_body = models.TextField(blank=True)
    variables = models.JSONField(default=list)
    # The provider's name for this text, once it is registered there; empty: not known there yet.
    content_sid = models.CharField(max_length=40, blank=True)
    # Empty: not handed in yet.
    approval = models.CharField(max_length=12, choices=Approval, blank=True)
    approval_note = models.CharField(max_length=300, blank=True)
    approval_seen_at = models.DateTimeField(null=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering: ClassVar[list[str]] = ["template", "-number"]
        triggers = [
            pgtrigger.Protect(
                name="words_stay",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "template", "number", "body", "sms_body", "variables", "by", "at"
                ),
            ),
            kept(),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["template", "number"], name="notifications_templateversion_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template_id} v{self.number}"
