"""A promo on one page: who, what and when. The conditions come from the apps that declared them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from frontdesk.branches.models import Branch
from frontdesk.form_fields import ClockField, DayField, DayInput
from frontdesk.numbers import whole_number
from frontdesk.promos import conditions
from frontdesk.promos.actions.writing import Promo
from frontdesk.promos.audience import Audience
from frontdesk.promos.conditions import Choice, Condition
from frontdesk.promos.models import Campaign
from frontdesk.promos.wording import asked_for
from frontdesk.staff.models import Staff
from frontdesk.staff.permissions import Permission
from notifications.models import Channel, MessageClass, Template

IS, IS_NOT = "is", "not"
FIRST_HOUR = time(10)
# As DayField reads them in each language.
QUICK_DAYS = [gettext_lazy("hari ini"), gettext_lazy("besok")]


@dataclass(frozen=True)
class ConditionRow:
    condition: Condition
    mode: BoundField
    fields: list[BoundField]


class PromoForm(forms.Form):
    name = forms.CharField(
        label=gettext_lazy("Nama promo"),
        max_length=120,
        help_text=gettext_lazy("Hanya untuk Anda; pelanggan tidak melihatnya."),
        error_messages={"required": gettext_lazy("Beri nama promo ini.")},
    )
    branches = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Pelanggan dari cabang"),
        queryset=Branch.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Pilih sedikitnya satu cabang.")},
    )
    template = forms.ModelChoiceField(
        label=gettext_lazy("Templat"),
        queryset=Template.objects.none(),
        empty_label=gettext_lazy("Pilih templat promo"),
        error_messages={"required": gettext_lazy("Pilih templat promo.")},
    )
    channel = forms.ChoiceField(
        label=gettext_lazy("Saluran"),
        choices=[(kind.value, kind.label) for kind in (Channel.WHATSAPP, Channel.SMS)],
        initial=Channel.WHATSAPP,
    )
    may_sms = forms.BooleanField(
        label=gettext_lazy("Kirim SMS bila WhatsApp tidak sampai"), required=False
    )
    start_day = DayField(
        label=gettext_lazy("Mulai tanggal"),
        required=False,
        widget=DayInput(quick_fills=QUICK_DAYS),
        help_text=gettext_lazy("Kosong: begitu Anda menekan Mulai."),
    )
    start_clock = ClockField(label=gettext_lazy("Pukul"), required=False)
    ends_day = DayField(
        label=gettext_lazy("Tanggal terakhir"),
        required=False,
        widget=DayInput(),
        help_text=gettext_lazy("Setelah tanggal ini tidak ada lagi yang dikirim."),
    )
    note = forms.CharField(
        label=gettext_lazy("Catatan"), max_length=300, required=False, widget=forms.TextInput
    )

    def __init__(
        self,
        data: Any = None,
        *,
        staff: Staff,
        branch: Branch,
        campaign: Campaign | None = None,
        typed: Mapping[str, str] | None = None,
    ) -> None:
        """`typed` is what stands in the form already, shown without being judged."""
        super().__init__(data, initial=_initial(campaign, branch) | dict(typed or {}))
        self.branch = branch
        allowed = Branch.objects.active().filter(pk__in=staff.branches_with(Permission.RUN_PROMOS))
        self._choose("branches", allowed)
        texts = Template.objects.filter(
            message_class=MessageClass.MARKETING, current__isnull=False, is_archived=False
        )
        self.texts = texts.select_related("current")
        self._choose("template", self.texts)
        for condition in conditions.declared():
            self._add_condition(condition)
        for name in asked_for(self.chosen_template):
            label = name.replace("_", " ").capitalize()
            self.fields[f"var_{name}"] = forms.CharField(
                label=label,
                max_length=200,
                error_messages={
                    "required": _("Isi “%(label)s”; pelanggan membacanya.") % {"label": label}
                },
            )

    def _choose(self, name: str, rows: Any) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = rows

    def _add_condition(self, condition: Condition) -> None:
        modes = [("", _("tidak dipakai")), (IS, _("ya"))]
        if condition.may_negate:
            modes.append((IS_NOT, _("bukan")))
        self.fields[f"use_{condition.key}"] = forms.ChoiceField(
            label=str(condition.label), choices=modes, required=False
        )
        for name, field in condition.fields().items():
            field.required = False
            self.fields[f"{condition.key}__{name}"] = field

    @property
    def chosen_template(self) -> Template | None:
        """The text whose variables are asked for: what was sent, or what is written down."""
        value = self.data.get("template") if self.is_bound else self.initial.get("template")
        return self.texts.filter(pk=whole_number(str(value or "")) or 0).first()

    @property
    def condition_rows(self) -> Iterator[ConditionRow]:
        for condition in conditions.declared():
            names = [name for name in self.fields if name.startswith(f"{condition.key}__")]
            yield ConditionRow(
                condition, self[f"use_{condition.key}"], [self[name] for name in names]
            )

    @property
    def variable_fields(self) -> list[BoundField]:
        return [self[name] for name in self.fields if name.startswith("var_")]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for condition in conditions.declared():
            if data.get(f"use_{condition.key}"):
                self._check_answers(condition)
        start_at, ends_at = self.start_at, self.ends_at
        if start_at and ends_at and ends_at <= start_at:
            self.add_error("ends_day", _("Tanggal ini sebelum promo mulai."))
        return data

    def _check_answers(self, condition: Condition) -> None:
        """A condition that is used has all its answers."""
        for name in self.fields:
            if not name.startswith(f"{condition.key}__") or name in self.errors:
                continue
            if self.cleaned_data.get(name) in (None, "", []):
                self.add_error(name, _("Isi dulu, atau jangan pakai syarat ini."))

    @property
    def start_at(self) -> datetime | None:
        day = self.cleaned_data.get("start_day")
        clock = self.cleaned_data.get("start_clock") or FIRST_HOUR
        return self.branch.at(day, clock) if day else None

    @property
    def ends_at(self) -> datetime | None:
        day = self.cleaned_data.get("ends_day")
        return self.branch.at(day + timedelta(days=1), time(0)) if day else None

    def choices(self) -> tuple[Choice, ...]:
        found = []
        for condition in conditions.declared():
            mode = self.cleaned_data.get(f"use_{condition.key}")
            if not mode:
                continue
            start = f"{condition.key}__"
            answers = {
                name.removeprefix(start): value
                for name, value in self.cleaned_data.items()
                if name.startswith(start)
            }
            found.append(Choice(condition.key, answers, is_negated=mode == IS_NOT))
        return tuple(found)

    def audience(self) -> Audience | None:
        """Whom the upper part of the form means, or nothing while it is not filled in yet."""
        part = [name for name in self.errors if "__" in name or name in {"branches", "channel"}]
        if part:
            return None
        return Audience(
            branches=tuple(branch.pk for branch in self.cleaned_data["branches"]),
            choices=self.choices(),
            channel=self.cleaned_data["channel"],
            may_sms=self.cleaned_data["may_sms"],
        )

    def variables(self) -> dict[str, str]:
        start = "var_"
        return {
            name.removeprefix(start): value
            for name, value in self.cleaned_data.items()
            if name.startswith(start)
        }

    def promo(self) -> Promo:
        data = self.cleaned_data
        return Promo(
            name=data["name"],
            branches=list(data["branches"]),
            choices=self.choices(),
            template=data["template"],
            variables=self.variables(),
            channel=data["channel"],
            may_sms=data["may_sms"] and data["channel"] == Channel.WHATSAPP,
            start_at=self.start_at,
            ends_at=self.ends_at,
            note=data["note"],
        )


def _initial(campaign: Campaign | None, branch: Branch) -> dict[str, Any]:
    if campaign is None:
        return {"branches": [branch.pk]}
    starts = branch.local(campaign.start_at) if campaign.start_at else None
    values: dict[str, Any] = {
        "name": campaign.name,
        "note": campaign.note,
        "branches": list(campaign.branches.values_list("pk", flat=True)),
        "template": campaign.template_id,
        "channel": campaign.channel,
        "may_sms": campaign.may_sms,
        "start_day": starts.date() if starts else None,
        "start_clock": starts.time() if starts else None,
        "ends_day": campaign.last_day,
    }
    for choice in conditions.read_choices(campaign.conditions):
        values[f"use_{choice.key}"] = IS_NOT if choice.is_negated else IS
        values |= {f"{choice.key}__{name}": value for name, value in choice.answers.items()}
    return values | {f"var_{name}": text for name, text in campaign.variables.items()}
