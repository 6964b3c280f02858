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
    was = forms.CharField(max_length=300, required=False, strip=False, widget=forms.HiddenInput)


class LeftForm(forms.Form):
    reason = forms.CharField(
        label=_("Alasan"),
        max_length=300,
        required=False,
        error_messages={"max_length": _("Singkatkan alasan sampai 300 huruf.")},
    )
