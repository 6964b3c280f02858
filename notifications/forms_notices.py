"""What a person decides about a notice, and when a branch leaves its customers in peace."""

import re
from collections.abc import Iterable
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from frontdesk.branches.models import Branch, Weekday
from frontdesk.form_fields import ClockField, DaysField
from notifications.actions.noticing import Decision, Settings
from notifications.models import Channel, Template
from notifications.notices import Notice, Offsets

MOST_OFFSETS = 5


class OffsetsField(forms.CharField):
    """Days typed `3, 1`; kept with the sign of the notice's direction."""

    def __init__(self, *, asked: Offsets, **options: Any) -> None:
        super().__init__(label=asked.label, **options)
        self.asked = asked
        self.widget.attrs |= {"class": "width-short", "inputmode": "numeric"}

    def to_python(self, value: Any) -> list[int]:  # type: ignore[override]
        if isinstance(value, list):
            return value
        typed = [part for part in re.split(r"[\s,;]+", super().to_python(value) or "") if part]
        if not all(part.isdecimal() and len(part) < 4 for part in typed):
            raise ValidationError(_("Tulis jumlah hari, misalnya 3, 1."))
        days = sorted({int(part) for part in typed})
        asked = self.asked
        if days and (days[0] < asked.at_least or days[-1] > asked.most):
            raise ValidationError(
                _("Tulis jumlah hari antara %(least)d dan %(most)d."),
                params={"least": asked.at_least, "most": asked.most},
            )
        if len(days) > MOST_OFFSETS:
            raise ValidationError(_("Paling banyak lima kali."))
        return sorted(-day if asked.is_before else day for day in days)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, list | tuple):
            return ", ".join(str(abs(day)) for day in sorted(value))
        return value


class NoticeForm(forms.Form):
    is_on = forms.BooleanField(label=_("Kirim pemberitahuan ini"), required=False)
    template = forms.ModelChoiceField(
        label=_("Templat"),
        queryset=Template.objects.none(),
        empty_label=None,
        error_messages={
            "required": _("Pilih templat."),
            "invalid_choice": _("Pilih templat dari daftar."),
        },
    )
    channel = forms.TypedChoiceField(
        label=_("Saluran"),
        choices=[
            (Channel.WHATSAPP, _("WhatsApp")),
            (Channel.SMS, _("SMS")),
            (Channel.BY_HAND, _("Dikirim petugas dari WhatsApp-nya sendiri")),
        ],
        coerce=Channel,
        widget=forms.RadioSelect,
    )
    may_sms = forms.BooleanField(label=_("SMS bila WhatsApp tidak sampai"), required=False)
    may_call = forms.BooleanField(
        label=_("Masuk daftar telepon bila keduanya tidak sampai"), required=False
    )

    def __init__(
        self, *args: Any, notice: Notice, templates: Iterable[Template], **options: Any
    ) -> None:
        super().__init__(*args, **options)
        chosen = self.fields["template"]
        assert isinstance(chosen, forms.ModelChoiceField)
        chosen.queryset = Template.objects.filter(pk__in=[one.pk for one in templates])
        self.notice = notice
        if notice.asks_offsets:
            self.fields["offsets"] = OffsetsField(
                asked=notice.asks_offsets,
                error_messages={"required": _("Tulis paling sedikit satu hari.")},
                help_text=_("Boleh lebih dari satu, dengan koma."),
            )
        if not notice.moment:
            self.fields["send_at"] = ClockField(
                label=_("Pukul"), help_text=_("Menurut jam cabang.")
            )
        if not notice.asks_way:
            for name in ("channel", "may_sms", "may_call"):
                del self.fields[name]
        self.order_fields(["is_on", "offsets", "send_at", "template", "channel"])

    @staticmethod
    def initial_from(decision: Decision, template: Template | None) -> dict[str, Any]:
        return {
            "is_on": decision.is_on,
            "template": template,
            "channel": decision.channel,
            "offsets": decision.offsets,
            "send_at": decision.send_at,
            "may_sms": decision.may_sms,
            "may_call": decision.may_call,
        }

    def settings(self) -> Settings:
        said = self.cleaned_data
        return Settings(
            is_on=said["is_on"],
            template=said["template"],
            channel=said.get("channel", Channel.WHATSAPP),
            offsets=said.get("offsets", []),
            send_at=said.get("send_at"),
            may_sms=said.get("may_sms", False),
            may_call=said.get("may_call", False),
        )


class QuietForm(forms.Form):
    quiet_from = ClockField(label=_("Jangan kirim pesan sejak"))
    quiet_until = ClockField(label=pgettext_lazy("until", "Sampai"))
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Hari tanpa pesan"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    dates = DaysField(
        label=_("Tanggal tanpa pesan"),
        required=False,
        help_text=_("Satu tanggal satu baris, misalnya 17/08/2027."),
    )

    @staticmethod
    def initial_from(branch: Branch) -> dict[str, Any]:
        return {
            "quiet_from": branch.quiet_from,
            "quiet_until": branch.quiet_until,
            "weekdays": branch.quiet_weekdays,
            "dates": branch.quiet_dates,
        }

    def clean_weekdays(self) -> list[int]:
        days = list(self.cleaned_data["weekdays"])
        if len(days) == len(Weekday):
            raise ValidationError(_("Sisakan paling sedikit satu hari untuk mengirim pesan."))
        return days

    def clean_quiet_until(self) -> time:
        start, end = self.cleaned_data.get("quiet_from"), self.cleaned_data["quiet_until"]
        if start and start == end:
            raise ValidationError(_("Awal dan akhir jam tenang tidak boleh sama."))
        return time(end.hour, end.minute)
