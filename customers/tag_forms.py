"""A tag of the chain as its keeper writes it."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from customers.models import Tag, TagColour


class TagForm(forms.ModelForm[Tag]):
    class Meta:
        model = Tag
        fields: ClassVar = ["name", "colour"]
        labels: ClassVar = {"name": _("Nama label"), "colour": _("Warna")}
        help_texts: ClassVar = {
            "name": _(
                "Jangan tulis data kesehatan (alergi, penyakit, kehamilan): label tampil di "
                "pencarian dan memilih penerima promo."
            )
        }
        error_messages: ClassVar = {
            "name": {
                "required": _("Tulis nama label."),
                "max_length": _("Nama label paling panjang 30 huruf."),
            }
        }
        widgets: ClassVar = {
            "name": forms.TextInput(attrs={"autocomplete": "off"}),
            "colour": forms.RadioSelect,
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        colour = self.fields["colour"]
        assert isinstance(colour, forms.ChoiceField)
        # Each as it will look.
        colour.choices = [
            (kind.value, format_html('<span class="tag tag-{}">{}</span>', kind.value, kind.label))
            for kind in TagColour
        ]

    def clean_name(self) -> str:
        name = " ".join(str(self.cleaned_data["name"]).split())
        twin = Tag.objects.named(name).exclude(pk=self.instance.pk).first()
        if twin is not None:
            raise ValidationError(
                _("Label “%(name)s” sudah ada.")
                if twin.is_active
                else _("Label “%(name)s” sudah ada, tetapi tidak dipakai. Pakai lagi yang itu."),
                params={"name": twin.name},
            )
        return name


class ChangeTagForm(TagForm):
    class Meta(TagForm.Meta):
        fields: ClassVar = ["name", "colour", "is_active"]
        labels: ClassVar = {**TagForm.Meta.labels, "is_active": _("Dipakai")}
        help_texts: ClassVar = {
            **TagForm.Meta.help_texts,
            "is_active": _(
                "Tanpa centang label tidak ditawarkan lagi; yang sudah memakainya tetap memakainya."
            ),
        }
