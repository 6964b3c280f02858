"""What people type to show who they are, and to change it."""

import re
from typing import Any

import phonenumbers
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from frontdesk.staff.models import Staff, Terminal
from frontdesk.staff.pins import PIN_LENGTH, why_easy_to_guess


class PasswordField(forms.CharField):
    """A password as it was typed; managers may fill it in."""

    def __init__(self, *, is_new: bool = False, **options: Any) -> None:
        kind = "new-password" if is_new else "current-password"
        widget = forms.PasswordInput({"autocomplete": kind})
        super().__init__(strip=False, max_length=200, widget=widget, **options)


class PinField(forms.CharField):
    """Six digits, also pasted with spaces."""

    def __init__(self, **options: Any) -> None:
        widget = forms.PasswordInput(
            {"inputmode": "numeric", "autocomplete": "off", "class": "width-short"}
        )
        super().__init__(widget=widget, **options)

    def to_python(self, value: Any) -> str:
        return re.sub(r"[\s.-]", "", super().to_python(value) or "")


class SignInForm(forms.Form):
    username = forms.CharField(
        label=_("Nama pengguna"),
        max_length=40,
        error_messages={"required": _("Isi nama pengguna Anda.")},
        widget=forms.TextInput(
            {
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = PasswordField(
        label=_("Kata sandi"), error_messages={"required": _("Isi kata sandi Anda.")}
    )

    def clean_username(self) -> str:
        # Phones begin a name with a capital.
        return str(self.cleaned_data["username"]).lower()


class EnterPinForm(forms.Form):
    person = forms.ModelChoiceField(
        Staff.objects.none(),
        error_messages={
            "required": _("Pilih nama Anda, lalu masukkan PIN."),
            "invalid_choice": _("Orang ini tidak dapat masuk dengan PIN di terminal ini."),
        },
    )
    pin = PinField(label=_("PIN"), error_messages={"required": _("Masukkan enam angka PIN Anda.")})


class TerminalForm(forms.ModelForm[Terminal]):
    class Meta:
        model = Terminal
        fields = ["name"]
        labels = {"name": _("Nama terminal")}
        help_texts = {"name": _("Misalnya: Meja depan 1.")}
        error_messages = {"name": {"required": _("Beri nama terminal ini.")}}


class _WithPasswordForm(forms.Form):
    """A deed for which a person shows once more that it is she."""

    password = PasswordField(
        label=_("Kata sandi Anda sekarang"),
        error_messages={"required": _("Isi kata sandi Anda yang sekarang.")},
    )


class ChangePinForm(_WithPasswordForm):
    prefix = "pin"
    pin = PinField(
        label=_("PIN baru"),
        help_text=_("Enam angka; bukan tanggal lahir, bukan angka berurutan."),
        error_messages={"required": _("Masukkan enam angka PIN baru.")},
    )
    again = PinField(
        label=_("PIN baru sekali lagi"), error_messages={"required": _("Ulangi PIN baru.")}
    )

    def clean_pin(self) -> str:
        pin = str(self.cleaned_data["pin"])
        refusal = why_easy_to_guess(pin)
        if refusal:
            raise ValidationError(refusal)
        return pin

    def clean(self) -> None:
        pin, again = self.cleaned_data.get("pin"), self.cleaned_data.get("again")
        if pin and again and pin != again:
            self.add_error("again", _("Kedua PIN tidak sama."))


class PhoneForm(forms.Form):
    """Her own number; it may be left empty again."""

    prefix = "phone"
    phone = forms.CharField(
        label=_("Nomor HP Anda"),
        max_length=30,
        required=False,
        help_text=_("Contoh pesan dikirim ke nomor ini sebelum pelanggan menerimanya."),
        widget=forms.TextInput({"inputmode": "tel", "autocomplete": "tel", "class": "width-phone"}),
    )

    def clean_phone(self) -> str:
        typed = str(self.cleaned_data["phone"]).strip()
        if not typed:
            return ""
        try:
            number = phonenumbers.parse(typed, "ID")
        except phonenumbers.NumberParseException:
            number = None
        if number is None or not phonenumbers.is_valid_number(number):
            raise ValidationError(_("Masukkan nomor HP 9–14 angka, misalnya 0812 3456 7890."))
        return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


class ChangePasswordForm(_WithPasswordForm):
    prefix = "password"
    new = PasswordField(
        label=_("Kata sandi baru"),
        is_new=True,
        help_text=_("Sedikitnya delapan huruf atau angka; boleh beberapa kata."),
        error_messages={"required": _("Isi kata sandi baru.")},
    )

    def __init__(self, *args: Any, staff: Staff, **options: Any) -> None:
        super().__init__(*args, **options)
        self.staff = staff

    def clean_new(self) -> str:
        new = str(self.cleaned_data["new"])
        validate_password(new, self.staff)
        return new


assert PIN_LENGTH == 6, "the sentences above say six"
