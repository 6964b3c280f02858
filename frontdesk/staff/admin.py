"""People and their roles, kept by chain administrators."""

from typing import Any, cast

from django import forms
from django.contrib import admin
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from frontdesk.chosen_rows import ChosenInline
from frontdesk.staff.actions import note_activity, note_roles, set_password, set_pin
from frontdesk.staff.forms import PasswordField, PinField
from frontdesk.staff.models import Assignment, Staff
from frontdesk.staff.permissions import Role
from frontdesk.staff.pins import why_easy_to_guess


class StaffForm(forms.ModelForm[Staff]):
    """A person with a password and a PIN; both are only written, never shown."""

    new_password = PasswordField(
        label=_("Kata sandi baru"),
        is_new=True,
        required=False,
        help_text=_("Sedikitnya delapan huruf atau angka. Kosongkan bila tidak diganti."),
    )
    new_pin = PinField(
        label=_("PIN baru"),
        required=False,
        help_text=_("Enam angka untuk terminal meja depan. Kosongkan bila tidak diganti."),
    )

    class Meta:
        model = Staff
        fields = ["username", "name", "nickname", "language", "is_active"]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if self.instance._state.adding:
            self.fields["new_password"].required = True

    def clean_username(self) -> str:
        return str(self.cleaned_data["username"]).lower()

    def clean_new_pin(self) -> str:
        pin = str(self.cleaned_data["new_pin"])
        refusal = why_easy_to_guess(pin) if pin else ""
        if refusal:
            raise ValidationError(refusal)
        return pin

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        # Compared with the name and the user name, which are only now on the instance.
        password = self.cleaned_data.get("new_password")
        if password:
            try:
                validate_password(password, self.instance)
            except ValidationError as error:
                self.add_error("new_password", error)


class AssignmentForm(forms.ModelForm[Assignment]):
    class Meta:
        model = Assignment
        fields = ["role", "branch"]

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        role, branch = self.cleaned_data.get("role"), self.cleaned_data.get("branch")
        if role == Role.CHAIN_ADMIN and branch:
            self.add_error(
                "branch", _("Administrator jaringan bekerja di semua cabang: kosongkan.")
            )
        elif role and role != Role.CHAIN_ADMIN and not branch:
            self.add_error("branch", _("Pilih cabang untuk peran ini."))
        return cleaned


class AssignmentInline(ChosenInline[Assignment, Staff]):
    model = Assignment
    form = AssignmentForm
    autocomplete_fields = ["branch"]
    extra = 1


@admin.register(Staff)
class StaffAdmin(admin.ModelAdmin[Staff]):
    form = StaffForm
    inlines = [AssignmentInline]
    list_display = ["name", "nickname", "username", "roles", "is_active", "last_login"]
    list_filter = ["is_active", "assignments__role", "assignments__branch"]
    search_fields = ["name", "nickname", "username"]
    fieldsets = [
        (None, {"fields": ["name", "nickname", "username", "language", "is_active"]}),
        (_("Masuk"), {"fields": ["new_password", "new_pin"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("assignments__branch")

    @admin.display(description=_("peran"))
    def roles(self, staff: Staff) -> str:
        return ", ".join(
            f"{a.get_role_display()} {a.branch or ''}".strip() for a in staff.assignments.all()
        )

    def get_readonly_fields(self, request: HttpRequest, obj: Staff | None = None) -> list[str]:
        """Nobody switches herself off: the chain would be left without anyone to undo it."""
        return ["is_active"] if obj and obj == request.user else []

    def has_delete_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        """Her name stands in every history: somebody who leaves is switched off."""
        return False

    def save_model(self, request: HttpRequest, obj: Staff, form: Any, change: bool) -> None:
        by, at = cast("Staff", request.user), timezone.now()
        super().save_model(request, obj, form, change)
        branch = next((assignment.branch for assignment in obj.assigned), None)
        if form.cleaned_data["new_password"]:
            set_password(
                obj, password=form.cleaned_data["new_password"], by=by, branch=branch, at=at
            )
            if obj == by:
                update_session_auth_hash(request, obj)
        if form.cleaned_data["new_pin"]:
            set_pin(obj, pin=form.cleaned_data["new_pin"], by=by, branch=branch, at=at)
        if change and "is_active" in form.changed_data:
            note_activity(obj, by=by, at=at)

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        staff: Staff = form.instance
        before = list(staff.assignments.select_related("branch"))
        super().save_related(request, form, formsets, change)
        note_roles(
            staff,
            before=before,
            after=staff.assignments.select_related("branch"),
            by=cast("Staff", request.user),
            at=timezone.now(),
        )
