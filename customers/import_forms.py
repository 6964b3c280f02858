from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from customers.importing.reading import CannotRead, check_kind


class ListForm(forms.Form):
    """The file of a list; what is plainly none is refused here, beside its field."""

    file = forms.FileField(
        label=_("File daftar"),
        help_text=_("Excel (.xlsx, .xls, .ods) atau CSV, paling besar 20 MB."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.xlsb,.csv,.txt,.tsv"}),
        error_messages={
            "required": _("Pilih file daftar pelanggan."),
            "empty": _("File ini kosong. Pilih daftar pelanggan dalam bentuk Excel atau CSV."),
            "missing": _("Pilih file daftar pelanggan."),
            "invalid": _("Pilih file daftar pelanggan."),
        },
    )

    def clean_file(self) -> UploadedFile:
        file: UploadedFile = self.cleaned_data["file"]
        try:
            check_kind(file.read(4096), size=file.size or 0)
        except CannotRead as error:
            raise ValidationError(str(error)) from error
        file.seek(0)
        return file
