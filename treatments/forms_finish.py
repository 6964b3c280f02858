"""What the beautician says when a treatment is finished."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from treatments.models import Slip, Supply, TreatmentSupply

MOST = 99


class FinishForm(forms.Form):
    """A note and the quantities used: those that are usual stand ready filled in."""

    result_note = forms.CharField(
        label=_("Catatan perawatan"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, data: Any = None, *, slip: Slip) -> None:
        super().__init__(data)
        usual: dict[int, int] = {}
        for row in TreatmentSupply.objects.filter(
            treatment__in=[line.treatment_id for line in slip.lines.all()]
        ):
            usual[row.supply_id] = usual.get(row.supply_id, 0) + row.quantity
        supplies = Supply.objects.filter(is_active=True)
        self.supplies = {supply.pk: supply for supply in supplies}
        ordered = sorted(supplies, key=lambda supply: (supply.pk not in usual, supply.name))
        for supply in ordered:
            self.fields[f"used_{supply.pk}"] = forms.IntegerField(
                label=supply.name,
                required=False,
                min_value=0,
                max_value=MOST,
                initial=usual.get(supply.pk, 0),
                error_messages={
                    "invalid": _("Masukkan jumlah dalam angka, misalnya 1."),
                    "min_value": _("Jumlah tidak boleh kurang dari nol."),
                    "max_value": _("Paling banyak 99."),
                },
                widget=forms.NumberInput(attrs={"inputmode": "numeric", "class": "width-short"}),
            )
        self.usual = [supply.pk for supply in ordered if supply.pk in usual]
        self.others = [supply.pk for supply in ordered if supply.pk not in usual]

    def used(self) -> list[tuple[Supply, int]]:
        """Return what was used and how many; nothing typed counts as none."""
        found = ((s, self.cleaned_data.get(f"used_{pk}") or 0) for pk, s in self.supplies.items())
        return [(supply, quantity) for supply, quantity in found if quantity]

    def usual_rows(self) -> list[tuple[Supply, forms.BoundField]]:
        return [(self.supplies[pk], self[f"used_{pk}"]) for pk in self.usual]

    def other_rows(self) -> list[tuple[Supply, forms.BoundField]]:
        return [(self.supplies[pk], self[f"used_{pk}"]) for pk in self.others]
