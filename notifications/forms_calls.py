"""What came of a call: a press on a button, with a note and a time beside it."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from frontdesk.form_fields import ClockField
from notifications.models import CallOutcome, Meaning

ANSWERS = {"yes": Meaning.YES, "no": Meaning.NO}
PRESSED = [*CallOutcome.values, *(f"{CallOutcome.SPOKE}:{answer}" for answer in ANSWERS)]


class CallForm(forms.Form):
    outcome = forms.ChoiceField(
        choices=[(value, value) for value in PRESSED],
        error_messages=dict.fromkeys(["required", "invalid_choice"], _("Pilih hasil telepon.")),
    )
    note = forms.CharField(label=_("Catatan"), max_length=300, required=False)
    again = ClockField(label=_("Telepon lagi pukul"), required=False)

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if said.get("outcome") == CallOutcome.CALL_BACK and said.get("again", "") is None:
            self.add_error("again", _("Tulis kapan pelanggan minta ditelepon lagi."))
        return said

    @property
    def outcome_said(self) -> CallOutcome:
        return CallOutcome(self.cleaned_data["outcome"].partition(":")[0])

    @property
    def answer(self) -> Meaning:
        return ANSWERS.get(self.cleaned_data["outcome"].partition(":")[2], Meaning.OTHER)
