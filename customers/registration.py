"""The card as a desk fills it in: the phone first, everything but the name may stay empty.

Whatever screen a person is registered from shows this form.
"""

import re
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from customers.folding import fold_name, is_searchable
from customers.models import CONSENT_TEXTS, MOST_YEARS_OLD, ConsentPurpose, Customer
from customers.phone import BadPhone, parse_phone
from frontdesk.form_fields import DayField
from frontdesk.templatetags.frontdesk import phone as spoken_phone


class PhoneField(forms.CharField):
    """A number in any spelling, kept in E.164 and shown as it is read aloud."""

    default_error_messages: ClassVar[dict[str, Any]] = {
        "invalid": _("Masukkan nomor HP 9–14 angka, misalnya 0812 3456 7890."),
    }

    def __init__(self, **options: Any) -> None:
        attrs = {"inputmode": "tel", "autocomplete": "off", "class": "width-phone"}
        super().__init__(max_length=30, widget=forms.TextInput(attrs=attrs), **options)

    def prepare_value(self, value: Any) -> Any:
        is_whole = isinstance(value, str) and re.fullmatch(r"\+\d{8,15}", value)
        return spoken_phone(value) if is_whole else value

    def to_python(self, value: Any) -> str:
        text = super().to_python(value)
        if not text:
            return ""
        try:
            return parse_phone(text)
        except BadPhone as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error


class CardForm(forms.ModelForm[Customer]):
    phone = PhoneField(label=_("Nomor HP"), required=False)
    birth_date = DayField(
        label=_("Tanggal lahir"),
        required=False,
        is_past=True,
        error_messages={
            "invalid": _("Masukkan tanggal lahir sebagai hari/bulan/tahun, misalnya 22/11/1990."),
            "future": _("Tanggal lahir ini belum terjadi; periksa tahunnya."),
        },
    )

    class Meta:
        model = Customer
        fields = [
            "phone",
            "name",
            "honorific",
            "call_name",
            "birth_date",
            "address",
            "email",
            "allergies",
            "notes",
        ]
        labels: ClassVar = {
            "name": _("Nama lengkap"),
            "call_name": _("Panggilan"),
            "honorific": _("Sapaan"),
            "address": _("Alamat"),
            "email": _("E-mail"),
            "allergies": _("Alergi"),
            "notes": _("Catatan"),
        }
        help_texts: ClassVar = {
            "allergies": _("Tampil di atas segalanya, di semua cabang."),
        }
        error_messages: ClassVar = {
            "name": {
                "required": _("Masukkan nama lengkap. Satu kata pun boleh."),
                "max_length": _("Nama paling panjang 120 huruf."),
            },
            "email": {"invalid": _("Masukkan alamat e-mail, misalnya sari@contoh.id.")},
        }
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "words"}),
            "call_name": forms.TextInput(attrs={"autocomplete": "off"}),
            "address": forms.TextInput(attrs={"autocomplete": "off"}),
            "email": forms.EmailInput(attrs={"autocomplete": "off"}),
            "allergies": forms.TextInput(attrs={"autocomplete": "off"}),
            "notes": forms.Textarea(attrs={"rows": 2}),
        }

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        if not any(letter.isalnum() for letter in name):
            raise ValidationError(_("Masukkan nama dengan huruf."))
        if not is_searchable(fold_name(name)):
            raise ValidationError(
                _("Nama ini tidak dapat dicari; tulis dengan huruf dan spasi biasa.")
            )
        return name

    def clean_birth_date(self) -> date | None:
        day: date | None = self.cleaned_data["birth_date"]
        if day and day.year < timezone.localdate().year - MOST_YEARS_OLD:
            raise ValidationError(
                _("%(day)s lebih dari 120 tahun lalu; periksa tahunnya atau kosongkan."),
                params={"day": f"{day:%d/%m/%Y}"},
            )
        return day

    def clean_email(self) -> str:
        """In small letters: nobody's address differs by its capitals."""
        return str(self.cleaned_data["email"]).lower()

    @property
    def card(self) -> dict[str, Any]:
        """Return the cleaned fields of the card, and nothing else of the form."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}


class RegisterForm(CardForm):
    service_consent = forms.BooleanField(
        label=CONSENT_TEXTS[ConsentPurpose.SERVICE], required=False
    )
    promo_consent = forms.BooleanField(label=CONSENT_TEXTS[ConsentPurpose.PROMO], required=False)
    # Ticked when the clerk saw who has the same name and number, and it is somebody else.
    is_other_person = forms.BooleanField(label=_("Ini orang lain: daftarkan tetap"), required=False)

    twins: list[Customer]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.twins = []
        if not self.is_bound:
            # What was typed into the search is filled in already; the desk goes on with the other.
            first = "name" if self.initial.get("phone") else "phone"
            self.fields[first].widget.attrs["autofocus"] = True

    def clean(self) -> dict[str, Any] | None:
        data = super().clean() or self.cleaned_data
        if data.get("phone") and data.get("name"):
            found = Customer.objects.same_person(name=data["name"], phone=data["phone"])
            self.twins = list(found.select_related("home_branch")[:3])
        if self.twins and not data.get("is_other_person"):
            self.add_error(
                "is_other_person", _("Nama dan nomor ini sudah terdaftar: mungkin orang yang sama.")
            )
        return data

    @property
    def consents(self) -> dict[ConsentPurpose, str]:
        """Return what she agreed to, in the words that stood beside the box."""
        asked = {
            ConsentPurpose.SERVICE: "service_consent",
            ConsentPurpose.PROMO: "promo_consent",
        }
        return {
            purpose: str(CONSENT_TEXTS[purpose])
            for purpose, field in asked.items()
            if self.cleaned_data[field]
        }
