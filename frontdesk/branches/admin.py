"""The branches of the chain, kept by chain administrators."""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from frontdesk.branches.forms import BranchForm
from frontdesk.branches.models import Branch


@admin.register(Branch)
class BranchAdmin(admin.ModelAdmin[Branch]):
    form = BranchForm
    list_display = ["name", "code", "time_zone", "opens_at", "closes_at", "paper", "is_active"]
    list_filter = ["is_active", "time_zone"]
    search_fields = ["name", "code", "address"]
    fieldsets = [
        (None, {"fields": ["name", "code", "address", "phone", "is_active"]}),
        (_("Waktu"), {"fields": ["time_zone", "day_starts_at", "opens_at", "closes_at"]}),
        (_("Antrean"), {"fields": ["drink_after"]}),
        (
            _("Jam dan hari tenang"),
            {"fields": ["quiet_from", "quiet_until", "quiet_weekdays", "quiet_dates"]},
        ),
        (_("Cetak"), {"fields": ["paper"]}),
    ]

    def has_delete_permission(self, request: HttpRequest, obj: Branch | None = None) -> bool:
        """Books hang on a branch: one that closes is switched off."""
        return False
