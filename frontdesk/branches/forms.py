"""When a branch leaves its customers in peace, as a person types it."""

import re

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontdesk.branches.models import CODE, Branch, Weekday
from frontdesk.form_fields import DaysField


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

    def clean_code(self) -> str:
        code = str(self.cleaned_data["code"]).upper()
        if not re.fullmatch(CODE, code):
            raise ValidationError(_("Tulis 2 sampai 6 huruf atau angka, misalnya JKT."))
        return code

    def clean_quiet_weekdays(self) -> list[int]:
        days = sorted(self.cleaned_data["quiet_weekdays"])
        if len(days) == len(Weekday):
            raise ValidationError(_("Sisakan paling sedikit satu hari untuk mengirim pesan."))
        return days
