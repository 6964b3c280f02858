"""What the desk types about a visit."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Catatan kunjungan"),
        max_length=300,
        required=False,
        strip=True,
        error_messages={"max_length": _("Singkatkan catatan sampai 300 huruf.")},
    )
    # The note that was on the screen: somebody else's newer one is not written over.
    was = forms.CharField(max_length=400, required=False, strip=False, widget=forms.HiddenInput)

    def clean_note(self) -> str:
        return _one_kind_of_line_end(self.cleaned_data["note"])

    def clean_was(self) -> str:
        return _one_kind_of_line_end(self.cleaned_data["was"])


class LeftForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("Singkatkan alasan sampai 300 huruf.")},
    )


def _one_kind_of_line_end(text: str) -> str:
    """Return `text` with line ends as a script sees them, not as a plain form sends them."""
    return text.replace("\r\n", "\n")
