"""What of the log is looked for, and what a person decides about a sender."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontdesk.form_fields import DayField
from notifications import notices
from notifications.models import Channel, Sender

PROMO = "promo"


class LogForm(forms.Form):
    notice = forms.ChoiceField(label=_("Jenis"), required=False)
    channel = forms.ChoiceField(
        label=_("Saluran"), required=False, choices=[("", _("Semua saluran")), *Channel.choices]
    )
    since = DayField(label=_("Sejak"), required=False)
    until = DayField(label=pgettext_lazy("until", "Sampai"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kinds = [(one.key, one.name) for one in notices.declared()]
        field = self.fields["notice"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Semua jenis")), *kinds, (PROMO, _("Promo"))]


class SenderForm(forms.ModelForm[Sender]):
    per_second = forms.FloatField(
        label=_("Pesan per detik"),
        min_value=0.01,
        max_value=10_000,
        widget=forms.NumberInput({"class": "width-short", "step": "any"}),
    )
    reserve_percent = forms.IntegerField(
        label=_("Cadangan (%)"),
        min_value=0,
        max_value=90,
        help_text=_("Bagian yang tidak dipakai promo, agar pesan layanan tidak menunggu."),
        widget=forms.NumberInput({"class": "width-short"}),
    )
    people_a_day = forms.IntegerField(
        label=_("Orang per 24 jam"),
        required=False,
        min_value=1,
        max_value=100_000_000,
        help_text=_("Batas WhatsApp untuk semua nomor bersama; kosong berarti tanpa batas."),
        widget=forms.NumberInput({"class": "width-short"}),
    )

    class Meta:
        model = Sender
        fields = ["name", "per_second", "reserve_percent"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sender: Sender = self.instance
        # 80, not 80.0; and 0.5 stays.
        self.initial["per_second"] = f"{sender.per_second:.10g}"
        if sender.portfolio is None:
            del self.fields["people_a_day"]
        else:
            self.fields["people_a_day"].initial = sender.portfolio.people_a_day


class PauseForm(forms.Form):
    reason = forms.CharField(label=_("Alasan"), max_length=200)
