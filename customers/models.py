"""Customers of the chain, what they agreed to, and the lists they were read from."""

import calendar
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.expressions import RawSQL
from django.db.models.functions import ExtractDay, ExtractMonth, Lower, Reverse
from django.db.models.lookups import GreaterThanOrEqual, In, LessThan
from django.utils.translation import gettext_lazy as _

from customers.states import ImportState
from frontdesk.append_only import append_only, kept
from frontdesk.branches.models import Branch
from frontdesk.labels import label_of
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission


class Honorific(models.TextChoices):
    """Sapaan: how she is spoken to, with her name."""

    KAK = "kak", _("Kak")
    IBU = "ibu", _("Ibu")
    BAPAK = "bapak", _("Bapak")
    MBAK = "mbak", _("Mbak")
    MAS = "mas", _("Mas")


class TagColour(models.TextChoices):
    """The style's tints, each with its own ink; red is left to allergies and refusals."""

    GREY = "grey", _("Abu-abu")
    PLUM = "plum", _("Ungu")
    BLUE = "blue", _("Biru")
    GREEN = "green", _("Hijau")
    AMBER = "amber", _("Kuning")


class TagQuerySet(models.QuerySet["Tag"]):
    def active(self) -> "TagQuerySet":
        return self.filter(is_active=True)

    def named(self, name: str) -> "TagQuerySet":
        """Names differ by more than their capitals."""
        return self.alias(lowered=Lower("name")).filter(lowered=Lower(models.Value(name)))


class Tag(models.Model):
    """A word the chain marks customers with: never deleted, taken out of use."""

    MOST_LETTERS = 30

    # A list of customers gives several in one cell, with these between them.
    name = models.CharField(
        _("nama"),
        max_length=MOST_LETTERS,
        validators=[RegexValidator(r"^[^,;]*$", _("Tulis tanpa koma dan titik koma."))],
    )
    colour = models.CharField(_("warna"), max_length=8, choices=TagColour, default=TagColour.GREY)
    is_active = models.BooleanField(_("dipakai"), default=True)
    created_at = models.DateTimeField()

    objects = TagQuerySet.as_manager()

    class Meta:
        verbose_name = _("label")
        verbose_name_plural = _("label")
        ordering: ClassVar = [Lower("name")]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="customers_tag_name"),
            models.CheckConstraint(
                name="customers_tag_one_word",
                condition=models.Q(name__regex=r"^[^,;\s]([^,;]*[^,;\s])?$"),
            ),
        ]

    def __str__(self) -> str:
        return self.name


# An older birthday is a slip of the pen.
MOST_YEARS_OLD = 120
# A birthday without its year, as a number: 1122 is 22 November.
BIRTHDAY = ExtractMonth("birth_date") * 100 + ExtractDay("birth_date")


def birthday_on(days: Iterable[date]) -> models.Q:
    """Who has her birthday on one of these days.

    Who was born on a leap day has it on the last of February.
    """
    wanted: set[int] = set()
    for day in days:
        wanted.add(100 * day.month + day.day)
        if (day.month, day.day) == (2, 28) and not calendar.isleap(day.year):
            wanted.add(229)
    return models.Q(In(BIRTHDAY, sorted(wanted)))


def birthday_in(months: Iterable[int]) -> models.Q:
    """Who has her birthday in one of these months."""
    found = models.Q()
    for month in months:
        since = models.Q(GreaterThanOrEqual(BIRTHDAY, 100 * month))
        found |= since & models.Q(LessThan(BIRTHDAY, 100 * (month + 1)))
    return found


# By hand, because every search asks it and the ORM takes its time to put it together.
_TAGS = """
ARRAY(
    SELECT jsonb_build_object(
        'id', tag.id, 'name', tag.name, 'colour', tag.colour, 'is_active', tag.is_active)
    FROM customers_customertag worn JOIN customers_tag tag ON tag.id = worn.tag_id
    WHERE worn.customer_id = customers_customer.id ORDER BY lower(tag.name))
"""


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, staff: Staff) -> "CustomerQuerySet":
        """Customers belong to the chain: who may see them at one branch may see them all."""
        if staff.may_somewhere(Permission.SEE_CUSTOMERS):
            return self
        return self.none()

    def with_tags(self) -> "CustomerQuerySet":
        """Bring each one's tags along as `tag_list`, by name, in the same statement.

        Each is a dictionary of `id`, `name`, `colour` and `is_active`.
        """
        worn = RawSQL(_TAGS, (), ArrayField(models.JSONField()))  # noqa: S611 # nosec B611
        return self.annotate(tag_list=worn)

    def same_person(self, *, name: str, phone: str) -> "CustomerQuerySet":
        """Return who is written the same and has the same number: probably the same person."""
        folded = models.Func(models.Value(name), function="fold_name")
        return self.filter(phone=phone, name_folded=folded)


