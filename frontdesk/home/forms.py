"""What the desk sends to give a guest her number, or to say who she is."""

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from frontdesk.staff.models import Staff
from frontdesk.visits.models import Purpose


class CheckInForm(forms.Form):
    purpose = forms.ChoiceField(
        label=_("Keperluan"),
        choices=Purpose,
        error_messages={
            "required": _("Pilih salah satu keperluan."),
            "invalid_choice": _("Pilih salah satu keperluan."),
        },
    )
    guest_name = forms.CharField(
        label=_("Nama tamu"),
        max_length=80,
        required=False,
        error_messages={"max_length": _("Singkatkan nama sampai 80 huruf.")},
    )
    customer = forms.ModelChoiceField(
        Customer.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Pelanggan ini tidak ditemukan. Cari lagi.")},
    )
    keeps_controls = forms.BooleanField(required=False)

    def __init__(self, *args: object, staff: Staff, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        field = self.fields["customer"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = Customer.objects.visible_to(staff).with_tags()
