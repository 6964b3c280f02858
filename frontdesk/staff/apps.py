from django.apps import AppConfig
from django.contrib import admin
from django.contrib.admin import apps as admin_apps
from django.utils.translation import gettext_lazy as _


class StaffConfig(AppConfig):
    default = True
    name = "frontdesk.staff"
    verbose_name = _("Staf")


class ChainAdminConfig(admin_apps.AdminConfig):
    default = False
    default_site = "frontdesk.staff.admin_site.ChainAdminSite"

    def ready(self) -> None:
        super().ready()
        # Permissions come from roles; Django's groups would promise what they do not keep.
        from django.contrib.auth.models import Group

        admin.site.unregister(Group)
