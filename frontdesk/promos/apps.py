from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PromosConfig(AppConfig):
    name = "frontdesk.promos"
    verbose_name = _("Promo")

    def ready(self) -> None:
        from frontdesk.promos import audiences  # noqa: F401
