"""When a branch leaves its customers in peace, as a person types it."""

import re
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontdesk.branches.models import Branch, Weekday
from frontdesk.form_fields import DayField


class DaysField(forms.CharField):
    """Days one below the other, or with commas between them; shown and kept in their order."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 14})

    def to_python(self, value: Any) -> list[date]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        day = DayField()
        days = set()
        for typed in re.split(r"[\n,;]+", super().to_python(value) or ""):
            if not typed.strip():
                continue
            try:
                days.add(day.clean(typed.strip()))
            except ValidationError as error:
                raise ValidationError(
                    _("“%(typed)s” bukan tanggal. Tulis misalnya 17/08/2027."),
                    params={"typed": typed.strip()},
                ) from error
        return sorted(days)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list):
            return "\n".join(f"{day:%d/%m/%Y}" for day in value)
        return value


class BranchForm(forms.ModelForm[Branch]):
    quiet_weekdays = forms.TypedMultipleChoiceField(
        label=_("Hari tanpa pesan"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Pesan yang jatuh pada hari ini menunggu sampai hari berikutnya."),
    )
    quiet_dates = DaysField(
        label=_("Tanggal tanpa pesan"),
        required=False,
        help_text=_("Satu tanggal satu baris, misalnya 17/08/2027. Menurut zona waktu cabang."),
    )

    class Meta:
        model = Branch
        exclude: list[str] = []

    def clean_quiet_weekdays(self) -> list[int]:
        days = sorted(self.cleaned_data["quiet_weekdays"])
        if len(days) == len(Weekday):
            raise ValidationError(_("Sisakan paling sedikit satu hari untuk mengirim pesan."))
        return days
