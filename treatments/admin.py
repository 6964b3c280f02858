"""The chain's catalogue, kept by its administrators."""

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from frontdesk.chosen_rows import ChosenInline
from frontdesk.form_fields import RupiahField
from treatments.models import Qualification, Supply, Treatment, TreatmentSupply


class KeptOnceUsed:
    """What slips and history point to is taken out of use, never deleted."""

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class TreatmentSupplyInline(ChosenInline[TreatmentSupply, Treatment]):
    model = TreatmentSupply
    extra = 0
    autocomplete_fields = ["supply"]


class QualificationInline(ChosenInline[Qualification, Treatment]):
    model = Qualification
    extra = 0
    autocomplete_fields = ["staff"]


class TreatmentForm(forms.ModelForm[Treatment]):
    price = RupiahField(label=_("Harga (Rp)"))


@admin.register(Treatment)
class TreatmentAdmin(KeptOnceUsed, admin.ModelAdmin[Treatment]):
    form = TreatmentForm
    list_display = ["code", "name", "category", "minutes", "price", "needs_doctor", "is_active"]
    list_display_links = ["code", "name"]
    list_filter = ["is_active", "needs_doctor", "category"]
    search_fields = ["code", "name"]
    inlines = [QualificationInline, TreatmentSupplyInline]
    save_on_top = True


@admin.register(Supply)
class SupplyAdmin(KeptOnceUsed, admin.ModelAdmin[Supply]):
    list_display = ["name", "unit", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
