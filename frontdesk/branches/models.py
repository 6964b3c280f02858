"""A branch: its zone, its business day, its hours, and the numbers it hands out."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontdesk.append_only import kept

# It stands on every printed number.
CODE = r"^[A-Z0-9]{2,6}$"


class TimeZone(models.TextChoices):
    WIB = "Asia/Jakarta", _("WIB")
    WITA = "Asia/Makassar", _("WITA")
    WIT = "Asia/Jayapura", _("WIT")


class Paper(models.TextChoices):
    MM58 = "58", _("Termal 58 mm")
    MM80 = "80", _("Termal 80 mm")
    A5 = "a5", _("A5")


class Weekday(models.IntegerChoices):
    """As `date.weekday()` counts them."""

    MONDAY = 0, _("Senin")
    TUESDAY = 1, _("Selasa")
    WEDNESDAY = 2, _("Rabu")
    THURSDAY = 3, _("Kamis")
    FRIDAY = 4, _("Jumat")
    SATURDAY = 5, _("Sabtu")
    SUNDAY = 6, _("Minggu")


class BranchQuerySet(models.QuerySet["Branch"]):
    def active(self) -> "BranchQuerySet":
        return self.filter(is_active=True)


class Branch(models.Model):
    code = models.CharField(_("kode"), max_length=6, unique=True)
    name = models.CharField(_("nama"), max_length=80)
    address = models.CharField(_("alamat"), max_length=200, blank=True)
    phone = models.CharField(_("telepon"), max_length=20, blank=True)
    time_zone = models.CharField(
        _("zona waktu"), max_length=32, choices=TimeZone, default=TimeZone.WIB
    )
    # Clinics that stay open past midnight in Ramadan close the same business day they opened.
    day_starts_at = models.TimeField(_("hari kerja mulai"), default=time(4))
    opens_at = models.TimeField(_("buka"), default=time(9))
    closes_at = models.TimeField(_("tutup"), default=time(20))
    quiet_from = models.TimeField(_("jangan kirim pesan sejak"), default=time(20))
    quiet_until = models.TimeField(_("jangan kirim pesan sampai"), default=time(8))
    quiet_weekdays = ArrayField(
        models.PositiveSmallIntegerField(choices=Weekday),
        verbose_name=_("hari tanpa pesan"),
        default=list,
        blank=True,
    )
    # Holidays of one branch's own place.
    quiet_dates = ArrayField(
        models.DateField(), verbose_name=_("tanggal tanpa pesan"), default=list, blank=True
    )
    # SOP-F14: who waits longer than this is offered a drink.
    drink_after = models.PositiveSmallIntegerField(_("tawarkan minum setelah (menit)"), default=15)
    paper = models.CharField(_("kertas slip"), max_length=3, choices=Paper, default=Paper.MM80)
    is_active = models.BooleanField(_("aktif"), default=True)

    objects = BranchQuerySet.as_manager()

    class Meta:
        triggers = [kept()]
        ordering = ["name"]
        verbose_name = _("cabang")
        verbose_name_plural = pgettext_lazy("plural", "cabang")
        constraints = [
            models.CheckConstraint(
                name="branches_branch_time_zone", condition=models.Q(time_zone__in=TimeZone.values)
            ),
            models.CheckConstraint(
                name="branches_branch_code", condition=models.Q(code__regex=CODE)
            ),
            # With every day quiet a message would wait for ever.
            models.CheckConstraint(
                name="branches_branch_a_day_to_write_on",
                condition=~models.Q(quiet_weekdays__contains=list(Weekday.values)),
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)

    def business_date(self, at: datetime) -> date:
        """Return the day that `at` belongs to on this branch's books."""
        local = self.local(at)
        started = timedelta(hours=self.day_starts_at.hour, minutes=self.day_starts_at.minute)
        return (local - started).date()

    def at(self, day: date, clock: time) -> datetime:
        """Return the moment this branch's wall clock shows `clock` on `day`."""
        return datetime.combine(day, clock, tzinfo=self.zone)

    def is_quiet(self, at: datetime) -> bool:
        """Say whether customers of this branch are left in peace at that moment."""
        local = self.local(at)
        if self.is_quiet_day(local.date()):
            return True
        clock = local.time()
        if self.quiet_from <= self.quiet_until:
            return self.quiet_from <= clock < self.quiet_until
        return clock >= self.quiet_from or clock < self.quiet_until

    @property
    def quiet_weekday_names(self) -> list[str]:
        return [str(Weekday(day).label) for day in self.quiet_weekdays]

    def is_quiet_day(self, day: date) -> bool:
        return day.weekday() in self.quiet_weekdays or day in self.quiet_dates

    def after_quiet(self, at: datetime) -> datetime:
        """Return `at`, or the end of the quiet hours and days it falls into."""
        while self.is_quiet(at):
            at = self._later(at)
        return at

    def next_morning(self, at: datetime) -> datetime:
        """Return the first moment after the day of `at` at which a customer may be written to."""
        tomorrow = self.business_date(at) + timedelta(days=1)
        return self.after_quiet(self.at(tomorrow, self.quiet_until))

    def _later(self, at: datetime) -> datetime:
        """The next moment at which a day or the quiet hours end."""
        day = self.local(at).date()
        ends = [self.at(day, self.quiet_until), self.at(day + timedelta(days=1), time(0))]
        if self.is_quiet_day(day):
            ends = ends[1:]
        return min(end for end in ends if end > at)


class NumberSeries(models.Model):
    """The last number a branch gave out in one series on one business date."""

    branch = models.ForeignKey(Branch, on_delete=models.PROTECT)
    business_date = models.DateField()
    series = models.CharField(max_length=12)
    last = models.PositiveIntegerField(db_default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["branch", "business_date", "series"], name="branches_numberseries_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.branch_id} {self.business_date} {self.series} {self.last}"
