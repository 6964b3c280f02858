from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from frontdesk.form_fields import DayField
from frontdesk.numbers import whole_number
from frontdesk.quick_select import Given, Question, among
from frontdesk.staff.models import Staff
from treatments.models import Recap, Slip, Treatment
from treatments.models.slip import SlipQuerySet
from treatments.states import SlipState

# A sheet of thermal paper and a beautician's day both end somewhere.
MOST_TREATMENTS = 20


@Question
def _treatments() -> QuerySet[Treatment]:
    return Treatment.objects.filter(among("pk", "keys"))


@Question
def _hands() -> QuerySet[Staff]:
    found: QuerySet[Staff] = Staff.objects.active().filter(pk=Given("pk"))
    return found.only("nickname")


class PickedInput(forms.Widget):
    """Reads a slip's lines; what is wrong with them is mended in the field above the list."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[str]:
        return list(data.getlist(name))

    def id_for_label(self, id_: str | None) -> str:
        return "slip-filter"


class TreatmentsField(forms.Field):
    """Treatments in the order they were picked; the same one may come twice."""

    widget = PickedInput
    default_error_messages: ClassVar[dict[str, Any]] = {
        "required": _("Pilih paling sedikit satu perawatan."),
        "invalid": _("Perawatan ini tidak ada di katalog. Pilih dari daftar."),
        "retired": _("%(name)s tidak ditawarkan lagi. Hapus dari slip ini."),
        "many": _("Paling banyak %(most)d perawatan dalam satu slip."),
    }

    def to_python(self, value: Any) -> list[Treatment]:
        wanted = [whole_number(str(key)) or 0 for key in value or []]
        if len(wanted) > MOST_TREATMENTS:
            raise ValidationError(
                self.error_messages["many"], code="many", params={"most": MOST_TREATMENTS}
            )
        known = {treatment.pk: treatment for treatment in _treatments.ask(keys=wanted)}
        if len(known) < len(set(wanted)):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        for treatment in known.values():
            if not treatment.is_active:
                raise ValidationError(
                    self.error_messages["retired"], code="retired", params={"name": treatment.name}
                )
        return [known[key] for key in wanted]


class BeauticianField(forms.Field):
    """Somebody who still works here, or nobody yet."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Pilih beautician dari daftar."),
    }

    def to_python(self, value: Any) -> Staff | None:
        if value in self.empty_values:
            return None
        found = _hands.ask(pk=whole_number(value))
        if not found:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return found[0]


class SlipForm(forms.Form):
    """What the desk writes on a slip; who may be given it is said by the action."""

    treatments = TreatmentsField(label=_("Perawatan"))
    beautician = BeauticianField(label=_("Beautician"), required=False)
    note = forms.CharField(
        label=_("Pesan untuk beautician"),
        max_length=Slip._meta.get_field("note").max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"max_length": _("Pesan paling panjang %(limit_value)d huruf.")},
    )
    version = forms.IntegerField(required=False, widget=forms.HiddenInput)


def _reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Alasan"),
        max_length=Slip._meta.get_field("reason").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={
            "required": _("Tulis alasannya."),
            "max_length": _("Alasan paling panjang %(limit_value)d huruf."),
        },
    )


class CancelSlipForm(forms.Form):
    reason = _reason_field()


class CloseRecapForm(forms.Form):
    note = forms.CharField(
        label=_("Catatan"),
        max_length=Recap._meta.get_field("note").max_length,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"max_length": _("Catatan paling panjang %(limit_value)d huruf.")},
    )


class PassOnForm(forms.Form):
    to = forms.ModelChoiceField(
        label=_("Dialihkan kepada"),
        queryset=Staff.objects.none(),
        error_messages={
            "required": _("Pilih kepada siapa slip ini dialihkan."),
            "invalid_choice": _("Pilih beautician yang bertugas dari daftar."),
        },
    )
    reason = _reason_field()

    def __init__(self, *args: Any, people: QuerySet[Staff], **options: Any) -> None:
        super().__init__(*args, **options)
        to = self.fields["to"]
        assert isinstance(to, forms.ModelChoiceField)
        to.queryset = people


class SlipFilterForm(forms.Form):
    """What is shown of a day's slips; nothing said shows all of today."""

    OPEN = "open"

    on = DayField(label=_("Hari"), required=False)
    state = forms.ChoiceField(
        label=_("Keadaan"),
        choices=[("", _("Semua")), (OPEN, _("Belum selesai")), *SlipState.choices],
        required=False,
    )
    beautician = forms.ModelChoiceField(
        label=_("Beautician"),
        queryset=Staff.objects.none(),
        required=False,
        empty_label=_("Semua"),
    )

    def __init__(self, *args: Any, people: QuerySet[Staff], today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        beautician, on = self.fields["beautician"], self.fields["on"]
        assert isinstance(beautician, forms.ModelChoiceField)
        assert isinstance(on, DayField)
        beautician.queryset = people
        on.today = today

    def narrow(self, slips: SlipQuerySet) -> SlipQuerySet:
        chosen = getattr(self, "cleaned_data", {})
        if chosen.get("state") == self.OPEN:
            slips = slips.open()
        elif chosen.get("state"):
            slips = slips.filter(state=chosen["state"])
        if chosen.get("beautician"):
            slips = slips.filter(beautician=chosen["beautician"])
        return slips


class MoveControlForm(forms.Form):
    due_on = DayField(label=_("Tanggal baru"))
    note = forms.CharField(
        label=_("Catatan"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, *args: Any, today: date, **options: Any) -> None:
        super().__init__(*args, **options)
        due_on = self.fields["due_on"]
        assert isinstance(due_on, DayField)
        due_on.today = today


class CancelControlForm(forms.Form):
    note = forms.CharField(
        label=_("Alasan"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
