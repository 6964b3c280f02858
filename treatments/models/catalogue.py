"""What the chain offers, who can do it, and what it uses up."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontdesk.staff.models import Staff

# Twenty of them on one slip are still a sum that its column holds.
HIGHEST_PRICE = 100_000_000


class TreatmentQuerySet(models.QuerySet["Treatment"]):
    def offered(self) -> "TreatmentQuerySet":
        return self.filter(is_active=True)


class Treatment(models.Model):
    code = models.CharField(_("kode"), max_length=12, unique=True)
    name = models.CharField(_("nama"), max_length=80)
    # What a message may call it: never a condition or a body part (UU PDP: health data).
    public_name = models.CharField(
        _("nama netral"),
        max_length=60,
        blank=True,
        help_text=_("Disebut dalam pesan kepada pelanggan. Kosong: tidak disebut."),
    )
    category = models.CharField(_("kelompok"), max_length=40)
    minutes = models.PositiveSmallIntegerField(_("lama (menit)"), validators=[MinValueValidator(1)])
    price = models.PositiveIntegerField(
        _("harga (Rp)"), validators=[MaxValueValidator(HIGHEST_PRICE)]
    )
    needs_doctor = models.BooleanField(_("perlu persetujuan dokter"), default=False)
    control_days = ArrayField(
        models.PositiveSmallIntegerField(),
        verbose_name=_("kontrol setelah (hari)"),
        default=list,
        blank=True,
    )
    is_active = models.BooleanField(_("ditawarkan"), default=True)

    objects = TreatmentQuerySet.as_manager()

    class Meta:
        ordering: ClassVar[list[str]] = ["category", "name"]
        verbose_name = _("perawatan")
        verbose_name_plural = pgettext_lazy("plural", "perawatan")
        constraints = [
            models.CheckConstraint(
                name="treatments_treatment_minutes", condition=models.Q(minutes__gte=1)
            )
        ]

    def __str__(self) -> str:
        return self.name


class Qualification(models.Model):
    """This person can do this treatment."""

    staff = models.ForeignKey(
        Staff, on_delete=models.CASCADE, related_name="qualifications", verbose_name=_("staf")
    )
    treatment = models.ForeignKey(
        Treatment, on_delete=models.CASCADE, related_name="qualifications"
    )

    class Meta:
        verbose_name = _("keahlian")
        verbose_name_plural = pgettext_lazy("plural", "keahlian")
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "treatment"], name="treatments_qualification_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff}: {self.treatment}"


class Supply(models.Model):
    """A product that is used up in the treatment room."""

    name = models.CharField(_("nama"), max_length=80, unique=True)
    unit = models.CharField(_("satuan"), max_length=12)
    is_active = models.BooleanField(_("aktif"), default=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["name"]
        verbose_name = _("produk ruang perawatan")
        verbose_name_plural = pgettext_lazy("plural", "produk ruang perawatan")

    def __str__(self) -> str:
        return self.name


class TreatmentSupply(models.Model):
    """What a treatment usually uses: offered ready ticked when a slip is finished."""

    treatment = models.ForeignKey(Treatment, on_delete=models.CASCADE, related_name="supplies")
    supply = models.ForeignKey(Supply, on_delete=models.CASCADE, verbose_name=_("produk"))
    quantity = models.PositiveSmallIntegerField(_("jumlah"), default=1)

    class Meta:
        verbose_name = _("pemakaian produk")
        verbose_name_plural = pgettext_lazy("plural", "pemakaian produk")
        constraints = [
            models.UniqueConstraint(
                fields=["treatment", "supply"], name="treatments_treatmentsupply_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.treatment}: {self.supply}"