class Customer(models.Model):
    member_number = models.CharField(
        _("nomor anggota"),
        max_length=20,
        unique=True,
        db_default=models.Func(function="next_member_number", output_field=models.CharField()),
    )
    phone = models.CharField(
        _("nomor HP"),
        max_length=16,
        blank=True,
        validators=[RegexValidator(r"^\+\d{8,15}$")],
        help_text=_("E.164; kosong bila tidak diberikan. Keluarga boleh berbagi nomor."),
    )
    name = models.CharField(_("nama lengkap"), max_length=120)
    call_name = models.CharField(_("panggilan"), max_length=40, blank=True)
    honorific = models.CharField(
        _("sapaan"), max_length=8, choices=Honorific, default=Honorific.KAK
    )
    birth_date = models.DateField(_("tanggal lahir"), null=True, blank=True)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    # Rows that are written without Django need not name it.
    email = models.EmailField(_("e-mail"), blank=True, default="", db_default="")
    allergies = models.CharField(_("alergi"), max_length=300, blank=True)
    notes = models.TextField(_("catatan"), blank=True)
    home_branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="customers", verbose_name=_("cabang asal")
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)
    tags: "models.ManyToManyField[Tag, CustomerTag]" = models.ManyToManyField(
        Tag, through="CustomerTag", related_name="customers", verbose_name=_("label")
    )
    # What a row of an imported list was recognised by, so that reading it again adds nobody.
    import_key = models.CharField(max_length=64, unique=True, null=True, editable=False)
    # Maintained by the database, so that bulk imports are found like everybody else.
    name_folded = models.GeneratedField(
        expression=models.Func(models.F("name"), function="fold_name"),
        output_field=models.CharField(max_length=240, db_collation="C"),
        db_persist=True,
    )
    phone_reversed = models.GeneratedField(
        expression=Reverse("phone"),
        output_field=models.CharField(max_length=16, db_collation="C"),
        db_persist=True,
    )

    objects = CustomerQuerySet.as_manager()

    get_honorific_display = label_of("honorific", Honorific)

    class Meta:
        triggers = [kept()]
        verbose_name = _("pelanggan")
        verbose_name_plural = _("pelanggan")
        indexes = [
            models.Index(fields=["phone"], name="customers_customer_phone"),
            models.Index(fields=["phone_reversed"], name="customers_customer_phone_rev"),
            models.Index(
                fields=["home_branch", "phone_reversed"], name="customers_customer_branch_rev"
            ),
            GinIndex(
                fields=["phone"], opclasses=["gin_trgm_ops"], name="customers_customer_phone_trgm"
            ),
            models.Index(fields=["name_folded"], name="customers_customer_name"),
            models.Index("home_branch", BIRTHDAY, name="customers_customer_birthday"),
        ]
        constraints = [
            models.CheckConstraint(
                name="customers_customer_phone_e164",
                condition=models.Q(phone="") | models.Q(phone__regex=r"^\+\d{8,15}$"),
            ),
            models.CheckConstraint(name="customers_customer_named", condition=~models.Q(name="")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def short_name(self) -> str:
        """Return what she is called by: never a guess at a family name, just the first word."""
        return self.call_name or self.name.split()[0]

    def is_visible_to(self, staff: Staff) -> bool:
        """Say of one customer what `visible_to` says of all."""
        return staff.may_somewhere(Permission.SEE_CUSTOMERS)

    @property
    def greeting_name(self) -> str:
        return f"{self.get_honorific_display()} {self.short_name}"


class CustomerTag(models.Model):
    """A tag on a customer now; when it was put on and taken off stands in `CustomerEvent`."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["customer", "tag"], name="customers_customertag_once")
        ]
        indexes = [models.Index(fields=["tag", "customer"], name="customers_customertag_tag")]

    def __str__(self) -> str:
        return f"{self.customer_id} {self.tag_id}"


class NameWord(models.Model):
    """One word of one customer's folded name; a trigger of the database keeps these rows."""

    word = models.CharField(max_length=120, db_collation="C")
    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, db_index=False)
    # The customer's, repeated: a branch's own people are found without reading the chain's.
    home_branch = models.ForeignKey(
        Branch, on_delete=models.PROTECT, related_name="+", db_index=False
    )

    class Meta:
        indexes = [
            models.Index(fields=["word", "customer"], name="customers_nameword_word"),
            models.Index(
                fields=["home_branch", "word", "customer"], name="customers_nameword_branch"
            ),
            models.Index(fields=["customer", "word"], name="customers_nameword_customer"),
        ]

    def __str__(self) -> str:
        return self.word


class Vocabulary(models.Model):
    """Each word that any name contains, once: fragments and misspellings are looked up here."""

    word = models.CharField(primary_key=True, max_length=120, db_collation="C")

    class Meta:
        indexes = [
            GinIndex(fields=["word"], opclasses=["gin_trgm_ops"], name="customers_vocabulary_trgm")
        ]

    def __str__(self) -> str:
        return self.word


class CustomerEvent(models.Model):
    """What was changed on a customer's card, by whom, with the values before and after."""

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="events")
    field = models.CharField(max_length=40)
    old = models.TextField(blank=True)
    new = models.TextField(blank=True)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        triggers = [append_only()]
        indexes = [models.Index(fields=["customer", "-at"], name="customers_event_customer_at")]

    def __str__(self) -> str:
        return f"{self.field} {self.at}"


