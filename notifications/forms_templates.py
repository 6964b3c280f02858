"""What a person types to write a text for customers."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from notifications.models import MessageClass, Template

LONGEST_TYPED = 4000


class WordsField(forms.CharField):
    """A text as typed, with the line ends of one kind and no blanks around it."""

    def to_python(self, value: Any) -> str:
        typed = super().to_python(value) or ""
        return "\n".join(line.rstrip() for line in typed.splitlines()).strip()


class WordsForm(forms.Form):
    body = WordsField(
        label=_("Isi pesan"),
        max_length=LONGEST_TYPED,
        error_messages={"required": _("Tulis isi pesan.")},
        widget=forms.Textarea({"rows": 7, "data-words": "", "spellcheck": "true"}),
    )
    sms_body = WordsField(
        label=_("Versi pendek untuk SMS"),
        max_length=LONGEST_TYPED,
        required=False,
        help_text=_("Dipakai bila WhatsApp tidak sampai. Kosong: isi yang sama."),
        widget=forms.Textarea({"rows": 3, "data-words": ""}),
    )


class NewTemplateForm(WordsForm):
    field_order = ["name", "message_class", "body", "sms_body"]

    name = forms.CharField(
        label=_("Nama"),
        max_length=80,
        error_messages={"required": _("Beri nama agar templat ini mudah ditemukan.")},
    )
    message_class = forms.TypedChoiceField(
        label=_("Jenis"),
        choices=[
            (MessageClass.TRANSACTIONAL, _("Layanan: mengingatkan, mengabarkan")),
            (MessageClass.MARKETING, _("Promo: menawarkan, mengucapkan selamat")),
            (MessageClass.PERSONAL, _("Balasan cepat di kotak masuk")),
        ],
        coerce=MessageClass,
        initial=MessageClass.TRANSACTIONAL,
        error_messages={"required": _("Pilih jenis templat.")},
        widget=forms.RadioSelect,
    )

    def clean_name(self) -> str:
        name = str(self.cleaned_data["name"])
        if Template.objects.filter(name__iexact=name, is_archived=False).exists():
            raise ValidationError(_("Nama ini sudah dipakai templat lain."))
        return name
