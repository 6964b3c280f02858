from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class VisitsConfig(AppConfig):
    name = "frontdesk.visits"
    verbose_name = _("Kunjungan")

    def ready(self) -> None:
        from frontdesk.visits import audiences, notices  # noqa: F401