class ConsentPurpose(models.TextChoices):
    SERVICE = "service", _("Pengingat layanan")
    PROMO = "promo", _("Promo")


# What she is asked, word for word; each answer keeps the words that were shown.
CONSENT_TEXTS = {
    ConsentPurpose.SERVICE: _(
        "Saya setuju klinik mengingatkan saya lewat WhatsApp, SMS, atau e-mail tentang jadwal "
        "kontrol dan layanan saya. Saya boleh berhenti kapan saja."
    ),
    ConsentPurpose.PROMO: _(
        "Saya setuju klinik mengirimi saya promo lewat WhatsApp, SMS, atau e-mail. Saya boleh "
        "berhenti kapan saja."
    ),
}


class ConsentSource(models.TextChoices):
    COUNTER = "counter", _("Di meja depan")
    IMPORT = "import", _("Dari daftar lama")
    REPLY = "reply", _("Balasan pelanggan")
    LINK = "link", _("Tautan berhenti")
    PROVIDER = "provider", _("Penyedia pesan")


class ConsentEventQuerySet(models.QuerySet["ConsentEvent"]):
    def latest_for(self, customer: Customer) -> "dict[str, ConsentEvent]":
        """Return the newest word of a customer on each purpose she was asked about."""
        rows = self.filter(customer=customer).order_by("purpose", "-at", "-pk").distinct("purpose")
        return {row.purpose: row for row in rows}


class ConsentEvent(models.Model):
    """A customer's yes or no to one purpose, with the words she was shown (UU PDP 27/2022)."""

    # Found by `customers_consent_latest`.
    customer = models.ForeignKey(
        Customer, on_delete=models.PROTECT, related_name="consents", db_index=False
    )
    purpose = models.CharField(max_length=10, choices=ConsentPurpose)
    is_granted = models.BooleanField()
    text_shown = models.CharField(max_length=400, blank=True)
    # A yes counts for what its words name; the database reads it out of them.
    covers_email = models.GeneratedField(
        expression=models.ExpressionWrapper(
            models.Q(text_shown__iregex=r"\me-?mail\M"), output_field=models.BooleanField()
        ),
        output_field=models.BooleanField(),
        db_persist=True,
    )
    source = models.CharField(max_length=10, choices=ConsentSource)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    objects = ConsentEventQuerySet.as_manager()

    class Meta:
        triggers = [append_only()]
        indexes = [
            models.Index(
                fields=["customer", "purpose", "-at", "-id"], name="customers_consent_latest"
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.is_granted}"


# A worker says at least this often that it is still reading.
SILENT_AFTER = timedelta(seconds=60)


class ImportJobQuerySet(models.QuerySet["ImportJob"]):
    def visible_to(self, staff: Staff) -> "ImportJobQuerySet":
        return self.filter(branch__in=staff.branches_with(Permission.IMPORT_CUSTOMERS))

    def claimable(self, *, at: datetime) -> "ImportJobQuerySet":
        """Return the lists nobody is reading: new ones, and those whose worker has gone silent."""
        waiting = models.Q(state=ImportState.WAITING)
        silent = models.Q(state=ImportState.RUNNING, heartbeat_at__lt=at - SILENT_AFTER)
        return self.filter(waiting | silent).order_by("created_at", "pk")


class ImportJob(models.Model):
    """One reading of a clinic's own list from a page: first to check it, then to take it."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    by = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, related_name="+")
    file = models.FileField(upload_to="imports/%Y/%m/")
    file_name = models.CharField(max_length=200)
    is_dry_run = models.BooleanField()
    dry_run = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="run")
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.WAITING)
    rows_total = models.PositiveIntegerField(default=0)
    rows_done = models.PositiveIntegerField(default=0)
    rows_new = models.PositiveIntegerField(default=0)
    rows_known = models.PositiveIntegerField(default=0)
    rows_refused = models.PositiveIntegerField(default=0)
    refused_file = models.FileField(upload_to="imports/%Y/%m/", blank=True)
    # Columns, counts and the first refused rows, as `importing.taking.Outcome.as_json` tells them.
    report = models.JSONField(default=dict)
    problem = models.CharField(max_length=300, blank=True)
    # Also the number of the claim: a worker that was thought dead cannot write over its successor.
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    objects = ImportJobQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                name="customers_importjob_finished_at",
                condition=models.Q(
                    state__in=[ImportState.DONE, ImportState.FAILED], finished_at__isnull=False
                )
                | models.Q(
                    state__in=[ImportState.WAITING, ImportState.RUNNING], finished_at__isnull=True
                ),
            )
        ]

    def __str__(self) -> str:
        return self.file_name

    @property
    def percent(self) -> int:
        return 100 * self.rows_done // self.rows_total if self.rows_total else 0
